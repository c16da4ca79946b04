"""Facts put beside the sample's articles by hand, so that the pages need not wait for what the rules find."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.facts.rows import person_id
from archive.identity import row_id

DONG = person_id("Triệu Văn Đông", "Nà Mằm")
NAMESAKE = person_id("Triệu Văn Đông", "Pác Nặm")
FOREST, FESTIVAL, FLOOD = (row_id("backan", key) for key in ("4d99", "le-hoi-long-tong-2c3d", "mua-lu-9c0d"))


def make_facts(path: Path) -> None:
    """In the place of what the rules find: people, figures and standards; documents and places are theirs."""
    with closing(sqlite3.connect(path)) as archive:
        for table in ("article_people", "people", "figures", "article_standards"):
            archive.execute(f"delete from {table}")
        for id, affiliation in ((DONG, "Nà Mằm"), (NAMESAKE, "Pác Nặm")):
            archive.execute("insert into people values (?, 'Triệu Văn Đông', ?)", [id, affiliation])
        told = {"honorific": "ông", "office": "tổ trưởng"}
        _put(archive, "article_people", FOREST, "body", "Triệu Văn Đông", person=DONG, **told)
        _put(archive, "article_people", FOREST, "caption:1", "Nà Mằm", person=DONG)
        _put(archive, "article_people", FESTIVAL, "body", "du khách", person=DONG, office="lễ tân")
        _put(archive, "article_people", FLOOD, "body", "Lực lượng", person=NAMESAKE, office="bí thư")
        _put(archive, "figures", FOREST, "body", "400.000 đồng", value=400_000, unit="đồng/năm",
             subject="mỗi héc-ta rừng")  # fmt: skip
        _put(archive, "figures", FOREST, "lead", "hơn 3.400 ha", value=3_400, unit="ha", hedge="hơn")
        _put(archive, "figures", FOREST, "body", "hai lần", value=10.5, unit="km", hedge="hơn")
        _put(archive, "figures", FLOOD, "body", "nhiều giờ", value=75_000_000_000, unit="đồng",
             giver="Ngân hàng", year=2021)  # fmt: skip
        _put(archive, "article_standards", FOREST, "body", "Quảng Khê | 187", place="01924",
             standard="nông thôn mới", year=2019)  # fmt: skip
        archive.commit()


def _put(archive: sqlite3.Connection, table: str, article: int, field: str, text: str, **more: Any) -> None:
    sql = (
        "select title, lead, body, (select caption from images where article = id) from articles where id = ?"
    )
    fields = dict(
        zip(("title", "lead", "body", "caption:1"), archive.execute(sql, [article]).fetchone(), strict=True)
    )
    start = fields[field].index(text)
    row = {"article": article, "field": field, "start": start, "end": start + len(text), "text": text, **more}
    names = ", ".join(f'"{name}"' for name in row)
    archive.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
