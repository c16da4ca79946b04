"""Wait for a response as long as it goes on, up to a limit, and keep what came of one that does not end."""

import logging
from time import monotonic
from typing import Any

from scrapy.core.downloader.handlers.http11 import _ResultT, _ScrapyAgent
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.web.client import Response as TxResponse

from crawler.fetch.decode import OVERDUE

logger = logging.getLogger(__name__)


class Agent(_ScrapyAgent):
    """Downloads one response as Scrapy's own, whose DOWNLOAD_TIMEOUT is for all of it, and drops what came.

    Here that is for the head, and then for each piece of the body. `longest` is for all of it, in seconds
    from the request on, 0 for no limit; what has come of the body until either has passed is a response,
    flagged.
    """

    def __init__(self, longest: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest
        self.ends_at = float("inf")
        self.silence = 0.0
        self._is_overdue = False

    def download_request(self, request: Request) -> Deferred[Response]:
        if self.longest:
            self.ends_at = monotonic() + self.longest
        return super().download_request(request)

    def came(self) -> None:
        """A piece of the body has come."""
        timer: Any = self._timeout_cl  # zope knows what it can do, mypy does not
        if timer.active():
            timer.reset(self._patience())

    def _cb_bodyready(self, txresponse: TxResponse, request: Request) -> _ResultT | Deferred[_ResultT]:
        from twisted.internet import reactor  # whoever imports it first chooses which it is

        self.silence = request.meta.get("download_timeout") or self._connectTimeout
        clock: Any = reactor
        timer: Any = self._timeout_cl
        timer.cancel()
        self._timeout_cl = clock.callLater(self._patience(), self._end, txresponse)
        return super()._cb_bodyready(txresponse, request)

    def _patience(self) -> float:
        return max(min(self.silence, self.ends_at - monotonic()), 0)

    def _end(self, txresponse: TxResponse) -> None:
        """Close the connection: to who reads the body, it is one that was lost, and what came is there."""
        self._is_overdue = True
        txresponse._transport._producer.abortConnection()

    def _cb_timeout(self, result: Any, request: Request, url: str, timeout: float) -> Any:
        if not self._is_overdue or not isinstance(result, Response):
            return super()._cb_timeout(result, request, url, timeout)
        logger.warning("%s took too long: the %d bytes that came are kept", url, len(result.body))
        return result.replace(flags=[OVERDUE])
