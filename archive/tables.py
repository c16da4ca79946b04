"""Which tables hold data, and which only lay out the page."""

from lxml.html import HtmlElement

from archive.text import one_line


def data_rows(table: HtmlElement) -> tuple[tuple[str, ...], ...]:
    """The cells of a table that holds data; empty for one that only lays out the page.

    Data: no table, image or form inside, at least two rows, mostly of two or more cells, short ones, and
    not a menu of links.
    """
    if table.find(".//table") is not None or table.find(".//img") is not None:
        return ()
    rows = tuple(
        cells
        for row in table.iterfind(".//tr")
        if any(cells := tuple(one_line(_cell_text(cell)) for cell in row if cell.tag in ("td", "th")))
    )
    lengths = sorted(len(cell) for row in rows for cell in row if cell)
    if len(rows) < 2 or sum(len(row) > 1 for row in rows) * 2 < len(rows):
        return ()
    if lengths[-1] > 400 or lengths[len(lengths) // 2] > 80:
        return ()
    linked = sum(len(one_line(a.text_content())) for a in table.iterfind(".//a"))
    return rows if linked <= sum(lengths) / 2 else ()


def _cell_text(cell: HtmlElement) -> str:
    """Text of a cell, its blocks and line breaks kept apart."""
    return (
        " ".join(cell.itertext())
        if cell.find(".//p") is not None or cell.find(".//br") is not None
        else (cell.text_content())
    )
