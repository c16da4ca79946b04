"""Datasette's own CSV, made safe to open in a spreadsheet while it streams."""

from collections.abc import Callable
from typing import Any

from datasette import hookimpl

from archive.site.exports.guarded_csv import CONTENT_TYPE, Guard


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    def wrap(app: Any) -> Any:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            guard: Guard | None = None

            async def send_guarded(message: dict[str, Any]) -> None:
                nonlocal guard
                if message["type"] == "http.response.start" and _is_datasettes(scope, message):
                    guard = Guard()
                    headers = [(k, v) for k, v in message["headers"] if k.lower() != b"content-length"]
                    message = {**message, "headers": headers}
                elif message["type"] == "http.response.body" and guard:
                    more = message.get("more_body", False)
                    message = {**message, "body": guard.feed(message.get("body", b""), last=not more)}
                await send(message)

            await app(scope, receive, send_guarded)

        return guarded

    return wrap


def _is_datasettes(scope: Any, message: dict[str, Any]) -> bool:
    """It calls CSV plain text unless it is asked for as a download."""
    headers = {name.lower(): value.decode("latin-1") for name, value in message.get("headers", ())}
    type = headers.get(b"content-type", "")
    plain = type.startswith("text/plain") and scope["path"].endswith(".csv")
    return message["status"] == 200 and type != CONTENT_TYPE and (plain or type.startswith("text/csv"))
