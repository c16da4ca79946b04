"""Our own page for whatever goes wrong, and in the log no more than it takes to mend it."""

import sqlite3
import sys
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

from datasette import Response, hookimpl
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

from archive.errors import ArchiveError

TOO_LONG = "Câu hỏi này mất quá nhiều thời gian. · This takes too long."


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Iterator[None]:
    """A wrapper, for Datasette would print a traceback with all variables, and for each mistyped address."""
    outcome: Any = yield
    status, message = _told(exception)
    if status == 500:
        traceback.print_exception(exception)
    elif status > 500:
        print(f"{request.path}: {exception}", file=sys.stderr)

    async def answer() -> Response:
        if request.path.endswith(".json"):
            error = message or HTTPStatus(status).phrase
            return Response.json({"ok": False, "error": error, "status": status}, status=status)
        context = {"status": status, "error": message}
        html = await datasette.render_template(["error.html"], context, request=request, view_name="error")
        return Response.html(html, status=status)

    outcome.force_result([answer])


def _told(exception: Exception) -> tuple[int, str]:
    """The status, and a sentence for the reader where there is one to say."""
    match exception:
        case Base400():
            message = str(exception.args[0]) if exception.args else ""
            return exception.status, "" if message == "404" else message
        case DatasetteError(message_is_html=True):  # the one about its time limit, with a script in it
            return exception.status, TOO_LONG
        case DatasetteError():  # 500 is its default, for a column to sort by that is not there
            return 400 if exception.status == 500 else exception.status, str(exception.message)
        case sqlite3.ProgrammingError() | JSONDecodeError():  # half the key of a row, a broken `_through=`
            return 400, ""
        case sqlite3.Error() if "interrupted" in str(exception):
            return 503, TOO_LONG
        case sqlite3.Error():
            return 503, f"archive.db: {exception}"
        case ArchiveError():
            return 503, str(exception)
    return 500, ""
