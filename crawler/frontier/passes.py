"""The cookies that hosts have asked for by a challenge, kept from crawl to crawl."""

from collections.abc import Callable, Mapping
from sqlite3 import Connection

from archive.database import writing

Pass = tuple[str, str]  # a cookie's name and its value


class Passes:
    """One cookie a host: the last one that opened its door."""

    def __init__(self, connection: Connection) -> None:
        self.db = connection

    def of(self, covers: Callable[[str], bool]) -> Mapping[str, Pass]:
        """Those of the hosts that a portal covers, by host."""
        query = "select host, name, value from cookies order by set_at"
        return {host: (name, value) for host, name, value in self.db.execute(query) if serves(covers, host)}

    def keep(self, host: str, cookie: Pass, now: str) -> None:
        with writing(self.db):
            self.db.execute("delete from cookies where host = ?", [host])
            self.db.execute("insert into cookies values (?, ?, ?, ?)", [host, *cookie, now])

    def forget(self, covers: Callable[[str], bool]) -> None:
        with writing(self.db):
            for host in self.of(covers):
                self.db.execute("delete from cookies where host = ?", [host])


def serves(covers: Callable[[str], bool], host: str) -> bool:
    return any(covers(f"{scheme}://{host}/") for scheme in ("https", "http"))
