"""Who is let in, and how often: the password of the whole archive, and the requests of one address."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.utils.asgi import Request

from archive.site.inside import INSIDE
from archive.site.language import language_of
from archive.site.options import site_of
from archive.site.password import told, verify
from archive.site.rate import Rate
from archive.site.trouble import trouble

TOO_OFTEN = "Quá nhiều yêu cầu từ địa chỉ của bạn: chờ một lát.", "Too many requests from your address: wait."
CLOSED = "Kho này cần mật khẩu.", "This archive needs a password."

_gates = WeakKeyDictionary[Any, "Gate"]()  # by the Datasette that they stand before


class Gate:
    """Remembers who asked how often, and the password once it was right: its hash takes long to make."""

    def __init__(self, datasette: Any) -> None:
        site = site_of(datasette)
        self.datasette = datasette
        self.rate = Rate(site.rate_limit) if site.rate_limit else None
        self.hashed, self.key, self.right = site.password, secrets.token_bytes(32), b""
        self.guesses = ThreadPoolExecutor(1)  # who guesses takes no more of the machine than this one

    async def refusal(self, scope: Any, receive: Any) -> Response | None:
        request = Request({"csrftoken": lambda: "", **scope}, receive)  # as Datasette's own, further in
        if self.rate and (seconds := self.rate.wait((scope.get("client") or ("",))[0])):
            return await self._told(request, 429, TOO_OFTEN, {"retry-after": str(seconds)})
        if self.hashed and not await self._knows(scope):
            asks = {"www-authenticate": 'Basic realm="Kho luu tru Bac Kan", charset="UTF-8"'}
            return await self._told(request, 401, CLOSED, asks)
        return None

    async def _knows(self, scope: Any) -> bool:
        password = told(dict(scope["headers"]).get(b"authorization", b""))
        if password is None:
            return False
        digest = blake2b(password.encode(), key=self.key).digest()
        if secrets.compare_digest(digest, self.right):
            return True
        if await asyncio.get_running_loop().run_in_executor(self.guesses, verify, password, self.hashed):
            self.right = digest
            return True
        return False

    async def _told(
        self, request: Any, status: int, words: tuple[str, str], headers: dict[str, str]
    ) -> Response:
        await self.datasette.invoke_startup()  # once; the first to ask may be the one who is refused
        answer = await trouble(self.datasette, request, status, language_of(request).text(*words))
        answer.headers.update(headers, **{"cache-control": "no-store"})
        return answer


@hookimpl(tryfirst=True)  # so that it stands within the wrapper that gives every answer its policy
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    site = site_of(datasette)
    if not site.rate_limit and not site.password:
        return lambda app: app
    gate = _gates.setdefault(datasette, Gate(datasette))

    def wrap(app: Any) -> Any:
        async def gated(scope: Any, receive: Any, send: Any) -> None:
            asked = scope["type"] == "http" and INSIDE not in scope
            refusal = await gate.refusal(scope, receive) if asked else None
            if refusal is None:
                await app(scope, receive, send)
            else:
                await refusal.asgi_send(send)

        return gated

    return wrap
