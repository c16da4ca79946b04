"""The page of the schema, and that everything in the database is on it."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from datasette.app import Datasette
from sample_archive import fill
from shown import get, serving

from archive.schema import VIEWS
from archive.serve import CONFIGURATION
from archive.site.catalogue import catalogue, described, row_counts
from archive.site.charts.relations import relations_picture
from archive.site.language import Language

INTERNAL = {
    "_sqlite_migrations", "stories", "articles_folded", "files_folded", "copies_sketches", "copies_buckets",
    "copies_pairs", "articles_counted",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schema")
    fill(folder / "archive.db")
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


def in_database(data: Path) -> dict[str, list[str]]:
    """Tables and views of the archive with their columns, without those of the search indexes."""
    with closing(connect(data / "archive.db")) as connection:
        names = connection.execute(
            "select name from sqlite_master where type in ('table', 'view')"
        ).fetchall()
        return {
            name: [row[1] for row in connection.execute(f"pragma table_info({name})")]
            for (name,) in names
            if not name.startswith(("articles_fts", "files_fts", "sqlite_"))
        }


def test_every_table_view_and_column_is_on_the_page(site: Datasette, data: Path) -> None:
    html = get(site, "/luoc-do").text
    for name, columns in in_database(data).items():
        assert (f'<section id="{name}"' in html) == (name not in INTERNAL)
        if name in INTERNAL:
            continue
        section = html[html.index(f'<section id="{name}"') :].partition("</section>")[0]
        assert re.findall(r'<th scope="row"><code>(.*?)</code>', section) == columns
        assert f'href="/archive/{name}"' in section


def test_keys_lead_to_the_tables_that_they_refer_to(site: Datasette) -> None:
    html = get(site, "/luoc-do").text
    section = html[html.index('<section id="article_places"') :].partition("</section>")[0]
    assert 'text → <a href="#places">places</a>' in section
    assert "integer <abbr" in section


def test_rows_are_counted_and_views_are_not(data: Path) -> None:
    about = described(CONFIGURATION / "metadata.yaml")
    with closing(connect(data / "archive.db")) as connection:
        counts = row_counts(connection, catalogue(connection, about).tables)
    assert (counts["articles"], counts["portals"]) == (15, 3)
    assert not set(counts) & set(VIEWS)


def test_counts_without_time_are_none_and_the_page_is_there(data: Path) -> None:
    about = described(CONFIGURATION / "metadata.yaml")
    with closing(connect(data / "archive.db")) as connection:
        tables = catalogue(connection, about).tables
        connection.set_progress_handler(lambda: True, 1)
        assert set(row_counts(connection, tables).values()) == {None}


def test_a_table_names_the_questions_that_read_it(data: Path) -> None:
    about = described(CONFIGURATION / "metadata.yaml")
    with closing(connect(data / "archive.db")) as connection:
        tables = {table.name: table for table in catalogue(connection, about).tables}
    assert "tep-kem-theo-loai" in tables["attachments"].questions
    assert "tep-kem-theo-loai" not in tables["places"].questions
    assert "bai-ve-mot-noi" in tables["article_places"].questions


def test_the_picture_has_a_box_for_every_table_and_a_line_for_every_key(data: Path) -> None:
    about = described(CONFIGURATION / "metadata.yaml")
    with closing(connect(data / "archive.db")) as connection:
        tables = [table for table in catalogue(connection, about).tables if not table.is_view]
    picture = relations_picture(tables, Language.VI)
    assert picture.count("<rect") == len(tables)
    keys = {(table.name, column.refers[0]) for table in tables for column in table.columns if column.refers}
    assert picture.count("<path") == len(keys)
    assert ("articles", "captures") in keys
    boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', picture)
    assert len(set(boxes)) == len(tables), "no box lies over another"


def test_the_page_is_small_and_has_one_heading(site: Datasette) -> None:
    response = get(site, "/luoc-do")
    assert len(response.content) < 100_000
    assert response.text.count("<h1") == 1
    assert 'style="' not in response.text
