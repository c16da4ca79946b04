"""Where the words of a search stand in one article."""

from archive.search.model import NO_FILTERS, Matches
from archive.search.question import asked, question
from archive.search.reading import Source, reading
from archive.search.words import places


def matches(db: Source, words: str, article_id: int, exact: bool = False) -> Matches:
    """As in the list of hits: the words as typed where the article holds them so, else under any accents.

    Nothing where there is no such article. Raises as `search` does.
    """
    query = asked(words)
    if query is None:
        return Matches()
    with reading(db) as connection:
        sql = "select docid, title, coalesce(lead, ''), body from articles where id = ?"
        article = connection.execute(sql, [article_id]).fetchone()
        if article is None:
            return Matches()
        docid, *texts = article
        typed = question(connection, query, NO_FILTERS).typed
        as_typed = exact or (typed is not None and typed.within([docid]).count(connection, 1) > 0)
    return Matches(*(places(text, query, as_typed) for text in texts))
