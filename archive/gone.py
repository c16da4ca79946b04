"""Since when an article is gone from its portal, as far as its captures tell."""

from collections.abc import Iterable
from sqlite3 import Connection

from archive.model import NOT_THERE, Outcome

# Answers that are no article. Of one page they prove little: a site that fails gives them for every address.
# A crawl that went through to its end has seen that the site works.
DEFINITE = (Outcome.REDIRECT, Outcome.OTHER, Outcome.LISTING, Outcome.EMPTY, Outcome.DOCUMENT)
_DEFINITE = ", ".join(f"'{outcome}'" for outcome in DEFINITE)
# An error page proves less still: a site in maintenance, or with a broken database, says of every article
# that it is not there, and its listings may go on. So two complete crawls must have been told so, and either
# of them have read other articles afterwards.
_LOOKED_AT = f"{_DEFINITE}, '{Outcome.ERROR}'"
_DENIED = f"""
    c.outcome = '{Outcome.ERROR}' and c.note = '{NOT_THERE}'
    and exists (select 1 from crawls where id = c.crawl and complete)
    and exists (select 1 from captures as other where other.crawl = c.crawl
        and other.captured_at > c.captured_at and other.text_sha256 is not null)
"""

# An article is gone where each of its keys is: since the first answer after its last text that says so.
_MARK = f"""
    with shown as (
        select key, max(captured_at) as last from captures
        where article = :article and text_sha256 is not null group by key
    ), denied as (
        select c.id, c.key, c.crawl, c.captured_at from captures as c where c.article = :article and {_DENIED}
    ), ended as (
        select (
            select min(c.captured_at) from captures as c
            where c.article = :article and c.key = shown.key and c.captured_at > shown.last and (
                c.outcome = '{Outcome.MISSING}' or (c.outcome in ({_DEFINITE})
                and exists (select 1 from crawls where id = c.crawl and complete))
                or (c.id in (select id from denied) and exists (
                    select 1 from denied as d where d.key = c.key and d.crawl <> c.crawl
                    and d.captured_at > shown.last and d.captured_at < c.captured_at)))
        ) as at from shown
    ), gone as (
        select case when count(*) = count(at) then max(at) end as at from ended
    )
    update articles set gone_at = (select at from gone)
    where id = :article and gone_at is not (select at from gone)
"""


def mark(connection: Connection, articles: Iterable[int]) -> None:
    for article in articles:
        connection.execute(_MARK, {"article": article})


def mark_of(connection: Connection, crawl: str) -> None:
    """Mark the articles of which it matters whether this crawl was complete."""
    query = f"select distinct article from captures where crawl = ? and outcome in ({_LOOKED_AT})"
    articles = [article for (article,) in connection.execute(query, [crawl]) if article is not None]
    mark(connection, articles)
