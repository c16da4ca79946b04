"""Hostile text in every field that a page can fill: nothing of it runs, loads, leads away, or turns what is ours.

One article for each text, in a portal and on a day of its own, with that text in all its fields. It is
written to the archive as it is: what intake would have taken out of it may come by another way.
"""

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import feedparser
import httpx
import openpyxl
import pytest
from browser import WIDTHS, Watched, chromium, served, watched
from hostile_texts import LONG, RUN, TEXTS, TURNING
from sample_archive import capture

from archive.identity import row_id
from archive.model import Article, Attachment, BodyLink, Image, Outcome, Page, PortalInfo, Related
from archive.store import Archive

FIRST = date(2023, 1, 2)
GONE = 7  # days after its capture an article is found gone
NUMBER = {name: number for number, name in enumerate(TEXTS)}

# What there is in a page that came of a text: markup, or an address that runs or leads to another host.
MADE = """() => [...document.querySelectorAll('*')].flatMap((one) => {
    const found = one.matches('x-evil, [x-evil], base, object, embed, meta[http-equiv=refresh]') ? [one.outerHTML] : [];
    if ([...one.attributes].some((a) => /^on/.test(a.name))) found.push(one.outerHTML);
    for (const name of ['href', 'src', 'action', 'formaction', 'xlink:href']) {
        const value = one.getAttribute(name);
        if (value === null) continue;
        const address = new URL(value, document.baseURI);
        const leaves = address.host !== location.host && !['A', 'LINK'].includes(one.tagName);
        if (!/^(https?|data):$/.test(address.protocol) || leaves) found.push(`${name}=${value}`);
    }
    return found.map((what) => what.slice(0, 200));
})"""

# Lines in which text that turns direction stands beside other text, and nothing keeps it to itself.
TURNED = """(marks) => {
    const turns = (node) => [...marks].some((mark) => node.data.includes(mark));
    const texts = (under) => {
        const walker = document.createTreeWalker(under, NodeFilter.SHOW_TEXT), found = [];
        while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
        return found;
    };
    const style = (one) => getComputedStyle(one);
    const isInline = (one) => style(one).display.startsWith('inline');
    return texts(document.body).filter(turns).flatMap((node) => {
        let one = node.parentElement;
        if (['SCRIPT', 'STYLE', 'TEXTAREA', 'OPTION'].includes(one.tagName) || !one.getClientRects().length) return [];
        while (isInline(one) && !/isolate|plaintext/.test(style(one).unicodeBidi)) one = one.parentElement;
        const alone = texts(one).every((other) => turns(other) || ['MARK', 'DEL', 'INS'].includes(other.parentElement.tagName));
        return isInline(one) || alone ? [] : [one.outerHTML.slice(0, 400)];
    });
}"""


@dataclass(frozen=True)
class Site:
    address: str
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(self.address + path)


def hostile(name: str, changed: bool = False) -> Article:
    """The text in every field; the first version of it says something else at the beginning."""
    text, key = TEXTS[name], f"bai-{NUMBER[name]}"
    body = f"{'Bản cũ. ' if changed else ''}{text} rừng {text}\n\n## {text}\n\n- {text}\n\n| {text} | b |\n| c | {text} |"
    return Article(
        url=text,
        key=key,
        title=f"{text} rừng {text}",
        body=f"{body}\n\nTheo Quyết định số 1719/QĐ-TTg.",
        lead=f"{text} xã Nam Mẫu",
        author=text,
        source=text,
        section=text,
        published_at="2023-03-13",
        date_label=text,
        language=text,
        images=(Image(text, text, text), Image(f"https://a.test/{text}", None, text)),
        attachments=(Attachment(text, text), Attachment(f"https://a.test/{text}", text)),
        related=(Related(text, text, text), Related(text, f"https://a.test/{text}")),
        links=(BodyLink(text, text), BodyLink(f"https://a.test/{text}", text)),
    )


def take_in(archive: Archive, name: str) -> None:
    day = FIRST + timedelta(NUMBER[name])
    portal, article = f"p{NUMBER[name]}", hostile(name)
    archive.put_portal(PortalInfo(portal, TEXTS[name], TEXTS[name], TEXTS[name], TEXTS[name]))
    crawl = f"{portal}-1"
    archive.start_crawl(crawl, portal, TEXTS[name], f"{day}T00:00:00Z")
    for hour, one in (("01", hostile(name, changed=True)), ("02", article)):
        taken = capture(portal, article.url, f"{day}T{hour}:00:00Z", row_id(name, hour) % 10**8)
        archive.take_in(taken, Page(Outcome.SELECTORS, one))
    archive.db.execute("update captures set mime = ? where portal = ?", [TEXTS[name], portal])
    archive.db.execute("update articles set gone_at = ? where portal = ?", [f"{day}T03:00:00Z", portal])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data: Path = tmp_path_factory.mktemp("fields")
    with Archive(data / "archive.db") as archive, archive.writing():
        for name in TEXTS:
            take_in(archive, name)
    with served(data) as address, httpx.Client(timeout=60) as client:
        yield Site(address, client)


@pytest.fixture(scope="module")
def opened(site: Site) -> Iterator[Watched]:
    """One page of a browser for all texts; what leads out ends at once."""
    nowhere = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
    with chromium() as browser, watched(browser, site.address, proxy=nowhere) as page:
        yield page


def pages(name: str) -> dict[str, str]:
    """Where the text of one article is shown, by what it is shown as."""
    text, portal, id = TEXTS[name], f"p{NUMBER[name]}", row_id(f"p{NUMBER[name]}", f"bai-{NUMBER[name]}")
    day = FIRST + timedelta(NUMBER[name])
    filters = {field: text for field in ("section", "author", "source") if text.strip()}
    return {
        "results": f"/?{urlencode({'q': 'rừng', 'portal': portal})}",
        "chips": f"/?{urlencode({'portal': portal, **filters})}",
        "article": f"/bai/{id}?q=r%E1%BB%ABng",
        "older version": f"/bai/{id}?v=1",
        "comparison": f"/bai/{id}/so-sanh",
        "news": f"/moi?ngay={day}",
        "table": f"/archive/articles?{urlencode({'portal': portal, '_facet': ['section', 'title', 'language']}, doseq=True)}",
        "row": f"/archive/articles/{id}",
        "images": f"/archive/images?article={id}&_facet=url",
        "named query": f"/archive/bai-theo-tac-gia?{urlencode({'author': text, 'portal': portal})}",
    }


def seen(page: Watched, path: str, name: str) -> list[str]:
    """What came of a text on one page, but for what the page watches for itself."""
    page.go(path)
    found = page.page.evaluate(MADE)
    if page.page.evaluate("window.__ran"):
        found.append("it ran")
    if any(mark in TEXTS[name] for mark in TURNING + "\u05d0"):
        found += page.page.evaluate(TURNED, TURNING + "\u05d0")
    wide = page.page.evaluate("document.documentElement.scrollWidth")
    if not path.startswith("/archive") and wide > WIDTHS["desktop"][0]:
        found.append(f"{wide} pixels wide")
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_in_every_field_stays_text_on_every_page(opened: Watched, name: str) -> None:
    opened.complaints.clear()
    found = {shown: seen(opened, path, name) for shown, path in pages(name).items()}
    complaints = list(opened.complaints)
    opened.complaints.clear()
    assert not any(found.values()), "\n".join(f"{shown}: {what}" for shown, what in found.items() if what)
    assert complaints == []
    assert [cookie["name"] for cookie in opened.page.context.cookies()] == []


@pytest.mark.parametrize(
    "path", ["/", "/toan-canh", "/nhat-ky", "/archive", "/luoc-do", "/archive/portals", "/archive/crawls"]
)
def test_all_hostile_texts_together_stay_text(opened: Watched, path: str) -> None:
    opened.complaints.clear()
    found = [*seen(opened, path, "right to left"), *opened.complaints]
    opened.complaints.clear()
    assert found == []


def put(page: Watched, html: str) -> None:
    """Into a page that no policy protects."""
    address = f"{page.address}/reader"
    page.page.route(address, lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.page.goto(address)
    page.page.unroute(address)


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_feed_says_of_a_hostile_text_does_nothing_in_a_reader(
    opened: Watched, site: Site, name: str
) -> None:
    """A reader that trusts a feed puts its HTML into a page as it is."""
    asked = urlencode({"portal": f"p{NUMBER[name]}"})
    atom = site.get(f"/tim.atom?{asked}")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    read = feedparser.parse(atom.content, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    (entry,), (item,) = read.entries, site.get(f"/tim.jsonfeed?{asked}").json()["items"]
    assert entry.title_detail.type == "text/plain"
    assert all(link.href.startswith(("http://", "https://")) for link in entry.links)
    assert item.get("external_url", "https:").startswith(("http:", "https:"))
    opened.complaints.clear()
    put(opened, f"{entry.content[0].value}{item['content_html']}")
    made = opened.page.evaluate(MADE)
    complaints = list(opened.complaints)
    opened.complaints.clear()
    assert (made, complaints, opened.page.evaluate("window.__ran")) == ([], [], None)


@pytest.mark.parametrize("path", ["/moi", "/thay-doi", "/da-go"])
def test_feeds_of_what_is_new_changed_and_gone_hold_no_markup_of_a_page(
    opened: Watched, site: Site, path: str
) -> None:
    items = site.get(f"{path}.jsonfeed").json()["items"]
    assert len(items) >= len(TEXTS)
    put(opened, "".join(item["content_html"] for item in items))
    made = opened.page.evaluate(MADE)
    opened.complaints.clear()
    assert (made, opened.page.evaluate("window.__ran")) == ([], None)


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_that_is_taken_away_is_a_text_in_a_spreadsheet(site: Site, name: str) -> None:
    asked = urlencode({"portal": f"p{NUMBER[name]}"})
    for path in (f"/tim.csv?{asked}&than=1", f"/archive/articles.csv?{asked}&_stream=1"):
        answer = site.get(path)
        assert "html" not in answer.headers["content-type"]
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == 2
        for cell in rows[1]:
            visible = "".join(c for c in cell if c.isprintable() and not c.isspace())
            assert visible[:1] not in tuple("=+-@\uff1d\uff0b\uff0d\uff20") or visible == cell == str(
                int(cell)
            )
    for path in (f"/tim.xlsx?{asked}&than=1", f"/archive/articles.xlsx?{asked}"):
        book = openpyxl.load_workbook(io.BytesIO(site.get(path).content))
        for cell in (cell for sheet in book for row in sheet for cell in row):
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    lines = site.get(f"/tim.ndjson?{asked}").text.split("\n")
    assert [json.loads(line)["section"] for line in lines if line] == [TEXTS[name]]
    shown = site.get(f"/archive/articles.json?{asked}&_shape=array")
    assert shown.headers["content-type"].startswith("application/json")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.json()[0]["section"] == TEXTS[name]


@pytest.mark.parametrize("name", TEXTS)
def test_no_header_of_an_answer_is_made_by_a_hostile_text(site: Site, name: str) -> None:
    """In a name for a file, or an address that is led to."""
    text, id = TEXTS[name], row_id(f"p{NUMBER[name]}", f"bai-{NUMBER[name]}")
    for path in (
        f"/tim.csv?{urlencode({'q': f'rừng {text}'})}",
        f"/ban-luu?{urlencode({'url': text})}",
        f"/ngon-ngu?{urlencode({'lang': 'vi', 'back': text})}",
        f"/?{urlencode({'q': text, 'from': '', 'section': text})}",
        *(f"/bai/{id}.{kind}" for kind in ("bib", "ris", "csl.json", "txt")),
    ):
        answer = site.get(path)
        assert "stolen" not in answer.headers.get("set-cookie", "")
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/").startswith(("//", "/\\"))
        kind = answer.headers["content-type"]
        assert "html" not in kind or "'none'" in answer.headers["content-security-policy"]


def test_an_article_of_five_megabytes_can_be_read(opened: Watched, tmp_path: Path) -> None:
    """Part by part, each as light as any page; in lists it takes no more room than others."""
    words = f"rừng <script>{RUN}</script> " * (LONG // 40)
    article = Article(
        url="https://a.test/dai", key="dai", title=f"Bài dài {words[:50_000]}", body=words,
        published_at="2023-03-13", section=words[:50_000], author=words[:50_000],
        images=(Image(words, words, words),) * 3,
    )  # fmt: skip
    with Archive(tmp_path / "archive.db") as archive, archive.writing():
        archive.put_portal(PortalInfo("p", "Cổng", "p", "https://a.test/", "x"))
        archive.start_crawl("p-1", "p", "live", "2023-01-01T00:00:00Z")
        archive.take_in(capture("p", article.url, "2023-01-02T00:00:00Z"), Page(Outcome.SELECTORS, article))
    id = row_id("p", "dai")
    browser = opened.page.context.browser
    assert browser is not None
    with served(tmp_path) as address, watched(browser, address) as page:
        for path in (
            "/",
            "/?q=r%E1%BB%ABng",
            f"/bai/{id}?q=r%E1%BB%ABng",
            "/moi",
            "/toan-canh",
            "/archive/articles",
        ):
            began = time.monotonic()
            page.go(path)
            assert page.page.evaluate(MADE) == []
            size = page.page.evaluate("document.documentElement.outerHTML.length")
            assert (size < 600_000, time.monotonic() - began < 20) == (True, True), f"{path}: {size}"
