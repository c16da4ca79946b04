"""Datasette on a data folder, put together here and not by a command line.

With a configuration folder, Datasette 0.65's `--setting` drops all of settings.json, and `--immutable`
on a file that a crawl writes to serves old rows or fails. Neither can be asked for here: an archive is opened
as immutable only where nobody can write to it, and strangers are shown a published copy, never the live file.
"""

import gc
import inspect
import json
import socket
from collections.abc import Callable
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette, DatasetteClient
from datasette.utils import parse_metadata

from archive import lock
from archive.access import Access, access
from archive.errors import ArchiveError
from archive.publish import inspected, newest
from archive.site.naming import named
from archive.site.options import DATABASE, Site, put

CONFIGURATION = Path(__file__).resolve().parents[1] / "datasette"
PATIENCE = 5  # seconds that answers under way get when the server ends


def application(shown: Path | Site, configuration: Path = CONFIGURATION) -> Datasette:
    """Datasette, read-only, on what a site says; of a folder alone, live on the `archive.db` in it.

    What a crawl writes to a live archive is there on the next request. Raises ArchiveError where the archive
    cannot be read, none was published, or Datasette's configuration folder is missing.
    """
    site = shown if isinstance(shown, Site) else Site(Path(shown))
    _check(configuration)
    archive = file_of(site)
    fixed = site.public or access(archive) is Access.FROZEN
    datasette = Datasette(
        files=[] if fixed else [str(archive)],
        immutables=[str(archive)] if fixed else [],
        inspect_data=inspected(archive) if site.public else {},
        config_dir=configuration,
        settings=_settings(site, configuration),
        **_queries(configuration),
    )
    put(datasette, site)
    named(datasette)
    datasette.client = DatasetteClient(datasette)  # the one that there is was made before the site was known
    return datasette


def file_of(site: Site) -> Path:
    """The file that is served. Raises ArchiveError where none was published."""
    return newest(site.data) if site.public else site.data / "archive.db"


def serve(
    shown: Path | Site,
    host: str = "127.0.0.1",
    port: int = 8001,
    ready: Callable[[str], object] = print,
    proxies: str = "",
) -> None:
    """Serve until interrupted; port 0 takes a free one. `ready` is told the address once it is bound.

    `proxies`: addresses, parted by commas, that are believed when they say for whom they ask and whether
    by https. Raises ArchiveError where the archive cannot be served or the port is taken.
    """
    site = shown if isinstance(shown, Site) else Site(Path(shown))
    with lock.keeping(file_of(site)) if site.public else nullcontext():
        app = application(site).app()
        listener = _listen(host, port)
        address = f"[{host}]" if ":" in host else host
        ready(f"http://{address}:{listener.getsockname()[1]}{site.base_url}")
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                lifespan="on",
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        gc.freeze()  # what is there by now stays: nobody is to wait until it is looked through again
        # uvicorn raises Ctrl-C again once it has shut down, but that is how a person ends a server.
        with closing(listener), suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _check(configuration: Path) -> None:
    if not (configuration / "metadata.yaml").is_file():
        raise ArchiveError(
            f"no Datasette configuration in {configuration}: serve from a checkout of the project"
        )
    if (configuration / "inspect-data.json").exists():
        # Its presence would make Datasette open the file as immutable, whatever we ask for.
        raise ArchiveError(
            f"remove {configuration / 'inspect-data.json'}: the archive is written to while served"
        )


def _settings(site: Site, configuration: Path) -> dict[str, Any]:
    """Those of the folder, which Datasette leaves aside where any are given to it, and what the site says."""
    file = configuration / "settings.json"
    settings = json.loads(file.read_text()) if file.exists() else {}
    return {
        **settings,
        "base_url": site.base_url,
        "allow_download": site.public and site.allow_download,
        **({"default_allow_sql": False} if site.public else {}),
    }


def _queries(configuration: Path) -> dict[str, Any]:
    """The named queries as Datasette 1.0 wants them; 0.65 reads them from metadata.yaml by itself."""
    if "config" not in inspect.signature(Datasette).parameters:
        return {}
    metadata = parse_metadata((configuration / "metadata.yaml").read_text()) or {}
    queries = metadata.get("databases", {}).get(DATABASE, {}).get("queries", {})
    return {"config": {"databases": {DATABASE: {"queries": queries}}}} if queries else {}


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise ArchiveError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
