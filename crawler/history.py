"""The versions of one article, found by any of its addresses."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from archive.access import connect
from archive.diff import Edit, Piece, word_diff
from archive.errors import ArchiveError
from archive.stories import held_as
from archive.versions import Version, history
from crawler.portals import load, match


def versions_of(url: str, data: Path) -> list[Version]:
    """The versions of the article at an address, oldest first. Raises ArchiveError where there is none."""
    portals = load()
    name, _ = match(url, portals)
    if name is None:
        raise ArchiveError(f"no portal covers {url}: `backan portals` lists them")
    with closing(connect(data / "archive.db")) as archive:
        found = history(archive, held_as(archive, name, portals[name].key(url)))
    if not found:
        raise ArchiveError(f"the archive in {data} holds no article of {url}")
    return found


def changes_between(known: Sequence[Version], numbers: tuple[int, int]) -> list[Piece]:
    """What changed from one version to another. Raises ArchiveError where one of them is not there."""
    texts = {version.number: version.text for version in known}
    if missing := [number for number in numbers if number not in texts]:
        raise ArchiveError(f"there is no version {missing[0]}, only 1 to {len(known)}")
    return word_diff(*(texts[number] for number in numbers))


def told_changes(pieces: Sequence[Piece]) -> str:
    """The paragraphs that changed, marked as `git diff --word-diff` does, in colour on a terminal."""
    paragraphs, changed = [""], [False]
    for piece in pieces:
        for i, part in enumerate(piece.text.split("\n")):
            if i:
                paragraphs.append("")
                changed.append(False)
            paragraphs[-1] += _marked(Piece(piece.edit, part))
            changed[-1] |= piece.edit != Edit.SAME and bool(part.strip())
    told = [text for text, differs in zip(paragraphs, changed, strict=True) if differs]
    return "\n\n".join(told) or "These versions say the same."


def _marked(piece: Piece) -> str:
    if piece.edit == Edit.SAME or not piece.text.strip():
        return piece.text
    if piece.edit == Edit.ADDED:
        return click.style(f"{{+{piece.text}+}}", fg="green")
    return click.style(f"[-{piece.text}-]", fg="red")
