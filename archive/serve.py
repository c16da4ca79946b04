"""Datasette on a data folder, put together here and not by a command line.

With a configuration folder, Datasette 0.65's `--setting` drops all of settings.json, and `--immutable`
on a file that a crawl writes to serves old rows or fails. Neither can be asked for here: an archive is opened
as immutable only where nobody can write to it.
"""

import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import uvicorn
from datasette.app import Datasette

from archive.access import Access, access
from archive.errors import ArchiveError

CONFIGURATION = Path(__file__).resolve().parents[1] / "datasette"


def application(data: Path, configuration: Path = CONFIGURATION) -> Datasette:
    """Datasette on `data/archive.db`, read-only and live: what a crawl writes is there on the next request.

    Raises ArchiveError where the archive cannot be read or Datasette's configuration folder is missing.
    """
    archive = Path(data) / "archive.db"
    if not (configuration / "metadata.yaml").is_file():
        raise ArchiveError(
            f"no Datasette configuration in {configuration}: serve from a checkout of the project"
        )
    if (configuration / "inspect-data.json").exists():
        # Its presence would make Datasette open the file as immutable, whatever we ask for.
        raise ArchiveError(
            f"remove {configuration / 'inspect-data.json'}: the archive is written to while served"
        )
    frozen = access(archive) is Access.FROZEN
    return Datasette(
        files=[] if frozen else [str(archive)],
        immutables=[str(archive)] if frozen else [],
        config_dir=configuration,
    )


def serve(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    ready: Callable[[str], object] = print,
) -> None:
    """Serve until interrupted; port 0 takes a free one. `ready` is told the address once it is bound.

    Raises ArchiveError where the archive cannot be served or the port is taken.
    """
    app = application(data).app()
    listener = _listen(host, port)
    address = f"[{host}]" if ":" in host else host
    ready(f"http://{address}:{listener.getsockname()[1]}/")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", server_header=False))
    # uvicorn raises Ctrl-C again once it has shut down, but that is how a person ends a server.
    with closing(listener), suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        raise ArchiveError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
