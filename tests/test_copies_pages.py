"""What readers see of stories told twice, of attached files, and of letters that came out broken."""

import re
from collections.abc import Iterator
from contextlib import closing
from sqlite3 import connect

import newsroom
import pytest
from datasette.app import Datasette
from shown import EVIL, Tags, get, serving

FIRST, SAME, SHORTENED = (newsroom.id_of(article) for article in newsroom.COPIED)
ALONE = newsroom.id_of(newsroom.GIFT)
PLAN, SCAN, HOSTILE = 101, 102, 103


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("copies")
    with closing(connect(newsroom.fill(folder / "archive.db"))) as archive:
        _put_files(archive)
        archive.execute("update articles set damage = 'TCVN3, mended' where id = ?", [FIRST])
        archive.execute("update articles set damage = 'lost letters' where id = ?", [SAME])
        archive.commit()
    with serving(folder) as datasette:
        yield datasette


def _put_files(archive: object) -> None:
    """Three files: a plan, a scan without text, and a hostile one."""
    rows = [
        (
            PLAN,
            "ke-hoach.pdf",
            "pdf",
            2,
            None,
            "KẾ HOẠCH\n\nLàm đường bê tông thôn Nà Lẹng. " + "Chữ dài. " * 12_000,
        ),
        (SCAN, "ban-quet.pdf", "pdf", 1, "no text: scanned", ""),
        (HOSTILE, EVIL, "docx", None, None, f"{EVIL}\n\n- {EVIL}"),
    ]
    for id, title, kind, pages, trouble, text in rows:
        archive.execute(  # type: ignore[attr-defined]
            "insert into files (id, docid, url, portal, kind, title, published_at, pages, words, trouble, capture, "
            "captured_at, text) values (?, ?, ?, 'backan', ?, ?, '2022-03-10', ?, 3, ?, "
            "(select capture from articles where id = ?), '2023-11-20T03:10:00Z', ?)",
            [id, 10**9 + id, f"https://backan.gov.vn/{id}", kind, title, pages, trouble, FIRST, text],
        )
    archive.execute(  # type: ignore[attr-defined]
        "insert into attachments (article, position, url, title, file) values (?, 1, ?, 'Kế hoạch', ?)",
        [FIRST, f"https://backan.gov.vn/{PLAN}", PLAN],
    )


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))


def test_the_first_article_names_who_copied_it(site: Datasette) -> None:
    html = get(site, f"/bai/{FIRST}").text
    section = html[html.index('<section class="copies">') :].partition("</section>")[0]
    assert "Đăng trước nhất" not in section
    assert f'<a href="/bai/{SAME}">' in section
    assert f'<a href="/bai/{FIRST}/so-voi/{SHORTENED}">' in section
    assert "giống từng chữ" in section


def test_a_copy_names_who_was_first_and_what_it_cut(site: Datasette) -> None:
    html = get(site, f"/bai/{SHORTENED}").text
    section = html[html.index('<section class="copies">') :].partition("</section>")[0]
    assert "Đăng trước nhất" in section
    assert f'<a href="/bai/{FIRST}">' in section
    assert f'href="/bai/{FIRST}/so-voi/{SHORTENED}"' in section
    assert re.search(r"so với bài này.*</a>: bớt [5-9]\d từ(, thêm [1-9] từ)?<", section)


def test_an_article_of_its_own_has_no_copies(site: Datasette) -> None:
    assert 'class="copies"' not in get(site, f"/bai/{ALONE}").text


def test_what_was_cut_is_shown_as_two_versions_are(site: Datasette) -> None:
    html = get(site, f"/bai/{FIRST}/so-voi/{SHORTENED}").text
    cut = " ".join(re.findall("<del>(.*?)</del>", html, re.S))
    assert "Ông Lý Văn Páo" in cut
    assert "thông xe" not in cut
    assert "Theo backan.gov.vn" in html
    assert get(site, f"/bai/{FIRST}/so-voi/1").status_code == 404
    whole = get(site, f"/bai/{FIRST}/so-voi/{SHORTENED}?tat=1").text
    assert "thông xe" in whole


def test_broken_letters_are_told_quietly(site: Datasette) -> None:
    assert "bị lỗi (TCVN3) và đã được sửa lại ở đây" in get(site, f"/bai/{FIRST}").text
    assert "bị lỗi (lost letters) và được giữ nguyên" in get(site, f"/bai/{SAME}").text
    assert 'class="small damage"' not in get(site, f"/bai/{ALONE}").text


def test_files_stand_behind_the_articles_that_a_search_finds(site: Datasette) -> None:
    html = get(site, "/?q=%22nà lẹng%22").text
    files = html[html.index('<section class="files"') :].partition("</section>")[0]
    assert html.index('class="stories results"') < html.index('<section class="files"')
    assert f'<a href="/tep/{PLAN}">ke-hoach.pdf</a>' in files
    assert "<mark>Nà Lẹng</mark>" in files
    assert "2 trang" in files
    assert f'<a href="/bai/{FIRST}">Đường mới vào Nà Lẹng</a>' in files


def test_a_file_is_found_also_where_no_article_is(site: Datasette) -> None:
    html = get(site, "/?q=%22chữ dài%22").text
    assert "Không tìm thấy bài nào" in html
    assert f'<a href="/tep/{PLAN}">' in html


def test_the_page_of_a_file_has_its_text_in_parts_and_where_it_is_from(site: Datasette) -> None:
    response = get(site, f"/tep/{PLAN}")
    assert "Làm đường bê tông thôn Nà Lẹng" in response.text
    assert f'<a href="/bai/{FIRST}">' in response.text
    assert "Phần 1 / " in response.text
    assert len(response.content) < 100_000
    assert "Chữ dài" in get(site, f"/tep/{PLAN}?phan=2").text
    assert get(site, "/tep/1").status_code == 404


def test_a_scan_says_that_it_has_no_text(site: Datasette) -> None:
    text = text_of(get(site, f"/tep/{SCAN}").text)
    assert "bản quét, không có chữ" in text
    assert "Không đọc được chữ nào trong tệp này" in text


def test_an_attachment_leads_to_its_text(site: Datasette) -> None:
    assert f'<a href="/tep/{PLAN}">Kế hoạch</a>' in get(site, f"/bai/{FIRST}").text


def test_a_hostile_file_stays_text(site: Datasette) -> None:
    for path in (f"/tep/{HOSTILE}", "/?q=onerror"):
        tags = Tags(get(site, path).text)
        assert not [a for _, a in tags.elements if a.get("src") == "x" or "onerror" in a]
        assert not [script for script in tags.scripts if "alert(" in script]
