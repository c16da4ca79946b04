"""Pages as heavy as those of the real portals: the replica's templates, with as much around the text.

Real SharePoint pages are of 50 to 150 KB with 100 to 190 links, and most of that is not the article.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from bench.texts import CLOSE, paragraphs, title
from crawler.replica.body import Heading, Paragraph, plain
from crawler.replica.corpus import Link, Site, Story
from crawler.replica.exchange import Request, Response, html
from crawler.replica.markup import WRAPPINGS
from crawler.replica.pages.backan_old import BackanOld, _date_line
from crawler.replica.pages.engine import RELATED, Item, render
from crawler.replica.pages.sharepoint import State

TODAY = date(2025, 11, 22)
NEWEST = datetime(2025, 3, 1, 8)
HOST = "127.0.0.1"
IN_SECTION, ON_LISTING = 200, 20
LENGTH = (250, 1_500)  # words of an article
STATE = (15_000, 45_000)  # bytes, before Base64
MENU, SCRIPTS = 120, 160  # links to other offices, and lines of scripts in the head
SKINS = ("field", "plain", "table")
MARKUPS = tuple(name for name in WRAPPINGS if name != "vccorp")  # that one is of another engine


@dataclass(frozen=True, slots=True)
class Made:
    """An article's page, and what its text really is: `body` has no lead."""

    path: str
    html: bytes
    title: str
    lead: str
    body: str


class Heavy(BackanOld):
    """A site of the old system with so many articles, in sections of IN_SECTION each."""

    def __init__(self, count: int, length: tuple[int, int] = LENGTH, host: str = HOST) -> None:
        folder = f"http://{host}/Pages/tin-tuc-1"
        sections = -(-count // IN_SECTION)
        links = tuple(
            Link(f"Chuyên mục {n}", f"{folder}/chuyen-muc-{n}/default.aspx") for n in range(1, 1 + sections)
        )
        facts = {
            "outside": [
                f"Liên kết tới trang của đơn vị số {n} = https://don-vi-{n}.example/" for n in range(MENU)
            ]
        }
        footer = ("Cơ quan chủ quản: Ủy ban nhân dân tỉnh Bắc Kạn", "Điện thoại: 0209 3870 000")
        site = Site("bench", "backan_old", host, (), "Cổng đo tốc độ", footer, links, (), (), facts)
        super().__init__(site, TODAY)
        self.count, self.length = count, length
        self._item = lru_cache(2 * RELATED)(lambda number: self.show(self.story(number)))

    def story(self, number: int) -> Story:
        """The article of that number, from 0 on."""
        random = Random(f"story {number}")
        told = [Paragraph(text) for text in paragraphs(random, random.randint(*self.length))]
        heading = [Heading(title(random))] if len(told) > 8 else []
        *before, last = told
        return Story(
            portal="bench",
            engine="backan_old",
            section=self.site.sections[number // IN_SECTION],
            title=f"{title(random)} {number}",
            body=(*before[:4], *heading, *before[4:], Paragraph(last.text.rstrip(".") + CLOSE)),
            lead=" ".join(paragraphs(random, 15)),
            published=NEWEST - timedelta(minutes=37 * number),
            author=f"Phóng viên {number % 40}",
            markup=MARKUPS[number // len(SKINS) % len(MARKUPS)],
        )

    def page(self, template: str, request: Request, seed: str = "", **context: Any) -> Response:
        """As the replica's, with as much hidden state and script around it as real ones have."""
        random = Random(f"page {seed or request.path}")
        view = b"\xff\x01" + random.randbytes(random.randrange(*STATE))
        state = State(b64encode(view).decode(), b64encode(random.randbytes(900)).decode())
        frame = {"site": self.site, "today": self.today, "state": state, "digest": "0" * 128}
        page = render(template, request=request, **frame, **context)
        return html(page.replace("</head>", f"{_scripts()}</head>", 1))

    def related(self, story: Story) -> list[Item]:
        return self._shown(range(max(0, self.count - RELATED), self.count))

    def _shown(self, numbers: Iterable[int]) -> list[Item]:
        return [self._item(number) for number in numbers]

    def made(self, number: int) -> Made:
        """One article's page."""
        story = self.story(number)
        path = _path(self.addresses(story)[0])
        context: dict[str, Any] = {
            "skin": SKINS[number % len(SKINS)],
            "date": _date_line(story),
            **self.article(story),
        }
        answer = self.page("backan_old_article.html", _asked(path), **context)
        return Made(path, answer.body, story.title, story.lead or "", plain(story.body))

    def articles(self) -> Iterator[Made]:
        return map(self.made, range(self.count))

    def listings(self) -> Iterator[tuple[str, bytes]]:
        """The front page and all listings, by path; each listing leads to the next one of its section."""
        yield "/", self._home(_asked("/")).body
        for index, section in enumerate(self.site.sections):
            numbers = range(index * IN_SECTION, min((index + 1) * IN_SECTION, self.count))
            for first in range(0, len(numbers), ON_LISTING):
                yield self._part(
                    section, numbers[first : first + ON_LISTING], first + ON_LISTING < len(numbers)
                )

    def _part(self, section: Link, numbers: range, goes_on: bool) -> tuple[str, bytes]:
        path, page = _path(section.url), 1 + numbers[0] % IN_SECTION // ON_LISTING
        answer = self.page(
            "backan_old_listing.html",
            _asked(path),
            seed=f"{path} {page}",
            heading=section.text,
            items=self._shown(numbers),
            pages=1,
            number=1,
            pager="",
            following=f"{path}?page={page + 1}" if goes_on else None,
        )
        return path if page == 1 else f"{path}?page={page}", answer.body


def _asked(path: str) -> Request:
    return Request(f"http://{HOST}{path}")


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def _scripts() -> str:
    lines = (
        f'ULSxSy:;RegisterSod("part{n}.js","\\u002f_layouts\\u002fpart{n}.js?rev={n * 7919 % 99991}");'
        for n in range(SCRIPTS)
    )
    return '<script type="text/javascript">\n//<![CDATA[\n' + "\n".join(lines) + "\n//]]>\n</script>\n"
