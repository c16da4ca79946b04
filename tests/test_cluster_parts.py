"""What is read of a WARC file is the same when it has gone through a Parquet file."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from archive.model import Article, Attachment, BodyLink, Capture, File, Image, Outcome, Page, Related
from archive.said import said_of
from archive.warc.reader import Place, Unusable
from crawler.cluster.parts import ROWS, read_part, write_part

TEXT = (
    "Sáng 5/3/2024, đồng chí Nguyễn Văn Hà, Chủ tịch UBND tỉnh Bắc Kạn, ký Quyết định số 15/2024/QĐ-UBND ngày "
    "01/02/2024. Theo đó, xã Nam Mẫu, huyện Ba Bể có khoảng 120 hộ nghèo, đạt 8,5% tổng số hộ của xã. Năm 2023, "
    "xã Mỹ Phương đạt chuẩn nông thôn mới.\n\nNguồn: Báo Bắc Kạn"
)
CAPTURE = Capture(
    "https://localhost/1", "mst", "2026-01-01T00:00:00Z", "crawl", 200, "text/html", "00", "a.warc.gz", 1, 2
)
ARTICLE = Article(
    "https://localhost/1", "1", "Tin", TEXT, "Xã Nam Mẫu.", "Hà Thanh", "Báo Bắc Kạn", "Tin tức",
    "2024-03-05T08:00:00+07:00", "5/3/2024", 7, "vi", "story", "cut",
    (Image("https://localhost/1.png", "Ảnh: Thu Hà", "ảnh"),), (Attachment("https://localhost/1.pdf", "Tệp"),),
    (Related("Khác", "https://localhost/2", "2024-03-04"),), (BodyLink("https://localhost/3", "đây"),),
)  # fmt: skip
SAID = said_of(ARTICLE)
FULL = Page(
    Outcome.SELECTORS, ARTICLE, note="note", key="1", whole=False, replaced=True, unread=3, said=SAID,
    file=File("pdf", "Tệp", "Chữ", 4, "cut: rest"),
)  # fmt: skip
BARE = Page(Outcome.LISTING)
ODD = Page(Outcome.SELECTORS, Article("https://localhost/4", "4", "\ud800", "", views=2**70))
UNUSABLE = Unusable(Place("a.warc.gz", 1, 2), "why")


def test_a_part_gives_back_every_field_of_what_was_read(tmp_path: Path) -> None:
    assert lacking(CAPTURE) + lacking(FULL) == ["links"]  # of a page, which are not stored
    taken = [(CAPTURE, FULL), (CAPTURE, BARE), UNUSABLE, (CAPTURE, ODD)] * ROWS
    assert write_part(tmp_path / "part", taken) == len(taken)
    assert [one for some in read_part(tmp_path / "part") for one in some] == taken


def test_every_column_of_a_part_says_something_of_a_full_page(tmp_path: Path) -> None:
    write_part(tmp_path / "part", [(CAPTURE, FULL)])
    [row] = pq.read_table(tmp_path / "part").to_pylist()
    assert {name for name, value in row.items() if value in (None, [])} == {"unusable", "pickled"}


def lacking(one: Any) -> list[str]:
    """The fields that are empty, also of what is in it."""
    found: list[str] = []
    for field in fields(one):
        value = getattr(one, field.name)
        if value is None or value == ():
            found.append(field.name)
        for part in value if isinstance(value, tuple) else (value,):
            found += lacking(part) if is_dataclass(part) else []
    return found
