"""A real browser on a served archive: Debian's Chromium, driven by Playwright."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from runs import ROOT, environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The shell has no windows, and does the same in two thirds of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
# Each frame that is kept apart in a process of its own, as desks have it.
ARGUMENTS = ["--no-sandbox", "--site-per-process", "--disable-quic", "--disable-background-networking"]
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
SCREENSHOTS = ROOT / "build" / "screenshots"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Skips, and says so, where there is no Chromium; CI must have one."""
    if not CHROMIUM and "CI" not in os.environ:
        pytest.skip(
            "NOT TESTED IN A BROWSER: no Chromium; on Debian: apt-get install chromium-headless-shell"
        )
    assert CHROMIUM, "there is no Chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served(data: Path, *options: str) -> Iterator[str]:
    """The address of `backan serve` at work, in a process of its own."""
    program = "from crawler.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--data", str(data), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment())
    with process:
        assert process.stdout is not None
        address = next((word for line in process.stdout for word in line.split() if "://" in word), None)
        assert address, "backan serve did not come up"
        try:
            yield address.rstrip("/")
        finally:
            process.terminate()


class Watched:
    """A page of a browser, and what there is to complain about in it."""

    def __init__(self, page: "Page", address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("console", lambda message: self._complain(f"console: {message.text}"))
        page.on("pageerror", lambda error: self._complain(f"error: {error}"))
        page.on("dialog", lambda dialog: (self._complain("a dialog: hostile text ran"), dialog.dismiss()))
        page.on("request", lambda sent: self._own(sent.url) or self._complain(f"asked for {sent.url}"))

    def go(self, path: str) -> "Page":
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def picture(self, name: str) -> None:
        """A screenshot of the whole page, to be looked at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.jpg", full_page=True, quality=80)

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.page.viewport_size["width"], f"{self.page.url} is {wide} pixels wide"

    def accessible(self) -> None:
        """No finding of axe-core that is serious or critical."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"resultTypes": ["violations"], "runOnly": WCAG}
        found = Axe().run(self.page, options=options).response["violations"]
        serious = [told(finding) for finding in found if finding["impact"] in ("serious", "critical")]
        assert serious == [], f"{self.page.url}: {serious}"

    def _own(self, url: str) -> bool:
        return (
            url.startswith(("data:", "blob:", "about:"))
            or urlsplit(url).netloc == urlsplit(self.address).netloc
        )

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.page.url}: {what}")


def told(finding: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:160]} ({node['failureSummary'][:300]})" for node in finding["nodes"][:3]]
    return f"{finding['id']}: {'; '.join(nodes)}"


@contextmanager
def watched(browser: "Browser", address: str, width: str = "desktop", **options: Any) -> Iterator[Watched]:
    """A new page, in a context of its own; at the end there must be nothing to complain about."""
    wide, high = WIDTHS[width]
    context = browser.new_context(viewport={"width": wide, "height": high}, **options)
    page = Watched(context.new_page(), address)
    yield page
    context.close()
    assert page.complaints == [], page.complaints
