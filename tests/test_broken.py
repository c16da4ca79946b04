"""Broken text is put right where that is certain, flagged where it is not, and other text is left alone."""

import re

import pytest
from lxml import html
from scrapy.http import HtmlResponse
from test_charsets import BYTES

from archive.broken import Damage, flaw, is_syllable, mended
from archive.model import Outcome
from crawler.replica.truth import truths
from spiders.backan import Backan
from spiders.reading.broken import mend
from spiders.reading.page import read_page

TEXT = "Bắc Kạn đẩy mạnh xây dựng nông thôn mới ở các xã vùng cao; ủy ban nhân dân tỉnh đồng ý; ghế, ậ, í, à."
TEXTS = (TEXT, "Cộng hòa xã hội chủ nghĩa Việt Nam", "ngày 12 tháng 3 năm 2004 của Chính phủ")
# Letters as the fonts VNI-Times have them, from what their keyboard wrote: a mark behind its vowel.
VNI = {
    "ắ": "aé", "ạ": "aï", "đ": "ñ", "ẩ": "aå", "â": "aâ", "ự": "öï", "ô": "oâ", "ớ": "ôù", "ở": "ôû", "á": "aù",
    "ã": "aõ", "ù": "uø", "ủ": "uû", "ỉ": "æ", "ồ": "oà", "ý": "yù", "ế": "eá", "ậ": "aä", "à": "aø", "ộ": "oä",
    "ò": "oø", "ĩ": "ó", "ệ": "eä", "ă": "aê",
}  # fmt: skip


def sloppy(text: str) -> str:
    """UTF-8 as browsers read it in windows-1252."""
    return "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )


def tcvn3(text: str) -> str:
    return "".join(chr(BYTES[letter]) if letter in BYTES else letter for letter in text)


def vni(text: str) -> str:
    return "".join(VNI.get(letter, letter) for letter in text)


def vietnamese_page(text: str) -> str:
    return text.encode().decode("cp1258")


BREAKS = {
    "UTF-8 as Latin-1": (lambda text: text.encode().decode("latin-1"), Damage.MOJIBAKE),
    "UTF-8 as windows-1252": (sloppy, Damage.MOJIBAKE),
    "UTF-8 as windows-1258": (vietnamese_page, Damage.MOJIBAKE),
    "UTF-8 as windows-1252, twice": (lambda text: sloppy(sloppy(text)), Damage.MOJIBAKE),
    "TCVN3": (tcvn3, Damage.TCVN3),
    "VNI": (vni, Damage.VNI),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("way", BREAKS)
def test_what_was_broken_is_put_right_letter_for_letter(way: str, text: str) -> None:
    spoil, damage = BREAKS[way]
    try:
        broken = spoil(text)
    except UnicodeDecodeError:
        pytest.skip("that code page has no sign for one of the bytes")
    assert broken != text
    assert mended(broken) == (text, damage)


SOUND = (
    *TEXTS, "Café naïve façade à la carte, déjà vu", "für die Größe der Tür", "Señor Muñoz, Björn Åke Öst",
    "Ths Nguyễn Văn A © 2019 » Trang chủ", "The EU’s €50 million – “good” … 5 m² ± 3 µg", "ÂM NHẠC, CÂU LẠC BỘ Ã",
    "Bản Vén có 100% hộ… • 25°C × 2", "", "Nghệ sĩ Đặng Thái Sơn chơi Fryderyk Chopin: Études op. 10 ở Żelazowa",
)  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_is_left_alone(text: str) -> None:
    assert mended(text) == (text, None)
    assert flaw(text) is None


def test_no_text_of_the_replica_is_taken_for_broken() -> None:
    for truth in truths():
        for text in (truth.title, truth.lead or "", truth.body):
            assert mended(text) == (text, None)
            assert flaw(text) is None


def test_what_has_lost_letters_is_flagged_and_left() -> None:
    lost = "T? ch?c h?i ngh?, B?c K?n th?c hi?n"
    assert mended(lost) == (lost, None)
    assert flaw(lost) == Damage.LOST
    assert flaw("B\ufffdc K\ufffdn, t\ufffdnh, huy\ufffdn, x\ufffd") == Damage.LOST
    assert flaw("Ai làm? Ở đâu?Khi nào?") is None


@pytest.mark.parametrize(
    "address",
    [
        "https://backan.gov.vn/Default.aspx?ItemID=1", "www.backan.gov.vn/Pages/a.aspx?b=1", "http://x.vn/a?b=1?c",
        "backan.gov.vn/Default.aspx?ItemID=1", "BACKAN.GOV.VN:8080/Default.aspx?ItemID=1",
    ],
)  # fmt: skip
def test_the_question_mark_of_an_address_is_no_lost_letter(address: str) -> None:
    assert flaw("\n".join(f"Xem tại {address}, và ({address})." for _ in range(9))) is None
    assert flaw(f"{address} T? ch?c h?i ngh?, B?c K?n th?c hi?n {address}") == Damage.LOST
    assert flaw(f"{address}/T?nh " + "s?.K?n.Huy?n/t?nh " * 2) == Damage.LOST


def test_nearly_every_word_of_the_replica_is_a_syllable() -> None:
    words = re.findall(r"[^\W\d_]+", " ".join(t.body for t in truths() if "ạ" in t.body))
    assert sum(map(is_syllable, words)) / len(words) > 0.96
    assert not any(map(is_syllable, ("hoứa", "xaừ", "naờm", "Việtn", "nghỉa\u0301", "café", "w")))


def page(body: str) -> bytes:
    words = "Nhân dân các dân tộc trong tỉnh thi đua lập thành tích chào mừng. " * 8
    return (
        "<html><head><meta charset=utf-8><title>Tin</title></head><body><div id=menu>Trang chủ · Liên hệ</div>"
        f"<h1>Bản tin của huyện Ba Bể về sản xuất vụ xuân</h1><p>Cập nhật lúc: 12/03/2019</p><p>{words}</p>{body}"
        f"<p>{words}./.</p></body></html>"
    ).encode()


def of(body: str) -> HtmlResponse:
    url = "https://backan.gov.vn/Pages/tin-tuc-su-kien-202/ban-tin-cua-huyen-ba-be-5e1f3a7bd0ab0a4d.aspx"
    return HtmlResponse(url, body=page(body), headers={"Content-Type": "text/html; charset=utf-8"})


@pytest.mark.parametrize("way", ["UTF-8 as windows-1252", "TCVN3", "VNI"])
def test_a_broken_paragraph_of_a_page_is_archived_mended_and_says_so(way: str) -> None:
    spoil, damage = BREAKS[way]
    read = read_page(Backan, of(f"<p>{spoil(TEXT)}</p>"))
    assert read.outcome in (Outcome.LANDMARKS, Outcome.WHOLE, Outcome.SELECTORS)
    assert read.article is not None
    assert TEXT in read.article.body
    assert read.article.damage == f"{damage}, mended"


def test_damage_around_the_article_is_not_the_articles() -> None:
    read = read_page(
        Backan, of("").replace(body=of("").body.replace("Trang chủ".encode(), sloppy(TEXT).encode()))
    )
    assert read.article is not None
    assert read.article.damage is None


def test_a_single_odd_word_is_no_damage() -> None:
    tree = html.fromstring("<p>Ông B¾c</p>")
    assert mend(tree) == {}
    assert tree.text_content() == "Ông B¾c"


def test_of_a_page_of_countless_broken_pieces_only_the_first_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spiders.reading.broken.MOST", 7)
    piece = BREAKS["TCVN3"][0](TEXT)
    tree = html.fromstring(f"<div>{f'<p>Bản tin</p><p>{piece}</p>' * 30}</div>")
    assert [len(texts) for texts in mend(tree).values()] == [7]
    assert [p.text for p in tree.iter("p")][1::2] == [TEXT] * 7 + [piece] * 23


@pytest.mark.parametrize(
    "piece", ["Ö", "Ã ", "µ¶·¸", "aø", "ö ", "Ä\x91", "\ufffd?a?", "a?a.", "a?-", "a?b http://", "www."]
)
def test_a_megabyte_of_odd_signs_ends(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert len(mended(text)[0]) <= len(text)
    flaw(text)
