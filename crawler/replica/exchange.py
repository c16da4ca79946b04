"""What a page of the replica is asked and what it answers, without sockets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an absolute address; `form` holds the fields of a POST."""

    url: str
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.url).path) or "/"

    @property
    def query(self) -> dict[str, str]:
        """Names in lower case, as ASP.NET takes them."""
        return {name.lower(): value for name, value in fields(urlsplit(self.url).query).items()}


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    mime: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Route = Callable[[Request], Response]
Routes = dict[str, Route]


def fields(encoded: str) -> dict[str, str]:
    """Names and last values of a query string or form."""
    return dict(parse_qsl(encoded, keep_blank_values=True))


def html(text: str, status: int = 200) -> Response:
    return Response(text.encode(), status=status)


def xml(text: str) -> Response:
    return Response(text.encode(), "text/xml; charset=utf-8")


def moved(url: str) -> Response:
    text = f'<title>Document Moved</title><h1>Object Moved</h1>It may be found <a href="{url}">here</a>'
    return Response(text.encode(), status=301, headers=(("Location", url),))


def redirect(url: str) -> Route:
    """A route that leads to another address for good."""
    return lambda _: moved(url)


def place(url: str) -> str:
    """The key of an address in a route table: host and path, in lower case since IIS does not care."""
    request = Request(url)
    return f"{request.host}{request.path}".lower()
