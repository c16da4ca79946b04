"""What must be true before a crawl of ours may begin."""

from datetime import datetime, timedelta
from pathlib import Path

from archive.errors import ArchiveError
from archive.store import Archive
from archive.warc.file import warc_files

IMPORTED = ("warc", "wayback", "commoncrawl")  # sources whose captures bear times of others
TOLERANCE = timedelta(minutes=1)  # that a clock may be set back by, as time servers do


def refuse_loss(archive: Archive, data: Path) -> None:
    """Raise ArchiveError where the archive has got lost: the frontier would ask for little again."""
    folder = data / "warc"
    if warc_files(folder) and not archive.db.table("crawls").count:
        raise ArchiveError(
            f"{data / 'archive.db'} is empty, but {folder} holds captures: `backan rebuild` makes it anew of "
            "them"
        )


def latest(archive: Archive, portal: str, now: str) -> str | None:
    """When a portal was crawled last. Raises ArchiveError where that is yet to come, by the clock."""
    marks = ", ".join("?" for _ in IMPORTED)
    found: str | None = archive.db.execute(
        f"select max(coalesce(finished_at, started_at)) from crawls "
        f"where portal = ? and outcome is not 'missed' and source not in ({marks})",
        [portal, *IMPORTED],
    ).fetchone()[0]
    if found and datetime.fromisoformat(found) - datetime.fromisoformat(now) > TOLERANCE:
        raise ArchiveError(
            f"the clock says {now}, but {portal} was crawled at {found} already: set the clock; if it is "
            "right, that crawl bears a wrong time, so choose another folder with --data"
        )
    return found
