"""Vietnamese text: one form to keep, one form to search."""

import unicodedata

import pytest

from archive.language import language
from archive.text import fold, normalise, one_line


def test_stray_nfd_becomes_nfc() -> None:
    assert normalise(unicodedata.normalize("NFD", "Bắc Kạn, đạt")) == "Bắc Kạn, đạt"


def test_eth_becomes_d_with_stroke() -> None:
    assert normalise("Ðẩy mạnh, ðồng bào") == "Đẩy mạnh, đồng bào"


@pytest.mark.parametrize("space", ["\u00a0", "\u200b", "\u2009", "\u202f", "\ufeff", "\u3000"])
def test_odd_spaces_become_plain_ones(space: str) -> None:
    assert normalise(f"Bắc{space}Kạn") == "Bắc Kạn"


def test_soft_hyphens_and_control_characters_go() -> None:
    assert normalise("Bắc\u00ad Kạn\x00\x07") == "Bắc Kạn"


def test_lines_and_the_end_mark_and_spelling_errors_stay() -> None:
    assert normalise("tuyên tuyền  \n\n của tỉnh./.") == "tuyên tuyền\n\ncủa tỉnh./."


def test_entities_encoded_twice_are_decoded() -> None:
    assert one_line("B&#7855;c K&#7841;n\n &amp; xã") == "Bắc Kạn & xã"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bắc Kạn", "bac kan"),
        ("ĐỒNG", "dong"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("Ðẩy", "day"),
        ("ước", "uoc"),
    ],
)
def test_folding_drops_case_tones_and_strokes(text: str, folded: str) -> None:
    assert fold(text) == folded


UNACCENTED = "UBND tinh Bac Kan tiep tuc day manh xay dung nong thon moi, giam ngheo va chuyen doi so o cac xa vung cao. "


def test_a_language_is_named_only_where_it_is_plain() -> None:
    assert language("Đẩy mạnh phong trào thi đua yêu nước") == "vi"
    assert language(UNACCENTED * 3) == "vi"
    assert language("The ministry held a meeting in Ha Noi on rural radio stations going digital") == "en"
    assert language("Le ministère a tenu une réunion sur les stations de radio rurales du nord") == "fr"
    assert language("VNPT, PCI, TOP 10: http://backan.gov.vn") is None
    assert language("") is None
