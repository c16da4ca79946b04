"""The text of a page comes out right whatever charset its server, its markup or nobody claims."""

import unicodedata

import pytest

from spiders.reading.charset import FALLBACK, TCVN3, decoded, in_utf8

TEXT = (
    "Ủy ban nhân dân tỉnh Bắc Kạn họp bàn về xây dựng nông thôn mới; đồng chí Nguyễn Thị Mỹ ở xã Cẩm Giàng, "
    "ngày 15/10, nói: “Đường đã mở rộng – ai ấy cũng phấn khởi, kỳ vọng ở vụ lúa này”."
)
HTML = f"<html><head><title>Bài</title></head><body><h1>Tin</h1><p>{TEXT}</p></body></html>"
BYTES = dict(zip(  # as `iconv -f UTF-8 -t TCVN5712-1` writes them
    "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
    bytes.fromhex(
        "a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4e5e6e7e8e9eaebecedee"
        "eff1f2f3f4f5f6f7f8f9fafbfcfdfea1a2a3a4a5a6a7"
    ),
    strict=True,
))  # fmt: skip
TONES = "\u0300\u0301\u0303\u0309\u0323"  # that windows-1258 writes behind the letter


def windows_1258(text: str) -> bytes:
    spread = (_spread(letter) for letter in text)
    return "".join(spread).encode("cp1258")


def _spread(letter: str) -> str:
    """A letter, and its tone behind it."""
    decomposed = unicodedata.normalize("NFD", letter)
    tone = "".join(mark for mark in decomposed if mark in TONES)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in TONES))
    return bare + tone


def tcvn3(text: str) -> bytes:
    """As one typed it in a font .VnTime, with the quotes of Windows; capitals with a tone are lower case there."""
    return b"".join(
        bytes([BYTES.get(letter) or BYTES[letter.lower()]])
        if letter.lower() in BYTES
        else letter.encode("cp1252")
        for letter in text
    )


def meta(name: str, html: str = HTML) -> str:
    return html.replace("<head>", f"<head><meta http-equiv=Content-Type content='text/html; charset={name}'>")


LOWERED = HTML.replace("Ủy", "ủy")  # what a TCVN3 page can say
PAGES = {
    "UTF-8 without a word": (HTML.encode(), "", "utf-8"),
    "UTF-8 said to be gbk too": (HTML.encode(), "utf-8,gbk", "utf-8"),
    "UTF-8 said to be ISO 8859-1": (HTML.encode(), "iso-8859-1", "utf-8"),
    "UTF-8 whose meta says UTF-16": (meta("utf-16").encode(), "", "utf-8"),
    "UTF-8 whose header says UTF-16": (HTML.encode(), "utf-16", "utf-8"),
    "UTF-8 cut in a letter": (HTML.encode()[: HTML.encode().index("ạ".encode()) + 1], "utf-8", "utf-8"),
    "UTF-8 with null bytes": (HTML.replace("Tin", "T\0in").encode(), "utf-8", "utf-8"),
    "windows-1258 by its name": (windows_1258(HTML), "windows-1258", "windows-1258"),
    "windows-1258 without a word": (windows_1258(HTML), "", "windows-1258"),
    "windows-1258 said to be UTF-8": (windows_1258(HTML), "utf-8", "windows-1258"),
    "windows-1258 whose meta says UTF-8": (windows_1258(meta("utf-8")), "", "windows-1258"),
    "windows-1258 by its meta, UTF-8 by its header": (windows_1258(meta("windows-1258")), "utf-8", "windows-1258"),
    "windows-1258 said to be ISO 8859-1": (windows_1258(HTML), "iso-8859-1", "windows-1258"),
    "windows-1258 said to be in no charset there is": (windows_1258(HTML), "x-user-defined", "windows-1258"),
    "TCVN3 without a word": (tcvn3(HTML), "", TCVN3),
    "TCVN3 said to be UTF-8": (tcvn3(HTML), "utf-8", TCVN3),
    "TCVN3 said to be ISO 8859-1": (tcvn3(HTML), "iso-8859-1", TCVN3),
    "TCVN3 said to be windows-1258": (tcvn3(HTML), "windows-1258", TCVN3),
    "UTF-16 with its mark": (HTML.encode("utf-16"), "", "utf-16"),
    "UTF-16 with its mark, the other way round": (b"\xfe\xff" + HTML.encode("utf-16-be"), "utf-8", "utf-16"),
    "UTF-16 without its mark": (HTML.encode("utf-16-le"), "", "utf-16-le"),
    "UTF-16 without its mark, the other way round": (HTML.encode("utf-16-be"), "utf-16", "utf-16-be"),
    "UTF-16 said to be UTF-8": (HTML.encode("utf-16-le"), "utf-8", "utf-16-le"),
    "NFD": (unicodedata.normalize("NFD", HTML).encode(), "utf-8", "utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_comes_out_as_it_was_written(name: str) -> None:
    body, claimed, expected = PAGES[name]
    text, charset = decoded(body, f"text/html; charset={claimed}".encode() if claimed else b"")
    assert charset == expected
    written = LOWERED if expected == TCVN3 else HTML
    came = unicodedata.normalize("NFC", text)
    assert came.partition("<body>")[2] == written.partition("<body>")[2] or (
        "cut" in name and came.rstrip("\ufffd") in HTML
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_bytes_that_are_parsed_are_the_text_that_was_decoded(name: str) -> None:
    body, claimed, _ = PAGES[name]
    header = f"text/html; charset={claimed}".encode() if claimed else b""
    for page in (body, body.replace(b"<body>", b"<body>\0") if b"\0" not in body else body):
        assert in_utf8(page, header).decode() == decoded(page, header)[0]


def test_utf_16_whose_bytes_might_be_utf_8_is_parsed_as_utf_16() -> None:
    assert in_utf8("<p>chăn nuoi lăn</p>".encode("utf-16-le")).decode() == "<p>chăn nuoi lăn</p>"


def test_a_damaged_byte_costs_a_page_of_utf_8_one_letter() -> None:
    body = HTML.encode().replace("ạ".encode(), b"\xe1\xba", 1)
    text, charset = decoded(body, b"text/html; charset=windows-1258")
    assert (charset, text) == ("utf-8", HTML.replace("ạ", "\ufffd", 1))


@pytest.mark.parametrize(
    ("text", "claimed", "charset"),
    [
        ("Ça va être sûr, garçon: «Noël», où naît l’œuvre; ° § © µ", "iso-8859-1", "windows-1252"),
        ("Señor Muñoz, el año que viene en España, ¿sí?", "windows-1252", "windows-1252"),
        ("Übergrößen für Fußgänger", "", FALLBACK),
        ("北京市人民政府", "gbk", "gbk"),
        ("Привет", "koi8-r", "koi8-r"),
    ],
)
def test_pages_in_other_languages_stay_what_they_are(text: str, claimed: str, charset: str) -> None:
    body = f"<p>{text}</p>".encode(charset)
    assert decoded(body, f"text/html; charset={claimed}".encode() if claimed else b"") == (
        f"<p>{text}</p>",
        charset,
    )
