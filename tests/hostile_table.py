"""Everything that the hostile site does, in one table, and the site that does it."""

from collections import Counter
from collections.abc import Iterator

from hostile_behaviours import SITE, Behaviour
from hostile_bodies import BODIES
from hostile_manners import MANNERS
from hostile_places import BAD_LINKS, ENTRANCES, PLACES, TRAPS, WELL_MEANT
from hostile_server import HTML, Asked, answer, links
from hostile_wire import WIRE

TABLE: tuple[Behaviour, ...] = (*WIRE, *BODIES, *PLACES, *MANNERS)
BY_URL = {behaviour.url: behaviour for behaviour in TABLE}
assert len(BY_URL) == len(TABLE)
# What needs a server of its own, as no address of a portal is asked by TLS here; the sites of tests/test_tls.py.
CERTIFICATES = ("expired", "selfsigned", "misnamed", "incomplete")


class HostileSite:
    """Answers as the table says; `sent` counts the bytes that went out, by address."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        for piece in self._answer(asked):
            self.sent[asked.url] += len(piece)
            yield piece

    def _answer(self, asked: Asked) -> Iterator[bytes]:
        if behaviour := BY_URL.get(asked.url):
            return behaviour(asked)
        if asked.url == f"{SITE}/":
            return iter([self._home()])
        trap = next((trap for trap in TRAPS if asked.url.startswith(trap.start)), None)
        if trap or "/phien/" in asked.url:
            return (trap or TRAPS[1])(asked)
        return iter([answer("404 Not Found", HTML)])

    def only(self, url: str, asked: Asked) -> Iterator[bytes]:
        """One behaviour of the table, and a front page that leads to it alone."""
        if asked.url == f"{SITE}/":
            return iter([answer("200 OK", HTML, body=links(url))])
        return self(asked) if asked.url == url else iter([answer("404 Not Found", HTML)])

    def _home(self) -> bytes:
        linked = [behaviour.url for behaviour in TABLE if behaviour.linked]
        return answer("200 OK", HTML, body=links(*linked, *ENTRANCES, *BAD_LINKS, *WELL_MEANT))
