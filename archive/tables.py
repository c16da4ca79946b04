"""Which tables hold data, and which only lay out the page."""

from lxml.html import HtmlElement

from archive.text import one_line

LONGEST, USUAL = 400, 80  # characters of a cell of data: of any, and of the median


def data_rows(table: HtmlElement) -> tuple[tuple[str, ...], ...]:
    """The cells of a table that holds data; empty for one that only lays out the page.

    Data: no table, image or form inside, at least two rows, mostly of two or more cells, short ones, and
    not a menu of links.
    """
    if next(table.iterdescendants("table", "img"), None) is not None:
        return ()
    lines = list(table.iter("tr"))
    if len(lines) < 2:  # most that lay out a page: their cells hold all of it
        return ()
    rows: list[tuple[str, ...]] = []
    for line in lines:
        cells = tuple([one_line(_cell_text(cell)) for cell in line if cell.tag in ("td", "th")])
        if any(len(cell) > LONGEST for cell in cells):
            return ()
        if any(cells):
            rows.append(cells)
    if len(rows) < 2 or sum(len(row) > 1 for row in rows) * 2 < len(rows):
        return ()
    lengths = sorted(len(cell) for row in rows for cell in row if cell)
    if lengths[len(lengths) // 2] > USUAL:
        return ()
    linked = sum(len(one_line(a.text_content())) for a in table.iter("a"))
    return tuple(rows) if linked <= sum(lengths) / 2 else ()


def _cell_text(cell: HtmlElement) -> str:
    """Text of a cell, its blocks and line breaks kept apart."""
    has_lines = next(cell.iterdescendants("p", "br"), None) is not None
    return " ".join(cell.itertext()) if has_lines else str(cell.text_content())
