"""Articles by week and portal: a small drawing for each portal, one under the other, over the same weeks.

A bar is what the crawls of a week have read: new articles at its foot, then edited ones, then those that were
as before. Below it a mark says that there was a crawl, and a triangle that there was an alarm; a week without
any crawl is a grey column. So a week that found nothing and one in which nobody looked are not the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from markupsafe import Markup

from archive.site.charts.drawing import element, numbers_table, percent
from archive.site.language import Language
from archive.site.logbook.weeks import WEEK, Week, Year, summed
from archive.site.render import vietnamese_number

BASE, MARK, HEIGHT = 44, 8, 68  # pixels: of the bars, of the marks below them, of all with the months
SEEN = 3  # pixels that a layer is high at least
MOST_DRAWN = 12  # portals: of more the page would be too large; each can be looked at by itself
LAYERS = ("new", "changed", "unchanged")

Address = Callable[[str, date | None], str]  # of a portal's crawls, or of those up to the end of a week


def weeks_picture(year: Year, names: dict[str, str], address: Address, language: Language) -> Markup:
    """The year of each portal; of one alone each week leads to its crawls."""
    drawn = [portal for portal in names if portal in year.of][:MOST_DRAWN]
    if not drawn:
        return Markup("")
    charts = (_of_portal(portal, names[portal], year, address, len(drawn) == 1, language) for portal in drawn)
    return element("div", *charts, _table(year, drawn, language), class_="chart weeks")


def _of_portal(
    portal: str, name: str, year: Year, address: Address, is_alone: bool, language: Language
) -> Markup:
    weeks = [year.of[portal].get(monday) for monday in year.mondays]
    total = summed([week for week in weeks if week])
    most = max(week.articles for week in weeks if week)
    new, crawls, top = (vietnamese_number(count) for count in (total.new, total.crawls, most))
    said = language.say(
        f"{new} bài mới, {crawls} lượt, tuần nhiều nhất {top} bài",
        f"{new} new, {crawls} crawls, at most {top} in a week",
    )
    title = (
        element("bdi", name) if is_alone else element("a", element("bdi", name), href=address(portal, None))
    )
    plot = element(
        "svg",
        *_columns(weeks),
        viewBox=f"0 0 {len(weeks)} {BASE + MARK}",
        preserveAspectRatio="none",
        width="100%",
        height=BASE + MARK,
    )
    label = language.text(f"{name}: số bài đọc theo tuần", f"{name}: articles read by week")
    svg = element(
        "svg",
        plot,
        element("line", x1="0", x2="100%", y1=BASE, y2=BASE, class_="axis"),
        *(_links(portal, year, address, language) if is_alone else ()),
        *_months(year.mondays),
        width="100%",
        height=HEIGHT,
        role="group" if is_alone else "img",
        aria_label=label,
    )
    return element("section", element("h3", title, " ", element("small", said)), svg)


def _columns(weeks: Sequence[Week | None]) -> Iterator[Markup]:
    """A path for each thing to be seen: as many rectangles would take ten times as many letters."""
    most = max((week.articles for week in weeks if week), default=0) or 1
    yield _path(
        "idle", (f"M{x} 0h1v{BASE}h-1z" for x, week in enumerate(weeks) if not week or not week.crawls)
    )
    tops = [_tops(week, most) if week else (0, 0, 0) for week in weeks]
    for layer in reversed(range(len(LAYERS))):  # each from the axis up, so that those before it lie over it
        if any(top[layer] for top in tops):
            bars = (f"V{BASE - top[layer]}h1V{BASE}" if top[layer] else "h1" for top in tops)
            yield _path(LAYERS[layer], (f"M0 {BASE}", *bars))
    ran = (x for x, week in enumerate(weeks) if week and week.crawls and not week.alarms)
    yield _path("ran", (f"M{x + 0.3:g} {BASE + 4}h.4" for x in ran))
    alarmed = (x for x, week in enumerate(weeks) if week and week.alarms)
    yield _path("alarm", (f"M{x} {BASE + MARK}h1l-.5 -7z" for x in alarmed))


def _tops(week: Week, most: int) -> tuple[int, ...]:
    """How high each layer of a bar reaches. What there is at all can be seen: for that there is room."""
    tops, top = list[int](), 0
    for layer in LAYERS:
        count = getattr(week, layer)
        top += max(round((BASE - SEEN * len(LAYERS)) * count / most), SEEN if count else 0)
        tops.append(top)
    return tuple(tops)


def _path(name: str, parts: Iterable[str]) -> Markup:
    drawn = "".join(parts)
    return element("path", d=drawn, class_=name) if drawn else Markup("")


def _links(portal: str, year: Year, address: Address, language: Language) -> Iterator[Markup]:
    """Of one portal alone: what each week was, and where its crawls are. The table says the same."""
    for number, monday in enumerate(year.mondays):
        if week := year.of[portal].get(monday):
            yield element(
                "a",
                element("title", f"{_day(monday)}: {language.text(*_told(week))}"),
                element("rect", x=percent(number / len(year.mondays)), width=percent(1 / len(year.mondays))),
                href=address(portal, monday + WEEK),
                tabindex="-1",
            )


def _told(week: Week) -> tuple[str, str]:
    counts = [vietnamese_number(count) for count in (week.new, week.changed, week.unchanged, week.alarms)]
    vietnamese = "{} bài mới, {} đã sửa, {} không đổi, {} báo động".format(*counts)
    return vietnamese, "{} new, {} edited, {} unchanged, {} with an alarm".format(*counts)


def _months(mondays: Sequence[date]) -> Iterator[Markup]:
    """The first week of every third month, by the month it begins in."""
    for number, (before, monday) in enumerate(pairwise(mondays), 1):
        if monday.month != before.month and monday.month % 3 == 1 and number < len(mondays) - 3:
            name = f"{monday.month:02}/{monday.year}"
            yield element("text", name, x=percent(number / len(mondays)), y=HEIGHT - 2, class_="tick")


def _table(year: Year, drawn: list[str], language: Language) -> Markup:
    """New, edited and unchanged articles of each week; an exclamation mark is an alarm, a dash no crawl."""

    def cell(week: Week | None) -> str:
        if not week or not week.crawls:
            return "–!" if week and week.alarms else "–"
        counts = (vietnamese_number(count) for count in (week.new, week.changed, week.unchanged))
        return " + ".join(counts) + (" !" if week.alarms else "")

    known = [
        monday for monday in reversed(year.mondays) if any(monday in year.of[portal] for portal in drawn)
    ]
    rows = ([_day(monday), *(cell(year.of[portal].get(monday)) for portal in drawn)] for monday in known)
    caption = (
        "Số bài theo tuần: mới + đã sửa + không đổi; ! là có báo động, – là không thu thập",
        "Articles by week: new + edited + unchanged; ! is an alarm, – is no crawl",
    )
    heads = [("Tuần từ", "Week of"), *((portal, portal) for portal in drawn)]
    return numbers_table(language, caption, heads, rows)


def _day(monday: date) -> str:
    return f"{monday:%d/%m/%Y}"
