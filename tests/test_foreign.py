"""What others have archived is taken in as if we had captured it: pages, revisits, packages."""

import http.client
import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner
from hostile_portal import Hostile, Local
from hostile_server import hostile_server
from producers import AGAIN, PRODUCERS, THERE, browsertrix
from runs import HURRY, dump, rows, run
from warc_files import article, foreign, warc
from warcio.capture_http import capture_http

from archive.errors import WarcError
from archive.wacz import reader as wacz_reader
from crawler.cli import main
from crawler.intake.ingest import ingest, ingest_all
from crawler.intake.rebuild import rebuild
from crawler.portals import load
from crawler.replica import Replica

PORTALS: dict[str, Any] = {"hostile": Hostile}


@pytest.mark.parametrize("name", PRODUCERS)
def test_a_file_of_every_producer_brings_its_articles_and_revisits(tmp_path: Path, name: str) -> None:
    source, data = foreign(tmp_path, *PRODUCERS[name](), name=name), tmp_path / "data"
    done = ingest(source, data, PORTALS)
    assert (done.error, done.unusable, done.lost) == (None, [], 0)
    query = "select title, version, first_captured_at, last_captured_at from articles order by title"
    assert rows(data, query) == [("Bài hai", 1, THERE, THERE), ("Bài mot", 1, THERE, AGAIN)]
    [crawl] = rows(data, "select id, source, started_at, finished_at, outcome, new, unchanged from crawls")
    assert crawl == (f"hostile-{name}", "warc", THERE, AGAIN, "finished", 2, 1)
    assert len(rows(data, "select distinct sha256 from captures where article is not null")) == 2
    before = dump(data)
    assert ingest(source, data, PORTALS).tallies == {}
    assert dump(data) == before
    rebuild(data, PORTALS, 1)
    assert dump(data) == before


def test_records_that_are_no_captures_are_counted_by_their_type(tmp_path: Path) -> None:
    found = {
        name: dict(ingest(foreign(tmp_path, *make(), name=name), tmp_path / make.__name__, PORTALS).skipped)
        for name, make in PRODUCERS.items()
    }
    assert found["heritrix.warc.gz"] == {
        "warcinfo": 1,
        "response without HTTP": 1,
        "request": 2,
        "metadata": 2,
    }
    assert found["browsertrix.warc.gz"] == {"warcinfo": 1, "resource": 3}
    assert found["wget.warc"] == {"warcinfo": 1, "request": 2, "metadata": 1, "resource": 1}
    assert found["common-crawl.warc.gz"] == {"warcinfo": 1, "metadata": 2, "conversion": 1}


def test_what_warcio_captures_of_a_client_is_taken_in(tmp_path: Path) -> None:
    with hostile_server() as (url, _), capture_http(str(tmp_path / "captured.warc.gz")):
        target = f"{url.replace('127.0.0.1', 'localhost')}/bai/tot"
        connection = http.client.HTTPConnection("localhost", urlsplit(url).port or 0)
        connection.request("GET", "/bai/tot", headers={"X-Forwarded-Proto": "http"})
        assert connection.getresponse().read()
        connection.close()
    done = ingest(tmp_path / "captured.warc.gz", tmp_path / "data", {"local": Local})
    assert done.tallies["local"].new == 1
    assert rows(tmp_path / "data", "select url, title from articles") == [(target, "Bài tốt")]


WGET = shutil.which("wget")
STATED = "portal, title, lead, body, author, source, section, published_at, date_label, language, words"


@pytest.mark.skipif(WGET is None, reason="needs GNU wget")
def test_a_file_that_wget_wrote_brings_the_articles_that_our_own_crawl_brings(tmp_path: Path) -> None:
    with Replica() as replica:
        proxy = f"-euse_proxy=on -ehttp_proxy={replica.url}".split()
        bounds = "--recursive --level=3 --quota=9m --tries=1 --timeout=9 -erobots=off".split()
        files = ["--warc-file=wget", "--delete-after", "--quiet", "--no-config"]
        https = "--header=X-Forwarded-Proto: https"
        wget = [str(WGET), *proxy, https, *bounds, *files, "http://backan.gov.vn/"]
        subprocess.run(wget, cwd=tmp_path, timeout=60, check=False)  # 8: of some pages it got an error
        settings = ("-s", f"BACKAN_VIA={replica.url}", "-s", f"BACKAN_DATA={tmp_path / 'crawled'}")
        run("-m", "scrapy", "crawl", "backan", *HURRY, *settings)
    done = ingest(tmp_path / "wget.warc.gz", tmp_path / "data", load())
    assert (done.error, done.unusable) == (None, [])
    texts = "select distinct key, text_sha256 from captures where text_sha256 is not null"
    assert set(rows(tmp_path / "data", texts)) <= set(rows(tmp_path / "crawled", texts))
    # What two engines of the site tell, our crawl has met at both; wget need not have.
    twice = "select article from stories group by article having count(distinct key) > 1"
    query = f"select key, {STATED} from articles where id not in ({twice})"
    own = {key: row for key, *row in rows(tmp_path / "crawled", query)}
    theirs = {key: row for key, *row in rows(tmp_path / "data", query) if key in own}
    assert theirs == {key: own[key] for key in theirs}
    assert len(theirs) >= 10


def wacz(path: Path, files: dict[str, bytes], lies: dict[str, str] | None = None, **more: bytes) -> Path:
    """A package as Browsertrix writes it; `lies` are sums that it states instead of the right ones."""
    sums = {name: f"sha256:{sha256(content).hexdigest()}" for name, content in files.items()} | (lies or {})
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": sums[name], "bytes": len(files[name])}
        for name in files
    ]
    package = json.dumps(
        {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}
    ).encode()
    digest = json.dumps(
        {"path": "datapackage.json", "hash": f"sha256:{sha256(package).hexdigest()}"}
    ).encode()
    stated = {"datapackage.json": package, "datapackage-digest.json": digest}
    with ZipFile(path, "w") as packed:
        for name, content in (files | stated | more).items():
            packed.writestr(name, content, ZIP_DEFLATED if name.endswith((".warc", ".json")) else None)
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """What a package holds: a WARC file, packed once and plain once, one without pages, and the index."""
    stills = foreign(tmp_path, [*browsertrix()][-1], name="stills.warc.gz")
    return {
        "archive/data.warc.gz": foreign(tmp_path, *browsertrix(), name="data.warc.gz").read_bytes(),
        "archive/more.warc": foreign(tmp_path, *PRODUCERS["wget.warc"](), name="more.warc").read_bytes(),
        "archive/stills.warc.gz": stills.read_bytes(),
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n',
    }


def test_a_package_brings_what_its_warc_files_bring(tmp_path: Path, files: dict[str, bytes]) -> None:
    data, package = tmp_path / "data", wacz(tmp_path / "bk.wacz", files)
    done = ingest_all(package, data, PORTALS)
    assert [one.file for one in done] == ["data.warc.gz", "more.warc"]
    assert rows(data, "select title from articles order by 1") == [("Bài hai",), ("Bài mot",)]
    assert sorted(path.name for path in (data / "warc").glob("*.warc*")) == ["data.warc.gz", "more.warc"]
    assert (data / "warc" / "more.warc").read_bytes() == files["archive/more.warc"]
    before = dump(data)
    assert [one.known for one in ingest_all(package, data, PORTALS)] == [3, 3]
    assert dump(data) == before
    rebuild(data, PORTALS, 1)
    assert dump(data) == before
    assert list(data.glob("*.part")) == []


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[200] ^= 0xFF
    path.write_bytes(raw)


def encrypted(path: Path) -> None:
    raw = path.read_bytes()
    at = raw.index(b"PK\x01\x02")
    path.write_bytes(raw[: at + 8] + b"\x01" + raw[at + 9 :])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda files: {"lies": {"archive/data.warc.gz": "sha256:" + "0" * 64}}, "not what the package states"),
        (lambda files: {"lies": {"pages/pages.jsonl": "sha256:" + "0" * 64}}, "not what the package states"),
        (lambda files: files.pop("archive/data.warc.gz") and files.pop("archive/more.warc") and files.pop("archive/stills.warc.gz") and None, "no WARC file in archive/"),
        (lambda files: {"archive/../../up.warc.gz": b"x"}, "leads out of it"),
        (lambda files: {"archive/deeper/data.warc.gz": b"x"}, "two files named data.warc.gz"),
        (lambda files: {"archive/bomb.warc": b"WARC/1.0" + bytes(20 << 20)}, "200 times its size"),
        (lambda files: {"datapackage.json": b"{"}, "is no JSON"),
        (lambda files: {"datapackage.json": b'{"resources": [{"path": "archive/none.warc"}]}'}, "is not whole"),
        (lambda files: {"datapackage.json": b'{"resources": [5]}'}, "something that is no file"),
    ],
)  # fmt: skip
def test_of_a_package_that_lies_nothing_is_taken_in(
    tmp_path: Path, files: dict[str, bytes], change: Callable[[dict[str, bytes]], Any], why: str
) -> None:
    package = wacz(tmp_path / "bk.wacz", files, **(change(files) or {}))
    with pytest.raises(WarcError, match=why):
        ingest_all(package, tmp_path / "data", PORTALS)
    assert not (tmp_path / "data" / "warc").exists()
    assert not (tmp_path / "data" / "archive.db").exists()


@pytest.mark.parametrize(("damage", "why"), [(flipped, "is damaged"), (encrypted, "is encrypted")])
def test_of_a_package_that_is_damaged_nothing_is_taken_in(
    tmp_path: Path, files: dict[str, bytes], damage: Callable[[Path], None], why: str
) -> None:
    package = wacz(tmp_path / "bk.wacz", files)
    damage(package)
    with pytest.raises(WarcError, match=why):
        ingest_all(package, tmp_path / "data", PORTALS)
    assert not (tmp_path / "data" / "warc").exists()


def test_a_package_of_packages_or_one_too_large_for_the_disk_is_told(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = wacz(tmp_path / "inner.wacz", files)
    with ZipFile(tmp_path / "multi.wacz", "w") as packed:
        packed.writestr("datapackage.json", json.dumps({"profile": "multi-wacz-package"}))
        packed.write(inner, "inner.wacz")
    with pytest.raises(WarcError, match="package of packages: unpack it"):
        ingest_all(tmp_path / "multi.wacz", tmp_path / "data", PORTALS)
    full = type("Usage", (), {"free": 10})
    monkeypatch.setattr(wacz_reader.shutil, "disk_usage", lambda _: full)
    with pytest.raises(WarcError, match="has room for 0 MB only"):
        ingest_all(inner, tmp_path / "data", PORTALS)
    (tmp_path / "cut.wacz").write_bytes(inner.read_bytes()[:-500])
    result = CliRunner().invoke(
        main, ["ingest", str(tmp_path / "cut.wacz"), "--data", str(tmp_path / "data")]
    )
    assert result.exit_code == 1
    assert "is damaged, or no WACZ package" in result.output


def test_a_file_without_the_ending_of_a_warc_file_is_known_as_one_in_the_archive(tmp_path: Path) -> None:
    source = warc(tmp_path, article("mot"))
    for name in ("taken.gz", "TAKEN.WARC.GZ"):
        shutil.copyfile(source, tmp_path / name)
    assert ingest(tmp_path / "taken.gz", tmp_path / "a", PORTALS).file == "taken.warc.gz"
    assert ingest(tmp_path / "TAKEN.WARC.GZ", tmp_path / "b", PORTALS).file == "TAKEN.warc.gz"
    rebuild(tmp_path / "b", PORTALS, 1)
    assert rows(tmp_path / "b", "select count(*) from articles") == [(1,)]
