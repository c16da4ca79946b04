"""As many more articles on one portal as a long crawl needs, made when asked for, alike every time."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from crawler.replica.body import LINK, Paragraph
from crawler.replica.corpus import Link, Site, Story, sites
from crawler.replica.exchange import Request, Response
from crawler.replica.pages.engine import RELATED, Item
from crawler.replica.pages.mst import Mst

IN_SECTION, ON_PAGE = 5_000, 20
PARAGRAPHS = (10, 20)
FIRST_ID = 900_000_000  # no id of the texts begins so
NEWEST = datetime(2025, 3, 1, 8)
_ARTICLE = re.compile(r"/[^/]+-197(9\d{8})\.htm")
_LISTING = re.compile(r"/kho-tin-(\d+)(?:/trang-(\d+))?\.htm")


class More(Mst):
    """So many articles, put together from the paragraphs of all texts, in sections of IN_SECTION each.

    Each section has a listing, page by page; each article names the next ones of its section.
    """

    def __init__(self, site: Site, today: date, count: int) -> None:
        super().__init__(site, today)
        self.count = count

    def answer(self, request: Request) -> Response | None:
        """None where it is none of these pages."""
        if request.host != self.site.host:
            return None
        if (match := _ARTICLE.fullmatch(request.path)) and int(match[1]) - FIRST_ID < self.count:
            story = self.story(int(match[1]) - FIRST_ID)
            return self._article(story, request) if request.url == self.addresses(story)[0] else None
        if match := _LISTING.fullmatch(request.path):
            return self._page(int(match[1]), int(match[2] or 1), request)
        return None

    def story(self, number: int) -> Story:
        """The article of that number, from 0 on."""
        random, (titles, leads, paragraphs) = Random(number), _parts()
        length = random.randint(*PARAGRAPHS)
        opening = Paragraph(f"Đây là bài thứ {number} trong kho tin, ghi lại từ các bản tin của địa phương.")
        return Story(
            portal=self.site.portal,
            engine=self.site.engine,
            section=section(self.site.host, number // IN_SECTION),
            title=f"{random.choice(titles)} (bài {number})",
            body=(opening, *random.sample(paragraphs, length)),
            lead=random.choice(leads),
            published=NEWEST - timedelta(minutes=37 * number),
            author=f"Phóng viên {number % 40}",
            markup="vccorp",
            id=str(FIRST_ID + number),
        )

    def related(self, story: Story) -> list[Item]:
        number = int(story.id) - FIRST_ID
        return self._items(range(number + 1, number + 1 + RELATED)) or self._items([number - 1])

    def _items(self, numbers: Iterable[int]) -> list[Item]:
        return [self.show(self.story(number)) for number in numbers if number < self.count]

    def _page(self, index: int, page: int, request: Request) -> Response | None:
        first = index * IN_SECTION + (page - 1) * ON_PAGE
        end = min((index + 1) * IN_SECTION, self.count)
        if not (index * IN_SECTION <= first < end):
            return None
        link = section(self.site.host, index)
        following = link.url.replace(".htm", f"/trang-{page + 1}.htm") if first + ON_PAGE < end else None
        return self._listing(link, self._items(range(first, min(first + ON_PAGE, end))), following, request)


def section(host: str, index: int) -> Link:
    return Link(f"Kho tin {index + 1}", f"https://{host}/kho-tin-{index}.htm")


def with_more(site: Site, count: int) -> Site:
    """The site with the sections of so many more articles in its menu."""
    more = (section(site.host, index) for index in range(-(-count // IN_SECTION)))
    return replace(site, sections=(*site.sections, *more))


@cache
def _parts() -> tuple[list[str], list[str], list[Paragraph]]:
    """Titles, leads and paragraphs without links of all stories."""
    stories = [story for site in sites() for story in site.stories]
    paragraphs = [
        block
        for story in stories
        for block in story.body
        if isinstance(block, Paragraph) and len(block.text) > 100 and not LINK.search(block.text)
    ]
    return [story.title for story in stories], [s.lead for s in stories if s.lead], paragraphs
