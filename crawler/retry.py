"""Ask again after a failure that may pass; a body that came only in part is one."""

from scrapy import Spider
from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.http import Request, Response


class Retry(RetryMiddleware):
    """Scrapy's own, which knows a lost body only as an exception, and then there is no body to keep."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if "dataloss" in response.flags and self.crawler.spider:
            return get_retry_request(request, spider=self.crawler.spider, reason="dataloss") or response
        return super().process_response(request, response)
