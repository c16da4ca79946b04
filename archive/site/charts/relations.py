"""How the tables hang together, as a picture: who refers to whom, drawn from the foreign keys themselves."""

from collections.abc import Sequence

from markupsafe import Markup

from archive.site.catalogue import Table
from archive.site.charts.drawing import element
from archive.site.language import Language

BOX = (150, 26)  # units, which on a desk are pixels
APART = (62, 14)
EDGE = 2


def relations_picture(tables: Sequence[Table], language: Language) -> Markup:
    """A box a table, each leading to its description on the page; a line runs from a key to what it means.

    Columns from left to right: what refers to nothing first, then what refers to it, and so on. What only one
    table refers to, and refers to nothing itself, stands to the right of that table.
    """
    refers = {
        table.name: sorted({column.refers[0] for column in table.columns if column.refers})
        for table in tables
    }
    if not refers:
        return Markup("")
    ranks = _ranks(refers)
    lines = [[name for name in refers if ranks[name] == rank] for rank in range(max(ranks.values()) + 1)]
    most = max(map(len, lines))
    at = {
        name: (
            EDGE + rank * (BOX[0] + APART[0]),
            EDGE + (BOX[1] + APART[1]) * (place + (most - len(names)) / 2 + _aside(rank, names)),
        )
        for rank, names in enumerate(lines)
        for place, name in enumerate(names)
    }
    width = len(lines) * (BOX[0] + APART[0]) - APART[0] + 2 * EDGE
    height = most * (BOX[1] + APART[1]) - APART[1] + 2 * EDGE
    svg = element(
        "svg",
        *(_line(at[name], at[other]) for name, others in refers.items() for other in others if other != name),
        *(_box(name, at[name]) for name in refers),
        viewBox=f"0 0 {width} {height}",
        role="group",
        aria_label=language.text("Các bảng dẫn tới nhau", "How the tables refer to each other"),
    )
    return element("div", svg, class_="chart relations")


def _ranks(refers: dict[str, list[str]]) -> dict[str, int]:
    """In which column a table stands."""
    ranks = dict.fromkeys(refers, 0)
    for _ in refers:  # as often as the longest way could be; a circle then ends too
        for name, others in refers.items():
            ranks[name] = max([ranks[other] + 1 for other in others if other != name], default=0)
    for name, others in refers.items():
        referring = [other for other, theirs in refers.items() if name in theirs]
        if not others and len(referring) == 1:
            ranks[name] = ranks[referring[0]] + 1
    return ranks


def _aside(rank: int, names: list[str]) -> float:
    """Boxes that stand alone are put up and down by turns, or the lines past them would run through them."""
    return 0 if len(names) > 1 else 1 - 2 * (rank % 2)


def _line(start: tuple[float, float], end: tuple[float, float]) -> Markup:
    """From the side of the one box to the near side of the other, with a dot where it arrives."""
    forward = start[0] < end[0]
    x1, x2 = start[0] + (BOX[0] if forward else 0), end[0] + (0 if forward else BOX[0])
    y1, y2 = start[1] + BOX[1] / 2, end[1] + BOX[1] / 2
    middle = (x1 + x2) / 2
    curve = element("path", d=f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}")
    return curve + element("circle", cx=f"{x2:g}", cy=f"{y2:g}", r=3)


def _box(name: str, at: tuple[float, float]) -> Markup:
    x, y = at
    return element(
        "a",
        element("rect", x=f"{x:g}", y=f"{y:g}", width=BOX[0], height=BOX[1], rx=4),
        element("text", name, x=f"{x + BOX[0] / 2:g}", y=f"{y + BOX[1] / 2:g}", text_anchor="middle"),
        href=f"#{name}",
    )
