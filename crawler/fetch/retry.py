"""Ask again after a failure that may pass; a body that came only in part is one."""

from scrapy import Spider
from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings

from crawler.fetch.decode import OVERDUE
from crawler.fetch.retry_after import HELD, HeldError
from crawler.fetch.stop import StoppedError

LOST = ("dataloss", OVERDUE)  # flags of a body that came only in part


class Retry(RetryMiddleware):
    """Scrapy's own, which knows a lost body only as an exception, and then there is no body to keep.

    RETRY_AFTER_TIMES how often to ask for a page whose host wants to be left alone first; those times do not
                      count as failures
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.most_holds = settings.getint("RETRY_AFTER_TIMES", 5)

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if HELD in response.flags:
            return self._later(request) or response
        if (lost := next(filter(response.flags.__contains__, LOST), None)) and self.crawler.spider:
            again = get_retry_request(request, spider=self.crawler.spider, reason=lost)
            if again:
                again.meta["unconditional"] = True  # lest the archive's copy, cut as it is, be taken again
            return again or response
        return super().process_response(request, response)

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        if isinstance(exception, StoppedError) and request.callback is NO_CALLBACK:
            return None  # who waits for robots.txt would ask again and again
        if isinstance(exception, HeldError):
            return request.replace(dont_filter=True)
        return super().process_exception(request, exception)

    def _later(self, request: Request) -> Request | None:
        """The same request, for when its host is no longer held; None if that was tried often enough."""
        holds = request.meta.get("holds", 0) + 1
        if holds > self.most_holds or request.meta.get("dont_retry"):
            return None
        self.crawler.stats.inc_value("backan/held")
        again = request.replace(dont_filter=True)
        again.meta["holds"] = holds
        return again
