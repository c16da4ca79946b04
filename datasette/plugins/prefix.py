"""The path prefix that a proxy shows us at: some take it off before they ask us, some leave it on.

Datasette 0.65 makes the addresses of exports and sorted columns from the path as it came and puts the prefix
before it again (`/kho/kho/archive.csv`), and it redirects without it. So it always gets the path without, and
what it redirects to is mended here.
"""

from collections.abc import Callable
from typing import Any

from datasette import hookimpl


@hookimpl(trylast=True)  # around all others
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    prefix: str = datasette.setting("base_url")
    if prefix == "/":
        return lambda app: app

    def wrap(app: Any) -> Any:
        async def below(scope: Any, receive: Any, send: Any) -> None:
            async def send_mended(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    headers = message.get("headers", ())
                    mended = [(name, _below(prefix, name, value)) for name, value in headers]
                    message = {**message, "headers": mended}
                await send(message)

            if scope["type"] != "http":
                await app(scope, receive, send)
            else:
                await app(_without(prefix, scope), receive, send_mended)

        return below

    return wrap


def _without(prefix: str, scope: Any) -> Any:
    raw = scope.get("raw_path") or b""
    if not scope["path"].startswith(prefix) or (raw and not raw.startswith(prefix.encode())):
        return scope
    cut = len(prefix) - 1
    return {**scope, "path": scope["path"][cut:], "raw_path": raw[cut:]}


def _below(prefix: str, name: bytes, value: bytes) -> bytes:
    ours = name.lower() == b"location" and value.startswith(b"/") and not value.startswith(b"//")
    return prefix.encode() + value[1:] if ours and not value.startswith(prefix.encode()) else value
