"""Answers that are worked on for as long as there is somebody to take them."""

import asyncio
from contextlib import suppress
from typing import Any

READING = ("GET", "HEAD")


async def while_waited_for(app: Any, scope: Any, receive: Any, send: Any) -> None:
    """Run an app on a request without a body, and end it when whoever asked has gone.

    What still waits for one of Datasette's threads then never takes it: a hundred requests that were sent
    and dropped would otherwise keep the threads from everybody else until all of them were answered.
    """
    gone, said_all = asyncio.Event(), False

    async def heard() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    asked = iter(({"type": "http.request", "body": b"", "more_body": False},))

    async def ask() -> Any:
        if request := next(asked, None):
            return request
        await gone.wait()
        return {"type": "http.disconnect"}

    async def tell(message: Any) -> None:
        nonlocal said_all
        await send(message)
        said_all = message["type"] == "http.response.body" and not message.get("more_body", False)

    work, ear = asyncio.ensure_future(app(scope, ask, tell)), asyncio.ensure_future(heard())
    try:
        await asyncio.wait({work, ear}, return_when=asyncio.FIRST_COMPLETED)
        if work.done() or said_all:
            await work
    finally:
        for task in (work, ear):
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
