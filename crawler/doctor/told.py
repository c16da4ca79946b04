"""The findings as a person reads them: 80 columns, and marks that need no colour."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

import click

from crawler.doctor.finding import Finding, Group, Level, worst
from crawler.wording import counted, printable

WIDTH = 80
COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}
MARK = 8  # columns of a mark and what is before it


def of_findings(findings: list[Finding]) -> str:
    """All findings by group, and what they come to."""
    lines = []
    for group in Group:
        if of_group := [finding for finding in findings if finding.group == group]:
            lines += [
                click.style(group, bold=True),
                *(line for one in of_group for line in _finding(one)),
                "",
            ]
    counts = {level: sum(one.level == level for one in findings) for level in Level}
    if worst(findings) == Level.OK:
        return "\n".join([*lines, f"All {counted(counts[Level.OK], 'check')} are well."])
    return "\n".join(
        [*lines, f"{counts[Level.BAD]} bad, {counts[Level.WARN]} to look at, {counts[Level.OK]} well."]
    )


def _finding(finding: Finding) -> Iterator[str]:
    mark = click.style(f"{finding.level:4}", fg=COLOURS[finding.level], bold=finding.level != Level.OK)
    first, *rest = folded(finding.what, MARK)
    yield f"  {mark}  {first.strip()}"
    yield from rest
    if finding.advice:
        yield from advised(finding.advice, MARK)


def advised(advice: str, indent: int) -> Iterator[str]:
    """What to do, marked with an arrow; a line that begins with `$ ` is a command, left in one piece."""
    for at, line in enumerate(advice.split("\n")):
        if line.startswith("$ "):
            yield " " * (indent + 3) + printable(line)
            continue
        first, *rest = folded(line, indent + 3)
        yield f"{' ' * indent}-> {first.strip()}" if not at else first
        yield from rest


def folded(text: str, indent: int) -> list[str]:
    """Lines of a text that may be anybody's, indented; cut at spaces only, so that addresses stay whole."""
    space = " " * indent
    return wrap(
        printable(text), WIDTH, initial_indent=space, subsequent_indent=space,
        break_long_words=False, break_on_hyphens=False,
    ) or [space]  # fmt: skip


def table(rows: Iterable[tuple[str, str]], indent: int, width: int) -> Iterator[str]:
    """A name and a text in each line; the text goes on below itself."""
    for name, text in rows:
        first, *rest = folded(text, indent + width)
        yield f"{' ' * indent}{printable(name):{width}}{first.strip()}"
        yield from rest
