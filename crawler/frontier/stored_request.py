"""Requests as JSON, as the frontier keeps them: never pickle, which runs what it reads."""

import json
from collections.abc import Callable
from typing import Any

from scrapy import Spider
from scrapy.http import Request
from scrapy.utils.request import request_from_dict

# What Scrapy and we put into `meta` while a request is on its way, and what no later run can use.
PASSING = {"lease", "visit", "capture", "download_latency", "download_slot", "download_timeout", "proxy"}
AS_THEY_ARE = {"url": "", "method": "GET", "cookies": {}, "priority": 0, "dont_filter": False, "flags": [],
               "cb_kwargs": {}, "encoding": "utf-8"}  # fmt: skip


def dump(request: Request, spider: Spider) -> str:
    """Raises TypeError or ValueError where a part of the request is nothing that JSON knows.

    Not `Request.to_dict`, which looks through all methods of the spider for each request.
    """
    plain = {name: value for name, usual in AS_THEY_ARE.items() if (value := getattr(request, name)) != usual}
    plain["meta"] = {name: value for name, value in request.meta.items() if name not in PASSING}
    plain["callback"], plain["errback"] = (_name(f, spider) for f in (request.callback, request.errback))
    if request.body:
        plain["body"] = request.body.decode("latin-1")
    if request.headers:
        plain["headers"] = [
            (name.decode("latin-1"), [value.decode("latin-1") for value in values])
            for name, values in request.headers.items()
        ]
    if type(request) is not Request:
        plain["_class"] = f"{type(request).__module__}.{type(request).__qualname__}"
    return json.dumps(plain, ensure_ascii=False)


def load(text: str, spider: Spider) -> Request:
    """The request that was dumped. Raises ValueError where the spider has no such callback any more."""
    plain: dict[str, Any] = json.loads(text)
    plain["body"] = plain.get("body", "").encode("latin-1")
    plain["headers"] = {
        name.encode("latin-1"): [value.encode("latin-1") for value in values]
        for name, values in plain.get("headers", ())
    }
    return request_from_dict(plain, spider=spider)


def _name(method: Callable[..., Any] | None, spider: Spider) -> str | None:
    if method is None:
        return None
    name = getattr(method, "__name__", "")
    if getattr(spider, name, None) != method:
        raise ValueError(f"{method} is no method of the spider {spider.name}")
    return name
