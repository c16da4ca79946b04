"""ReplayWeb.page opens an export in a browser: what a reader needs who has nothing but the file.

It is under the AGPL, so it is no part of this project: `npm pack replaywebpage`, unpack it, and name the
folder that holds `ui.js` and `sw.js` in BACKAN_REPLAYWEBPAGE.
"""

import os
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from recorded import FLOOD, FOREST, SENTENCE, exported

PLAYER = Path(os.environ.get("BACKAN_REPLAYWEBPAGE") or "nowhere")
BROWSER = Path("/usr/bin/chromium")
PAGE = """<!doctype html><meta charset=utf-8><script src="/ui.js"></script>
<replay-web-page style="height: 100vh; display: block" source="/kept.wacz" replayBase="/replay/"
  embed="default" {}></replay-web-page>"""
# Before its service worker answers for this folder, the server does.
FRAME = '<!doctype html><script src="/ui.js"></script><replay-app-main></replay-app-main>'

pytestmark = pytest.mark.skipif(
    not (PLAYER / "ui.js").exists() or not BROWSER.exists(),
    reason="BACKAN_REPLAYWEBPAGE names no folder with ReplayWeb.page, or there is no Chromium",
)


class Ranged(SimpleHTTPRequestHandler):
    """Serves parts of files, which ReplayWeb.page asks for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if not asked or not path.is_file():
            super().do_GET()
            return
        raw = path.read_bytes()
        first = int(asked[1]) if asked[1] else max(0, len(raw) - int(asked[2]))
        last = min(int(asked[2]), len(raw) - 1) if asked[1] and asked[2] else len(raw) - 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(raw)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(raw[first : last + 1])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A site on loopback that has an export and the player."""
    (tmp_path / "replay").mkdir()
    copyfile(PLAYER / "ui.js", tmp_path / "ui.js")
    copyfile(PLAYER / "sw.js", tmp_path / "replay" / "sw.js")
    copyfile(exported(tmp_path / "data"), tmp_path / "kept.wacz")
    (tmp_path / "replay" / "index.html").write_text(FRAME)
    (tmp_path / "pages.html").write_text(PAGE.format(""))
    for name, url, time in (("page", FLOOD, "20261105070000"), ("same", FLOOD, "20261120070000"),
                            ("unmodified", FOREST, "20261107070000")):  # fmt: skip
        (tmp_path / f"{name}.html").write_text(PAGE.format(f'url="{url}" ts="{time}"'))
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: Ranged(*args, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_replaywebpage_lists_the_pages_and_shows_them_and_those_of_revisits(site: str) -> None:
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=arguments)
        page = browser.new_page()
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url))
        page.goto(f"{site}/pages.html")
        page.frame_locator("iframe").get_by_text("4 Pages").first.wait_for(timeout=60_000)
        for name in ("page", "same", "unmodified"):
            page.goto(f"{site}/{name}.html")
            assert SENTENCE in replayed(page), name
        browser.close()
    assert [url for url in outside if not url.startswith((site, "data:", "blob:"))] == []


def replayed(page: Any) -> str:
    """The text of the frame in which an archived page is shown."""
    for _ in range(300):
        for frame in page.frames:
            if "mp_/http" in frame.url and (text := frame.locator("body").inner_text().strip()):
                return str(text)
        page.wait_for_timeout(200)
    return ""
