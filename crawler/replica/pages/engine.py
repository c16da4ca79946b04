"""What every engine of the replica does: say where its articles are, and lay out a site in routes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import cache, partial
from html import escape
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from archive.dates import VIETNAM
from crawler.replica.attachments import ENDINGS, attachment
from crawler.replica.body import Picture, links
from crawler.replica.corpus import Link, Site, Story
from crawler.replica.dirt import soil
from crawler.replica.exchange import Response, Route, Routes, place
from crawler.replica.markup import body_html
from crawler.replica.media import picture

RELATED = 4


@dataclass(frozen=True, slots=True)
class Item:
    """A story in a list; `day` as the page shows it, empty where the story has no date."""

    title: str
    url: str
    day: str = ""
    lead: str | None = None
    published: date | None = None

    @property
    def rfc822(self) -> str:
        """The moment of publication as RSS writes it; empty where only a day is known."""
        moment = self.published
        return format_datetime(moment.replace(tzinfo=VIETNAM)) if isinstance(moment, datetime) else ""


class Engine(ABC):
    """A site laid out by one content system, as it stands on the day `today`.

    date_label     what stands before the date of an article
    names_section  whether an article's page names its section
    byline         the wrapper of a line that credits the article, with one `{}`
    """

    date_label: ClassVar[str | None] = None
    names_section: ClassVar[bool] = False
    byline: ClassVar[str] = "<p>{}</p>"

    def __init__(self, site: Site, today: date) -> None:
        self.site, self.today = site, today

    @staticmethod
    @abstractmethod
    def addresses(story: Story) -> tuple[str, ...]:
        """All the addresses of an article, the usual one first."""

    @staticmethod
    @abstractmethod
    def library(story: Story) -> str:
        """The address below which the pictures of an article lie."""

    @abstractmethod
    def pages(self) -> Routes:
        """The site's pages, by host and path; its files are not among them."""

    @abstractmethod
    def missing(self) -> Response:
        """The answer where there is no page."""

    def routes(self) -> Routes:
        """Everything that the site serves."""
        return {**dict(self._files()), **self.pages()}

    def _files(self) -> Iterator[tuple[str, Route]]:
        """The pictures that stories show and the files that they link to."""
        home = f"https://{self.site.host}/"
        for story in self.site.stories:
            for block in story.body:
                if isinstance(block, Picture):
                    url = self.library(story) + story.picture(block.file)
                    yield place(url), partial(picture, story.number & 0xFFFFFF)
                for words, url in links(block, ENDINGS):
                    yield place(urljoin(home, url)), partial(attachment, words)

    def show(self, story: Story) -> Item:
        """The story as lists show it: under its old address where it has one."""
        day = f"{story.published:%d/%m/%Y}" if story.published else ""
        url = story.moved_from or self.addresses(story)[0]
        return Item(soil(story.title, story.dirt), url, day, story.lead, story.published)

    def extras(self) -> list[Item]:
        """Items of a list that lead nowhere good: to a missing page, to one that the firewall rejects."""
        return [Item(link.text, link.url) for key in ("missing", "blocked") for link in self.site.links(key)]

    def related(self, story: Story) -> list[Item]:
        """The newest other stories of the site, those of the same section first."""
        others = [other for other in self.site.newest() if other != story]
        others.sort(key=lambda other: other.section != story.section)
        return [self.show(other) for other in others[:RELATED]]

    def columns(self, sections: Iterable[Link]) -> list[tuple[Link, list[Item]]]:
        """Each section with its newest item, as front pages have them."""
        return [(section, [self.show(story) for story in self.site.of(section)[:1]]) for section in sections]

    def article(self, story: Story) -> dict[str, Any]:
        """What the template of an article needs, soiled as the story says."""
        return {
            "story": story,
            "title": soil(story.title, story.dirt),
            "lead": story.lead and soil(story.lead, story.dirt),
            "body": body_html(story, self.library(story)),
            "byline": self._byline(story),
            "related": self.related(story),
        }

    def _byline(self, story: Story) -> Markup:
        labelled = "labelled" in self.site.facts
        author = story.author and (f"Tác giả: {story.author}" if labelled else story.author)
        source = story.source and (f"Nguồn: {story.source}" if labelled else f"Theo {story.source}")
        lines = (escape(soil(line, story.dirt), quote=False) for line in (author, source) if line)
        return Markup("\n".join(self.byline.format(line) for line in lines))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("crawler.replica"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["path"] = path
    return environment


def render(template: str, **context: Any) -> str:
    return _templates().get_template(template).render(context)


def path(url: str) -> str:
    """An address as pages of its own host write it: from the root, with its query."""
    return urlsplit(url)._replace(scheme="", netloc="").geturl()


def in_pages(items: list[Item], size: int) -> list[list[Item]]:
    """A list in pages; an empty list is one empty page."""
    return [items[start : start + size] for start in range(0, len(items), size)] or [[]]


def asked(number: str, last: int) -> int:
    """The page that a request asks for; 1 unless it is one of those there are."""
    return int(number) if number.isdecimal() and 1 <= int(number) <= last else 1
