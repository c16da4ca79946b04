"""The page of an article, its older versions and the comparison of two."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from browser import chromium, served, watched
from datasette.app import Datasette
from sample_archive import FOREST, fill, take_in
from shown import EVIL, FOREST_ID, HOSTILE, HOSTILE_ID, Tags, get, serving

from archive.facts.rows import TABLES
from archive.identity import row_id
from archive.model import BodyLink, Image, Related
from archive.serve import application
from archive.site.article.dossier import long_values
from archive.site.render import vietnamese_date
from archive.store import Archive

KB = 1000
LARGEST = 100 * KB
GONE_ID = row_id("backan", "mua-lu-9c0d")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    with Archive(fill(folder / "archive.db")) as archive:
        take_in(archive, "backan", replace(HOSTILE, title=f"Khác {EVIL}", body=EVIL), "2023-04-01T02:00:00Z")
        take_in(archive, "backan", HOSTILE)
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


def page_of(folder: Path, *articles: object) -> tuple[Datasette, list[int]]:
    """A site with some articles of the provincial portal, and their ids."""
    with Archive(folder / "archive.db") as archive:
        ids = [take_in(archive, "backan", article) for article in articles]
    return application(folder), ids


def texts(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)


def test_the_page_shows_all_that_the_portal_said(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    for text in (
        FOREST.title, FOREST.author, FOREST.source, FOREST.section, "Cập nhật lúc", "13/03/2023 15:40",
        "<h2>Khoán rừng đến từng hộ</h2>", "<li>đợt hai, sau khi nghiệm thu giữa năm;</li>",
        "<td>214</td>", "1.260", "Tổ bảo vệ rừng thôn Nà Mằm đi tuần tra.",
        "Hồ Ba Bể nhìn từ xã Nam Mẫu", "Kế hoạch số 125/KH-UBND (PDF)",
        "Trồng rừng gỗ lớn ở Chợ Đồn", "(02/03/2023)",
    ):  # fmt: skip
        assert text in html, text
    assert re.sub("<[^>]*>", "", html).count(str(FOREST.lead)) == 1
    assert f'<a href="{FOREST.url}" rel="noopener noreferrer nofollow">' in html


def test_author_source_section_and_portal_lead_to_searches(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    for address in (
        "/?portal=backan", "/?author=Ho%C3%A0ng+Th%E1%BB%8B+Lan", "/?source=B%C3%A1o+B%E1%BA%AFc+K%E1%BA%A1n",
        "/?section=Kinh+t%E1%BA%BF+-+X%C3%A3+h%E1%BB%99i",
    ):  # fmt: skip
        assert f'href="{address}"' in html


def test_the_page_proves_where_the_text_comes_from(site: Datasette, data: Path) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    with sqlite3.connect(data / "archive.db") as connection:
        rows = connection.execute(
            "select id, captured_at, sha256, warc_file, warc_offset, warc_length "
            "from captures where article = ?",
            [FOREST_ID],
        ).fetchall()
    assert len(rows) == 2
    for id, captured_at, digest, warc_file, offset, length in rows:
        assert f'<a href="/ban-luu/{id}">{vietnamese_date(captured_at)}</a>' in html
        assert digest in html
        assert f"{warc_file}, byte {offset}, {length} byte" in html
    assert f'href="https://web.archive.org/web/20231120000000/{FOREST.url}"' in html


def test_the_words_of_the_search_are_marked_and_may_be_left_out(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}?q=rung+phong+ho").text
    assert "Bảo vệ <mark>rừng phòng hộ</mark> đầu nguồn" in html
    assert texts(html, "mark").count("rừng") > 3
    assert "<mark>" not in get(site, f"/bai/{FOREST_ID}").text
    for nothing in ("%22", "-a", "NEAR(", "%00"):
        response = get(site, f"/bai/{FOREST_ID}?q={nothing}")
        assert response.status_code == 200
        assert "<mark>" not in response.text


def test_matches_are_counted_in_the_title_too_and_none_is_told_as_none(site: Datasette) -> None:
    title = get(site, f"/bai/{FOREST_ID}?q=%22b%E1%BA%A3o+v%E1%BB%87%22").text
    assert re.search(r"“(<bdi>)?&#34;bảo vệ&#34;(</bdi>)?”, [1-9]\d* chỗ", title)
    none = get(site, f"/bai/{FOREST_ID}?q=zzyzx").text
    assert "không có trong bản này" in none
    assert "0 chỗ" not in none


def test_documents_and_places_are_linked_where_the_text_names_them(site: Datasette, data: Path) -> None:
    html = get(site, f"/bai/{FOREST_ID}?q=1719").text
    with sqlite3.connect(data / "archive.db") as connection:
        document, number = connection.execute(
            "select d.id, d.number from documents d join article_documents m on m.document = d.id "
            "where m.article = ? and d.number like '125/%'",
            [FOREST_ID],
        ).fetchone()
        places = connection.execute(
            "select distinct place from article_places where article = ? and field = 'body'", [FOREST_ID]
        ).fetchall()
    assert re.search(
        rf'<a class="fact" href="/\?document={document}" title="[^"]*{number}" id="body-\d+">', html
    )
    assert places
    for (place,) in places:
        assert f'<a class="fact" href="/?place={place}" title="' in html
        assert f'<li><a href="/?place={place}">' in html
    assert re.search(r'<a class="fact"[^>]*>[^<]*<mark>1719</mark>', html), "a match within a link"


def test_an_archive_without_facts_shows_its_articles(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    site = application(tmp_path)
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        for name in ("documents_cited", "places_told", "people_named", "offices_held"):
            connection.execute(f"drop view {name}")
        for name in (*TABLES, "documents", "places", "people"):
            connection.execute(f"drop table {name}")
    html = get(site, f"/bai/{FOREST_ID}").text
    assert FOREST.title in html
    assert 'class="fact"' not in html


def test_an_article_gone_from_its_portal_says_so(site: Datasette) -> None:
    html = get(site, f"/bai/{GONE_ID}").text
    assert "Trang gốc không còn bài này từ 20/11/2023 03:20 UTC" in html


def test_a_related_article_that_is_held_is_linked_within_the_archive(tmp_path: Path) -> None:
    other = replace(FOREST, key="other", url="https://backan.gov.vn/Pages/trong-rung-0a1c.aspx")
    site, (held, forest) = page_of(tmp_path, other, FOREST)
    assert f'<a href="/bai/{held}">Trồng rừng gỗ lớn ở Chợ Đồn</a>' in get(site, f"/bai/{forest}").text


def test_the_same_title_elsewhere_is_found_accents_aside(tmp_path: Path) -> None:
    title = "BAO VE RUNG phòng hộ đầu nguồn hồ Ba Bể, người dân cùng vào cuộc!"
    longer = replace(FOREST, key="longer", title=f"{FOREST.title} năm nay")
    site, (same, other, forest) = page_of(
        tmp_path,
        replace(FOREST, key="same", title=title, related=(), body="Chuyện khác, dưới cùng một tiêu đề."),
        longer,
        replace(FOREST, related=()),
    )
    html = (
        get(site, f"/bai/{forest}").text.partition("The same title elsewhere")[2].partition("</section>")[0]
    )
    assert f'href="/bai/{same}"' in html
    assert f'href="/bai/{other}"' not in html
    series = replace(FOREST, key="a", title="Lịch tiếp công dân")
    site, (first, _) = page_of(tmp_path, series, replace(series, key="b"))
    assert "The same title elsewhere" not in get(site, f"/bai/{first}").text, "a series is not one story"


def test_neighbours_are_of_the_same_portal_by_date(tmp_path: Path) -> None:
    days = ("2023-03-01", "2023-03-02", "2023-03-02", "2023-03-03", None)
    articles = [replace(FOREST, key=str(n), published_at=day) for n, day in enumerate(days)]
    site, ids = page_of(tmp_path, *articles)

    def neighbours(id: int) -> list[int]:
        found = re.findall(r'rel="(?:prev|next)" href="/bai/(\d+)"', get(site, f"/bai/{id}").text)
        return [int(other) for other in found]

    walk = [ids[0]]
    while len(found := neighbours(walk[-1])) == 2 or len(walk) == 1:
        walk.append(found[-1])
    assert sorted(walk) == sorted(ids[:4])
    assert neighbours(ids[4]) == [], "an undated article stands nowhere in time"


def test_an_older_version_says_that_it_is_one_and_leads_to_the_newest(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}?v=1").text
    assert "300.000 đồng" in html
    assert "400.000 đồng" not in html
    assert "Đây là bản cũ, số 1, lưu 01/04/2023 02:00 UTC." in html
    assert f'<link rel="canonical" href="http://localhost/bai/{FOREST_ID}">' in html
    newest = get(site, f"/bai/{FOREST_ID}?v=2").text
    assert "Đây là bản cũ" not in newest
    assert "400.000 đồng" in newest


@pytest.mark.parametrize(
    "path",
    [
        "/bai/1", f"/bai/{FOREST_ID}?v=3", "/bai/1/so-sanh", f"/bai/{FOREST_ID}/so-sanh?cu=1&moi=9",
        f"/bai/{FOREST_ID}/so-sanh?cu=999999999",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404(site: Datasette, path: str) -> None:
    assert get(site, path).status_code == 404


@pytest.mark.parametrize(
    "query", ["v=x", "v=-1", "v=0", "v=%C2%B2", "v=99999999999999999999", "phan=0", "phan=99", "q="]
)
def test_an_address_that_makes_no_sense_shows_the_article(site: Datasette, query: str) -> None:
    assert FOREST.title in get(site, f"/bai/{FOREST_ID}?{query}").text


@pytest.mark.parametrize("path", ["?q=doc", "?v=1", "?v=2", "/so-sanh", "/so-sanh?tat=1"])
def test_hostile_text_stays_text_and_in_its_attribute(site: Datasette, path: str) -> None:
    response = get(site, f"/bai/{HOSTILE_ID}{path}")
    assert response.status_code == 200
    for tag, attributes in Tags(response.text).elements:
        assert tag not in ("img", "iframe", "object", "base", "b"), tag
        address = (attributes.get("href") or attributes.get("src") or "").strip()
        assert address == "" or re.match(r"/|#|https?://|\?", address), address
        assert not [name for name in attributes if name.startswith("on")], attributes
        assert "style" not in attributes
    assert "alert(2)" in response.text, "the text itself is shown"


def test_two_versions_are_compared_word_by_word(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}/so-sanh?cu=1&moi=2").text
    assert "<del>300</del><ins>400</ins>.000 đồng" in html
    assert texts(html, "del") == ["300"]
    assert "1 words removed" in html
    assert "1 words added" in html
    assert texts(get(site, f"/bai/{FOREST_ID}/so-sanh?cu=2&moi=1").text, "del") == ["400"]
    assert texts(get(site, f"/bai/{FOREST_ID}/so-sanh").text, "del") == ["300"], (
        "the last two, if none is named"
    )
    same = get(site, f"/bai/{FOREST_ID}/so-sanh?cu=1&moi=1").text
    assert "giống nhau từng chữ" in same
    assert "<del>" not in same


def test_what_did_not_change_is_folded_away_unless_asked_for(site: Datasette) -> None:
    folded = get(site, f"/bai/{FOREST_ID}/so-sanh").text
    assert folded.index("<details") < folded.index("Năm nay chưa để xảy ra")
    whole = get(site, f"/bai/{FOREST_ID}/so-sanh?tat=1").text
    assert "<details" not in whole
    assert "Năm nay chưa để xảy ra" in whole


def test_titles_and_leads_are_compared_too(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        take_in(archive, "backan", replace(FOREST, lead=None), "2023-01-01T00:00:00Z")
        take_in(archive, "backan", replace(FOREST, title="Bảo vệ rừng"), "2023-01-02T00:00:00Z")
    html = get(application(tmp_path), f"/bai/{FOREST_ID}/so-sanh").text
    assert f"<ins>{FOREST.lead}</ins>" in html
    assert 'class="headline">Bảo vệ rừng<del> phòng hộ' in html


def test_one_version_has_nothing_to_be_compared_with(site: Datasette) -> None:
    html = get(site, f"/bai/{GONE_ID}/so-sanh").text
    assert "chỉ có một phiên bản" in html


def long_text(words: int, other: int = 0) -> str:
    """Paragraphs of sixty words that do not repeat; every `other`-th begins with another word."""
    blocks = [" ".join(f"từ{block}-{n}" for n in range(60)) + "." for block in range(words // 60)]
    return "\n\n".join(f"khác {b}" if other and not n % other else b for n, b in enumerate(blocks))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (long_text(60_000), long_text(60_000, other=40)),
        (long_text(60_000), long_text(60_000, other=1)),
        ("lúa " * 100_000, "ngô " + "lúa " * 90_000),
        ("lúa\n\n" * 50_000, "ngô\n\n" * 50_000),
    ],
    ids=["some", "every", "one line", "short lines"],
)
def test_two_long_texts_are_compared_in_seconds_and_in_parts(tmp_path: Path, old: str, new: str) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        take_in(archive, "backan", replace(FOREST, body=old), "2023-01-01T00:00:00Z")
        take_in(archive, "backan", replace(FOREST, body=new), "2023-01-02T00:00:00Z")
    site = application(tmp_path)
    began = process_time()
    response = get(site, f"/bai/{FOREST_ID}/so-sanh?tat=1&phan=2")
    assert process_time() - began < 12
    assert response.status_code == 200
    for path in ("so-sanh?tat=1&phan=2", "so-sanh", "so-sanh?phan=999"):
        response = get(site, f"/bai/{FOREST_ID}/{path}")
        assert len(response.content) < LARGEST
        assert "<ins>" in response.text or "<del>" in response.text or "không đổi" in response.text


def test_a_long_article_comes_in_parts_below_a_hundred_kilobytes(tmp_path: Path) -> None:
    body = "\n\n".join(f"Đoạn {n}: " + "rừng và lúa " * 30 for n in range(5_000))
    site, (id,) = page_of(tmp_path, replace(FOREST, body=body))
    first = get(site, f"/bai/{id}?q=5000")
    last = max(int(part) for part in re.findall(r"phan=(\d+)", first.text))
    seen = list[str]()
    for part in (1, 2, 3, last - 1, last):
        response = get(site, f"/bai/{id}?q=4000&phan={part}")
        assert response.status_code == 200
        assert len(response.content) < LARGEST
        seen += re.findall(r"Đoạn (\d+):", response.text)
    assert seen[0] == "0"
    assert seen[-1] == "4999"
    assert [int(n) for n in seen[:150]] == list(range(150)), "no paragraph is left out between parts"
    assert "Đoạn 4999:" in get(site, f"/bai/{id}.txt").text
    large = "/archive.json?sql=select+length(zeroblob(9000000))"
    assert get(site, large).status_code == 400, "the limit for everybody else is back"


def test_the_limit_on_length_is_put_back_also_after_trouble() -> None:
    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000)
    with long_values(connection):
        assert len(connection.execute("select hex(zeroblob(1000))").fetchone()[0]) == 2000
    with pytest.raises(sqlite3.OperationalError), long_values(connection):
        connection.execute("nonsense")
    assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 1000
    with pytest.raises(sqlite3.DataError):
        connection.execute("select hex(zeroblob(1000))")
    connection.close()


def test_a_page_stays_small_whatever_is_in_its_fields(tmp_path: Path) -> None:
    long, many = EVIL * 2_000, range(1_000)
    huge = replace(
        FOREST, title=long, lead=long, body=long, author=long, source=long, section=long, date_label=long,
        images=tuple(Image(f"https://a.vn/{n}/{'x' * 300}", long[:5_000]) for n in many),
        links=tuple(BodyLink(f"https://a.vn/{n}/{'x' * 300}", f"{n}{EVIL}") for n in many),
        related=tuple(Related(f"{n}{EVIL}" * 9, f"https://a.vn/{n}") for n in many),
    )  # fmt: skip
    site, (id,) = page_of(tmp_path, huge)
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        columns = [row[1] for row in connection.execute("pragma table_info(captures)")]
        copied = ", ".join("n" if name == "id" else name for name in columns)
        connection.execute(
            f"with recursive c(n) as (select 1 union all select n + 1 from c where n < 400) "
            f"insert into captures select {copied} from captures, c where article = ?",
            [id],
        )
    response = get(site, f"/bai/{id}")
    assert response.status_code == 200
    assert len(response.content) < LARGEST
    assert f'<a href="/archive/captures?article={id}">' in response.text, "the other captures are a link away"
    assert len(get(site, f"/bai/{id}/so-sanh").content) < LARGEST


def test_a_browser_finds_nothing_to_complain_about(data: Path) -> None:
    with served(data) as address, chromium() as browser:
        for width, scheme in (("desktop", "light"), ("phone", "dark")):
            with watched(browser, address, width, color_scheme=scheme) as page:
                for path in (f"{FOREST_ID}?q=rừng", f"{HOSTILE_ID}", f"{FOREST_ID}/so-sanh"):
                    page.go(f"/bai/{path}")
                    page.fits()
                    page.accessible()


def test_the_citation_is_copied_by_a_button_that_needs_a_script(data: Path) -> None:
    with served(data) as address, chromium() as browser:
        with watched(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
            shown = page.go(f"/bai/{FOREST_ID}")
            shown.click("button[data-copy]")
            shown.wait_for_function(
                "document.querySelector('[data-copy]').textContent.includes('Đã sao chép')"
            )
            copied = shown.evaluate("navigator.clipboard.readText()")
            assert copied == shown.input_value("#footnote")
            assert FOREST.url in copied
        with watched(browser, address, java_script_enabled=False) as page:
            shown = page.go(f"/bai/{FOREST_ID}")
            assert not shown.is_visible("button[data-copy]")
            assert FOREST.title in shown.input_value("#footnote")
