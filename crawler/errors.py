"""Which errors end everything, and how the others are noted."""

import re
import sqlite3
from pathlib import Path

from archive.errors import ArchiveError
from archive.model import Outcome, Page
from crawler.wording import printable

UNWRITABLE = (ArchiveError, OSError, sqlite3.Error)  # nothing can be kept any more
ONE_ROW = (sqlite3.IntegrityError, sqlite3.DataError)  # of SQLite's errors, those that are about one row only


def ends_everything(error: BaseException) -> bool:
    return isinstance(error, UNWRITABLE) and not isinstance(error, ONE_ROW)


def unwritable(error: BaseException, data: Path) -> str:
    """Why nothing can be kept any more, and what to do."""
    if isinstance(error, ArchiveError):
        return str(error)
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return f"cannot write to {data}: {why}; when that is mended, the same command goes on"


def reason(error: BaseException | None) -> str:
    """An error in words; Twisted wraps its own in the representation of a list of failures."""
    words = re.sub(r"\[?<twisted\.python\.failure\.Failure [\w.]+: (.*?)>\]?", r"\1", str(error))
    return printable(f"{type(error).__name__}: {words}")


def unreadable(error: BaseException) -> Page:
    """What is stored of a page that cannot be: why."""
    return Page(Outcome.UNREADABLE, note=reason(error))
