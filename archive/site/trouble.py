"""Our own page for what cannot be answered, and the same for programs."""

from http import HTTPStatus
from typing import Any

from datasette import Response


async def trouble(datasette: Any, request: Any, status: int, message: str = "") -> Response:
    """`message`: a sentence for the reader, where there is one to say."""
    if request.path.endswith(".json"):
        error = message or HTTPStatus(status).phrase
        return Response.json({"ok": False, "error": error, "status": status}, status=status)
    context = {"status": status, "error": message}
    html = await datasette.render_template(["error.html"], context, request=request, view_name="error")
    return Response.html(html, status=status)
