"""Work in a process apart: its answers, and what becomes of it where there is none."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from crawler.intake.apart import Apart, EndedError


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with closing(Apart()) as apart:
        yield apart


def works(apart: Apart) -> bool:
    return list(apart.each(abs, [-1, 2, -3])) == [1, 2, 3]


def end(how: int) -> int:
    if how:
        os.kill(os.getpid(), how)
    return how


class Unreadable:
    """Can be sent, and not be read there."""

    def __reduce__(self) -> Any:
        return int, ("not a number",)


class Lone:
    """Cannot be sent at all."""

    def __init__(self, number: int) -> None:
        self.how = lambda: number


def test_answers_come_one_after_the_other(apart: Apart) -> None:
    assert works(apart)
    assert list(apart.each(len, [])) == []


def test_a_piece_that_ends_the_process_is_told_when_its_turn_has_come(apart: Apart) -> None:
    taken = apart.each(end, [0, signal.SIGKILL, 0])
    assert next(taken) == 0
    with pytest.raises(EndedError, match="SIGKILL"):
        next(taken)
    assert works(apart)


def test_what_the_work_raises_is_raised(apart: Apart) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(apart.each(int, ["x"]))
    assert works(apart)


def test_who_does_not_hear_all_answers_does_not_get_them_for_the_next_question(apart: Apart) -> None:
    first = apart.each(abs, [-7, -8, -9])
    assert next(first) == 7
    first.close()  # type: ignore[attr-defined]
    assert works(apart)


@pytest.mark.parametrize("work", [abs, Unreadable()])
def test_a_question_that_cannot_be_read_there_is_no_fault_of_a_piece(apart: Apart, work: Any) -> None:
    with pytest.raises(ValueError, match="not a number"):
        list(apart.each(work, [Unreadable()]))
    assert works(apart)


def test_an_answer_that_cannot_be_sent_is_an_error(apart: Apart) -> None:
    with pytest.raises(AttributeError, match="pickle"):
        list(apart.each(Lone, [1]))
    assert works(apart)


def test_what_is_printed_is_no_answer(apart: Apart) -> None:
    assert list(apart.each(print, ["hello"])) == [None]
    assert works(apart)


def test_a_process_that_was_killed_meanwhile_is_begun_anew(apart: Apart) -> None:
    [process] = apart.each(own_pid, [None])
    os.kill(process, signal.SIGKILL)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert works(apart)


def own_pid(nothing: None) -> int:
    return os.getpid()
