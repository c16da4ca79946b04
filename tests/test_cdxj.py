"""CDXJ lines are what web archives' own tools write, so that these tools find what we have kept."""

import json
import random
import time
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pytest
from warc_files import AT, foreign, record, revisit, warc

from archive.errors import WarcError
from archive.warc.cdxj import index, sidecar, write_sidecar
from archive.warc.surt import surt

# What `surt` 0.3.1 of the Internet Archive makes of addresses of the portals, and of odd ones.
KEYS = json.loads((Path(__file__).parent / "surt.json").read_text())
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=utf-8\r\n\r\n"
URL = "http://www.MIC.gov.vn:80/Tin/?b=2&a=1"


@pytest.mark.parametrize("url", KEYS)
def test_the_key_of_an_address_is_that_of_other_archives(url: str) -> None:
    assert surt(url) == KEYS[url]


@pytest.mark.parametrize("url", ["urn:backan:crawl:mic-1", "dns:mic.gov.vn", "http://", ""])
def test_what_is_no_web_address_is_its_own_key(url: str) -> None:
    assert surt(url) == url


def test_a_port_of_countless_digits_is_none() -> None:
    url = f"https://x.vn:{'9' * 5000}/a"
    assert surt(url) == url
    assert surt("https://x.vn:000000443/a") == "vn,x)/a"


@pytest.mark.parametrize("piece", ["%25", "%3", "%", "%%32%3", "%2"])
def test_time_grows_as_an_address_does_however_often_it_is_escaped(piece: str) -> None:
    began = time.process_time()
    surt(f"https://x.vn/{piece * 40_000}35?{piece * 40_000}41")
    assert time.process_time() - began < 3


def test_an_address_is_unescaped_until_there_is_nothing_left_to_unescape() -> None:
    chance = random.Random(1)
    for _ in range(5_000):
        escaped = "".join(
            chance.choices(["%", "%25", "%2", "%3", "%zz", *"0123456aAf."], k=chance.randrange(12))
        )
        wanted = escaped.encode()
        while (less := unquote_to_bytes(wanted)) != wanted:
            wanted = less
        assert surt(f"http://x.vn/?{escaped}") == surt(f"http://x.vn/?{quote(wanted)}"), escaped


def test_a_line_is_what_cdxj_indexer_writes(tmp_path: Path) -> None:
    """These are the lines of cdxj-indexer 1.5.0 for this very file."""
    path = foreign(
        tmp_path,
        record("warcinfo", None, b""),
        record("response", URL, OK + b"body", WARC_Payload_Digest="sha1:STATED"),
        record("request", URL, b"GET / HTTP/1.1\r\n\r\n"),
        record("response", "http://x.vn/Bắc", b"HTTP/1.1 404 No\r\ncontent-type: Text/Plain \r\n\r\nbody"),
        revisit("http://x.vn/a", "sha1:STATED", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        revisit("http://x.vn/b", "sha1:STATED"),
    )
    assert list(index(path)) == (Path(__file__).parent / "foreign.cdxj").read_text().splitlines()


def test_a_line_has_the_place_of_its_record(tmp_path: Path) -> None:
    path = foreign(
        tmp_path, *[record("response", URL, OK + body) for body in (b"1", b"22")], name="f.warc.gz"
    )
    data = path.read_bytes()
    stated = [json.loads(line.split(" ", 2)[2]) for line in index(path)]
    ends = [int(each["offset"]) + int(each["length"]) for each in stated]
    assert [int(each["offset"]) for each in stated] == [0, data.index(b"\x1f\x8b\x08", 1)]
    assert ends == [int(stated[1]["offset"]), len(data)]
    assert {each["filename"] for each in stated} == {"f.warc.gz"}


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.gz.open", "a.gz"])
def test_a_sidecar_is_called_as_its_file(name: str) -> None:
    assert sidecar(Path("warc") / name) == Path("warc/a.cdxj")


def test_a_sidecar_written_anew_is_like_the_one_written_with_the_file(tmp_path: Path) -> None:
    page = ("http://x.vn/a", "200 OK", ["Content-Type: text/html", "X-Tên: Bắc"], b"body")
    path = warc(tmp_path, page, page)
    before = sidecar(path).read_text()
    assert len(before.splitlines()) == 2
    sidecar(path).unlink()
    assert write_sidecar(path).read_text() == before
    assert sorted(each.suffix for each in tmp_path.iterdir()) == [".cdxj", ".gz"]


def test_a_damaged_file_has_the_lines_of_its_whole_records(tmp_path: Path) -> None:
    path = foreign(tmp_path, *[record("response", URL, OK)] * 2)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(WarcError, match="is cut"):
        list(index(path))
    assert len(write_sidecar(path).read_text().splitlines()) == 1


def test_a_file_that_cannot_be_read_leaves_its_sidecar_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.cdxj").write_text("before")
    with pytest.raises(FileNotFoundError):
        write_sidecar(tmp_path / "a.warc.gz")
    assert (tmp_path / "a.cdxj").read_text() == "before"


def test_time_is_in_fourteen_digits(tmp_path: Path) -> None:
    [line] = index(foreign(tmp_path, record("response", URL, OK, at="2019-12-11T17:00:00.5+07:00")))
    assert line.split(" ")[1] == "20191211100000" == "".join(filter(str.isdigit, AT))
