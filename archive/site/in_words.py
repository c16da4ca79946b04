"""A search told in Vietnamese, as a person would: for the titles of feeds and the notes of exports."""

import json
import sqlite3
from dataclasses import dataclass

from archive.site.charts.timeline import written
from archive.site.wanted import Wanted

_SEVERAL = {
    "portal": "trang", "section": "chuyên mục", "author": "tác giả", "source": "nguồn", "place": "nơi",
    "document": "văn bản", "person": "người",
}  # fmt: skip
_EITHER = {"gone": ("đã gỡ", "còn trên trang gốc"), "changed": ("đã sửa", "chưa sửa")}
_NAMED = {
    "portal": ("portals", "title"), "place": ("places", "name"), "document": ("documents", "number"),
    "person": ("people", "name"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What portals, places, documents and people are called, by kind and id."""

    of: dict[tuple[str, str], str]

    @classmethod
    def asked(cls, connection: sqlite3.Connection, wanted: Wanted) -> "Names":
        """Of what a search filters by."""
        found: dict[tuple[str, str], str] = {}
        for kind, (table, column) in _NAMED.items():
            if not getattr(wanted.filters, kind):
                continue
            ids = json.dumps(getattr(wanted.filters, kind))
            sql = f"select id, {column} from {table} where id in (select value from json_each(?))"
            found |= {(kind, str(id)): name for id, name in connection.execute(sql, [ids]) if name}
        return cls(found)

    def __call__(self, kind: str, id: object) -> str:
        return self.of.get((kind, str(id)), str(id))


def in_words(wanted: Wanted, names: Names) -> str:
    told = [f"“{wanted.q}”" if wanted.q else "mọi bài"]
    for kind, word in _SEVERAL.items():
        if chosen := getattr(wanted.filters, kind):
            told.append(f"{word} {' hoặc '.join(names(kind, value) for value in chosen)}")
    told += [f"{word} {written(day)}" for word, day in (("từ", wanted.since), ("đến", wanted.until)) if day]
    for kind, words in _EITHER.items():
        if (holds := getattr(wanted.filters, kind)) is not None:
            told.append(words[not holds])
    if wanted.exact:
        told.append("đúng dấu")
    return ", ".join(told)
