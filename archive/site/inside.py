"""Questions of ours to Datasette's own pages, on behalf of somebody who was let in."""

from typing import Any

import httpx

Params = list[tuple[str, str | int | float | bool | None]]
INSIDE = "archive.inside"  # in the scope of a request: it is a part of another one; nobody outside can say so


async def get(datasette: Any, request: Any, path: str, params: Params) -> httpx.Response:
    """The answer to whoever makes `request`, with their rights."""
    app = datasette.client.app

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, INSIDE: True}, receive, send)

    known = {name: request.headers[name] for name in ("authorization", "cookie") if name in request.headers}
    transport = httpx.ASGITransport(inside)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path, params=params, headers=known)
