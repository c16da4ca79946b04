"""The years, months or days of a search, as bars: each leads to the same search within it."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from archive.site.charts.drawing import Address, element, numbers_table, percent, round_scale
from archive.site.language import Language
from archive.site.render import vietnamese_number

HEIGHT, TOP, BASE = 120, 18, 98  # pixels: of the drawing, and where its bars may end and stand
MOST_LABELS = {4: 12, 7: 8, 10: 6}  # by the letters of a year, a month, a day
MOST_BARS = 400  # of gaps too: a search that found 1998 and 2024 by day is not drawn day by day


def timeline_chart(
    bars: Sequence[tuple[str, int]],
    address: Address,
    language: Language,
    chosen: tuple[str, str] = ("", ""),
) -> Markup:
    """Bars of (period, count), the periods all years, all months or all days, such as `2023-03`.

    `address(since, until)` is where a bar leads; bars between the two that are `chosen` are marked.
    """
    counts = {period: count for period, count in bars if count}
    if not counts:
        return Markup("")
    drawn = list(_without_gaps(sorted(counts)))
    caption = ("Số bài theo thời gian", "Articles over time")
    svg = element(
        "svg",
        *_grid(max(counts.values())),
        *_bars(drawn, counts, address, language, chosen),
        *_scale(max(counts.values())),
        *_labels(drawn),
        class_="timeline",
        width="100%",
        height=HEIGHT,
        role="group",
        aria_label=language.text(*caption),
    )
    rows = (
        (element("a", written(period), href=address(period, period)), vietnamese_number(counts[period]))
        for period in drawn
        if period in counts
    )
    table = numbers_table(language, caption, [("Thời gian", "Period"), ("Số bài", "Articles")], rows)
    return element("div", svg, table, class_="chart")


def written(period: str) -> str:
    """`2023-03-13` as `13/03/2023`, as Vietnamese write it."""
    return "/".join(reversed(period.split("-")))


def following(period: str) -> str:
    """The year, month or day after."""
    match [int(part) for part in period.split("-")]:
        case [year]:
            return f"{year + 1:04}"
        case [year, month]:
            return f"{year + month // 12:04}-{month % 12 + 1:02}"
        case [year, month, day]:
            return (date(year, month, day) + timedelta(days=1)).isoformat()
    raise ValueError(f"no year, month or day: {period}")


def days_of(period: str) -> tuple[date, date]:
    """Its first and its last day."""
    year, month, day = [*(int(part) for part in period.split("-")), 0, 0][:3]
    if day:
        return date(year, month, day), date(year, month, day)
    last = month or 12
    return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])


def _without_gaps(periods: list[str]) -> Iterator[str]:
    """From the first to the last with those between, as long as they are few enough to draw."""
    every, period = [periods[0]], periods[0]
    while period != periods[-1] and len(every) < MOST_BARS:
        period = following(period)
        every.append(period)
    yield from every if period == periods[-1] else periods


def _grid(most: int) -> Iterator[Markup]:
    for _, y in _lines(most):
        yield element("line", x1="0", x2="100%", y1=f"{y:g}", y2=f"{y:g}", class_="grid")
    yield element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="axis")


def _scale(most: int) -> Iterator[Markup]:
    """The numbers of the lines, over the bars: the first one may stand where they are."""
    for value, y in _lines(most):
        yield element("text", vietnamese_number(value), x="0", y=f"{y - 4:g}", class_="scale")


def _lines(most: int) -> Iterator[tuple[int, float]]:
    """The values that have a line, and where it lies."""
    top = round_scale(most)
    for value in (top, top / 2):
        if value == int(value):
            yield int(value), BASE - (BASE - TOP) * value / top


def _bars(
    drawn: list[str],
    counts: dict[str, int],
    address: Address,
    language: Language,
    chosen: tuple[str, str],
) -> Iterator[Markup]:
    """A bar can be missed by a finger: what leads on is its whole column. The table holds the same links,
    so that whoever goes from link to link need not pass them all here."""
    top, wide = round_scale(max(counts.values())), 1 / len(drawn)
    for number, period in enumerate(drawn):
        count = counts.get(period, 0)
        if not count:
            continue
        high = max((BASE - TOP) * count / top, 1.5)
        left, width = percent((number + 0.08) * wide), percent(0.84 * wide)
        said = vietnamese_number(count)
        yield element(
            "a",
            element("title", f"{written(period)}: {language.text(f'{said} bài', f'{said} articles')}"),
            element(
                "rect",
                x=percent(number * wide),
                y=TOP,
                width=percent(wide),
                height=BASE - TOP,
                class_="reach",
            ),
            element("rect", x=left, y=f"{BASE - high:.1f}", width=width, height=f"{high:.1f}"),
            href=address(period, period),
            class_="bar chosen" if _within(period, chosen) else "bar",
            tabindex="-1",
            data_from=period,
            data_to=period,
        )


def _labels(drawn: list[str]) -> Iterator[Markup]:
    """Every second one is left out on a phone. Of many months the Januaries are told, as their years."""
    wide = 1 / len(drawn)
    januaries = [number for number, period in enumerate(drawn) if period[4:] == "-01"]
    sparse = len(januaries) > 2
    told = januaries if sparse else list(range(len(drawn)))
    told = told[:: -(-len(told) // MOST_LABELS[4 if sparse else len(drawn[0])])]
    for place, number in enumerate(told):
        middle = (number + 0.5) * wide
        anchor = "start" if middle < 0.04 else "end" if middle > 0.96 else "middle"
        yield element(
            "text",
            drawn[number][:4] if sparse else written(drawn[number]),
            x="0" if anchor == "start" else "100%" if anchor == "end" else percent(middle),
            y=BASE + 15,
            text_anchor=anchor,
            class_="tick minor" if place % 2 else "tick",
        )


def _within(period: str, chosen: tuple[str, str]) -> bool:
    since, until = chosen
    first, last = days_of(period)
    return bool(since or until) and (
        (not since or days_of(since)[0] <= first) and (not until or last <= days_of(until)[1])
    )
