"""`backan verify`: prove that the archive is as it was captured."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.telling import DAMAGED, telling_errors
from crawler.options import data_option, json_option
from crawler.wording import counted, printable

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.command()
@click.option(
    "--manifest",
    is_flag=True,
    help="Instead: check the SHA-256 sums of all files, and record those of new ones.",
)
@json_option
@data_option
def verify(manifest: bool, as_json: bool, data: Path) -> None:
    """Prove that all captures are as they were captured."""
    damaged = verify_files(data, as_json) if manifest else verify_records(data, as_json)
    sys.exit(DAMAGED if damaged else 0)


def verify_records(data: Path, as_json: bool) -> bool:
    from archive.verify import verify as find_damage
    from archive.warc.file import warc_files
    from crawler.portals import load, match

    portals = load()
    total = sum(path.stat().st_size for path in warc_files(data / "warc"))
    with telling_errors(), _reading(total) as bar:
        damage = list(find_damage(data, lambda url: match(url, portals)[0] is not None, bar.update))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in damage], ensure_ascii=False, indent=2))
    else:
        for one in damage:
            click.echo(printable(str(one)))
        places = counted(len(damage), "place")
        click.echo(f"Damage in {places}." if damage else "All captures are as they were captured.")
    return bool(damage)


def verify_files(data: Path, as_json: bool) -> bool:
    from archive.manifest import files, prove

    total = sum(path.stat().st_size for path in files(data))
    with telling_errors(), _reading(total) as bar:
        proof = prove(data, bar.update)
    if as_json:
        click.echo(json.dumps(asdict(proof), ensure_ascii=False, indent=2))
        return bool(proof.damage)
    for name in proof.recorded:
        click.echo(f"{printable(name)}: new")
    for one in proof.damage:
        click.echo(printable(str(one)))
    if not proof.linked:
        click.echo("No hard links here: copy warc and wacz to bag/data to hand the bag over.", err=True)
    places = counted(len(proof.damage), "place")
    whole = f"{counted(proof.intact, 'file')} unchanged, {len(proof.recorded)} new."
    click.echo(f"Damage in {places}." if proof.damage else whole)
    return bool(proof.damage)


def _reading(total: int) -> "ProgressBar[int]":
    hidden = not sys.stderr.isatty()
    return click.progressbar(length=total, label="Reading", file=sys.stderr, hidden=hidden)
