"""The date that a page states."""

import pytest

from archive.dates import date_line, find_date


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("15/10/2023 01:14 SA", "2023-10-15T01:14:00+07:00", None),
        ("15/10/2023 01:14 SA Xem cỡ chữ", "2023-10-15T01:14:00+07:00", None),
        ("(Cập nhật lúc: 16/05/2019 16:40:14 )", "2019-05-16T16:40:14+07:00", "Cập nhật lúc"),
        ("( Cập nhật lúc: 11/12/2019  )", "2019-12-11", "Cập nhật lúc"),
        ("08/09/2020", "2020-09-08", None),
        ("Ngày đăng: 20/12/2012/ Lượt xem: 123", "2012-12-20", "Ngày đăng"),
        ("09:29, 20/06/2021", "2021-06-20T09:29:00+07:00", None),
        ("Thứ Hai, 09:58 ngày 27/11/2023", "2023-11-27T09:58:00+07:00", None),
        ("Thứ 3, 26/09/2023, 18:23[GMT+7]", "2023-09-26T18:23:00+07:00", None),
        ("07.02.2023 | 18:16 PM", "2023-02-07T18:16:00+07:00", None),
        ("2022-06-30T08:15:00+0700", "2022-06-30T08:15:00+07:00", None),
        ("2022-06-30T18:15:00.123Z", "2022-07-01T01:15:00+07:00", None),
        ("2022-06-30", "2022-06-30", None),
        ("01/02/2020 14:05 CH", "2020-02-01T14:05:00+07:00", None),
        ("01/02/2020 02:05 CH", "2020-02-01T14:05:00+07:00", None),
        ("1/2/2020 12:30 SA", "2020-02-01T00:30:00+07:00", None),
        ("Ngày 5 tháng 6 năm 2019", "2019-06-05", None),
    ],
)
def test_every_form_seen_is_read_day_first(text: str, value: str, label: str | None) -> None:
    stated = date_line(text)
    assert stated is not None
    assert (stated.value, stated.label) == (value, label)
    assert find_date(text) == stated


def test_the_header_clock_is_no_date_line() -> None:
    assert date_line("Thứ bảy, ngày 02/12/2023") is None
    assert date_line("Chủ nhật, 03/12/2023") is None


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2020",
        "00/01/2020",
        "12/13/2020",
        "0001-01-01T00:00:00",
        "1899-12-30",
        "2020-02-31",
        "24/8/1949 - 24/8/2019",
        "số 125/KH-UBND",
        "",
    ],
)
def test_what_cannot_be_a_date_is_none(text: str) -> None:
    assert date_line(text) is None


def test_a_sentence_with_a_date_is_no_date_line() -> None:
    assert date_line("Ngày 28/02/2023 UBND tỉnh Bắc Kạn đã ban hành kế hoạch") is None
