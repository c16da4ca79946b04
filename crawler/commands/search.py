"""`backan search`: search from the terminal."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.text import normalise
from crawler.commands.telling import telling_errors
from crawler.options import DAY, data_option, day, json_option, no_option
from crawler.wording import counted, printable

if TYPE_CHECKING:
    from archive.search import Advice, FileHit, Hit

FILES = 5  # at most, behind the articles


# Words that begin with a dash are words to leave out, not options.
@click.command(
    context_settings={"ignore_unknown_options": True},
    short_help='Search, with accents or without, "phrases" in quotes, -without.',
)
@click.argument("words", nargs=-1, callback=no_option)
@click.option("--portal", multiple=True, metavar="NAME", help="Only this portal; repeat it for more of them.")
@click.option("--section", multiple=True, metavar="NAME", help="Only this section.")
@click.option("--author", multiple=True, metavar="NAME", help="Only this author.")
@click.option("--source", multiple=True, metavar="NAME", help="Only what credits this source.")
@click.option("--place", multiple=True, metavar="NAME", help="Only what names this place; or its code.")
@click.option("--since", type=day, metavar=DAY, help="Only what is dated this day or later.")
@click.option("--until", type=day, metavar=DAY, help="Only what is dated this day or earlier.")
@click.option("--gone/--there", default=None, help="Only what is gone from its portal, or what is not.")
@click.option("--changed/--unchanged", default=None, help="Only what has several versions, or one.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    show_default="relevance; newest without words",
    help="What comes first.",
)
@click.option("--exact", is_flag=True, help="Only the accents as typed.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="Show so many hits.")
@json_option
@data_option
def search(
    words: tuple[str, ...],
    place: tuple[str, ...],
    since: str | None,
    until: str | None,
    sort: str | None,
    exact: bool,
    limit: int,
    as_json: bool,
    data: Path,
    **chosen: Any,
) -> None:
    """Search the archive; with accents or without, "phrases" in quotes, -without."""
    from archive.search import Filters, Order, advise, places_named, search_files
    from archive.search import search as find

    archive, typed = data / "archive.db", " ".join(words)
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}")
    with telling_errors():
        codes = tuple(code for name in place for code in places_named(archive, name))
        named = {name: _plain(value) for name, value in chosen.items()}
        filters = Filters(**named, place=codes, since=_date(since), until=_date(until))
        if not typed and filters == Filters():
            raise click.UsageError("say what to search for: words, or a filter")
        order = Order(sort) if sort else Order.RELEVANCE
        result = find(archive, typed, filters=filters, order=order, exact=exact, limit=limit)
        advice = None if result.total else advise(archive, typed, filters=filters, exact=exact)
        files = search_files(archive, typed, filters=filters, exact=exact, limit=min(limit, FILES))
    if as_json:
        click.echo(json.dumps(asdict(result) | {"files": asdict(files)}, ensure_ascii=False, indent=2))
        return
    for hit in result.hits:
        click.echo(f"{told(hit)}\n")
    click.echo(f"{result.total}+ articles" if result.capped else counted(result.total, "article"))
    if files.hits:
        click.echo("\nFiles:\n")
    for file in files.hits:
        click.echo(f"{told_of_file(file)}\n")
    if files.hits:
        click.echo(f"{files.total}+ files" if files.capped else counted(files.total, "file"))
    if advice:
        tell(advice)


def told(hit: "Hit") -> str:
    """A hit for a person: matches in bold, which click leaves out where the output is no terminal."""
    title, snippet = _in_bold(hit)
    return f"{title}\n{(hit.published_at or 'undated')[:10]}  {hit.portal}  {hit.url}\n{snippet}"


def told_of_file(hit: "FileHit") -> str:
    """A file for a person, with what its text lacks, and the newest article that offers it."""
    title, snippet = _in_bold(hit)
    size = f", {counted(hit.pages, 'page')}" if hit.pages else ""
    lacks = f" ({hit.trouble})" if hit.trouble else ""
    offered = "".join(f"\nin: {article.title}" for article in hit.articles[:1])
    day = hit.published_at[:10] if hit.published_at else f"captured {hit.captured_at[:10]}"
    lines = f"{title}\n{day}  {hit.portal}  {hit.kind}{size}{lacks}  {hit.url}\n{snippet}".rstrip()
    return f"{lines}{offered}"


def _in_bold(hit: "Hit | FileHit") -> tuple[str, str]:
    from archive.search import marked

    bold, plain = click.style("", bold=True, reset=False), click.style("", reset=True)
    return (
        marked(hit.title, hit.title_matches, bold, plain),
        marked(hit.snippet, hit.snippet_matches, bold, plain),
    )


def tell(advice: "Advice") -> None:
    for missing in advice.missing:
        close = f"; close to it: {', '.join(missing.close)}" if missing.close else ""
        click.echo(printable(f"Nothing has {missing.word}{close}"))
    if advice.instead:
        click.echo(printable(f"Try: {advice.instead}"))
    if advice.without_filters:
        click.echo(f"Without filters: {counted(advice.without_filters, 'article')}")


def _plain(value: Any) -> Any:
    """Names as the archive writes them; what was not asked for, and switches, as they are."""
    return tuple(map(normalise, value)) if isinstance(value, tuple) else value


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
