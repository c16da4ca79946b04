"""Every portal, on saved pages with the truth beside them: `tests/portals/<portal>/<page>.html` and `.json`.

A page is saved as a browser saves it, with `<!-- saved from url=… -->` on its first line. Where its truth
is missing the test writes it from what was read, and fails until a person has read it and kept it.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.model import Kind, Outcome

FOLDER = Path(__file__).parent / "portals"
PAGES = sorted(FOLDER.glob("*/*.html"))
SAVED = re.compile(rb"<!-- saved from url=(?:\(\d+\))?(?P<url>\S+) -->")


def read(path: Path, loader: SpiderLoader) -> dict[str, object]:
    body = path.read_bytes()
    saved = SAVED.match(body)
    assert saved, f"{path} does not say where it was saved from"
    response = HtmlResponse(saved["url"].decode(), body=body, headers={"Content-Type": "text/html"})
    page = loader.load(path.parent.name).read(response)
    return {"outcome": page.outcome.value, "article": page.article and asdict(page.article)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_saved_page_says_what_it_said(path: Path, portals: SpiderLoader) -> None:
    truth = path.with_suffix(".json")
    found = json.loads(json.dumps(read(path, portals)))
    if not truth.exists():
        truth.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        pytest.fail(f"{truth} was missing and has been written: read it beside the page, then keep it")
    assert found == json.loads(truth.read_text())


def test_every_portal_has_a_saved_page_of_each_engine(portals: SpiderLoader) -> None:
    saved = {
        (path.parent.name, json.loads(path.with_suffix(".json").read_text())["article"]["key"].split("/")[0])
        for path in PAGES
    }
    wanted = {(name, engine.name) for name in portals.list() for engine in portals.load(name).engines}
    assert wanted - saved == set()


def test_a_portal_has_one_name_everywhere_and_states_its_facts(portals: SpiderLoader) -> None:
    for name in portals.list():
        portal = portals.load(name)
        assert (portal.__module__, portal.__name__.lower()) == (f"spiders.{name}", name)
        assert all((portal.title, portal.publisher, portal.homepage, portal.hosts, portal.platform))
        assert portal.covers(portal.homepage)
        assert all(portal.covers(link.url) for link in portal().seeds())
        assert len((Path("spiders") / f"{name}.py").read_text().splitlines()) <= 30


def test_no_two_portals_cover_one_host(portals: SpiderLoader) -> None:
    hosts = [host for name in portals.list() for host in portals.load(name).hosts]
    assert len(hosts) == len(set(hosts))


NEW_PORTAL = """from spiders.platforms.sharepoint import BackanOld


class Chomoi(BackanOld):
    name = "chomoi"
    title = "Huyện Chợ Mới"
    publisher = "Ủy ban nhân dân huyện Chợ Mới"
    homepage = "https://chomoi.backan.gov.vn/"
    hosts = ("chomoi.backan.gov.vn",)
"""


def test_a_new_portal_on_a_known_platform_is_one_file_and_one_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "more_portals"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "chomoi.py").write_text(NEW_PORTAL)
    monkeypatch.syspath_prepend(tmp_path)
    loader = SpiderLoader(Settings({"SPIDER_MODULES": ["spiders", "more_portals"]}))
    portal = loader.load("chomoi")
    saved = (FOLDER / "pacnam").glob("*.html").__next__().read_text()
    url = re.sub("pacnam", "chomoi", SAVED.match(saved.encode())["url"].decode())
    assert portal.classify(url) == Kind.ARTICLE
    page = portal.read(HtmlResponse(url, body=saved.replace("pacnam", "chomoi").encode()))
    assert page.outcome in (Outcome.SELECTORS, Outcome.LANDMARKS)
    assert all((page.article.title, page.article.body))
