"""`backan serve`."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.telling import telling_errors
from crawler.options import data_option, port_option

if TYPE_CHECKING:
    from archive.site.options import Site

A_MINUTE = 300  # a page takes about five requests the first time
HERE = "127.0.0.1,::1"


def base_url_of(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A path with a slash at both ends, that none of our own addresses begins with."""
    from archive.site.options import FIRST_PARTS

    parts = [part for part in value.split("/") if part]
    if parts and parts[0] in FIRST_PARTS:
        raise click.BadParameter(
            f"addresses of the archive itself begin with /{parts[0]}; choose another path, as /kho/."
        )
    if any(part in (".", "..") or not part.replace("-", "").replace("_", "").isalnum() for part in parts):
        raise click.BadParameter(f"{value!r} is no path; write it as /kho/.")
    return "/" + "".join(f"{part}/" for part in parts)


def proxies_of(context: click.Context, parameter: click.Parameter, value: str) -> str:
    for address in filter(None, value.split(",")):
        try:
            ip_network(address)
        except ValueError as error:
            raise click.BadParameter(
                f"{address!r} is no address; write those of the proxies as {HERE} or 10.0.0.0/8."
            ) from error
    return value


def hash_and_end(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from archive.site.password import hash_password

    click.echo(hash_password(click.prompt("Password", hide_input=True, confirmation_prompt=True)))
    context.exit()


@click.command(short_help="Open the archive in Datasette, for reading only.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, envvar="BACKAN_HOST", help="Address to listen on."
)
@port_option
@click.option(
    "--public",
    is_flag=True,
    envvar="BACKAN_PUBLIC",
    help="For strangers: the newest copy of `backan publish`, no SQL of their own, no page about the server.",
)
@click.option(
    "--allow-download",
    is_flag=True,
    envvar="BACKAN_ALLOW_DOWNLOAD",
    help="With --public: let readers take all of archive.db.",
)
@click.option(
    "--robots",
    type=click.Choice(["allow", "articles", "none"]),
    default="none",
    show_default=True,
    envvar="BACKAN_ROBOTS",
    help="What search engines may take: all but feeds and exports, front page and articles, nothing.",
)
@click.option(
    "--base-url",
    metavar="PATH",
    default="/",
    show_default=True,
    callback=base_url_of,
    envvar="BACKAN_BASE_URL",
    help="Path that a proxy shows the archive at, as /kho/.",
)
@click.option(
    "--behind-proxy",
    metavar="[ADDRESSES]",
    is_flag=False,
    flag_value=HERE,
    default="",
    callback=proxies_of,
    envvar="BACKAN_BEHIND_PROXY",
    help=f"Believe X-Forwarded-For and -Proto of these addresses; without any, of {HERE}.",
)
@click.option(
    "--password",
    metavar="TEXT",
    default="",
    envvar="BACKAN_PASSWORD",
    help="Ask for this password; or for the one with this hash, as --hash-password makes it.",
)
@click.option(
    "--hash-password", is_flag=True, is_eager=True, expose_value=False, callback=hash_and_end,
    help="Ask for a password, print its hash, and end.",
)  # fmt: skip
@click.option(
    "--rate-limit",
    metavar="N",
    type=click.IntRange(min=0),
    envvar="BACKAN_RATE_LIMIT",
    show_default=f"{A_MINUTE} with --public or --password, else none",
    help="Answer an address so many requests a minute; 0: any number.",
)
@data_option
def serve(
    host: str,
    port: int,
    public: bool,
    allow_download: bool,
    robots: str,
    base_url: str,
    behind_proxy: str,
    password: str,
    rate_limit: int | None,
    data: Path,
) -> None:
    """Open the archive in Datasette, for reading only."""
    from archive.site.options import Robots, Site
    from archive.site.password import hashed

    if allow_download and not public:
        raise click.UsageError("--allow-download goes with --public: only a published copy is a whole file")
    if not public and not password and not is_ours(host):
        click.echo(
            f"Who reaches {host} can ask the live archive any SQL: --public or --password is for that.",
            err=True,
        )
    site = Site(
        data=data,
        public=public,
        allow_download=allow_download,
        robots=Robots(robots),
        base_url=base_url,
        rate_limit=(A_MINUTE if public or password else 0) if rate_limit is None else rate_limit,
        password=hashed(password) if password else "",
    )
    open_in_datasette(site, host, port, behind_proxy)


def open_in_datasette(shown: "Path | Site", host: str, port: int, proxies: str = "") -> None:
    from archive.serve import serve

    with telling_errors():
        serve(shown, host, port, lambda url: click.echo(f"Serving {url} until Ctrl-C"), proxies)


def is_ours(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
