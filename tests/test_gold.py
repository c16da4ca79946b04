"""Real texts in the markups of their time: what is read of them must be what a person marked by hand."""

from collections import Counter
from statistics import mean

import pytest
import trafilatura
from scrapy.http import HtmlResponse
from scrapy.spiderloader import SpiderLoader
from seed_pages import MENU, NAMINGS, SHARED, SIDEBAR, SeedPage, seed_pages

from archive.model import Outcome, Page
from archive.text import normalise, tokens

PAGES = list(seed_pages())
needs_gold = pytest.mark.skipif(not PAGES, reason=f"the texts marked by hand are not in {SHARED / 'gold'}")
FRAME = {
    *MENU, *SIDEBAR, "Sign In", "Skip Ribbon Commands", "Cập nhật lúc", "Block_BanTin_Toolbar", "Block_BanTin_ViewData",
    "Tăng cỡ chữ", "Tin bài mới", "CỔNG TTĐT", "Địa chỉ:", "Ghi rõ nguồn",
}  # fmt: skip


def read(page: SeedPage, portals: SpiderLoader) -> Page:
    portal = next(p for name in portals.list() if (p := portals.load(name)).covers(page.url))
    return portal.read(
        HtmlResponse(page.url, body=page.html, headers={"Content-Type": "text/html; charset=utf-8"})
    )


def f1(found: str, wanted: str) -> float:
    a, b = Counter(tokens(found)), Counter(tokens(wanted))
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def wanted_body(page: SeedPage) -> str:
    return normalise("\n".join(page.truth["body"]))


@needs_gold
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_real_text_reads_as_a_person_marked_it(page: SeedPage, portals: SpiderLoader) -> None:
    result = read(page, portals)
    article, truth = result.article, page.truth
    assert article is not None, result.note
    assert article.title == normalise(truth["title"])
    assert article.published_at == truth["dated"]
    assert (article.author, article.source, article.section) == (
        truth["author"],
        truth["source_credit"],
        None,
    )
    assert article.lead == (truth["lead"] and normalise(truth["lead"]))
    assert f1(article.body, wanted_body(page)) >= 0.99
    assert [image.caption for image in article.images] == [normalise(text) for text in truth["captions"]]
    assert [r.title for r in article.related] == [normalise(item["title"]) for item in truth["related"]]
    assert [r.published_at for r in article.related] == [item["date"] for item in truth["related"]]


@needs_gold
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_of_the_frame_is_in_a_body(page: SeedPage, portals: SpiderLoader) -> None:
    article = read(page, portals).article
    assert article is not None
    related = {item["title"] for item in page.truth["related"]}
    assert [text for text in FRAME | related if normalise(text) in article.body] == []
    assert not Counter(tokens(article.body)) - Counter(tokens(wanted_body(page)))


@needs_gold
def test_known_classes_are_read_by_selectors_and_others_by_landmarks(portals: SpiderLoader) -> None:
    layers = {(page.naming, read(page, portals).outcome) for page in PAGES}
    assert layers == {
        ("known", Outcome.SELECTORS), ("unknown", Outcome.LANDMARKS), ("scrambled", Outcome.LANDMARKS),
    }  # fmt: skip


@needs_gold
def test_the_comparison_with_trafilatura_on_the_whole_page_is_printed(
    portals: SpiderLoader, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = []
    for seed in sorted({page.seed for page in PAGES}):
        for naming in NAMINGS:
            chosen = [page for page in PAGES if (page.seed, page.naming) == (seed, naming)]
            ours = [f1(article.body, wanted_body(p)) for p in chosen if (article := read(p, portals).article)]
            peer = [f1(trafilatura.extract(p.html.decode()) or "", wanted_body(p)) for p in chosen]
            rows.append((seed, naming, len(chosen), min(ours), mean(ours), min(peer), mean(peer)))
    with capsys.disabled():
        print("\n\nBody token F1      pages   ours: min  mean   trafilatura.extract: min  mean")
        for seed, naming, count, *scores in rows:
            print(
                f"{seed} {naming:<12} {count:>6}   {{:>9.3f}} {{:>5.3f}} {{:>26.3f}} {{:>5.3f}}".format(
                    *scores
                )
            )
    assert all(ours_min >= 0.99 for _, _, _, ours_min, *_ in rows)
    assert all(ours_mean > peer_mean for *_, ours_mean, _, peer_mean in rows)
