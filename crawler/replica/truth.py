"""What the replica's articles really say, for tests to hold the archive against."""

from dataclasses import dataclass
from datetime import datetime
from urllib.robotparser import RobotFileParser

from archive.text import word_count
from crawler.replica.body import Picture, Table, plain
from crawler.replica.corpus import Site, Story, sites
from crawler.replica.web import ENGINES


@dataclass(frozen=True, slots=True)
class Truth:
    """One article: `urls` are all the addresses it has, the usual one first.

    `published_at`, `lead` and `body` are written as `archive.model.Article` writes them; `words` counts lead
    and body. `allowed` is False where robots.txt forbids the article.
    """

    portal: str
    engine: str
    urls: tuple[str, ...]
    title: str
    lead: str | None
    body: str
    words: int
    published_at: str | None
    date_label: str | None
    author: str | None
    source: str | None
    section: str | None
    views: int | None
    captions: tuple[str, ...]
    has_table: bool
    allowed: bool = True


def truths() -> list[Truth]:
    return [_truth(site, story) for site in sites() for story in site.stories]


def _truth(site: Site, story: Story) -> Truth:
    engine = ENGINES[story.engine]
    body = plain(story.body)
    urls = engine.addresses(story)
    robots = RobotFileParser()
    robots.parse(["User-agent: *", *(f"Disallow: {path}" for path in site.disallow)])
    return Truth(
        portal=story.portal,
        engine=story.engine,
        urls=urls,
        title=story.title,
        lead=story.lead,
        body=body,
        words=word_count(f"{story.lead or ''} {body}"),
        published_at=_stated(story),
        date_label=engine.date_label if story.published else None,
        author=story.author,
        source=story.source,
        section=story.section.text if engine.names_section else None,
        views=story.views,
        captions=tuple(block.caption for block in story.body if isinstance(block, Picture) and block.caption),
        has_table=any(isinstance(block, Table) for block in story.body),
        allowed=robots.can_fetch("*", urls[0]),
    )


def _stated(story: Story) -> str | None:
    if story.published is None:
        return None
    stated = story.published.isoformat()
    return f"{stated}+07:00" if isinstance(story.published, datetime) else stated
