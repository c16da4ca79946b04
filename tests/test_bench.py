"""The parts of the benchmark suite: that they measure what they say, not how fast anything is."""

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console
from runs import run
from scrapy.http import HtmlResponse

from bench.f1 import f1
from bench.measure import BrokenError, Came, Goal, Row, compare, in_turn, process
from bench.pages import SKINS, Heavy
from bench.portal import Bench
from bench.queries import queries
from bench.table import WIDTH, table
from bench.tasks.read import HEADERS


def test_f1_counts_words_that_are_missing_and_words_that_are_too_many() -> None:
    assert f1("một hai ba", "ba hai một") == 1
    assert f1("một hai ba bốn", "một hai") == pytest.approx(2 / 3)
    assert f1("một hai", "một hai ba bốn") == pytest.approx(2 / 3)
    assert f1("một", "") == f1("một", "hai") == 0


def test_sides_are_measured_in_turn_and_a_broken_one_is_left_out() -> None:
    order = list[str]()

    def side(name: str) -> float:
        order.append(name)
        if order.count(name) == 2 and name == "c":
            raise BrokenError("no more of it")
        return len(order)

    came = in_turn({name: lambda name=name: side(name) for name in "abc"}, 3, lambda _: None)
    assert "".join(order) == "abcabcab"
    assert came.failed == {"c": "no more of it"}
    assert compare(Row("", "", ""), came, "a", "b").values == [1 / 2, 4 / 5, 7 / 8]
    assert compare(Row("", "", ""), came, "a", "c").verdict == "not run"


def test_a_process_is_measured_with_its_children() -> None:
    burn = "sum(i * i for i in range(3_000_000))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print('{{\"n\": 1}}')"
    measured = process([sys.executable, "-c", child])
    idle = process([sys.executable, "-c", "print('no JSON')"])
    assert measured.told == {"n": 1}
    assert idle.told == {}
    assert measured.cpu > 2 * idle.cpu
    with pytest.raises(BrokenError, match="ended with 3"):
        process([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_table_fits_a_terminal_and_marks_what_missed_its_goal() -> None:
    came = Came({"ours": [9.0, 8.0, 10.0], "peer": [10.0, 10.0, 10.0]})
    rows = [
        compare(Row("a", "a measurement with a name that is rather long", "a peer", Goal(">=", 0.9)), came, "ours", "peer"),
        compare(Row("b", "another", "a peer", Goal("<", 0.9)), came, "ours", "peer"),
        Row("c", "bytes", "a byte", unit="bytes", values=[6.24]),
        Row("d", "a third", "a peer", Goal(">=", 1), failed="a peer is not installed, and why is a long story"),
    ]  # fmt: skip
    console = Console(width=200, record=True)
    console.print(table(rows))
    told = console.export_text()
    assert max(map(len, told.splitlines())) <= WIDTH
    assert [row.verdict for row in rows] == ["met", "missed", "reported", "not run"]
    for words in ("0.9", "0.8–1", ">= 0.9", "met", "missed", "6.24 bytes", "not run"):
        assert words in told


def test_pages_are_as_heavy_as_real_ones_and_each_look_is_read_to_the_word() -> None:
    site = Heavy(len(SKINS))
    for made in site.articles():
        assert 45_000 < len(made.html) < 160_000
        read = Bench.read(HtmlResponse(f"http://127.0.0.1:8{made.path}", body=made.html, headers=HEADERS))
        assert read.article
        assert f1(f"{made.lead} {made.body}", f"{read.article.lead or ''} {read.article.body}") > 0.999


def test_listings_lead_to_every_article() -> None:
    site = Heavy(21)
    listed = b"".join(html for _, html in site.listings())
    assert all(made.path.encode() in listed for made in site.articles())


def test_searches_are_of_all_kinds_and_the_same_every_time() -> None:
    asked = queries(40)
    assert asked == queries(60)[:40]
    assert sum(words.startswith('"') for words in asked) == 10
    assert sum(words.isascii() for words in asked) >= 10
    assert len(set(asked)) == 40


def test_rows_are_measured_from_end_to_end_and_written_down(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    few = f"--pages 3 --few 3 --rounds 1 --json {file} --folder {tmp_path / 'work'}".split()
    printed = run("-m", "bench", "read", "crawl", *few)
    made = json.loads(file.read_text())
    rows = {row["what"] + row["beside"]: row for row in made["rows"]}
    assert made["machine"]["cores"]
    assert len(rows) == len(made["rows"]) == 8
    assert rows["crawl, no delay: pages/sbare Scrapy, JSON lines"]["values"]
    assert all(row["values"] for row in rows.values() if "wget" not in row["beside"])
    assert "archive.db" in printed
    assert not any((tmp_path / "work").iterdir())
