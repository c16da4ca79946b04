"""Take in again captures of which more is known now than when they were taken in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from archive.errors import WarcError
from archive.model import Capture, Outcome, Page
from archive.store import Archive, capture_row
from archive.warc.reader import Place, Revisit, Unusable, read_at
from crawler.intake.fate import take_in
from crawler.intake.originals import find_originals, repeats_of
from crawler.intake.readers import Lone
from crawler.intake.reading import LOST, Read
from crawler.intake.survey import Found, Original, Portals, Survey, original_of

WAITING = f"select warc_file, warc_offset from captures where note = '{LOST}' and warc_file is not null"
COLUMNS = tuple(field.name for field in fields(Capture))
Row = dict[str, Any]


def take_in_again(archive: Archive, folder: Path, late: Collection[Found], portals: Portals) -> int:
    """Take in what comes to something else now; returns how many that are."""
    originals, count = find_originals(folder, originals_of(late)), 0
    for taken in Lone(folder, portals).read_all(late, originals):
        if not isinstance(taken, Unusable) and taken[1].note != LOST:
            count += _replace(archive, folder, taken, portals)
    return count


def waiting(archive: Archive, folder: Path, new: Iterable[Survey]) -> dict[str, set[int]]:
    """Where the revisits are, by file, that have no original yet, or may have a better one in new files."""
    places: dict[str, set[int]] = {}
    for file, offset in archive.db.execute(WAITING):
        places.setdefault(file, set()).add(offset)
    files = {held.file for held in new}
    known = "select 1 from captures where warc_file = ? and warc_offset = ?"
    for file, offset in repeats_of(folder, files):  # but not their own, which were looked for just now
        if file not in files and archive.db.execute(known, [file, offset]).fetchone():
            places.setdefault(file, set()).add(offset)
    return {file: offsets for file, offsets in places.items() if (folder / file).exists()}


def originals_of(found: Iterable[Found]) -> set[Original]:
    return {one.original for one in found if one.original}


def _replace(archive: Archive, folder: Path, taken: Read, portals: Portals) -> bool:
    new = capture_row(*taken)
    [*known] = archive.db.query("select * from captures where id = ?", [new["id"]])
    if known and new.items() <= known[0].items():
        return False
    of_article, of_file = (known and known[0][name] for name in ("text_sha256", "file"))
    if not (of_article or of_file):
        take_in(archive, *taken)
        return True
    column = "article" if of_article else "file"
    query = f"select * from captures where {column} = ? and id <> ?"
    rows = list(archive.db.query(query, [known[0][column], new["id"]]))
    if (others := _read_again(rows, folder, portals)) is None:
        return False
    with (archive.anew if of_article else archive.file_anew)(known[0][column]):
        for each in (taken, *others):
            take_in(archive, *each)
    return True


def _read_again(rows: list[Row], folder: Path, portals: Portals) -> list[Read] | None:
    """All that is stored as these rows; None where a text cannot be read any more, so that it is not lost."""
    texts = [_found(row, folder) for row in rows if row["text_sha256"] or row["file"]]
    originals: Mapping[Original, Place] = find_originals(folder, originals_of(texts))
    again = list(Lone(folder, portals).read_all(texts, originals))
    read_well = (taken for taken in again if not isinstance(taken, Unusable))
    whole = [taken for taken in read_well if taken[1].article or taken[1].file]
    bare = [_bare(row) for row in rows if not (row["text_sha256"] or row["file"])]
    return [*whole, *bare] if len(whole) == len(again) else None


def _found(row: Row, folder: Path) -> Found:
    """What has a text was answered, and nothing took its place."""
    place, original = Place(row["warc_file"], row["warc_offset"], row["warc_length"]), None
    try:
        record = read_at(folder / place.file, place.offset)
        original = original_of(record) if isinstance(record, Revisit) else None
    except WarcError:
        pass  # which whoever reads it next will tell
    return Found(row["crawl"], row["portal"], place, original=original)


def _bare(row: Row) -> Read:
    """What has no text comes to what its row says."""
    page = Page(
        Outcome(row["outcome"]), note=row["note"], replaced=bool(row["replaced"]), whole=bool(row["whole"]),
        key=row["key"],
    )  # fmt: skip
    return Capture(**{name: row[name] for name in COLUMNS}), page
