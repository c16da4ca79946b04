"""What the tests of the pages share: asking for one, what a browser would make of it, a hostile article."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from sample_archive import FOREST

from archive.identity import row_id
from archive.model import Attachment, BodyLink, Image, Related
from archive.serve import application
from archive.site.options import Site

EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
HOSTILE = replace(
    FOREST,
    url=f"javascript:alert(3)//{EVIL}",
    key="hostile",
    title=f"Độc hại {EVIL}",
    lead=EVIL,
    body=f"## {EVIL}\n\n- {EVIL}\n\n| {EVIL} | b |\n\n{EVIL} <b>đậm</b> \ufdd0 [x](javascript:alert(4))",
    author=EVIL,
    source=EVIL,
    section=EVIL,
    date_label=EVIL,
    language='vi" onmouseover="alert(5)',
    images=(
        Image("javascript:alert(6)", EVIL, EVIL),
        Image("data:text/html,<script>alert(7)</script>", None, EVIL),
    ),
    attachments=(Attachment(" javascript:alert(8)", EVIL),),
    related=(Related(EVIL, "vbscript:alert(9)", EVIL),),
    links=(BodyLink("https://[broken", EVIL),),
)
FOREST_ID = row_id("backan", FOREST.key)
HOSTILE_ID = row_id("backan", "hostile")


@contextmanager
def serving(shown: Path | Site) -> Iterator[Datasette]:
    """Datasette on an archive, closed at the end."""
    datasette = application(shown)
    yield datasette
    datasette.get_database("archive").close()
    datasette.executor.shutdown()


def get(site: Datasette, path: str, **more: Any) -> Any:
    return asyncio.run(site.client.get(path, **more))


class Tags(HTMLParser):
    """What a browser would make of a page: its elements, their attributes, the text of its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and data.strip():
            self.scripts.append(data)
