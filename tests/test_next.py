"""The same configuration folder, plugins and launcher on the newest alpha of Datasette 1.0: `make test-next`."""

import json
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from runs import ROOT, environment
from sample_archive import FOREST, fill

from archive.identity import row_id
from archive.publish import publish

PYTHON = ROOT / ".venv-next" / "bin" / "python"
FOREST_ID = row_id("backan", FOREST.key)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PYTHON.exists():
        reason = "NOT TESTED ON DATASETTE 1.0: there is no .venv-next; run `make test-next`"
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("data")
    fill(folder / "archive.db")
    publish(folder)
    return folder


@contextmanager
def served(data: Path, public: bool) -> Iterator[str]:
    program = (
        "from pathlib import Path; from archive.serve import serve; from archive.site.options import Site;"
        f"serve(Site(Path({str(data)!r}), public={public}), port=0, ready=lambda a: print(a, flush=True))"
    )
    process = subprocess.Popen(
        [PYTHON, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()


@pytest.fixture(scope="module")
def live(data: Path) -> Iterator[str]:
    with served(data, public=False) as address:
        yield address


@pytest.fixture(scope="module")
def public(data: Path) -> Iterator[str]:
    with served(data, public=True) as address:
        yield address


def get(address: str) -> tuple[int, str, str]:
    """Status, policy and text."""
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.status, answer.headers["content-security-policy"], answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers["content-security-policy"], error.read().decode()


def test_it_is_datasette_1(live: str) -> None:
    assert json.loads(get(f"{live}/-/versions.json")[2])["datasette"]["version"].startswith("1.")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Bắc Kạn"),
        ("/?q=rung+phong+ho", "<mark>"),
        (f"/bai/{FOREST_ID}", "Khoán rừng đến từng hộ"),
        ("/archive", "articles"),
        ("/archive/articles", f"/bai/{FOREST_ID}"),
        ("/archive/articles?_search=dong", "Thuỷ lợi"),
        (f"/archive/articles/{FOREST_ID}", "Hoàng Thị Lan"),
        ("/archive/articles.json?_shape=array&_col=title", '"title": "Bac Kan'),
        ("/tim.json?q=rung", "hits"),
        ("/?q=th*&place=06", 'class="count"'),
        ("/toan-canh", "Toàn cảnh"),
        ("/nhat-ky", "Nhật ký"),
        ("/moi", "<h1"),
        ("/luoc-do", "articles"),
        ("/ban-luu", "<form"),
        ("/archive/places", "Bắc Kạn"),
        ("/archive/crawls_logged", "<table"),
        ("/moi.atom", "<feed"),
        ("/robots.txt", "User-agent"),
    ],
)
def test_the_main_pages_are_there(live: str, public: str, path: str, words: str) -> None:
    for address in (live, public):
        status, policy, text = get(address + path)
        assert status == 200
        assert words in text
        assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", ["/archive/-/query?sql=select+1", "/archive/articles?_where=1=1"])
def test_strangers_ask_no_sql_of_their_own_on_it(live: str, public: str, path: str) -> None:
    assert get(live + path)[0] == 200
    assert get(public + path)[0] == 403


@pytest.mark.parametrize("path", ["/-/settings", "/-/databases.json", "/-/plugins.json", "/archive/stories"])
def test_strangers_see_nothing_of_the_server_on_it(public: str, path: str) -> None:
    assert get(public + path)[0] == 404


def test_every_named_query_is_there_on_it(public: str) -> None:
    import yaml

    known = yaml.safe_load((ROOT / "datasette" / "metadata.yaml").read_text())["databases"]["archive"]
    for name in known.get("queries", {}):
        assert get(f"{public}/archive/{name}")[0] == 200, name
