"""Stored text as HTML: its marks, what lies over it, and its parts."""

import random
import re
from html import unescape

import pytest
from timed import seconds

from archive.site.article.inline import Wrap
from archive.site.article.markup import lines, parts, runs
from archive.site.render import body_html, highlighted, short_address, vietnamese_date, web_address

LINK = ('<a href="/x">', "</a>")
BODY = "Xã Nam Mẫu có 214 hộ.\n\n## Nam Mẫu\n\n- một\n- hai\n\n| Xã | Hộ |\n| Nam Mẫu | 214 |\n\nHết."


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("", ""),
        ("một\nhai\n\nba", "<p>một<br>hai</p>\n<p>ba</p>"),
        ("# A\nb", "<h2>A</h2>\n<p>b</p>"),
        ("### A", "<h3>A</h3>"),
        ("## A\n## B", "<h2>A</h2>\n<h2>B</h2>"),
        ("#thẻ", "<p>#thẻ</p>"),
        ("- a\n- b\nc", "<ul><li>a</li><li>b</li></ul>\n<p>c</p>"),
        ("-5 độ", "<p>-5 độ</p>"),
        ("|", "<p>|</p>"),
        ("a & <b>", "<p>a &amp; &lt;b&gt;</p>"),
        ("\n \n  a  \n\t\nb", "<p>a</p>\n<p>b</p>"),
    ],
)
def test_a_body_becomes_html(body: str, html: str) -> None:
    assert body_html(body) == html


@pytest.mark.parametrize("rule", ["", "| --- | --- |\n"])
def test_the_first_row_heads_a_table(rule: str) -> None:
    html = '<tr><th scope="col">a</th><th scope="col">{b}</th></tr><tr><td>1</td><td></td></tr>'
    assert html in body_html(f"| a | {{b}} |\n{rule}| 1 | |")


@pytest.mark.parametrize("body", ["| a | b |", "| 1. | a |\n| 2. | b |", "|---|"])
def test_a_single_row_and_a_numbered_one_head_nothing(body: str) -> None:
    assert "<table>" in body_html(body)
    assert "<th" not in body_html(body)


def test_a_table_that_began_in_the_part_before_has_no_head() -> None:
    body = "| Xã | Hộ |\n| Nam Mẫu | 214 |\n| Quảng Khê | 187 |"
    assert "<th" not in body_html(body, start=body.index("| Nam"))


@pytest.mark.parametrize(
    ("marks", "link", "html"),
    [
        ([(3, 6)], None, "<p>Xã <mark>Nam</mark> Mẫu có 214 hộ.</p>"),
        ([(0, 6)], (3, 10), '<p><mark>Xã </mark><a href="/x"><mark>Nam</mark> Mẫu</a> có 214 hộ.</p>'),
        ([(7, 13)], (3, 10), '<p>Xã <a href="/x">Nam <mark>Mẫu</mark></a><mark> có</mark> 214 hộ.</p>'),
        ([(3, 10)], (3, 10), '<p>Xã <a href="/x"><mark>Nam Mẫu</mark></a> có 214 hộ.</p>'),
    ],
)
def test_marks_stand_within_links_whichever_way_they_overlap(
    marks: list[tuple[int, int]], link: tuple[int, int] | None, html: str
) -> None:
    wraps = [Wrap(*link, *LINK)] if link else []
    assert body_html(BODY, marks, wraps).split("\n")[0] == html


def test_a_mark_over_all_ends_with_every_cell_and_block() -> None:
    html = body_html(BODY, [(0, len(BODY))], [Wrap(0, len(BODY), *LINK)])
    assert '<h2><a href="/x"><mark>Nam Mẫu</mark></a></h2>' in html
    assert '<td><a href="/x"><mark>214</mark></a></td>' in html
    assert re.sub("</?(a|mark)[^>]*>", "", html) == body_html(BODY)


def test_whatever_lies_over_a_text_tags_nest_and_the_text_stays() -> None:
    chance = random.Random(4)
    for _ in range(300):
        text = "".join(chance.choice("ab <&|\n-# ") for _ in range(60))
        spans = [tuple(sorted((chance.randrange(70), chance.randrange(70)))) for _ in range(8)]
        html = body_html(text, spans[:4], [Wrap(*span, *LINK) for span in spans[4:]])
        open_tags = list[str]()
        for closing, name in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", html.replace("<br>", "")):
            if closing:
                assert open_tags.pop() == name
            else:
                assert name not in open_tags
                open_tags.append(name)
        assert open_tags == []
        plain = unescape(re.sub("<[^>]*>", "", html))
        assert plain.replace("\n", "") == unescape(re.sub("<[^>]*>", "", body_html(text))).replace("\n", "")


@pytest.mark.parametrize("spans", [[(-5, 3)], [(90, 99)], [(4, 4)], [(5, 2)], [(0, 3), (2, 5)]])
def test_a_span_that_makes_no_sense_does_no_harm(spans: list[tuple[int, int]]) -> None:
    text = "Nam Mẫu & <b>"
    html = highlighted(text, spans)
    assert unescape(html.replace("<mark>", "").replace("</mark>", "")) == text
    assert html.count("<mark>") == html.count("</mark>") <= 1


def test_every_line_is_told_where_it_stands_in_the_whole() -> None:
    assert [BODY[line.start : line.end] for line in lines(BODY)] == [
        "Xã Nam Mẫu có 214 hộ.", "Nam Mẫu", "một", "hai", " Xã | Hộ ", " Nam Mẫu | 214 ", "Hết.",
    ]  # fmt: skip
    assert [len(run) for run in runs(BODY)] == [1, 1, 2, 2, 1]


@pytest.mark.parametrize(
    "body",
    [
        "đoạn văn dài " * 9000,
        "Một đoạn.\n\n" * 9000,
        "| 1 | 2 |\n" * 9000,
        "|a|\n\n" * 20000,
        '"' * 90000,
        "",
        "x",
    ],
)
def test_parts_hold_the_whole_text_and_none_is_large(body: str) -> None:
    found = parts(body, size=20_000)
    assert "".join(body[start:end] for start, end in found) == body
    assert all(end > start for start, end in found) or not body
    sizes = [len(body_html(body, start=start, end=end).encode()) for start, end in found]
    assert max(sizes) < 45_000
    assert len(found) < sum(sizes) / 5_000 + 2


def test_a_text_is_parted_between_blocks() -> None:
    body = "\n\n".join("x" * 300 for _ in range(100))
    assert all(body[start - 2 : start] == "\n\n" for start, _ in parts(body, size=5_000)[1:])


@pytest.mark.parametrize(
    "piece", ["từ rừng ", "a\n\n", "|" + "-" * 999, "- x\n", "|a" * 50 + "|\n", "# \n", "<b>&"]
)
def test_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    def render(size: int) -> None:
        body = piece * (size // len(piece))
        wraps = [Wrap(n, n + 2, *LINK) for n in range(0, size, 100)]
        parts(body)
        body_html(body, [(n, n + 3) for n in range(0, size, 50)], wraps)

    small = seconds(lambda: render(40_000))
    assert seconds(lambda: render(400_000)) < 10 * 4 * max(small, 0.02)


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        ("2023-03-13T15:40:00+07:00", "13/03/2023 15:40"),
        ("2019-12-11", "11/12/2019"),
        ("2023-11-20T03:10:07Z", "20/11/2023 03:10 UTC"),
        ("2023-11-20T03:10:07.123Z", "20/11/2023 03:10 UTC"),
        (None, ""),
        ("hôm qua", "hôm qua"),
    ],
)
def test_dates_are_written_day_first(stamp: str | None, text: str) -> None:
    assert vietnamese_date(stamp) == text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//host", "https://", "https://[x", " ", None, "mailto:a@b"],
)
def test_only_web_addresses_are_linked(url: str | None) -> None:
    assert web_address(url) is None
    assert web_address("https://backan.gov.vn/a?b=c") == "https://backan.gov.vn/a?b=c"


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://www.mic.gov.vn/a.html", "mic.gov.vn/a.html"),
        (f"http://backan.gov.vn/{'a' * 200}/tin-{'b' * 100}", f"backan.gov.vn/…aa/tin-{'b' * 100}"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("", ""),
    ],
)
def test_a_long_address_keeps_its_host_and_its_end(url: str, short: str) -> None:
    assert short_address(url) == short
