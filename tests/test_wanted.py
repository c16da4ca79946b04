from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from archive.search import Filters, Order
from archive.site.wanted import MOST_VALUES, Fields, Wanted


class Args:
    """As Datasette gives the fields of an address."""

    def __init__(self, query: str) -> None:
        self.pairs = parse_qsl(query)

    def getlist(self, name: str) -> list[str]:
        return [value for field, value in self.pairs if field == name]

    def get(self, name: str) -> str | None:
        return next(iter(self.getlist(name)), None)


def read(query: str) -> Wanted:
    return Wanted.read(Args(query))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-03-13", date(2023, 3, 13), date(2023, 3, 13)),
        ("3/2023", date(2023, 3, 1), date(2023, 3, 31)),
        (" 13/3/2023 ", date(2023, 3, 13), date(2023, 3, 13)),
    ],
)
def test_a_period_reaches_from_its_first_day_to_its_last(written: str, first: date, last: date) -> None:
    wanted = read(f"from={written}&to={written}")
    assert (wanted.filters.since, wanted.filters.until) == (first, last)


@pytest.mark.parametrize(
    "written", ["yesterday", "2023-13", "31/02/2023", "0", "12", "2023-1-1-1", "1/1/1", "9999"]
)
def test_what_is_no_date_is_left_out_and_named(written: str) -> None:
    wanted = read(f"q=rừng&from={written}")
    assert (wanted.filters, wanted.ignored) == (Filters(), ("from",))


def test_fields_that_make_no_sense_are_named_and_empty_ones_are_not() -> None:
    nonsense = read("sort=best&limit=0&gone=maybe&document=x&from=&to=")
    assert set(nonsense.ignored) == {"document", "gone", "limit", "sort"}
    assert read("sort=&limit=&gone=&document=&portal=").ignored == ()


def test_an_address_leads_to_the_same_search() -> None:
    query = (
        "q=bac+kan&portal=mic&portal=backan&section=Tin&author=A&source=B&place=01834&document=12"
        "&from=2019&to=2023-03&gone=0&changed=1&sort=oldest&exact=1&limit=50"
    )
    wanted = read(query)
    again = read(urlsplit(wanted.address("/")).query)
    assert again == wanted
    assert wanted.filters.portal == ("mic", "backan")
    assert wanted.filters.document == (12,)
    assert (wanted.filters.gone, wanted.filters.changed) == (False, True)


def test_without_words_the_newest_come_first() -> None:
    assert read("portal=mic").order is Order.NEWEST
    assert read("q=rừng").order is Order.RELEVANCE
    assert read("q=rừng&sort=newest").address("/") == "/?q=r%E1%BB%ABng&sort=newest"


def led(fields: Fields) -> Wanted:
    return read(urlsplit(fields.address("/")).query)


def test_a_filter_is_chosen_and_dropped_and_leads_back_to_the_first_page() -> None:
    wanted = read("q=rừng&portal=mic&after=k&gone=1")
    more = wanted.adding("portal", "backan")
    assert led(more).filters.portal == ("mic", "backan")
    assert led(more).after == ""
    assert led(more.adding("gone", "0")).filters.gone is False
    assert led(more.dropping("portal", "mic")).filters.portal == ("backan",)
    assert led(more.dropping("portal")).filters.portal == ()
    assert led(wanted.between("2019", "2020-05")).filters.until == date(2020, 5, 31)
    assert list(wanted.chosen()) == [("portal", "mic"), ("gone", "1")]


def test_a_search_has_one_address_however_it_was_put_together() -> None:
    wanted = read("q=rừng&gone=1&sort=oldest")
    added = wanted.between("2019", "2020").adding("gone", "0").adding("portal", "mic")
    assert added.address("/") == led(added).address("/")


def test_what_is_asked_for_is_bounded() -> None:
    many = read("&".join(f"portal=p{n}" for n in range(100)))
    assert len(many.filters.portal) == MOST_VALUES
    assert read("limit=100000").limit < 1000
    assert not read("").asks


def test_the_order_that_the_form_sends_without_words_says_nothing() -> None:
    assert read("portal=mic&sort=relevance").order is Order.NEWEST
    assert read("portal=mic&sort=oldest").order is Order.OLDEST
    assert read("portal=mic&sort=relevance").address("/") == "/?portal=mic"
