"""The body of a story as the texts write it: one block a line, in a handful of Markdown's marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_PICTURE = re.compile(r"!\[(?P<caption>[^]]*)\]\((?P<file>[^)]+)\)")
LINK = re.compile(r"\[(?P<text>[^]]+)\]\((?P<url>[^)]+)\)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    file: str
    caption: str


Block = Paragraph | Heading | Items | Table | Picture


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a body: lines that follow each other as `- ` or `| ` make one list or one table."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_blocks(line for line in lines if line))


def _blocks(lines: Iterator[str]) -> Iterator[Block]:
    for mark, group in groupby(lines, key=lambda line: line[:2]):
        if mark == "- ":
            yield Items(tuple(line[2:] for line in group))
        elif mark == "| ":
            yield Table(tuple(tuple(map(str.strip, line.strip("| ").split("|"))) for line in group))
        else:
            yield from map(_block, group)


def _block(line: str) -> Block:
    if picture := _PICTURE.fullmatch(line):
        return Picture(picture["file"], picture["caption"])
    return Heading(line[3:]) if line.startswith("## ") else Paragraph(line)


def plain(body: tuple[Block, ...]) -> str:
    """The body as the archive keeps it: captions are not part of it, links are their text."""
    return "\n\n".join(filter(None, map(_plain, body)))


def _plain(block: Block) -> str:
    match block:
        case Picture():
            return ""
        case Heading(text):
            return f"## {text}"
        case Items(texts):
            return "\n".join(f"- {_unlinked(text)}" for text in texts)
        case Table(rows):
            return "\n".join(f"| {' | '.join(row)} |" for row in rows)
        case Paragraph(text):
            return _unlinked(text)


def _unlinked(text: str) -> str:
    return LINK.sub(lambda link: link["text"], text)


def links(block: Block, endings: tuple[str, ...]) -> list[tuple[str, str]]:
    """The words and addresses of links to what has one of these endings, in a paragraph or a list."""
    texts = block.texts if isinstance(block, Items) else (block.text,) if isinstance(block, Paragraph) else ()
    found = (link for text in texts for link in LINK.finditer(text))
    return [(link["text"], link["url"]) for link in found if link["url"].endswith(endings)]
