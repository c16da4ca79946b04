"""What the charts are drawn with: SVG elements, round scales, and the table that says the same in numbers.

A drawing has no `viewBox` where it can do without: measured across in percent and upwards in pixels, it fills
a phone's width and a desk's, and its letters stay as large as those around it.
"""

from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

from archive.site.language import Language

SHAPES = {"circle", "line", "path", "rect"}  # which hold nothing, and are many

Address = Callable[[str, str], str]  # of a search between two dates: `from` and `to`


def element(name: str, *inside: str, **attributes: object) -> Markup:
    """`class_` is written `class`, `text_anchor` `text-anchor`; what is None is left out; all is escaped."""
    stated = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    # Put together as strings: a page has hundreds, and `Markup.format` takes ten times as long.
    if name in SHAPES:
        return Markup(f"<{name}{stated}/>")
    return Markup(f"<{name}{stated}>{''.join(map(escape, inside))}</{name}>")


def percent(part: float) -> str:
    """A share of 1 as SVG takes it: `12.5%`, with no more digits than a wide screen has pixels."""
    return f"{round(part * 100, 2):g}%"


def round_scale(most: int) -> int:
    """The first of 1, 2, 4, 5, 6, 8, 10, 20 … that is not below: where the scale of a chart ends."""
    magnitude: int = 10 ** max(len(str(most)) - 1, 0)
    return next(step * magnitude for step in (1, 2, 4, 5, 6, 8, 10) if step * magnitude >= most)


def numbers_table(
    language: Language,
    caption: tuple[str, str],
    heads: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Markup | str]],
) -> Markup:
    """A chart's numbers for who cannot see it, or wants them: folded away. The first cell heads its row."""
    head = (element("th", language.say(*words), scope="col") for words in heads)
    body = (
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    )
    table = element(
        "table",
        element("caption", language.say(*caption)),
        element("thead", element("tr", *head)),
        element("tbody", *body),
    )
    label = language.text(*caption)
    scroll = element("div", table, class_="scroll", role="region", aria_label=label, tabindex="0")
    summary = element("summary", language.say("Bảng số", "The numbers"))
    return element("details", summary, scroll, class_="numbers")
