"""What programs may do here: search engines take what the owner lets them, browsers get our search box.

Feeds are for their readers, and exports for people: no search engine is asked to either. At a path prefix
nobody reads our robots.txt, for it is the host's that counts: so every answer says the same in a header.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from datasette import Response, hookimpl

from archive.site.asking import absolute
from archive.site.options import Robots, site_of

FORMS = ("csv", "json", "xlsx")  # of tables, rows and questions
RULES = {
    Robots.NONE: ("Disallow: {}/",),
    Robots.ARTICLES: (
        "Allow: {}/$", "Allow: {}/bai/", "Disallow: {}/bai/*.", "Disallow: {}/bai/*?", "Disallow: {}/bai/*/",
        "Allow: {}/static/", "Allow: {}/-/static/", "Disallow: {}/",
    ),
    Robots.ALLOW: (
        "Disallow: {}/*.atom", "Disallow: {}/*.jsonfeed", "Disallow: {}/tim.", "Disallow: {}/*_stream=",
        "Disallow: {}/archive.", *(f"Disallow: {{}}/archive/*.{form}" for form in FORMS),
        "Disallow: {}/ngon-ngu", "Allow: {}/",
    ),
}  # fmt: skip
INVITED = {
    Robots.NONE: re.compile(r"(?!)"),
    Robots.ARTICLES: re.compile(r"/|/bai/[0-9]+|/(-/)?static/.*"),
    Robots.ALLOW: re.compile(
        rf"(?!/tim\.|/archive\.|/archive/.*\.(?:{'|'.join(FORMS)})$|/ngon-ngu).*(?<!\.atom)(?<!\.jsonfeed)"
    ),
}
OPENSEARCH = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>Kho Bắc Kạn</ShortName>
  <Description>Tìm trong Kho lưu trữ Bắc Kạn · Search the Bắc Kạn Archive</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Language>vi</Language>
  <Url type="text/html" template="{front}?q={{searchTerms}}"/>
  <Url type="application/opensearchdescription+xml" rel="self" template="{here}"/>
</OpenSearchDescription>
"""


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/robots\.txt$", robots_txt), (r"^/opensearch\.xml$", opensearch)]


async def robots_txt(datasette: Any) -> Response:
    prefix = datasette.setting("base_url").rstrip("/")
    lines = (rule.format(prefix) for rule in RULES[site_of(datasette).robots])
    return Response.text("\n".join(("User-agent: *", *lines, "")))


async def opensearch(datasette: Any, request: Any) -> Response:
    """What browsers that are shown the <link> in our pages add to their search boxes."""
    front, here = (escape(absolute(datasette, request, path)) for path in ("/", "/opensearch.xml"))
    return Response(
        OPENSEARCH.format(front=front, here=here),
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    choice = site_of(datasette).robots

    def wrap(app: Any) -> Any:
        async def told(scope: Any, receive: Any, send: Any) -> None:
            async def send_with_header(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    header = (b"x-robots-tag", b"noindex, nofollow")
                    message = {**message, "headers": [*message.get("headers", ()), header]}
                await send(message)

            invited = scope["type"] != "http" or is_invited(scope, choice)
            await app(scope, receive, send if invited else send_with_header)

        return told

    return wrap


def is_invited(scope: Any, choice: Robots) -> bool:
    path = scope["path"]
    open_to = INVITED[choice].fullmatch(path) is not None
    return path == "/robots.txt" or (open_to and (choice is Robots.ALLOW or not scope.get("query_string")))
