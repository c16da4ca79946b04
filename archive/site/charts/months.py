"""Articles by month and portal: a small chart for each portal, one under the other, over the same months.

Ten portals over twenty years in one pile of colours cannot be read, and a small portal vanishes beside a
large one: here each has a scale of its own, which is said beside its name.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from archive.site.charts.drawing import element, numbers_table, percent
from archive.site.charts.timeline import following, written
from archive.site.language import Language
from archive.site.panorama import Held, Month
from archive.site.render import vietnamese_number

HEIGHT, BASE = 58, 42  # pixels
MOST_LINKS = 250  # a page of 100 KB holds no more: from there on a year leads on, not a month
MOST_YEARS_NAMED = 10

Address = Callable[[str, str], str]  # of a portal's articles in a period


def months_chart(
    portals: Sequence[Held], counted: Sequence[Month], address: Address, language: Language
) -> Markup:
    """One drawing a portal; a month leads to its articles, or a year where there are too many months."""
    if not counted:
        return Markup("")
    by_portal: dict[str, dict[str, int]] = {}
    for month in counted:
        by_portal.setdefault(month.portal, {})[month.month] = month.articles
    drawn = _every_month(counted[0].month[:4], counted[-1].month[:4])
    length = 7 if len(counted) <= MOST_LINKS else 4  # of a month's name, or of a year's
    named = [portal for portal in portals if portal.portal in by_portal]
    charts = (
        _of_portal(portal, by_portal[portal.portal], drawn, length, address, language) for portal in named
    )
    table = _table(named, by_portal, length, address, language)
    return element("div", *charts, table, class_="chart months")


def _of_portal(
    portal: Held,
    counts: dict[str, int],
    drawn: list[str],
    length: int,
    address: Address,
    language: Language,
) -> Markup:
    most, total = vietnamese_number(max(counts.values())), vietnamese_number(sum(counts.values()))
    said = language.say(
        f"{total} bài, tháng nhiều nhất {most}", f"{total} articles, at most {most} in a month"
    )
    heading = element("h3", element("bdi", portal.title), " ", element("small", said))
    plot = element(
        "svg",
        element("path", d=_silhouette([counts.get(month, 0) for month in drawn])),
        viewBox=f"0 0 {len(drawn)} {BASE}",
        preserveAspectRatio="none",
        width="100%",
        height=BASE,
    )
    svg = element(
        "svg",
        plot,
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="axis"),
        *_columns(portal.portal, counts, drawn, length, address),
        *_years(drawn),
        width="100%",
        height=HEIGHT,
        role="group",
        aria_label=language.text(f"{portal.title}: số bài theo tháng", f"{portal.title}: articles by month"),
    )
    return element("section", heading, svg)


def _every_month(first: str, last: str) -> list[str]:
    months = [f"{first}-01"]
    while months[-1] != f"{last}-12":
        months.append(following(months[-1]))
    return months


def _silhouette(counts: list[int]) -> str:
    """All months in one path, a unit wide each: a twentieth of the letters that as many bars would take."""
    most = max(counts)
    heights = [max(round(BASE * count / most), 1 if count else 0) for count in counts]
    path, before = [f"M0 {BASE}"], 0
    for height, months in groupby(heights):
        path.append(f"v{before - height}h{len(list(months))}")
        before = height
    return "".join((*path, f"V{BASE}Z"))


def _columns(
    portal: str, counts: dict[str, int], drawn: list[str], length: int, address: Address
) -> Iterator[Markup]:
    """What leads on, over the drawing. The table or the years above it lead there too, so that
    these are none to stop at. How high they are stands in the style sheet: there are hundreds."""
    for period, count in _summed(counts, length).items():
        first = next(place for place, month in enumerate(drawn) if month.startswith(period))
        yield element(
            "a",
            element("title", f"{written(period)}: {vietnamese_number(count)}"),
            element(
                "rect",
                x=percent(first / len(drawn)),
                width=percent((1 if length == 7 else 12) / len(drawn)),
            ),
            href=address(portal, period),
            tabindex="-1",
        )


def _years(drawn: list[str]) -> Iterator[Markup]:
    """Below the axis; of a single year its months."""
    told = range(0, len(drawn), 12 if len(drawn) > 12 else 1)
    for place, number in enumerate(told[:: -(-len(told) // MOST_YEARS_NAMED)]):
        name = drawn[number][:4] if len(drawn) > 12 else str(int(drawn[number][5:]))
        classes = "tick minor" if place % 2 else "tick"
        yield element("text", name, x=percent(number / len(drawn)), y=HEIGHT - 2, class_=classes)


def _summed(counts: dict[str, int], length: int) -> dict[str, int]:
    """By month or by year, as long as the name of one is."""
    sums: dict[str, int] = {}
    for month, count in counts.items():
        sums[month[:length]] = sums.get(month[:length], 0) + count
    return sums


def _table(
    portals: Sequence[Held],
    by_portal: dict[str, dict[str, int]],
    length: int,
    address: Address,
    language: Language,
) -> Markup:
    sums = {portal.portal: _summed(by_portal[portal.portal], length) for portal in portals}
    periods = sorted({period for counts in sums.values() for period in counts})

    # Of years there are so many cells that the page has no room for links: the years above it lead to months.
    def cell(portal: str, period: str) -> Markup | str:
        count = sums[portal].get(period, 0)
        said = vietnamese_number(count) if count else ""
        return element("a", said, href=address(portal, period)) if count and length == 7 else said

    rows = ([written(period), *(cell(p.portal, period) for p in portals)] for period in periods)
    heads = [("Thời gian", "Period"), *((p.portal, p.portal) for p in portals)]
    return numbers_table(language, ("Số bài theo cổng", "Articles by portal"), heads, rows)
