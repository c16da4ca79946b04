"""Deliver news in all ways at once, each tried a few times, and nothing waited for without end."""

import logging
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep

from crawler.wording import printable

PAUSES = (1.0, 3.0)  # seconds before the second try, and before the third
PATIENCE = 60.0  # seconds for all: a server that drips would hold a crawl's end for ever

logger = logging.getLogger(__name__)


class RefusedError(Exception):
    """News that was not taken, and will not be when it is offered again; the message tells no secret."""


def deliver(ways: Mapping[str, Callable[[], None]]) -> list[str]:
    """Try each way, in a thread of its own; returns a warning for each by which the news did not arrive.

    A way raises RefusedError, or OSError where it is worth to try again.
    """
    answers: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
    for way, send in ways.items():
        # Daemons: what still hangs when the patience is over must not keep the program from its end.
        Thread(target=lambda w=way, s=send: answers.put((w, _tried(s))), daemon=True).start()
    told: dict[str, str | None] = {}
    end = monotonic() + PATIENCE
    while len(told) < len(ways):
        try:
            way, wrong = answers.get(timeout=max(0.0, end - monotonic()))
        except Empty:
            break
        told[way] = wrong
    late = f"no answer within {PATIENCE:.0f} seconds"
    found = {way: told.get(way, late) for way in ways}
    warnings = [f"{way} was not told: {printable(wrong)}" for way, wrong in found.items() if wrong]
    for warning in warnings if logger.hasHandlers() else ():  # without a log they would be printed twice
        logger.warning(warning)
    return warnings


def _tried(send: Callable[[], None]) -> str | None:
    """Why the news did not arrive, if it did not."""
    wrong = ""
    for pause in (0.0, *PAUSES):
        sleep(pause)
        try:
            send()
            return None
        except RefusedError as error:
            return str(error)
        except OSError as error:
            wrong = error.strerror or str(error) or type(error).__name__
        except Exception as error:  # in a thread nobody would hear of it
            logger.exception("News cannot be sent")
            return f"{type(error).__name__}, see the log"
    return wrong
