"""The province as points: communes at their centres, as large as the articles about them are many.

The gazetteer has centres and no boundaries: those of all communes, drawn faintly, show the province's shape.
Nothing is loaded, so there are no tiles.
"""

from collections.abc import Callable, Iterator, Sequence
from math import cos, radians, sqrt

from markupsafe import Markup

from archive.facts.gazetteer import Place
from archive.site.charts.drawing import element, numbers_table
from archive.site.language import Language
from archive.site.panorama import Told
from archive.site.render import vietnamese_number

WIDTH = 340  # units: the pixels of a phone. On a desk the map is drawn larger, with smaller letters.
MARGIN = 26
LARGEST = 20  # radius
# The height of letters, in units, on a phone and on a desk; and their width as a share of it.
ON_PHONE, ON_DESK = 11, 6.5
LETTER = 0.56
SHIFTS = (0, -6, 6, -12, 12, -18, 18)  # units: how far the name of a district may be from its centre

Address = Callable[[str], str]  # of the articles about a place, by its code
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Projection:
    """Degrees to units: at this latitude a degree of longitude is shorter than one of latitude."""

    def __init__(self, points: Sequence[Place | Told]) -> None:
        latitudes = [point.latitude for point in points if point.latitude is not None]
        longitudes = [point.longitude for point in points if point.longitude is not None]
        self.north, self.west = max(latitudes), min(longitudes)
        self.narrowing = cos(radians((self.north + min(latitudes)) / 2))
        span = max((max(longitudes) - self.west) * self.narrowing, 0.01)
        self.scale = (WIDTH - 2 * MARGIN) / span
        self.height = round((self.north - min(latitudes)) * self.scale + 2 * MARGIN)

    def __call__(self, point: Place | Told) -> tuple[float, float]:
        latitude, longitude = point.latitude or 0.0, point.longitude or 0.0
        x = MARGIN + (longitude - self.west) * self.narrowing * self.scale
        return round(x, 1), round(MARGIN + (self.north - latitude) * self.scale, 1)


def province_map(
    told: Sequence[Told], known: Sequence[Place], address: Address, language: Language
) -> Markup:
    """`told` from the most to the least; `known` is what the gazetteer holds: the
    communes are drawn faintly, the districts named."""
    if not told:
        return Markup("")
    communes = [place for place in told if place.district and place.latitude is not None]
    drawn = [place for place in known if place.latitude is not None]
    districts = [place for place in drawn if not place.is_commune]
    at = Projection([*drawn, *communes]) if drawn or communes else None
    table = numbers_table(
        language,
        ("Địa danh được nhắc đến", "Places told about"),
        [("Địa danh", "Place"), ("Số bài", "Articles")],
        (
            (
                element("a", f"{place.kind} {place.name}", href=address(place.id)),
                vietnamese_number(place.articles),
            )
            for place in told
        ),
    )
    if at is None:
        return element("div", table, class_="chart map")
    svg = element(
        "svg",
        _faint([place for place in drawn if place.is_commune], at),
        *_circles(communes, at, address),
        *_names(communes, districts, at),
        viewBox=f"0 0 {WIDTH} {at.height}",
        role="group",
        aria_label=language.text("Bản đồ các xã, phường được nhắc đến", "Map of the communes told about"),
    )
    return element("div", svg, table, class_="chart map")


def _faint(points: Sequence[Place], at: Projection) -> Markup:
    """All centres in one path, of lines without length and with round ends."""
    dots = sorted({"M{:g} {:g}h0".format(*at(point)) for point in points})
    return element("path", d="".join(dots), class_="known")


def _radius(place: Told, most: int) -> float:
    """The area says how many; few articles make no large circles, though none has more."""
    return round(max(min(LARGEST / sqrt(most), 3) * sqrt(place.articles), 2), 1)


def _circles(communes: Sequence[Told], at: Projection, address: Address) -> Iterator[Markup]:
    """The largest lie undermost."""
    for place in communes:
        x, y = at(place)
        yield element(
            "a",
            element("title", f"{place.name}: {vietnamese_number(place.articles)}"),
            element("circle", cx=x, cy=y, r=_radius(place, communes[0].articles)),
            href=address(place.id),
            tabindex="-1",
        )


def _names(communes: Sequence[Told], districts: Sequence[Place], at: Projection) -> Iterator[Markup]:
    """Districts, then communes from the largest; one that would lie over a name or a circle is left out.

    What has no room on a phone gets a second chance with the smaller letters of a desk.
    """
    taken = [_around(place, at, communes[0].articles) for place in communes]
    for district in districts:
        x, y, box = _district(district, at, taken)
        taken.append(box)
        yield element("text", district.name, x=x, y=f"{y:g}", text_anchor="middle", class_="district")
    left = list(communes)
    for size, classes in ((ON_PHONE, "name"), (ON_DESK, "name minor")):
        for place in tuple(left):
            spot = next(_room(place, at, communes[0].articles, size, taken, at.height), None)
            if spot is None:
                continue
            x, y, anchor, box = spot
            taken.append(box)
            left.remove(place)
            yield element("text", place.name, x=f"{x:g}", y=f"{y:g}", text_anchor=anchor, class_=classes)


def _around(place: Told, at: Projection, most: int) -> Box:
    """The middle of its circle, which no name may hide; its rim may be touched, or few names had room."""
    (x, y), radius = at(place), _radius(place, most) / 2
    return x - radius, y - radius, x + radius, y + radius


def _district(district: Place, at: Projection, taken: Sequence[Box]) -> tuple[float, float, Box]:
    """Its name near its centre, where it lies over fewest circles."""
    x, y = at(district)
    boxes = [(y + dy, _box(district.name, x, y + dy, "middle", ON_PHONE)) for dy in SHIFTS]
    shifted, box = min(boxes, key=lambda spot: sum(_overlap(spot[1], other) for other in taken))
    return x, round(shifted, 1), box


def _room(
    place: Told, at: Projection, most: int, size: float, taken: Sequence[Box], height: float
) -> Iterator[tuple[float, float, str, Box]]:
    """Where its name has room: right, left, below or above its circle."""
    (x, y), away = at(place), _radius(place, most) + 2
    for dx, dy, anchor in (
        (away, 0.0, "start"),
        (-away, 0.0, "end"),
        (0.0, away + size / 2, "middle"),
        (0.0, -away - size / 2, "middle"),
    ):
        box = _box(place.name, x + dx, y + dy, anchor, size)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= height
        if inside and not any(_overlap(box, other) for other in taken):
            yield round(x + dx, 1), round(y + dy, 1), anchor, box


def _box(text: str, x: float, y: float, anchor: str, size: float) -> Box:
    width = len(text) * size * LETTER
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return left, y - size * 0.6, left + width, y + size * 0.6


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
