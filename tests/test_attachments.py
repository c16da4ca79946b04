"""Files that pages offer: read as text whatever they are, stored beside the articles, and found."""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import attached_files as made
import pytest
from click.testing import CliRunner
from hostile_portal import Hostile
from own_files import CRAWL, answer, end, ours
from runs import Demo, differences, dump, rows
from scrapy.http import HtmlResponse, Response

from archive.attached import apart, kind_of, read_file
from archive.attached.found import MOST_CHARACTERS
from archive.attached.rows import file_id, name_anew
from archive.errors import ArchiveError
from archive.model import Article, Attachment, Capture, File, Outcome, Page, PortalInfo
from archive.search import Filters, search_files
from archive.store import Archive
from crawler.cli import main
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import rebuild
from crawler.portals import load
from crawler.replica.attachments import SIGNED
from spiders.mic import Mic
from spiders.sonoivu import Sonoivu

LETTER = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nQuyết định số 812/QĐ-UBND\n"
URL = "https://backan.gov.vn/SiteCollectionDocuments/"
DOC = made.of_replica("huong-dan-1876-hd-snv.doc")
PORTALS: dict[str, Any] = {"hostile": Hostile}


def text_of(body: bytes, name: str, mime: str | None = None) -> File:
    found = read_file(body, mime, f"{URL}{name}")
    assert found
    return found


@pytest.mark.parametrize(
    ("name", "body", "kind", "pages", "begins"),
    [
        ("a.pdf", made.of_replica("a.pdf"), "pdf", 1, LETTER),
        ("a.docx", made.of_replica("a.docx"), "docx", None, LETTER),
        ("a.doc", DOC, "doc", None, "UBND TỈNH BẮC KẠN\nSỞ NỘI VỤ\nSố: 1876/HD-SNV\n"),
        ("a.xlsx", made.of_replica("a.xlsx"), "xlsx", 1, "Huyện, thành phố | Tổng số hộ | Hộ nghèo |"),
        ("a.odt", made.odt("Quyết định về"), "odt", None, "Quyết định về xã Nam Mẫu"),
        ("a.rtf", rb"{\rtf1\ansi\ansicpg1258 Qu\u7843?n B\u7841? \'d0}", "rtf", None, "Quản Bạ"),
        ("a.txt", "\ufeffxã  Nam Mẫu\r\n".encode(), "txt", None, "xã Nam Mẫu"),
        ("a.csv", "xã;số hộ\nNam Mẫu;214".encode("utf-16"), "csv", None, "xã;số hộ\nNam Mẫu;214"),
    ],
)  # fmt: skip
def test_each_kind_of_file_gives_its_text(
    name: str, body: bytes, kind: str, pages: int | None, begins: str
) -> None:
    found = text_of(body, name)
    assert (found.kind, found.pages, found.trouble, found.title) == (kind, pages, None, name)
    assert found.text.startswith(begins)
    assert read_file(body, None, f"{URL}{name}") == found


def test_a_word_file_keeps_its_table_and_hides_where_its_links_lead() -> None:
    text = text_of(DOC, "a.doc").text
    assert "Hồ sơ thiếu phiếu tín nhiệm không được xét." in text
    assert "HYPERLINK" not in text
    assert "Giấy khen cho tổ phục vụ, văn thư, lái xe | 12\n" in text


def test_what_was_deleted_or_is_there_twice_is_no_text() -> None:
    body = made.paragraph("còn") + "<w:p><w:del><w:r><w:delText>mất</w:delText></w:r></w:del></w:p>"
    twice = "<x:Fallback xmlns:x='mc'><w:p><w:r><w:t>còn</w:t></w:r></w:p></x:Fallback>"
    assert text_of(made.docx(body + twice), "a.docx").text == "còn"


@pytest.mark.parametrize(
    ("body", "mime", "name", "kind"),
    [
        (made.of_replica("a.pdf"), "application/msword", "a.doc", "pdf"),
        (b"junk\n" + made.of_replica("a.pdf"), None, "a", "pdf"),
        (DOC, "application/octet-stream", "tai-ve", "doc"),
        (made.of_replica("a.docx"), "application/zip", "a.zip", "docx"),
        (made.zipped({"a.txt": "a"}), "application/x-zip-compressed", "a.docx", "zip"),
        (b"{\\rtf1 a}", "application/msword", "a.doc", "rtf"),
        (b"Rar!\x1a\x07\x00", None, "a.rar", "rar"),
        (b"no PDF at all", "application/pdf; charset=binary", "tai-ve", "pdf"),
        (b"no PDF at all", "text/html", "a.PDF", "pdf"),
        (b"\xff\xd8\xff\xe0 a picture", "application/pdf", "a.pdf", None),
        (b"var a = 1", "text/javascript", "a.js", None),
        (b"User-agent: *", "text/plain", "robots", None),
    ],
)  # fmt: skip
def test_bytes_tell_the_kind_before_the_server_and_the_name_do(
    body: bytes, mime: str | None, name: str, kind: str | None
) -> None:
    assert kind_of(body, mime, f"{URL}{name}?v=1") == kind


@pytest.mark.parametrize(
    ("name", "body", "trouble"),
    [
        (f"a{SIGNED}", made.of_replica(f"a{SIGNED}"), "no text: scanned"),
        ("a.zip", made.zipped({"a.txt": "a"}), "not read"),
        ("a.pdf", b"%PDF-1.7 and nothing more", "damaged: "),
        ("a.docx", made.without_end(made.of_replica("a.docx")), "damaged: "),
        ("a.xlsx", made.without_end(made.of_replica("a.xlsx")), "damaged: "),
        ("a.doc", DOC[:3000], "damaged: "),
        ("a.doc", made.OLE, "damaged: "),
        ("a.docx", made.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.txt", b" \n", "no text"),
        ("a.docx", made.docx(f"<w:p>{made.paragraph('a')}"), "damaged: "),
        ("a.rtf", b"{\\rtf1" + b"a" * (9 << 20), "too large"),
        ("a.docx", made.spoiled(made.docx(made.paragraph("mot hai ba " * 99)), b"word/document.xml"), "damaged: "
         "error: Error -3 while decompressing data: invalid block type"),
        ("a.pdf", made.pages(5001), "cut: only its first 5,000 pages of 5,001"),
        ("a.txt", b"xa\n" * 400_000, "cut: only its first 1,000,000 characters"),
    ],
)  # fmt: skip
def test_what_a_text_lacks_is_said(name: str, body: bytes, trouble: str) -> None:
    found = text_of(body, name)
    assert (found.trouble or "").startswith(trouble)
    assert len(found.text) <= MOST_CHARACTERS


def test_a_text_in_an_old_code_page_is_mended_and_one_that_lost_letters_is_marked() -> None:
    old = text_of(b"C\xe9ng h\xdfa x\xb7 h\xe9i ch\xf1 ngh\xdca Vi\xd6t Nam", "a.txt")
    assert (old.text, old.trouble) == ("Cộng hòa xã hội chủ nghĩa Việt Nam", None)
    assert text_of(b"T? ch?c h?i ngh?, B?c K?n th?c hi?n", "b.txt").trouble == "broken: lost letters"


def test_the_line_that_a_signing_office_prints_on_a_scan_is_kept() -> None:
    assert "Người ký: Ủy ban nhân dân tỉnh Bắc Kạn" in text_of(made.of_replica(f"a{SIGNED}"), "a.pdf").text


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.docx", made.docx("<w:p/>" * (8 << 20))),
        ("a.docx", made.docx(made.paragraph("&l;"), before=made.entities())),
        ("a.docx", made.docx("<w:p>" * 100_000)),
        ("a.xlsx", made.xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')),
        ("a.pdf", made.doubling_forms(30)),
        ("a.pdf", made.pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 99999999 /Kids [2 0 R 2 0 R] >>")),
        ("a.rtf", b"{\\rtf1" + b"{" * 100_000),
    ],
    ids=["a zip bomb", "an XML bomb", "nested without end", "a sheet of 17 billion cells", "doubling forms",
         "a loop of pages", "braces without end"],
)  # fmt: skip
def test_a_hostile_file_ends_within_its_limits_and_the_next_one_is_read(name: str, body: bytes) -> None:
    found = text_of(body, name)
    assert found.trouble
    assert len(found.text.strip()) <= 1
    assert text_of(made.of_replica("a.docx"), "a.docx").text.startswith(LETTER)


def test_an_entity_of_another_file_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mật")
    before = f'<!DOCTYPE w:document [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    assert text_of(made.docx(made.paragraph("a&e;b"), before=before), "a.docx").text == "ab"


def test_a_reader_that_was_killed_is_begun_anew_and_marks_no_file() -> None:
    assert text_of(DOC, "a.doc").trouble is None
    child = apart._reader(os.getpid())._child
    assert child
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert text_of(DOC, "a.doc").trouble is None


def test_a_file_that_takes_too_long_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 0.2)
    found = text_of(made.doubling_forms(28), "a.pdf")
    assert found.trouble in (apart.TOO_SLOW, apart.BROKEN)


def test_where_no_file_can_be_read_none_is_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = apart._Reader()
    monkeypatch.setattr(apart, "_reader", lambda process: reader)
    response = Response(f"{URL}a.doc", body=DOC)
    for program in (shutil.which("false"), "/is/not/there"):
        monkeypatch.setattr(sys, "executable", program)
        with pytest.raises(ArchiveError, match="cannot be begun"):
            Sonoivu.read(response)
    monkeypatch.undo()
    assert Sonoivu.read(response).file


@pytest.mark.parametrize("size", [9, 1 << 20], ids=["handed over", "more than a pipe holds"])
def test_what_ended_the_reader_is_told_though_its_answer_ends_before(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    script = "import os, time; os.write(1, bytes(7) + bytes([2]) + b'{}'); os.close(1); time.sleep(0.3); os._exit(1)"
    begin = apart.subprocess.Popen
    begun: list[Any] = []

    def in_its_place(command: list[str], **pipes: Any) -> Any:
        begun.append(begin([command[0], "-c", script], **pipes))
        return begun[-1]

    monkeypatch.setattr(apart.subprocess, "Popen", in_its_place)
    assert apart._Reader().read("docx", bytes(size)).trouble == apart.BROKEN
    assert begun[0].returncode == 1


def test_a_file_that_is_too_large_is_handed_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_BYTES", 9)
    monkeypatch.setattr(apart.subprocess, "Popen", None)
    assert apart._Reader().read("pdf", bytes(10)).trouble == "too large"


def test_an_interrupted_reader_does_not_answer_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, answer = apart._Reader(), apart._answer
    for after in (0, 1):
        answers = iter([answer] * after + [interrupted])
        monkeypatch.setattr(apart, "_answer", lambda child, answers=answers: next(answers, answer)(child))
        with pytest.raises(KeyboardInterrupt):
            reader.read("doc", DOC)
        assert reader.read("txt", b"mot hai").text == "mot hai"
        reader.close()


def interrupted(child: object) -> None:
    raise KeyboardInterrupt


def test_the_reader_can_open_neither_a_file_nor_a_connection() -> None:
    text_of(DOC, "a.doc")
    child = apart._reader(os.getpid())._child
    assert child
    limits = Path(f"/proc/{child.pid}/limits")
    if not limits.exists():
        pytest.skip("no /proc here")
    allowed = {line[:26].strip(): line[26:].split()[:2] for line in limits.read_text().splitlines()}
    assert allowed["Max open files"] == ["0", "0"]
    assert allowed["Max address space"] == [str(1 << 30)] * 2


# What pages offer


def test_a_page_of_the_registry_leads_to_its_files() -> None:
    html = b"""<html><body><table class="main_vbtable"><tr><td>S\xe1\xbb\x91</td><td>21/2023</td></tr>
        <tr><td><a href="/Upload/VanBan/21.pdf#p2">21.pdf</a> <a href="https://elsewhere.example/a.pdf">a</a>
        <a href="/_layouts/download.aspx?f=a.pdf">x</a></td></tr></table></body></html>"""
    url = "https://mic.gov.vn/Pages/VanBan/13000/21.html"
    page = Mic.read(HtmlResponse(url, body=html, headers={"Content-Type": "text/html"}))
    assert page.outcome == Outcome.DOCUMENT
    assert [link.url for link in page.links] == ["https://mic.gov.vn/Upload/VanBan/21.pdf"]


def test_a_file_is_read_as_part_of_reading_its_response() -> None:
    headers = {"Content-Type": "application/octet-stream"}
    page = Sonoivu.read(Response(f"{URL}huong-dan.doc", body=DOC, headers=headers))
    assert page.outcome == Outcome.FILE
    assert page.file
    assert page.file.kind == "doc"
    picture = Sonoivu.read(Response(f"{URL}a.png", body=b"\x89PNG\r\n\x1a\n", headers=headers))
    assert (picture.outcome, picture.file) == (Outcome.FILE, None)


# What is stored, and found

PDF = f"{URL}812.pdf"


def capture(second: int, url: str = PDF) -> Capture:
    place = ("a.warc.gz", second, 9)
    return Capture(url, "backan", f"2024-01-01T00:00:{second:02}Z", "backan-1", 200, None, "0" * 64, *place)


def file(text: str, trouble: str | None = None) -> Page:
    return Page(Outcome.FILE, file=File("pdf", "812.pdf", text, 2, trouble))


def offering(key: str, published_at: str | None, words: str, url: str = PDF, title: str = "Tin") -> Page:
    article = Article(f"https://backan.gov.vn/{key}", key, title, "Nội dung", published_at=published_at,
                      attachments=(Attachment(url, words),), section="Kinh tế")  # fmt: skip
    return Page(Outcome.SELECTORS, article, key=key)


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive(":memory:") as opened:
        opened.put_portal(PortalInfo("backan", "Bắc Kạn", "UBND", "https://backan.gov.vn/", "backan-old"))
        opened.start_crawl("backan-1", "backan", "live", "2024-01-01T00:00:00Z")
        yield opened


def only(archive: Archive) -> dict[str, Any]:
    [row] = archive.db.query("select * from files")
    return row


def test_the_newest_whole_capture_is_what_a_file_says(archive: Archive) -> None:
    part = Page(Outcome.FILE, file=File("pdf", "812.pdf", "cụt", None, "damaged: why"), whole=False)
    archive.take_in(capture(5), part)
    assert only(archive)["trouble"] == "cut short; damaged: why"
    archive.take_in(capture(1), file("đầu"))
    archive.take_in(capture(3, PDF.replace("https", "http").replace("812", "%38%312")), file("giữa"))
    archive.take_in(capture(2), file("hai"))
    archive.take_in(capture(6), part)
    row = only(archive)
    assert (row["text"], row["captured_at"], row["trouble"]) == ("giữa", "2024-01-01T00:00:03Z", None)
    assert row["id"] == file_id(PDF)


def test_a_file_is_named_and_dated_by_the_first_article_that_offers_it(archive: Archive) -> None:
    archive.take_in(capture(1), file("chữ"))
    assert (only(archive)["title"], only(archive)["published_at"]) == ("812.pdf", None)
    archive.take_in(capture(2, "https://x/b"), offering("b", "2020-05-01", "Quyết định số 812"))
    archive.take_in(
        capture(3, "https://x/a"), offering("a", "2019-01-02", "812.pdf", f"http://www.{PDF[8:]}")
    )
    assert (only(archive)["title"], only(archive)["published_at"]) == ("Quyết định số 812", "2019-01-02")
    archive.take_in(capture(4, "https://x/b"), offering("b", "2020-05-01", "khác", f"{URL}khac.pdf"))
    assert (only(archive)["title"], only(archive)["published_at"]) == ("812.pdf", "2019-01-02")


def test_a_file_that_many_offer_is_named_as_if_all_were_asked_and_rarely_asks_them(archive: Archive) -> None:
    asked: list[str] = []
    archive.take_in(capture(0), file("chữ"))
    rnd = random.Random(6)
    for second in range(1, 60):
        day = rnd.choice((None, *(f"20{year}-05-01" for year in range(10, 24))))
        offer = offering(f"{rnd.randrange(30)}", day, rnd.choice(("812.pdf", "Mẫu đơn", "Mẫu đơn", "Đơn")))
        archive.take_in(capture(second, f"https://x/{offer.key}"), offer)
        told = only(archive)
        name_anew(archive.db, {file_id(PDF)})
        assert only(archive) == told
    archive.db.conn.set_trace_callback(asked.append)
    for second, day in enumerate(("2024-05-01", "2001-05-01", None), 60):
        page = offering(f"n{second}", day, only(archive)["title"])
        archive.take_in(capture(second, f"https://x/{page.key}"), page)
    assert only(archive)["published_at"] == "2001-05-01"
    assert any("from attachments" in query for query in asked)
    assert not any("where t.file" in query for query in asked)


def test_a_capture_that_turns_out_to_be_no_file_takes_its_text_away(archive: Archive) -> None:
    archive.take_in(capture(1), file("chữ"))
    with archive.file_anew(file_id(PDF)):
        archive.take_in(capture(1), Page(Outcome.FAILED, note="incomplete, asked again", replaced=True))
    assert list(archive.db.query("select * from files")) == []
    assert list(archive.db.query("select file from captures")) == [{"file": None}]


def test_files_are_found_as_articles_are(archive: Archive) -> None:
    archive.take_in(capture(1), file("Sổ giao nhận của xã Đồng Phúc"))
    archive.take_in(capture(2, f"{URL}hai.pdf"), file("Số giao nhân, động phục"))
    connection = archive.db.conn
    assert [hit.exact for hit in search_files(connection, "giao nhận Đồng Phúc").hits] == [True, False]
    assert [hit.exact for hit in search_files(connection, "dong phuc").hits] == [True, True]
    assert search_files(connection, "giao nhận", exact=True).total == 1
    [hit] = search_files(connection, '"Sổ giao nhận" -"động phục"').hits
    assert hit.snippet[slice(*hit.snippet_matches[0])] == "Sổ giao nhận"
    assert search_files(connection, "812").hits[0].title_matches == ((0, 3),)
    assert search_files(connection, "").total == 2
    assert search_files(connection, "không có đâu").hits == ()


def test_filters_ask_the_file_or_an_article_that_offers_it(archive: Archive) -> None:
    archive.take_in(capture(1), file("chữ"))
    archive.take_in(capture(2, "https://x/a"), offering("a", "2020-05-01", "Quyết định", title="Tin một"))

    def total(**filters: Any) -> int:
        found = {
            search_files(archive.db.conn, words, filters=Filters(**filters)).total for words in ("chu", "")
        }
        assert len(found) == 1
        return found.pop()

    assert [total(portal=("backan",)), total(portal=("mic",))] == [1, 0]
    assert [total(section=("Kinh tế",)), total(section=("Thể thao",))] == [1, 0]
    assert [total(since=date(2020, 5, 1)), total(until=date(2020, 4, 30))] == [1, 0]
    [hit] = search_files(archive.db.conn, "chữ").hits
    assert ([offer.title for offer in hit.articles], hit.offered_by) == (["Tin một"], 1)


def test_a_file_of_which_more_is_known_later_is_as_if_it_had_always_been_known(tmp_path: Path) -> None:
    """Its first answer was asked again, which another file of the crawl tells."""
    with ours(tmp_path, max_size=1) as writer:
        cut = answer(writer, "/tep/a.doc", 2, body=made.of_replica("a.pdf"))
        answer(writer, "/tep/a.doc", 1, body=DOC, truncated="disconnect")
        writer.note("http://hostile.test/tep/a.doc", "2026-01-01T00:00:02Z", {"successor": "retry"}, cut.id)
        end(writer)
    files = sorted(tmp_path.glob(f"{CRAWL}-*.warc.gz"))
    assert len(files) == 2
    for number, order in enumerate((files, files[::-1])):
        for path in order:
            ingest(path, tmp_path / str(number), PORTALS)
    assert differences(tmp_path / "0", tmp_path / "1") == {}
    assert rows(tmp_path / "0", "select kind, trouble from files") == [("doc", "cut short")]


# The whole way


def test_the_demo_offers_every_kind_and_a_rebuild_reads_the_same(demo: Demo, tmp_path: Path) -> None:
    data = shutil.copytree(demo.data, tmp_path / "data")
    found = rows(data, "select kind, trouble from files group by 1, 2 order by 1, 2")
    assert found == [
        ("doc", None),
        ("docx", None),
        ("pdf", None),
        ("pdf", "no text: scanned"),
        ("xlsx", None),
    ]
    missing = "select url from attachments where file is null or file not in (select id from files)"
    assert rows(data, missing) == []
    [(registry,)] = rows(data, "select count(*) from files where portal = 'mic' and published_at is null")
    assert registry == 3
    before = dump(data)
    rebuild(data, load(), jobs=2)
    assert dump(data) == before


def test_the_command_shows_files_behind_the_articles(demo: Demo) -> None:
    shown = CliRunner().invoke(main, ["search", "phieu tin nhiem", "--data", str(demo.data)])
    assert shown.exit_code == 0
    assert "Hướng dẫn số 1876/HD-SNV\n2022-10-31  sonoivu  doc  https://sonoivu" in shown.output
    told = CliRunner().invoke(
        main, ["search", "Người ký", "--portal", "sonoivu", "--json", "--data", str(demo.data)]
    )
    [hit] = json.loads(told.stdout)["files"]["hits"]
    assert (hit["kind"], hit["trouble"], hit["title"]) == (
        "pdf",
        "no text: scanned",
        "Kế hoạch số 61/KH-UBND",
    )
    assert [article["title"][:8] for article in hit["articles"]] == ["Kiểm tra"]
