"""Our own page for whatever goes wrong, and in the log no more than it takes to mend it."""

import sqlite3
import sys
import traceback
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

from archive.errors import ArchiveError
from archive.site.language import Language, language_of
from archive.site.options import site_of
from archive.site.trouble import trouble

TOO_LONG = ("Câu hỏi này mất quá nhiều thời gian.", "This takes too long.")
TOO_MUCH = "too large to convert to SQLite", "decoding a JSON"  # a number or a list that somebody typed
NOT_ALLOWED = {
    "execute-sql": ("Ở đây không nhận câu hỏi SQL tự viết.", "SQL of your own is not taken here."),
    "Database download is forbidden": ("Kho này không cho tải về.", "This archive cannot be downloaded."),
}


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Iterator[None]:
    """A wrapper, for Datasette would print a traceback with all variables, and for each mistyped address."""
    outcome: Any = yield
    language = language_of(request)
    status, message = _told(exception, language)
    if status == 500:
        traceback.print_exception(exception)
    elif status > 500:
        print(f"{request.path}: {exception}", file=sys.stderr)
        if site_of(datasette).public and message != language.text(*TOO_LONG):
            message = ""  # it may name a file of this machine: the log has it
    outcome.force_result([lambda: trouble(datasette, request, status, message)])


@hookimpl(tryfirst=True)
def forbidden(datasette: Any, request: Any, message: str) -> Any:
    words = NOT_ALLOWED.get(message)
    return trouble(datasette, request, 403, language_of(request).text(*words) if words else "")


def _told(exception: Exception, language: Language) -> tuple[int, str]:
    """The status, and a sentence for the reader where there is one to say."""
    match exception:
        case Base400():
            message = str(exception.args[0]) if exception.args else ""
            return exception.status, "" if message == "404" else message
        case DatasetteError(message_is_html=True):  # the one about its time limit, with a script in it
            return exception.status, language.text(*TOO_LONG)
        case DatasetteError():  # 500 is its default, for a column to sort by that is not there
            return 400 if exception.status == 500 else exception.status, str(exception.message)
        case sqlite3.ProgrammingError() | JSONDecodeError():  # half the key of a row, a broken `_through=`
            return 400, ""
        case OverflowError() | RecursionError() if any(words in str(exception) for words in TOO_MUCH):
            return 400, ""
        case sqlite3.Error() if "interrupted" in str(exception):
            return 503, language.text(*TOO_LONG)
        case sqlite3.Error():
            return 503, f"archive.db: {exception}"
        case ArchiveError():
            return 503, str(exception)
    return 500, ""
