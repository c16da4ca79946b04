"""How one page is read, step by step: what `Portal.explain` tells whoever has to mend a portal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.model import Article, Kind, Outcome, Page


@dataclass(frozen=True, slots=True)
class Look:
    """One selector of a layout: how many elements it finds, and the first words of the first.

    `used`: the field came from here. `why` it was of no use, although it finds something.
    """

    field: str
    css: str
    found: int
    text: str = ""
    used: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One way to read the page and what it gives; `why` it gives no article, if so.

    `engine` and `layout` by name, None where the way has none. `at` are the blocks of title and date.
    """

    layer: Outcome
    engine: str | None = None
    layout: str | None = None
    looks: tuple[Look, ...] = ()
    at: tuple[int | None, int | None] = (None, None)
    article: Article | None = None
    coverage: float = 1.0
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the text that tells what it is: which block, what it tells, and its first words."""

    block: int
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Mend:
    """A selector that would bring a layout's field back; `beside`: those that it has now."""

    engine: str
    layout: str
    field: str
    css: str
    text: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leads:
    """Addresses of one kind on the page: how many, and one of them."""

    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What reading makes of a response, and each step on the way.

    `page` is the very result of `Portal.read`. `ways` are in the order in which they are tried: the first
    that gives an article is the one that counts. `stands` says in which element it
    found title, body and date. `mends` have been tried on this page, all together: with
    them the selectors read it, and give `mended`.
    """

    kind: Kind
    key: str
    page: Page
    charset: str | None = None
    blocks: int = 0
    ways: tuple[Tried, ...] = ()
    marks: tuple[Mark, ...] = ()
    stands: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Leads] = field(default_factory=dict)
    mends: tuple[Mend, ...] = ()
    mended: Article | None = None
