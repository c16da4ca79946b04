"""The command: what it prints, and the code it ends with."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hostile_portal import Hostile
from rich.console import Console
from warc_files import article as page_of
from warc_files import foreign, record, warc

from archive.alarms import Alarm, Rule
from archive.model import Article, Capture, Outcome, Page, PortalInfo, Tally
from archive.store import Archive
from archive.warc.reader import Place, Unusable
from archive.warc.writer import WarcWriter
from crawler import report
from crawler.cli import main
from crawler.crawl import Crawled
from crawler.intake.ingest import Ingested, ingest
from crawler.portals import load
from crawler.progress import Progress, table

INFO = PortalInfo("mic", "Bộ TT&TT", "Bộ", "https://mic.gov.vn/", "mic")


def backan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose archive holds one article."""
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(INFO)
        archive.start_crawl("mic-1", "mic", "demo", "2026-11-21T07:00:00Z")
        url = "https://mic.gov.vn/Pages/TinTuc/1/a.html"
        capture = Capture(url, "mic", "2026-11-21T07:00:00Z", "mic-1", 200)
        article = Article(url, "1", "Chuyển đổi số ở Bắc Kạn", "Tỉnh <b> họp.", published_at="2023-10-15")
        archive.take_in(capture, Page(Outcome.SELECTORS, article))
    return tmp_path


def test_every_command_has_help_that_fits_the_terminal() -> None:
    for command in main.commands.values():
        assert command.help
        assert "\n" not in command.help.strip()
        assert len(command.help) < 100
    listed = backan("--help").output.partition("Commands:")[2].strip().splitlines()
    assert len(listed) == len(main.commands)
    assert not [line for line in listed if len(line) > 80 or line.endswith("...")]
    assert "--since YYYY-MM-DD" in backan("crawl", "--help").output


def test_a_search_prints_the_hit_for_a_person(data: Path) -> None:
    result = backan("search", "bac", "kan", "--data", data)
    assert result.exit_code == 0
    assert "Chuyển đổi số ở Bắc Kạn\n2023-10-15  mic  https://mic.gov.vn/" in result.output
    assert result.output.endswith("\n1 article\n")


def test_a_live_crawl_without_a_contact_asks_for_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKAN_CONTACT", raising=False)
    result = backan("crawl", "mic", "--data", data)  # refused before a request: the archive is the demo's
    assert "BACKAN_CONTACT" in result.output
    monkeypatch.setenv("BACKAN_CONTACT", "mai@example.org")
    assert "BACKAN_CONTACT" not in backan("crawl", "mic", "--data", data).output


def test_versions_show_the_words_that_changed(data: Path) -> None:
    url = "https://mic.gov.vn/Pages/TinTuc/7/bai.html"
    with Archive(data / "archive.db") as archive:
        for day, body in (("01", "Huyện có 17 xã.\n\nHết./."), ("02", "Huyện có 14 xã đạt.\n\nHết./.")):
            capture = Capture(url, "mic", f"2026-01-{day}T00:00:00Z", "mic-1", 200)
            archive.take_in(
                capture, Page(Outcome.SELECTORS, Article(url, "mic/mic.gov.vn/article/7", "Bài", body))
            )
    other_address = "http://www.mic.gov.vn/Pages/TinTuc/tinchitiet.aspx?tintucid=7"
    result = backan("versions", other_address, "--data", data)
    assert result.exit_code == 0
    assert "  1  2026-01-01T00:00:00Z  Bài\n  2  2026-01-02T00:00:00Z  Bài" in result.output
    assert result.output.endswith("\n\nHuyện có [-17-]{+14+} xã{+ đạt+}.\n")
    assert (
        "These versions say the same."
        in backan("versions", url, "--between", "1", "1", "--data", data).output
    )
    assert len(json.loads(backan("versions", url, "--json", "--data", data).output)) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["https://evil.example/"], "no portal covers"),
        (["https://mic.gov.vn/Pages/TinTuc/8/x.html"], "holds no article"),
    ],
)
def test_versions_of_what_is_not_there_are_refused(data: Path, arguments: list[str], says: str) -> None:
    result = backan("versions", *arguments, "--data", data)
    assert (result.exit_code, says in result.output) == (1, True)


def test_a_search_prints_json_for_a_program(data: Path) -> None:
    found = json.loads(backan("search", "bac kan", "--json", "--data", data).output)
    assert found["total"] == 1
    assert {"title", "url", "portal", "published_at", "snippet"} <= set(found["hits"][0])


def test_a_word_with_a_dash_is_left_out(data: Path) -> None:
    assert backan("search", "bac", "-kan", "--data", data).output == "0 articles\n"
    for word in ("-huyện", "-lụt", '-"hai từ"', "-ư", "-3"):
        assert backan("search", "bac", word, "--data", data).output.endswith("1 article\n")


@pytest.mark.parametrize("word", ["--jso", "--lụt", "-n", "-Z"])
def test_what_was_meant_as_an_option_is_no_word_to_leave_out(data: Path, word: str) -> None:
    result = backan("search", "bac", "kan", word, "3", "--data", data)
    assert result.exit_code == 2
    assert f"No such option '{word}'" in result.output
    assert ("--json" in result.output) == (word == "--jso")


def test_the_data_folder_can_come_from_the_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKAN_DATA", str(data))
    assert backan("search", "bac kan").exit_code == 0


@pytest.mark.parametrize("command", [("search", "bac kan"), ("serve",)])
def test_without_an_archive_the_way_to_one_is_told(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = backan(*command, "--data", tmp_path)
    assert result.exit_code == 1
    assert "backan demo" in result.output


def test_a_search_for_nothing_is_wrong_usage(data: Path) -> None:
    assert backan("search", "-", "--data", data).exit_code == 2
    assert backan("search", "--data", data).exit_code == 2


@pytest.mark.parametrize(
    ("url", "portal", "kind"),
    [
        ("https://mic.gov.vn/Pages/TinTuc/tinchitiet.aspx?tintucid=137150", "mic", "article"),
        ("https://www.example.com/", None, "outside"),
        ("not an address", None, "outside"),
    ],
)
def test_an_address_is_matched_to_its_portal(url: str, portal: str | None, kind: str) -> None:
    result = backan("portals", "--match", url, "--json")
    assert json.loads(result.output) == {"portal": portal, "kind": kind}
    assert backan("portals", "--match", url).output == f"{portal or '-'} {kind}\n"


def test_the_portals_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # wherever one is
    listed = json.loads(backan("portals", "--json").output)
    assert [portal["id"] for portal in listed] == sorted(load())
    assert "https://mic.gov.vn/" in backan("portals").output


def test_an_unknown_portal_is_wrong_usage_and_the_known_are_named(tmp_path: Path) -> None:
    result = backan("crawl", "nowhere", "--data", tmp_path)
    assert result.exit_code == 2
    assert "mic" in result.output
    assert backan("crawl", "mic", "--via", "localhost:1", "--data", tmp_path).exit_code == 2
    assert backan("crawl", "mic", "--since", "15/10/2023", "--data", tmp_path).exit_code == 2


def test_a_real_crawl_does_not_mix_with_the_demo(data: Path) -> None:
    result = backan("crawl", "mic", "--data", data)
    assert result.exit_code == 1
    assert "inventions" in result.output


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for command in (["crawl", "mic"], ["ingest", warc(tmp_path, page_of("mot"))]):
        result = backan(*command, "--data", tmp_path / "file" / "data")
        assert result.exit_code == 1
        assert "Not a directory" in result.output
        assert result.output.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path, command: str, port: str) -> None:
    assert backan(command, "--port", port, "--data", tmp_path).exit_code == 2


def test_what_a_killed_crawl_has_left_is_salvaged_before_anything_else(data: Path) -> None:
    (data / "page").write_text("<html>")
    info = {"isPartOf": "mic-1", "portal": "mic", "source": "live", "startedAt": "2026-11-21T07:00:00Z"}
    with WarcWriter(data / "elsewhere", "mic-1", info) as writer:
        writer.write(
            "https://mic.gov.vn/robots.txt", "2026-11-21T07:00:00Z", b"", b"HTTP/1.1 200 OK\r\n\r\n", b""
        )
        [left] = (data / "elsewhere").glob("*.open")
        (data / "warc").mkdir()
        shutil.copy(left, data / "warc")
    with WarcWriter(data / "warc", "ict-1", {}) as running:
        running.open()
        for told in ("Salvaged 1 file of 2 crawls that had not ended: 1 capture taken in\n", ""):
            assert backan("ingest", data / "page", "--data", data).stderr.startswith(f"{told}Error: ")
        names = [path.name for path in (data / "warc").glob("*.warc.gz*")]
        assert sorted(names) == ["ict-1-00000.warc.gz.open", "mic-1-00000.warc.gz"]


ESCAPE = "\x1b[31m"


def test_nothing_out_of_a_file_commands_the_terminal(tmp_path: Path) -> None:
    (tmp_path / f"{ESCAPE}.warc").write_text(f"{ESCAPE} no record")
    block = f"HTTP/1.1 200 OK\r\nContent-Encoding: {ESCAPE}\r\n\r\nx".encode()
    broken = f"WARC/1.1\r\nContent-Length: {ESCAPE}\r\n\r\n".encode()
    records = record("response", "http://x\x1b.test/", block), record("\x1b[31", None, b""), broken
    plain = foreign(tmp_path, *records, name="plain.warc")
    result = backan("ingest", tmp_path / f"{ESCAPE}.warc", plain, "--data", tmp_path / "data")
    assert "\x1b" not in result.output
    assert "\\x1b[31m.warc is no WARC file" in result.output
    assert "1 response of hosts that no portal covers: x\\x1b.test" in result.output
    assert "1 \\x1b[31" in result.output


def test_an_import_tells_what_it_took_in_and_ends_with_an_alarm_where_the_file_is_cut(tmp_path: Path) -> None:
    source = warc(tmp_path, ("https://mic.gov.vn/robots.txt", "200 OK", [], b""), page_of("mot"))
    result = backan("ingest", source, "--data", tmp_path / "data")
    assert result.exit_code == 0
    assert "1 response of hosts that no portal covers: hostile.test" in result.output
    assert "2 request, 1 warcinfo" in result.output
    assert (
        "Already in the archive: 1 capture\n" in backan("ingest", source, "--data", tmp_path / "data").output
    )
    source.write_bytes(source.read_bytes()[:-100])
    result = backan("ingest", source, "--data", tmp_path / "cut")
    assert result.exit_code == 3
    assert "but it is cut: the record at byte" in " ".join(result.output.split())


def test_records_that_are_not_what_their_digests_say_are_an_alarm_of_the_import(tmp_path: Path) -> None:
    """They are taken in, exported as they are, and named by `backan verify`."""
    page, wrong = b"HTTP/1.1 200 OK\r\n\r\n<p>Tin", {"WARC_Block_Digest": "sha1:" + "A" * 32}
    urls = [f"https://mic.gov.vn/{name}" for name in ("mot", "hai", "ba")]
    records = [record("response", url, page, **(wrong if url.endswith("i") else {})) for url in urls]
    source, at = foreign(tmp_path, *records), ("--data", tmp_path / "data")
    result = backan("ingest", source, *at)
    assert (result.exit_code, "are not what their digests say: 1 (" in result.stdout) == (3, True)
    result = backan("ingest", "--json", source, *at)
    [told] = json.loads(result.stdout)
    assert (result.exit_code, told["altered"], told["known"], told["error"]) == (3, 1, 3, None)
    result = backan("verify", *at)
    assert (result.exit_code, result.stdout.count("the record is not what its digest says")) == (4, 1)
    result = backan("export", "--wacz", *at)
    assert (result.exit_code, "3 captures" in result.stdout) == (0, True)


def test_an_import_is_told_to_a_program(tmp_path: Path) -> None:
    whole = warc(tmp_path, ("https://mic.gov.vn/robots.txt", "200 OK", [], b""), page_of("mot"))
    cut = warc(tmp_path, ("https://mic.gov.vn/tin", "200 OK", [], b""), page_of("hai"), name="cut")
    cut.write_bytes(cut.read_bytes()[:-100])
    odd = foreign(tmp_path, record("response", "https://[/", b"HTTP/1.1 200 OK\r\n\r\n"), name="odd.warc")
    result = backan("ingest", "--json", whole, cut, odd, "--data", tmp_path / "data")
    first, second, third = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (first["file"], first["error"], first["altered"]) == (whole.name, None, 0)
    assert (first["outside"], first["skipped"]) == ({"hostile.test": 1}, {"warcinfo": 1, "request": 2})
    assert first["tallies"]["mic"]["pages"] == 0
    assert "is cut" in second["error"]
    assert third["unusable"][0]["place"] == {
        "file": "odd.warc",
        "offset": 0,
        "length": odd.stat().st_size - 4,
    }


def test_a_file_that_is_no_warc_is_told_in_one_sentence_and_the_next_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>")
    good = warc(tmp_path, ("https://mic.gov.vn/robots.txt", "200 OK", [], b""))
    result = backan("ingest", tmp_path / "page.html", good, "--data", tmp_path / "data")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert good.name in result.output
    assert backan("ingest", tmp_path / "none", "--data", tmp_path).exit_code == 2


def test_a_report_fits_eighty_columns_and_names_what_is_wrong(data: Path) -> None:
    tally = Tally(12345, 1234, 123, 1234, 123, {Outcome.SELECTORS: 12345})
    cause = f"TimeoutError: {ESCAPE} {'took too long ' * 9}"
    done = [
        Crawled("hoinongdan", "hoinongdan-1", "interrupted", tally, alarms=(Alarm(Rule.UNFINISHED),)),
        Crawled("mic", "mic-1", "finished", Tally(), alarms=(Alarm(Rule.NO_PAGES, detail=cause),)),
    ]
    text = report.of_crawls(done, data)
    assert all(len(line) <= 80 for line in text.splitlines() if str(data) not in line)
    assert "12345 pages, 12345 captures; the archive holds 1 article." in text
    assert "hoinongdan: it did not come to its end" in text
    assert "mic: no pages (TimeoutError: \\x1b[31m took too long" in text


def test_searches_are_shown_as_they_are_to_be_typed() -> None:
    assert report.of_searches(["hòa", "bac kan", '"xã Rã Bản"'], Path("data")) == (
        'Search   backan search hòa\n         backan search "bac kan"\n         backan search \'"xã Rã Bản"\''
    )


def test_an_import_is_reported(tmp_path: Path) -> None:
    done = ingest(warc(tmp_path, page_of("mot")), tmp_path / "data", {"hostile": Hostile})
    text = report.of_ingest(done)
    assert "hostile      1         1         1    1        0       0" in text


def test_unusable_responses_are_reported_with_their_places_but_not_without_end() -> None:
    odd = [Unusable(Place("a.warc", offset, 9), "ValueError: Invalid IPv6 URL") for offset in range(12)]
    text = report.of_ingest(Ingested("a.warc", "warc", unusable=odd))
    assert "12 unusable responses, passed over:\n  a.warc, byte 0: ValueError: Invalid IPv6 URL\n" in text
    assert text.endswith("byte 9: ValueError: Invalid IPv6 URL\n  and 2 more")


NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
STATS = {
    "start_time": NOW - timedelta(seconds=60),
    "backan/captures": 30,
    "backan/new": 20,
    "backan/queued": 60,
}


def test_progress_tells_speed_and_time_left() -> None:
    progress = Progress.of("mic", STATS, NOW)
    assert progress.line() == "mic: 30 done, 60 queued, 20 new, 0 changed, 0 failed, 30/min, 2:00 left"
    finished = Progress.of("mic", {**STATS, "finish_time": NOW}, NOW + timedelta(hours=1))
    assert finished.line().endswith("30/min, finished")


def test_a_crawl_whose_hosts_are_all_held_says_until_when() -> None:
    until = NOW + timedelta(seconds=90)
    told = Progress.of("mic", {**STATS, "backan/held_until": until}, NOW)
    clock = f"{until.astimezone():%H:%M:%S}"
    counts = "mic: 30 done, 60 queued, 20 new, 0 changed, 0 failed"
    assert told.line() == f"{counts}, waits till {clock}: the server asks it or blocks"
    later = Progress.of("mic", {**STATS, "backan/held_until": until}, until)
    assert later.line().startswith(f"{counts}, 12/min, ")


def test_progress_promises_nothing_before_it_can() -> None:
    assert Progress.of("mic", {}, NOW).line() == "mic: 0 done, 0 queued, 0 new, 0 changed, 0 failed"
    assert Progress.of("mic", {"start_time": NOW}, NOW).left is None


def test_the_progress_table_fits_eighty_columns() -> None:
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as shown:
        console.print(table([Progress("hoinongdan", 99999, 99999, 99999, 99999, 99999, 9999, 359999)]))
    lines = shown.get().splitlines()
    assert len(lines) == 2
    assert "99:59:59" in lines[1]
