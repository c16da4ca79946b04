"""`python -m crawler.replica --port N`: run the replica by hand, until Ctrl-C."""

import threading

import click

from crawler.replica.server import Replica


@click.command()
@click.option("--port", default=8800, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
def main(port: int) -> None:
    """Serve the replica of the portals as a forward proxy target."""
    with Replica(port) as replica:
        click.echo(f"{len(replica.addresses())} articles at {replica.url}, for example")
        click.echo(f"  curl -x {replica.url} http://mic.gov.vn/")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo()


if __name__ == "__main__":
    main()
