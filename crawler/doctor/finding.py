"""One thing that was looked at: how it is, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Group(StrEnum):
    """Where a finding belongs, in the order in which they are told."""

    INSTALLATION = "Installation"
    FOLDER = "Data folder"
    ARCHIVE = "Archive"
    SCHEDULE = "Schedule"
    PORTALS = "Portals"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is a sentence in lower case; `advice` says what to do, and is there unless all is well."""

    group: Group
    level: Level
    what: str
    advice: str | None = None
    portal: str | None = None


def worst(findings: list[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.BAD, Level.WARN) if level in levels), Level.OK)
