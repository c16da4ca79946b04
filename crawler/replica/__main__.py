"""`python -m crawler.replica --port N`: run the replica by hand, until Ctrl-C."""

import threading

import click

from crawler.replica.server import Replica


@click.command()
@click.option("--port", default=8800, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--more", default=0, show_default=True, help="Serve so many more articles of mst.gov.vn.")
def main(port: int, more: int) -> None:
    """Serve the replica of the portals as a forward proxy target."""
    with Replica(port, more=more) as replica:
        click.echo(f"{len(replica.addresses()) + more} articles at {replica.url}, for example")
        click.echo(f"  backan crawl mic --data data/try --via {replica.url}")
        click.echo(f"  curl -x {replica.url} http://mic.gov.vn/")
        click.echo("Until Ctrl-C")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo()


if __name__ == "__main__":
    main()
