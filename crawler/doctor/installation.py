"""Whether the program is installed as it should be."""

import platform
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from crawler.doctor.finding import Finding, Group, Level
from crawler.wording import counted

PACKAGE = "backan-archive"
PYTHON = (3, 11)
# What is made of compiled parts, or is known to be installed by halves.
USED = ("lxml.html", "trafilatura", "brotli", "scrapy", "sqlite_utils", "datasette.app")
AGAIN = "install the program again, as the README says"


def installation(environment: Mapping[str, str]) -> Iterator[Finding]:
    yield _versions()
    yield _sqlite()
    yield _requirements()
    yield from _imports()
    if environment.get("BACKAN_CONTACT", "").strip():
        yield _finding(Level.OK, "BACKAN_CONTACT is set: a site can reach who crawls it")
    else:
        yield _finding(
            Level.WARN,
            "BACKAN_CONTACT is not set: no site can reach who crawls it",
            "set it to your mail address, also where crawls are scheduled: some sites refuse who is nobody",
        )


def _versions() -> Finding:
    told = f"backan {own_version()}, Python {platform.python_version()}, Scrapy {version('scrapy')}"
    if sys.version_info < PYTHON:
        return _finding(Level.BAD, told, f"install Python {'.'.join(map(str, PYTHON))} or newer")
    return _finding(Level.OK, told)


def own_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "from a checkout"


def _sqlite() -> Finding:
    told = f"SQLite {sqlite3.sqlite_version}"
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(
                "create virtual table t using fts5(a, tokenize='unicode61 remove_diacritics 2')"
            )
    except sqlite3.Error as error:
        return _finding(
            Level.BAD,
            f"{told} cannot search: {error}",
            "take a Python whose SQLite has FTS5: python.org's does",
        )
    return _finding(Level.OK, f"{told} with full-text search")


def _requirements() -> Finding:
    """Whether each package is there in a version that fits; those that its metadata names."""
    try:
        needed = [Requirement(text) for text in requires(PACKAGE) or ()]
    except PackageNotFoundError:
        return _finding(Level.OK, "it runs from a checkout: the versions of packages are not compared")
    wrong = [told for need in needed if not need.marker or need.marker.evaluate() if (told := _unmet(need))]
    if wrong:
        return _finding(Level.BAD, "; ".join(wrong), AGAIN)
    return _finding(Level.OK, f"all {len(needed)} packages that it needs are there")


def _unmet(need: Requirement) -> str | None:
    try:
        found = version(need.name)
    except PackageNotFoundError:
        return f"{need.name} is missing"
    if need.specifier.contains(found, prereleases=True):
        return None
    return f"{need.name} is {found}, but {need.specifier} is needed"


def _imports() -> Iterator[Finding]:
    for name in USED:
        try:
            import_module(name)
        except Exception as error:  # whatever a broken package raises, that is the finding
            yield _finding(Level.BAD, f"{name} cannot be used: {type(error).__name__}: {error}", AGAIN)
    from crawler.portals import load

    try:
        yield _finding(Level.OK, f"{counted(len(load()), 'portal')} known")
    except Exception as error:  # one portal's file that has a mistake keeps Scrapy from all of them
        mend = "mend that file in spiders/, the last one that was changed"
        yield _finding(Level.BAD, f"the portals cannot be loaded: {type(error).__name__}: {error}", mend)


def _finding(level: Level, what: str, advice: str | None = None) -> Finding:
    return Finding(Group.INSTALLATION, level, what, advice)
