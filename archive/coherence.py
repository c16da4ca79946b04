"""Whether the rows of an archive go together: what nobody would miss in them before a reader does."""

from collections.abc import Iterator
from sqlite3 import Connection

from archive.facts.rows import TABLES, Things
from archive.model import Article
from archive.versions import text_digest

ANEW = "`backan rebuild` makes it anew"
WITHOUT_CRAWL = """
    select crawl, min(url), count(*) from captures
    where crawl is null or crawl not in (select id from crawls) group by crawl
"""
WITHOUT_ARTICLE = """
    select url from captures
    where text_sha256 is not null and (article is null or article not in (select id from articles))
"""
WITHOUT_VERSION = """
    select distinct url from captures as c where text_sha256 is not null and whole
    and not exists (select 1 from versions where article = c.article and sha256 = c.text_sha256)
"""
VERSIONS = """
    select number, url, sha256, v.title, v.lead, v.body from versions as v left join articles on id = article
"""
ARTICLES = """
    select a.url, v.sha256, a.title, a.lead, a.body,
        (select count(*) <> max(number) from versions where article = a.id)
    from articles as a left join versions as v on v.article = a.id and v.number = a.version
"""
# `substr` counts characters, as the offsets do.
MENTIONS = """
    select url, text, substr(case field when 'title' then title when 'lead' then lead when 'body' then body
            when 'author' then author else (select caption from images where article = m.article
            and field = 'caption:' || position) end, start + 1, "end" - start) = text
    from {table} as m left join articles as a on a.id = m.article
"""
UNKNOWN = """
    select url, text from {table} as m left join articles as a on a.id = m.article
    where {column} is null or {column} not in (select id from {things})
"""
UNTOLD = "select count(*) from {things} where id not in (select {column} from {table})"
CREDITS = """
    select url, text, substr(case field when 'source' then source when 'author' then author else body end,
        start + 1, "end" - start) = text
    from credits as c left join articles as a on a.id = c.article
"""
# The first article of a story is an article, and no copy itself; and the two were found to be alike.
COPIES = """
    select url from copies as c left join articles as a on a.id = c.article
    where url is null or c.first not in (select id from articles)
    or c.first in (select article from copies)
    or c.first not in (select other from copies_pairs where article = c.article)
"""
_HELD = "select portal, count(*) from articles group by portal"
_COUNTED = "select portal, sum(articles) from articles_counted group by portal"
MISCOUNTED = f"""
    select portal from ({_HELD} except {_COUNTED}) union select portal from ({_COUNTED} except {_HELD})
"""


def incoherent(archive: Connection) -> Iterator[tuple[str | None, str]]:
    """What is wrong with the rows, each time with an address where there is one."""
    for (what,) in archive.execute("pragma quick_check"):
        if what != "ok":
            yield None, f"is damaged: {' '.join(what.split())}: {ANEW}"
    for crawl, url, count in archive.execute(WITHOUT_CRAWL):
        yield url, f"{count} captures are of the crawl {crawl}, of which there is no row: {ANEW}"
    for (url,) in archive.execute(WITHOUT_ARTICLE):
        yield url, f"the article of a capture is not there: {ANEW}"
    if has_column(archive, "captures", "whole"):
        for (url,) in archive.execute(WITHOUT_VERSION):
            yield url, f"the version of a capture is not there: {ANEW}"
    for number, url, digest, *text in archive.execute(VERSIONS):
        if _digest(*text) != digest:
            yield url, f"version {number} is not what its digest says: {ANEW}"
    for url, digest, *text, has_gap in archive.execute(ARTICLES):
        if digest is None or has_gap:
            yield url, f"a version of the article is not there: {ANEW}"
        elif _digest(*text) != digest:
            yield url, f"the article has another text than its version: {ANEW}"
    if has_column(archive, "articles_counted", "portal"):
        for (portal,) in archive.execute(MISCOUNTED):
            yield None, f"there are not as many articles of {portal} as articles_counted has: {ANEW}"
    for table, (_, things) in TABLES.items():
        if has_column(archive, table, "article"):
            yield from _untrue(archive, table, things)
    if has_column(archive, "copies_pairs", "other"):  # a published copy has none
        yield from _not_copied(archive)


def has_column(archive: Connection, table: str, column: str) -> bool:
    """False in an archive that has not been written to since there is such a column."""
    return any(name == column for _, name, *_ in archive.execute(f"pragma table_info({table})"))


def _untrue(archive: Connection, table: str, things: Things | None) -> Iterator[tuple[str | None, str]]:
    """Of what the articles say: what stands in none of them."""
    for url, text, is_there in archive.execute(MENTIONS.format(table=table)):
        if not is_there:
            yield url, f"{text!r} does not stand where {table} has it: {ANEW}"
    if things is None:
        return
    names = {"table": table, "things": things.table, "column": things.column}
    for url, text in archive.execute(UNKNOWN.format(**names)):
        yield url, f"there is no row in {things.table} for {text!r}: {ANEW}"
    ((count,),) = archive.execute(UNTOLD.format(**names))
    if count:
        yield None, f"{count} rows of {things.table} stand in no article: {ANEW}"


def _not_copied(archive: Connection) -> Iterator[tuple[str | None, str]]:
    for (url,) in archive.execute(COPIES):
        yield url, f"it is no copy of what copies has as the first article of its story: {ANEW}"
    for url, text, is_there in archive.execute(CREDITS):
        if not is_there:
            yield url, f"{text!r} does not stand where credits has it: {ANEW}"


def _digest(*text: object) -> str:
    title, lead, body = ("" if part is None else str(part) for part in text)
    return text_digest(Article("", "", title, body, lead=lead))
