"""What changed between two texts, word by word."""

import pytest

from archive.diff import Edit, Piece, word_diff

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
    ("old", "new"), [(OLD, NEW), (NEW, OLD), ("", NEW), (OLD, ""), (OLD, OLD), ("a b", "c d")]
)
def test_both_texts_can_be_put_together_from_the_pieces(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.edit != Edit.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.edit != Edit.REMOVED) == new


def test_equal_texts_have_no_changes() -> None:
    assert word_diff(OLD, OLD) == [Piece(Edit.SAME, OLD)]
    assert word_diff("", "") == []
