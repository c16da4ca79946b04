"""How a crawl has ended, as the last record of its WARC file tells it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from archive.alarms import Alarm, Rule
from archive.model import Ended

END = "urn:backan:crawl:"  # the address of the record


def address(crawl: str) -> str:
    return f"{END}{crawl}"


def fields_of(crawl: str, ended: Ended) -> dict[str, str]:
    """What the metadata record says."""
    told = {
        "crawl": crawl,
        "finishedAt": ended.at,
        "outcome": ended.outcome,
        "complete": str(ended.complete).lower(),
        "met": ended.met,
        "traps": ended.traps,
        "alarms": json.dumps([asdict(alarm) for alarm in ended.alarms]) if ended.alarms else None,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def ended_by(said: Mapping[str, str]) -> Ended:
    """What the record says, by the names of its fields in lower case; what is odd in it is passed over."""
    return Ended(
        said.get("finishedat", ""),
        said.get("outcome", "finished"),
        said.get("complete") == "true",
        _number(said.get("met", "")),
        _number(said.get("traps", "")),
        tuple(_alarms(said.get("alarms", "[]"))),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _alarms(text: str) -> Iterable[Alarm]:
    """Of several of one rule the first: a file may be anybody's."""
    try:
        found: list[Any] = json.loads(text)
        alarms = [Alarm(Rule(one["rule"]), one["value"], one["usual"], one["detail"]) for one in found]
    except (ValueError, TypeError, LookupError):
        return ()
    return {alarm.rule: alarm for alarm in reversed(alarms)}.values()
