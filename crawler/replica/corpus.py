"""The texts: one file per site, read into sites, sections and stories.

A file is blocks between lines of `=====`. The first describes the site, each other one tells a story: lines
of `key: value`, an empty line, the body. `texts/README.md` lists the keys.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files

from crawler.replica.body import Block, parse

_RULE = re.compile(r"^={5,}\n", re.M)
_WORDS = re.compile(r"[^a-z0-9]+")

Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Link:
    """A label and where it leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """One article as its author wrote it; how it looks is the matter of its site's engine.

    `published` is None, a date, or a datetime where the page shows a time. `dirt` names the flaws that
    the page puts into the clean text (see `dirt.py`). `moved_from` is an older address, which lists still
    show and which redirects.
    """

    portal: str
    engine: str
    section: Link
    title: str
    body: tuple[Block, ...]
    lead: str | None = None
    published: date | None = None
    author: str | None = None
    source: str | None = None
    markup: str = "p"
    dirt: frozenset[str] = frozenset()
    views: int | None = None
    id: str = ""
    moved_from: str | None = None

    @property
    def number(self) -> int:
        """A number that stands for the story for ever: it makes ids, file names and seeds."""
        return int.from_bytes(sha256(f"{self.portal} {self.engine} {self.title}".encode()).digest()[:8])

    def picture(self, file: str) -> str:
        """The library path of one of its pictures: 16 hex digits, then the name."""
        return f"{sha256(f'{self.number} {file}'.encode()).hexdigest()[:16]}/{file}"


@dataclass(frozen=True, slots=True)
class Site:
    """A host and what runs on it. `facts` holds the lines that only its engine understands."""

    portal: str
    engine: str
    host: str
    aliases: tuple[str, ...]
    name: str
    footer: tuple[str, ...]
    sections: tuple[Link, ...]
    disallow: tuple[str, ...]
    stories: tuple[Story, ...]
    facts: Fields

    def links(self, key: str) -> tuple[Link, ...]:
        """The `label = address` lines of the site under this key."""
        return tuple(map(_link, self.facts.get(key, ())))

    def newest(self, stories: Iterable[Story] | None = None) -> list[Story]:
        """Stories as a listing orders them: newest first, undated last."""
        chosen = self.stories if stories is None else stories
        return sorted(chosen, key=lambda story: str(story.published or ""), reverse=True)

    def of(self, section: Link) -> list[Story]:
        return self.newest(story for story in self.stories if story.section == section)


def slug(text: str) -> str:
    """`Xã Đồng Phúc` as an address writes it: `xa-dong-phuc`."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return _WORDS.sub("-", "".join(c for c in bare if not unicodedata.combining(c))).strip("-")


@cache
def sites() -> tuple[Site, ...]:
    """Every site of the replica, in the order of their files' names."""
    texts = sorted(files(__package__).joinpath("texts").iterdir(), key=lambda file: file.name)
    blocks = [_RULE.split(file.read_text("utf-8")) for file in texts if file.name.endswith(".txt")]
    shared = _shared(fields for site in blocks for fields in map(_read, site[1:]))
    return tuple(_site(site, shared) for site in blocks)


def _shared(stories: Iterable[tuple[Fields, str]]) -> dict[str, tuple[Fields, str]]:
    """The stories that carry a `name`, for those that are the `same` on another page."""
    return {fields["name"][0]: (fields, body) for fields, body in stories if "name" in fields}


def _site(blocks: list[str], shared: dict[str, tuple[Fields, str]]) -> Site:
    facts, _ = _read(blocks[0])
    site = Site(
        portal=facts["portal"][0],
        engine=facts["engine"][0],
        host=facts["host"][0],
        aliases=tuple(facts.get("alias", ())),
        name=facts["name"][0],
        footer=tuple(facts.get("footer", ())),
        sections=tuple(map(_link, facts["section"])),
        disallow=tuple(facts.get("disallow", ())),
        stories=(),
        facts=facts,
    )
    return replace(site, stories=tuple(_stories(site, blocks[1:], shared)))


def _stories(site: Site, blocks: list[str], shared: dict[str, tuple[Fields, str]]) -> Iterator[Story]:
    sections = {section.text: section for section in site.sections}
    for fields, body in map(_read, blocks):
        if "same" in fields:
            told, body = shared[fields["same"][0]]
            fields = {"title": told["title"], "lead": told.get("lead", []), **fields}
        one = {key: values[0] for key, values in fields.items() if values}
        yield Story(
            portal=site.portal,
            engine=site.engine,
            section=sections[one["section"]],
            title=one["title"],
            body=parse(body),
            lead=one.get("lead"),
            published=_date(one.get("date")),
            author=one.get("author"),
            source=one.get("source"),
            markup=one.get("markup", "p"),
            dirt=frozenset(one.get("dirt", "").split()),
            views=int(one["views"]) if "views" in one else None,
            id=one.get("id", ""),
            moved_from=one.get("moved-from"),
        )


def _read(block: str) -> tuple[Fields, str]:
    head, _, body = block.strip().partition("\n\n")
    fields: Fields = defaultdict(list)
    for line in head.splitlines():
        key, _, value = line.partition(":")
        fields[key.strip()].append(value.strip())
    return dict(fields), body


def _link(line: str) -> Link:
    text, _, url = line.rpartition(" = ")
    return Link(text, url)


def _date(text: str | None) -> date | None:
    if not text:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
