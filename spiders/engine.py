"""An engine: one content system as its pages show it. Data; `spiders/reading/` has the code that uses it."""

import re
from dataclasses import dataclass

from spiders.address import Address


@dataclass(frozen=True, slots=True)
class Layout:
    """One markup of an article page: CSS selectors, tried in order, the first that finds something serves.

    `title` and `body` are required: where either finds nothing the layout does not fit. `drop` is taken
    out before the body is read. A `lead` is one only where the page sets it apart in an element of its own.
    """

    name: str
    title: tuple[str, ...]
    body: tuple[str, ...]
    date: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What the text of an engine's article page carries in any markup; patterns match a whole block.

    `date_first`: the date stands above the title (new portal), not below it. `section_above`: the block
    above the title is the section's name. `lead_end`: a block that closes the lead. `visits`: the engine
    calls an article's readers visits (`Lượt truy cập`), as others do those of the site.
    """

    date_first: bool = False
    section_above: bool = False
    lead_end: re.Pattern[str] | None = None
    visits: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """`addresses` and `layouts` in the order of trying.

    `forbidden` matches addresses that change something on the server: view counters, ratings, mail forms.
    """

    name: str
    addresses: tuple[Address, ...]
    layouts: tuple[Layout, ...]
    landmarks: Landmarks = Landmarks()
    forbidden: re.Pattern[str] | None = None
