"""Damage is found, whatever it is, and named with file, byte and address."""

import gzip
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile_portal import Hostile
from own_files import of_several_files
from warc_files import AT, article, foreign, record, revisit, warc

from archive.store import Archive
from archive.verify import Damage, verify
from archive.warc.cdxj import sidecar, write_sidecar
from archive.warc.reader import exchanges, payload_digest, records
from archive.warc.writer import Revisited, WarcWriter
from crawler.cli import main
from crawler.intake.ingest import ingest

PORTALS = {"hostile": Hostile}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one WARC file of three pages, two of them of a covered host."""
    outside = ("http://elsewhere.example/", *article("x")[1:])
    ingest(warc(tmp_path, article("mot"), outside, article("hai")), tmp_path / "data", PORTALS)
    return tmp_path / "data"


def file_in(data: Path) -> Path:
    (path,) = (data / "warc").glob("*.warc*")
    return path


def found(data: Path) -> list[Damage]:
    return list(verify(data, Hostile.covers))


def change(data: Path, sql: str) -> None:
    with Archive(data / "archive.db") as archive, archive.writing():
        archive.db.execute(sql)


def test_a_sound_archive_has_no_damage_and_every_byte_is_read(data: Path) -> None:
    sizes: list[int] = []
    assert list(verify(data, Hostile.covers, sizes.append)) == []
    assert sum(sizes) == file_in(data).stat().st_size


@pytest.mark.parametrize("where", [0.3, 0.6, 0.95])
def test_a_flipped_byte_is_found(data: Path, where: float) -> None:
    path = file_in(data)
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * where)] ^= 0xFF
    path.write_bytes(raw)
    assert found(data)
    assert all(damage.file == path.name for damage in found(data))


def test_a_cut_file_names_the_captures_that_are_lost(data: Path) -> None:
    path = file_in(data)
    *_, last = exchanges(path)
    path.write_bytes(path.read_bytes()[: last.place.offset + 50])
    cut, lost = found(data)
    assert cut.what == f"is cut: the record at byte {last.place.offset} is not whole"
    assert (lost.url, lost.offset) == ("http://hostile.test/bai/hai", last.place.offset)


def test_a_missing_file_is_named(data: Path) -> None:
    path = file_in(data)
    path.unlink()
    assert found(data) == [Damage(path.name, "is not there, and 2 captures point to it")]


def test_a_body_that_is_not_the_one_captured_is_found(data: Path) -> None:
    change(data, "update captures set sha256 = 'other' where url like '%hai'")
    (damage,) = found(data)
    assert (damage.url, "SHA-256 differs" in damage.what) == ("http://hostile.test/bai/hai", True)


def test_a_record_that_is_not_what_its_digest_says_is_found(data: Path) -> None:
    path = file_in(data)
    *_, last = exchanges(path)
    raw = path.read_bytes()
    record = gzip.decompress(raw[last.place.offset : last.place.offset + last.place.length])
    end = last.place.offset + last.place.length
    altered = gzip.compress(record.replace(b"hostile", b"hOstile", 1).replace(b"<p>", b"<b>", 1))
    path.write_bytes(raw[: last.place.offset] + altered + raw[end:])
    assert any("digest" in damage.what for damage in found(data))


def test_a_record_that_no_row_knows_is_found_unless_its_host_is_not_ours(data: Path) -> None:
    change(data, "delete from captures where url like '%hai'")
    (damage,) = found(data)
    assert (damage.url, "does not know" in damage.what) == ("http://hostile.test/bai/hai", True)
    assert damage.offset


def test_a_row_that_points_elsewhere_is_found(data: Path) -> None:
    change(data, "update captures set warc_offset = warc_offset + 1 where url like '%hai'")
    assert sorted("no record" in damage.what for damage in found(data)) == [False, True]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update captures set captured_at = '2018-01-01T00:00:00Z'", f"was captured at {AT}, not 2018"),
        ("update captures set status = 404", "of an answer 200, not 404"),
        ("update captures set status = null", "of an answer 200, not None"),
        ("update captures set crawl = 'other'", "not of the crawl other"),
        ("delete from crawls", "of which there is no row"),
        ("delete from articles where url like '%hai'", "the article of a capture is not there"),
        ("delete from versions where article = (select max(id) from articles)", "version"),
        ("update articles set body = body || '!'", "another text than its version"),
        ("update versions set body = body || '!'", "version 1 is not what its digest says"),
        ("update versions set lead = cast(x'ff00' as text)", "version 1 is not what its digest says"),
        ("update versions set number = 3", "a version of the article is not there"),
        ("update versions set article = article + 1", "the version of a capture is not there"),
    ],
)
def test_rows_that_do_not_say_what_was_captured_are_found_with_the_way_out(
    data: Path, sql: str, said: str
) -> None:
    change(data, sql)
    told = [damage.what for damage in found(data)]
    assert any(said in what for what in told)
    assert all("`backan rebuild` makes it anew" in what for what in told)


def test_a_version_that_is_missing_from_the_middle_or_the_end_is_found(tmp_path: Path) -> None:
    texts = [article("mot"), (*article("mot")[:3], article("hai")[3]), article("mot")]
    for number, text in enumerate(texts, 1):
        at = f"2019-12-1{number}T10:00:00Z"
        ingest(warc(tmp_path, text, name=f"n{number}", at=at), tmp_path / "data", PORTALS)
    assert found(tmp_path / "data") == []
    kept = tmp_path / "kept"
    for number in (1, 2, 3):
        shutil.copytree(tmp_path / "data", kept)
        change(kept, f"delete from versions where number = {number}")
        assert any("version" in damage.what and damage.file == "archive.db" for damage in found(kept))
        shutil.rmtree(kept)


def test_zeroed_bytes_of_the_archive_are_damage(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as archive:
        [(page,)] = archive.execute("select rootpage from sqlite_master where name = 'idx_articles_section'")
        [(size,)] = archive.execute("pragma page_size")
    archive.close()
    assert not (data / "archive.db-wal").exists()
    raw = bytearray((data / "archive.db").read_bytes())
    raw[(page - 1) * size : page * size] = bytes(size)
    (data / "archive.db").write_bytes(raw)
    told = found(data)
    assert told
    assert all(damage.file == "archive.db" and "`backan rebuild`" in damage.what for damage in told)


def test_an_archive_that_cannot_be_read_on_is_damage_and_no_crash(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as archive:
        [(page,)] = archive.execute("select rootpage from sqlite_master where name = 'captures'")
        [(size,)] = archive.execute("pragma page_size")
    archive.close()
    raw = bytearray((data / "archive.db").read_bytes())
    raw[(page - 1) * size : page * size] = b"\xff" * size
    (data / "archive.db").write_bytes(raw)
    (damage,) = found(data)
    assert (damage.file, "nor compared any further" in damage.what) == ("archive.db", True)


def test_an_archive_from_before_there_were_complete_crawls_is_read(data: Path) -> None:
    change(data, "drop index idx_captures_crawl_outcome_replaced")
    change(data, "alter table captures drop column whole")
    change(data, "alter table crawls drop column complete")
    with sqlite3.connect(data / "archive.db") as archive:
        assert (
            list(archive.execute("select name from pragma_table_info('crawls') where name = 'complete'"))
            == []
        )
    archive.close()
    assert found(data) == []


def test_the_command_ends_with_four_where_there_is_damage(data: Path) -> None:
    arguments = ["verify", "--data", str(data)]
    sound = CliRunner().invoke(main, arguments)
    assert (sound.exit_code, sound.output) == (0, "All captures are as they were captured.\n")
    name = file_in(data).name
    file_in(data).unlink()
    damaged = CliRunner().invoke(main, arguments)
    assert (damaged.exit_code, f"{name}: is not there" in damaged.output) == (4, True)
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert told[0]["file"] == name


def test_the_command_says_what_is_wrong_where_there_is_no_archive(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["verify", "--data", str(tmp_path)])
    assert (result.exit_code, "no archive" in result.output) == (1, True)


LATER = "2019-12-12T10:00:00Z"
CRAWL = "hostile-20191211T100000Z"
INFO = {
    "software": "backan-archive",
    "isPartOf": CRAWL,
    "portal": "hostile",
    "startedAt": AT,
    "source": "live",
}
REQUEST = b"GET / HTTP/1.1\r\n\r\n"
URL, _, _, BODY = article("mot")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
SILENT = "http://hostile.test/bai/silent"


@pytest.fixture
def crawled(tmp_path: Path) -> Path:
    """A data folder with a crawl of our own: a page, twice the same, once not modified; and no answer."""
    with WarcWriter(tmp_path, CRAWL, INFO) as writer:
        first = writer.write(URL, AT, REQUEST, OK, BODY)
        again = Revisited(URL, AT, first.digest, "identical-payload-digest")
        writer.write(URL, LATER, REQUEST, OK, b"", revisit=again)
        unmodified = Revisited(URL, AT, first.digest, "server-not-modified")
        writer.write(
            URL,
            "2019-12-13T10:00:00Z",
            REQUEST,
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
            b"",
            revisit=unmodified,
        )
        writer.note(URL, AT, {"fetchError": "cannot be decoded"}, first.id)
        writer.note(SILENT, LATER, {"fetchError": "timeout", "via": URL})
        writer.note("http://elsewhere.example/", LATER, {"fetchError": "timeout"})
    ingest(tmp_path / first.place.file, tmp_path / "data", PORTALS)
    return tmp_path / "data"


def test_a_crawl_with_revisits_and_requests_without_answer_is_sound(crawled: Path) -> None:
    with Archive(crawled / "archive.db") as archive:
        [(rows, bodies)] = archive.db.execute("select count(*), count(distinct sha256) from captures")
    assert (rows, bodies) == (4, 1)
    assert found(crawled) == []


def test_a_revisit_whose_original_is_nowhere_is_found(tmp_path: Path) -> None:
    original = foreign(tmp_path, record("response", URL, OK + BODY), name="original.warc")
    stated = {"WARC_Refers_To_Target_URI": URL, "WARC_Refers_To_Date": AT}
    again = foreign(tmp_path, revisit(URL, payload_digest(BODY), OK, at=LATER, **stated))
    data = tmp_path / "data"
    for path in (original, again):
        ingest(path, data, PORTALS)
    assert found(data) == []
    (data / "warc" / "original.warc").unlink()
    assert [damage.what for damage in found(data)] == [
        "is not there, and 1 captures point to it",
        "refers to a record that cannot be read, at byte 0 of original.warc",
    ]
    change(data, f"delete from captures where captured_at = '{AT}'")
    assert found(data) == [Damage("foreign.warc", "refers to a record that is not here", 0, URL)]


def test_a_revisit_that_was_taken_for_another_body_is_found(crawled: Path) -> None:
    change(crawled, f"update captures set sha256 = 'other' where captured_at = '{LATER}'")
    (damage,) = found(crawled)
    assert "has another body than was captured" in damage.what


def test_a_revisit_taken_in_before_its_original_was_there_is_found(crawled: Path) -> None:
    change(crawled, f"update captures set sha256 = null where captured_at = '{LATER}'")
    assert [damage.what for damage in found(crawled)] == ["refers to a record that is not here"]


def test_a_revisit_that_states_the_digest_of_another_body_is_found(tmp_path: Path) -> None:
    stated = {"WARC_Refers_To_Target_URI": URL, "WARC_Refers_To_Date": AT}
    path = foreign(
        tmp_path,
        record("response", URL, OK + BODY),
        revisit(URL, "md5:anything", OK, at=LATER, **stated),
        revisit(URL, payload_digest(BODY), OK, at="2019-12-13T10:00:00Z", **stated),
    )
    ingest(path, tmp_path / "data", PORTALS)
    assert found(tmp_path / "data") == []
    held = file_in(tmp_path / "data")
    other = held.read_bytes().replace(payload_digest(BODY).encode(), payload_digest(b"?").encode())
    held.write_bytes(other)
    write_sidecar(held)
    assert [damage.what for damage in found(tmp_path / "data")] == [
        "the record that it refers to has another payload digest than it states"
    ]


@pytest.mark.parametrize("url", [URL, "http://elsewhere.example/"])
@pytest.mark.parametrize(
    "stated", [{"WARC_Refers_To": "<urn:1>"}, {"WARC_Refers_To_Target_URI": "?", "WARC_Refers_To_Date": AT}]
)
def test_a_revisit_leads_to_its_body_by_name_or_digest_also_on_another_host(
    tmp_path: Path, url: str, stated: dict[str, str]
) -> None:
    """wget states a record's id only; a digest may be of a kind that nobody knows."""
    digest = payload_digest(BODY) if "WARC_Refers_To" in stated else "tiger:unknown"
    stated = {name: url if value == "?" else value for name, value in stated.items()}
    path = foreign(
        tmp_path,
        record("response", url, OK + BODY),
        revisit(URL, digest, OK, at=LATER, **stated),
    )
    ingest(path, tmp_path / "data", PORTALS)
    assert found(tmp_path / "data") == []


def test_a_request_without_answer_that_no_row_knows_is_found(crawled: Path) -> None:
    change(crawled, f"delete from captures where url = '{SILENT}'")
    (damage,) = found(crawled)
    assert (damage.url, "does not know this request" in damage.what) == (SILENT, True)


def test_a_row_without_record_needs_a_note_in_the_files_of_its_crawl(crawled: Path) -> None:
    change(crawled, f"update captures set url = url || '2', id = 1 where url = '{SILENT}'")
    unknown, unheard = found(crawled)
    assert "does not know this request" in unknown.what
    assert (unheard.url, unheard.file) == (f"{SILENT}2", file_in(crawled).name)
    assert "holds no note of this request" in unheard.what


def test_a_crawl_from_before_there_were_notes_needs_none(data: Path) -> None:
    columns = "url, portal, captured_at, crawl, outcome"
    row = f"select 'http://hostile.test/x', portal, '{AT}', crawl, 'failed' from captures limit 1"
    change(data, f"insert into captures ({columns}) {row}")
    assert found(data) == []


def test_the_notes_of_a_crawl_that_runs_are_not_missed(crawled: Path) -> None:
    change(crawled, f"update captures set url = url || '2', id = 1 where url = '{SILENT}'")
    with WarcWriter(crawled / "warc", CRAWL, INFO) as writer:
        writer.open()
        assert [damage.what for damage in found(crawled) if "no note" in damage.what] == []


@pytest.fixture
def ended(tmp_path: Path) -> Path:
    """A data folder with a crawl of our own in three files, which has come to its end."""
    files = of_several_files(tmp_path)
    for path in files:
        ingest(path, tmp_path / "data", PORTALS)
    return tmp_path / "data"


def last_file(data: Path) -> Path:
    return max((data / "warc").glob("*.warc.gz"))


def test_a_crawl_that_says_how_it_ended_is_sound(ended: Path) -> None:
    assert list(verify(ended, Hostile.covers)) == []
    with Archive(ended / "archive.db") as archive:
        assert list(archive.db.execute("select outcome, complete from crawls")) == [("finished", 1)]


def test_a_file_that_is_cut_between_two_records_is_found(ended: Path) -> None:
    path = last_file(ended)
    *_, end = records(path)
    path.write_bytes(path.read_bytes()[: end.place.offset])
    (damage,) = found(ended)
    assert (damage.file, "does not say how the crawl" in damage.what) == (path.name, True)


@pytest.mark.parametrize(
    "what", ["finished_at = '2030-01-01T00:00:00Z'", "outcome = 'failed'", "complete = 0"]
)
def test_a_row_that_says_otherwise_how_a_crawl_ended_is_found(ended: Path, what: str) -> None:
    change(ended, f"update crawls set {what}")
    (damage,) = found(ended)
    assert (damage.file, "ended otherwise than it did" in damage.what) == ("archive.db", True)


@pytest.mark.parametrize("outcome", ["'killed'", "null"])
def test_a_crawl_that_was_killed_or_runs_need_not_say_how_it_ended(ended: Path, outcome: str) -> None:
    path = last_file(ended)
    *_, end = records(path)
    path.write_bytes(path.read_bytes()[: end.place.offset])
    change(ended, f"update crawls set outcome = {outcome}")
    assert found(ended) == []


def test_a_sidecar_that_does_not_say_what_its_file_holds_is_found(crawled: Path) -> None:
    path = sidecar(file_in(crawled))
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    (damage,) = found(crawled)
    assert damage.file == path.name
    assert "does not say what" in damage.what
    path.unlink()
    (damage,) = found(crawled)
    assert (damage.file, "is not there" in damage.what) == (path.name, True)


def test_a_sidecar_that_a_file_of_others_lacks_is_no_damage(data: Path) -> None:
    path = sidecar(file_in(data))
    path.write_text("odd\n")
    assert [damage.file for damage in found(data)] == [path.name]
    path.unlink()
    assert found(data) == []


def test_a_file_that_a_crash_has_left_is_named(crawled: Path) -> None:
    left = crawled / "warc" / f"{CRAWL}-00001.warc.gz.open"
    left.write_bytes(b"")
    assert found(crawled) == [Damage(left.name, "was left unfinished by a crawl that was killed")]
