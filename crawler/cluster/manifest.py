"""What says that a slice of a crawl counts: `state/<portal>/<run>/<number>.json`, written last of all.

A slice whose worker was killed has none, so it is as if it had never been. Where two workers have done one
slice, as the one was thought dead, the first to write its manifest is the one that counts.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from archive.alarms import Alarm, Rule
from archive.model import Tally
from crawler.cluster.store import Store
from crawler.crawl import Crawled

STATE = "state"
LOGS = "logs"  # the folder of a data folder


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a crawl. `folder` of the store holds what it brought: its state, its WARC files and their
    sidecars, whose sizes are in `files`, and of each the part that was read of it, by name in `parts`.

    Number 0 is the state from which the first one begins, and nothing else.
    """

    portal: str
    run: str
    number: int
    folder: str
    files: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    crawled: Crawled | None = None
    log: str | None = None  # the name of the file

    @property
    def name(self) -> str:
        return manifest(self.portal, self.run, self.number)

    def claim(self, store: Store) -> bool:
        """Make it count; False where another one does already."""
        return store.claim(self.name, json.dumps(asdict(self), ensure_ascii=False).encode())


def manifest(portal: str, run: str, number: int) -> str:
    return f"{STATE}/{portal}/{run}/{number:05}.json"


def load(store: Store, name: str) -> Slice:
    said: dict[str, Any] = json.loads(store.read(name))
    crawled = said.pop("crawled")
    return Slice(**said, crawled=crawled_of(crawled) if crawled else None)


def crawled_of(said: Mapping[str, Any]) -> Crawled:
    alarms = tuple(Alarm(**{**alarm, "rule": Rule(alarm["rule"])}) for alarm in said["alarms"])
    return Crawled(**{**said, "tally": Tally(**said["tally"]), "alarms": alarms})


def slices(store: Store, portal: str, run: str) -> list[Slice]:
    """Those of a run that count, in their order."""
    names = sorted(name for name in store.sizes(f"{STATE}/{portal}/{run}") if is_manifest(name))
    return [load(store, f"{STATE}/{portal}/{run}/{name}") for name in names]


def runs(store: Store, portal: str) -> list[str]:
    """The runs of which a store holds anything, the oldest first: their names begin with a time."""
    return sorted({name.partition("/")[0] for name in store.sizes(f"{STATE}/{portal}") if "/" in name})


def is_manifest(name: str) -> bool:
    return "/" not in name and name.endswith(".json")
