"""How commands end, and how they tell what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archive import lock
from archive.errors import ArchiveError, QueryError
from crawler.wording import printable

ALARM = 3  # ended well, but nobody should take it for a success
DAMAGED = 4  # what was kept is not what was captured


def put_in_order(data: Path) -> None:
    """Before a command writes: recover what a kill has left, and say so."""
    from crawler.intake.recovery import recover

    with lock.writing(data):
        recovered = recover(data)
    if recovered:
        click.echo(str(recovered), err=True)


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turn our own errors into one sentence and an exit code: 2 for a search that cannot be, else 1."""
    try:
        yield
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    except ArchiveError as error:
        raise click.ClickException(printable(str(error))) from error
