"""What changed between two texts, word by word."""

from time import process_time

import pytest

from archive.diff import Edit, Piece, difference, word_diff

OLD = "Huyện Bạch Thông có 17 xã.\n\nNăm 2019, xã Cẩm Giàng về đích.\n\nHết./."
NEW = "Huyện Bạch Thông có 14 xã.\n\nNăm 2019, xã Cẩm Giàng đã về đích.\n\nHết./."


def test_only_the_words_that_differ_are_marked() -> None:
    assert word_diff(OLD, NEW) == [
        Piece(Edit.SAME, "Huyện Bạch Thông có "),
        Piece(Edit.REMOVED, "17"),
        Piece(Edit.ADDED, "14"),
        Piece(Edit.SAME, " xã.\n\nNăm 2019, xã Cẩm Giàng "),
        Piece(Edit.ADDED, "đã "),
        Piece(Edit.SAME, "về đích.\n\nHết./."),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, NEW),
        (NEW, OLD),
        ("", NEW),
        (OLD, ""),
        (OLD, OLD),
        ("a b", "c d"),
        ("a\n\nb", "a b"),
        (OLD, OLD.replace("\n\n", "\n")),
        ("a. b", "b"),
    ],
)
def test_both_texts_can_be_put_together_from_the_pieces(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.edit != Edit.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.edit != Edit.REMOVED) == new


def test_equal_texts_have_no_changes() -> None:
    assert word_diff(OLD, OLD) == [Piece(Edit.SAME, OLD)]
    assert word_diff("", "") == []


def test_the_last_word_is_the_same_word_as_one_in_the_middle() -> None:
    assert word_diff("giữ rừng phòng hộ", "giữ rừng") == [
        Piece(Edit.SAME, "giữ rừng"),
        Piece(Edit.REMOVED, " phòng hộ"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lúa " * 60_000, "ngô " + "lúa " * 50_000 + "ngô"),
        ("lúa\n\n" * 60_000, "ngô\n\n" + "lúa\n\n" * 50_000 + "ngô"),
        ("".join(f"a {n}\n" for n in range(60_000)), "".join(f"a {-n}\n" for n in range(60_000))),
        ("a." * 60_000, "b." * 60_000),
    ],
    ids=["one line", "lines", "numbers", "stops"],
)
def test_texts_that_would_take_hours_are_given_as_replaced_in_seconds(old: str, new: str) -> None:
    began = process_time()
    found = difference(old, new)
    assert process_time() - began < 5
    assert found.coarse
    assert "".join(piece.text for piece in found.pieces if piece.edit != Edit.ADDED) == old
    assert "".join(piece.text for piece in found.pieces if piece.edit != Edit.REMOVED) == new


def test_a_long_text_with_few_changes_is_compared_word_by_word() -> None:
    blocks = [" ".join(f"từ{block}-{n}" for n in range(60)) + "." for block in range(1_500)]
    changed = [f"khác {block}" if not n % 50 else block for n, block in enumerate(blocks)]
    found = difference("\n\n".join(blocks), "\n\n".join(changed))
    assert not found.coarse
    assert {piece.text for piece in found.pieces if piece.edit == Edit.ADDED} == {"khác "}
    assert not [piece for piece in found.pieces if piece.edit == Edit.REMOVED]
