"""A captured page in the browser: it is seen, and can run nothing, load nothing from elsewhere, lead nowhere else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import pytest
from browser import chromium
from captured_site import archived, raw, served
from captured_vectors import HTML, VECTORS
from playwright.sync_api import Error

ALLOWED = re.compile(r"/ban-luu/\d+(/(trang|anh|kieu))?|/static/(archive|captured)\.css|/together")
CLICK = "document.querySelectorAll('a, button, input, area, summary, p').forEach(e => e.click && e.click())"
NOISE = re.compile("Failed to load resource|Refused to")  # by the browser itself
FILES = {"mime with more"}  # offered as a download, without a frame
AT_ONCE = 16  # pages that are opened together, each in a frame
FIRED = 100  # at least so many of the pages do something where nothing holds them


@dataclass
class Watched:
    """A page of the browser, and all that it did since it was last cleared."""

    page: Any
    site: str = ""
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def clear(self, site: str) -> None:
        self.site = site
        self.requests.clear()
        self.said.clear()

    def stray(self) -> list[str]:
        """Requests to another host, or to a path of ours that a captured page has no business with."""
        own = len(self.site)
        return [
            url
            for url in self.requests
            if not url.startswith("data:image/")
            and not (url.startswith(f"{self.site}/") and ALLOWED.fullmatch(url[own:].partition("?")[0]))
        ]


@pytest.fixture(scope="module")
def tab() -> Iterator[Watched]:
    with chromium() as opened:
        nowhere = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}  # what leads out ends there
        context = opened.new_context(proxy=nowhere)
        context.set_default_timeout(30_000)
        watched = Watched(context.new_page())

        context.on("request", lambda request: watched.requests.append(request.url))
        context.on("console", lambda message: NOISE.match(message.text) or watched.said.append(message.text))
        context.on("dialog", lambda dialog: (watched.said.append(dialog.message), dialog.dismiss()))
        context.on("page", lambda page: watched.said.append("another window"))
        yield watched


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, int]]]:
    folder = tmp_path_factory.mktemp("hostile")
    paths = {name: f"/bai/{number}" for number, name in enumerate(VECTORS)}
    ids = archived(folder, *((paths[name], *vector) for name, vector in VECTORS.items()))
    with served(folder / "data") as site:
        yield site, {name: ids[path] for name, path in paths.items()}


def harmless(tab: Watched) -> None:
    assert tab.stray() == []
    assert tab.said == []
    assert len(tab.page.context.pages) == 1
    for frame in tab.page.frames:
        assert frame.evaluate("window.__ran") is None
    assert [cookie["name"] for cookie in tab.page.context.cookies()] == ["secret"]


def together(tab: Watched, site: str, paths: list[str]) -> list[str]:
    """What comes of pages in frames that hold nothing back: only their own policies do, if they have any."""
    frames = "".join(f'<iframe src="{path}" width=300 height=200></iframe>' for path in paths)
    tab.clear(site)
    page = tab.page
    page.route(f"{site}/together", lambda route: route.fulfill(content_type="text/html", body=frames))
    page.goto(f"{site}/together")
    page.mouse.move(99, 99)
    inside = page.frames[1:]
    for frame in inside:
        frame.evaluate(CLICK)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    found = [*tab.stray(), *tab.said]
    found += [frame.url for frame in page.frames if frame.evaluate("window.__ran")]
    found += [] if page.url == f"{site}/together" and len(inside) == len(paths) else [page.url]
    page.unroute(f"{site}/together")
    return found


def one_by_one(tab: Watched, site: str, paths: list[str]) -> dict[str, list[str]]:
    """What comes of each: many are opened at once, and again alone where anything came of any of them."""
    found = {}
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        quiet = not together(tab, site, some)
        found |= {path: [] if quiet else together(tab, site, [path]) for path in some}
    return found


@pytest.mark.parametrize("name", VECTORS)
def test_a_hostile_page_does_nothing_in_the_frame(
    tab: Watched, hostile: tuple[str, dict[str, int]], name: str
) -> None:
    site, ids = hostile
    around, alone = f"{site}/ban-luu/{ids[name]}", f"{site}/ban-luu/{ids[name]}/trang"
    page = tab.page
    tab.clear(site)
    page.context.add_cookies([{"name": "secret", "value": "1", "url": site}])
    page.goto(around)
    assert page.locator("h1").count() == 1
    frames = page.frames[1:]
    assert [frame.url for frame in frames] == ([] if name in FILES else [alone])
    page.mouse.move(600, 500)
    for frame in frames:
        with pytest.raises(Exception, match="sandboxed"):
            frame.evaluate("document.cookie")
        frame.evaluate(CLICK)
    assert page.url == around
    harmless(tab)


@pytest.fixture(scope="module")
def done_alone(tab: Watched, hostile: tuple[str, dict[str, int]]) -> dict[str, list[str]]:
    site, ids = hostile
    tab.page.context.add_cookies([{"name": "secret", "value": "1", "url": site}])
    paths = {f"/ban-luu/{id}/trang": name for name, id in ids.items()}
    found = one_by_one(tab, site, list(paths))
    harmless(tab)
    return {paths[path]: deeds for path, deeds in found.items()}


@pytest.mark.parametrize("name", VECTORS)
def test_a_hostile_page_does_nothing_under_its_policy_alone(
    done_alone: dict[str, list[str]], name: str
) -> None:
    assert done_alone[name] == []


def test_of_pages_that_are_opened_together_the_one_that_does_something_is_told(tab: Watched) -> None:
    pages = {"/quiet": VECTORS["utf-7"], "/loads": VECTORS["img"], "/still": VECTORS["overlong utf-8"]}
    with raw(pages) as site:
        tab.clear(site)
        found = one_by_one(tab, site, list(pages))
    assert any("evil.test" in deed for deed in found["/loads"])
    assert not any("evil.test" in deed for path in ("/quiet", "/still") for deed in found[path])


def deeds(tab: Watched, page: Any, site: str, path: str) -> list[str]:
    """What a page does that is opened without any policy or sandbox; what runs in it says so."""
    tab.clear(site)
    page.context.clear_cookies()
    failed = []
    try:
        page.goto(f"{site}{path}", wait_until="domcontentloaded", timeout=20_000)
        page.mouse.move(99, 99)
        page.wait_for_timeout(30)
    except Error as error:  # most of all where it leads away meanwhile
        failed.append(error.message)
    stray = [url for url in tab.stray() if url != f"{site}{path}"]
    return [*failed, *tab.said, *stray, *(cookie["name"] for cookie in page.context.cookies())]


def all_deeds(tab: Watched, site: str, paths: list[str]) -> list[list[str]]:
    """The same of many, one after the other, in a page that clicks on all there is."""
    found = []
    page = None
    for path in paths:
        if page is None:
            page = tab.page.context.new_page()
            page.add_init_script(f"addEventListener('load', () => {{{CLICK}}})")
        found.append(deeds(tab, page, site, path))
        if any("crash" in deed for deed in found[-1]):
            page.close()
            page = None
    for other in tab.page.context.pages[1:]:
        other.close()
    return found


def test_the_same_pages_run_load_and_lead_away_where_nothing_holds_them(tab: Watched) -> None:
    paths = {f"/{number}": vector for number, vector in enumerate(VECTORS.values())}
    with raw(paths) as site:
        done = all_deeds(tab, site, list(paths))
    quiet = [name for name, did in zip(VECTORS, done, strict=True) if not did]
    assert len(VECTORS) - len(quiet) >= FIRED, quiet


def test_the_copies_alone_do_nothing_without_any_policy(
    tab: Watched, hostile: tuple[str, dict[str, int]]
) -> None:
    site, ids = hostile
    copies = {}
    for id in ids.values():
        with urlopen(f"{site}/ban-luu/{id}/trang") as answer:
            copies[f"/ban-luu/{id}/trang"] = ("200 OK", [HTML], answer.read())
    with raw(copies) as bare:
        done = one_by_one(tab, bare, list(copies))
    assert {name: did for name, did in zip(ids, done.values(), strict=True) if did} == {}
