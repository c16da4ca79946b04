"""The readers of a cluster, for an import or a rebuild."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError
from crawler.cluster.connect import connected, pool_of
from crawler.cluster.reading import PARTS, WARC, OnCluster
from crawler.cluster.store import Store, new_run, store_url
from crawler.intake.readers import Readers
from crawler.intake.survey import Portals


@contextmanager
def on_cluster(
    address: str, store: str | None, data: Path, portals: Portals, keep: bool = False
) -> Iterator[Readers]:
    """Parts are removed when all is done, unless they are to be kept: then those of before are.

    Raises ArchiveError where the cluster or the store cannot be used.
    """
    files, run = Store(store_url(store, data)), new_run()
    with connected(address, files) as client:
        before = {name.partition("/")[0] for name in files.sizes(PARTS)} if keep else set()
        try:
            yield OnCluster(pool_of(client), files, run, data / WARC, portals)
        except BaseException:
            with suppress(ArchiveError):  # workers that have not heard of it still write there
                files.remove(f"{PARTS}/{run}")
            raise
        with suppress(ArchiveError):  # what is left is removed by the next that keeps its own
            for old in before if keep else {run}:
                files.remove(f"{PARTS}/{old}")
