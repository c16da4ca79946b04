"""What each step costs on the way from the bytes of a page to its rows, in milliseconds of one core.

    python bench/alone/stages.py

The pages are those of `make bench`. Each step is told without the steps in it, so all of them add up to the whole;
beside them stand how many times parsing the page with bare lxml that is. The least of some turns is printed, for a
busy machine adds to all others.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from types import ModuleType
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))

import trafilatura
from scrapy.http import HtmlResponse

import archive.said
import spiders.reading.article
import spiders.reading.html
import spiders.reading.page
from archive.model import Capture, Page
from archive.said import prepared
from archive.store import Archive
from bench.pages import HOST, Heavy
from bench.portal import Bench
from bench.tasks.read import HEADERS, lxml

COUNT, TURNS = 48, 12
STEPS: tuple[tuple[ModuleType, str, str], ...] = (
    (spiders.reading.page, "parse", "parsed, links made absolute"),
    (spiders.reading.html, "_tree", "  libxml2"),
    (spiders.reading.page, "mend", "mended where its letters are broken"),
    (spiders.reading.page, "links", "links, classified"),
    (spiders.reading.page, "refusal", "no refusal"),
    (spiders.reading.article, "blocks", "laid out in blocks"),
    (spiders.reading.article, "by_selectors", "container, title, date: by selectors"),
    (spiders.reading.article, "by_landmarks", "container, title, date: by landmarks"),
    (spiders.reading.article, "clean", "normalised, guarded"),
    (trafilatura, "bare_extraction", "  trafilatura"),
    (spiders.reading.article, "_assemble", "fields of the article"),
    (spiders.reading.page, "damage_of", "damage"),
    (archive.said, "rows_of", "facts"),
    (archive.said, "drawn_of", "sketch and credits"),
)
REST, STORED, PARSED = "all else", "stored, in bulk", "(bare lxml parses it)"


class Clock:
    """Which step the time goes to: the innermost that is under way."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self.under_way = [REST]
        self.since = process_time()

    def turn(self) -> None:
        """What has gone by was of the step under way."""
        now = process_time()
        step = self.under_way[-1]
        self.spent[step] = self.spent.get(step, 0.0) + now - self.since
        self.since = now

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.turn()
        self.under_way.append(name)
        try:
            yield
        finally:
            self.turn()
            self.under_way.pop()

    def timed(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(do)
        def done(*args: Any, **named: Any) -> Any:
            with self.step(name):
                return do(*args, **named)

        return done


def main() -> None:
    made = list(Heavy(COUNT).articles())
    responses = [HtmlResponse(f"http://{HOST}{one.path}", body=one.html, headers=HEADERS) for one in made]
    least: dict[str, float] = {}
    for _ in range(TURNS):
        clock = Clock()
        patches = [patch.object(of, name, clock.timed(step, getattr(of, name))) for of, name, step in STEPS]
        for one in patches:
            one.start()
        pages = [prepared(Bench.read(response)) for response in responses]
        for one in patches:
            one.stop()
        with clock.step(STORED):
            _store(pages, responses)
        with clock.step(PARSED):
            for page in made:
                lxml(page)
        for step, seconds in clock.spent.items():
            least[step] = min(least.get(step, seconds), seconds)
    _tell({step: 1000 * seconds / COUNT for step, seconds in least.items()})


def _store(pages: list[Page], responses: list[HtmlResponse]) -> None:
    with TemporaryDirectory() as folder, Archive(Path(folder) / "archive.db") as stored:
        stored.put_portal(Bench.info())
        with stored.in_bulk(), stored.writing():
            for number, (page, response) in enumerate(zip(pages, responses, strict=True)):
                moment = f"2024-05-01T00:{number // 60:02}:{number % 60:02}Z"
                stored.take_in(Capture(response.url, Bench.name, moment, "bench"), page)


def _tell(ms: dict[str, float]) -> None:
    parsed = ms.pop(PARSED)
    for step in (*(step for _, _, step in STEPS), REST, STORED):
        print(f"{step:<42}{ms[step]:7.2f}{ms[step] / parsed:7.1f}")
    reading = sum(value for step, value in ms.items() if step not in (STORED, "facts", "sketch and credits"))
    print(f"{'reading, all of it':<42}{reading:7.2f}{reading / parsed:7.1f}")
    print(f"{PARSED:<42}{parsed:7.2f}{1:7.1f}")


if __name__ == "__main__":
    main()
