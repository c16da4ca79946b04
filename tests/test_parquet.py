"""The archive as Parquet: every public row, by portal and year, as other tools read it."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
import sample_archive
from click.testing import CliRunner

from archive.errors import ArchiveError
from archive.parquet import MARK, Exported, export
from archive.publish import INTERNAL
from crawler.cli import main


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    sample_archive.fill(folder / "archive.db")
    return folder


@pytest.fixture(scope="module")
def exported(data: Path) -> Path:
    export(data, str(data / "parquet"))
    return data / "parquet"


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "archive.db")) as archive:
        return archive.execute(query).fetchall()


def asked(query: str) -> list[tuple[object, ...]]:
    return duckdb.connect().execute(query).fetchall()


def files(folder: Path, table: str) -> str:
    return f"read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = true)"


def public(data: Path) -> set[str]:
    query = "select name from pragma_table_list where schema = 'main' and type = 'table'"
    return {
        name for (name,) in rows(data, query)
        if name not in INTERNAL and "_fts" not in str(name) and not str(name).startswith("sqlite_")
    }  # fmt: skip


def test_every_public_table_is_there_with_all_its_rows_and_columns(data: Path, exported: Path) -> None:
    told = {one["table"]: one["rows"] for one in json.loads((exported / MARK).read_text())["tables"]}
    assert told.keys() == public(data)
    full = 0
    for table, count in told.items():
        assert [(count,)] == rows(data, f'select count(*) from "{table}"')
        if not count:
            continue
        columns = [str(name) for (name,) in rows(data, f"select name from pragma_table_info('{table}')")]
        names = ", ".join(f'"{name}"' for name in columns)
        ours = rows(data, f'select {names} from "{table}"')
        theirs = asked(f"select {names} from {files(exported, table)}")
        assert Counter(theirs) == Counter(ours), table
        full += 1
    assert full > 12


def test_what_is_of_an_article_lies_in_the_folder_of_its_portal_and_year(data: Path, exported: Path) -> None:
    query = (
        "select distinct portal, coalesce(substr(published_at, 1, 4), '__HIVE_DEFAULT_PARTITION__') from {}"
    )
    for table, source in (
        ("articles", "articles"),
        ("versions", "articles"),
        ("images", "images i join articles a on a.id = i.article"),
    ):
        wanted = {f"portal={portal}/published={year}" for portal, year in rows(data, query.format(source))}
        found = {
            str(path.parent.relative_to(exported / table)) for path in exported.glob(f"{table}/**/*.parquet")
        }
        assert found == wanted
    assert asked(f"select count(*) from {files(exported, 'articles')} where published is null") == rows(
        data, "select count(*) from articles where published_at is null"
    )


def test_only_the_portals_that_are_wanted(data: Path, tmp_path: Path) -> None:
    done = {one.table: one for one in export(data, str(tmp_path / "some"), ["mic"])}
    assert [(done["articles"].rows,)] == rows(data, "select count(*) from articles where portal = 'mic'")
    assert 0 < done["articles"].rows < rows(data, "select count(*) from articles")[0][0]  # type: ignore[operator]
    assert asked(f"select distinct portal from {files(tmp_path / 'some', 'captures')}") == [("mic",)]


def test_a_whole_number_that_pyarrow_takes_for_no_float_is_exported(tmp_path: Path) -> None:
    sample_archive.fill(tmp_path / "archive.db")
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive, archive:
        archive.execute("update figures set value = 9513, total = 9513000000000000, year = 2024")
    export(tmp_path, str(tmp_path / "out"))
    found = asked(f"select distinct value, total, year from {files(tmp_path / 'out', 'figures')}")
    assert found == [(9513.0, 9513e12, 2024)]


def test_what_has_a_portal_but_no_date_of_its_own_is_exported_by_portal_too(tmp_path: Path) -> None:
    sample_archive.fill(tmp_path / "archive.db")
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive, archive:
        archive.execute(
            "insert into copies select id, id, portal, portal, 1, 1, 0, 0 from articles order by id limit 99"
        )
    whole, some = tmp_path / "whole", tmp_path / "some"
    export(tmp_path, str(whole))
    query = "select article, portal, first_portal, kept from {}"
    assert Counter(asked(query.format(files(whole, "copies")))) == Counter(
        rows(tmp_path, query.format("copies"))
    )
    folders = {path.parent.relative_to(whole / "copies") for path in whole.glob("copies/**/*.parquet")}
    assert folders == {
        path.parent.relative_to(whole / "articles") for path in whole.glob("articles/**/*.parquet")
    }
    done = {one.table: one.rows for one in export(tmp_path, str(some), ["mic", "sonoivu"])}
    for table in ("copies", "articles_counted"):
        wanted = rows(tmp_path, f"select portal, count(*) from {table} where portal <> 'backan' group by 1")
        found = asked(f"select portal, count(*) from {files(some, table)} group by 1")
        assert sorted(found) == sorted(wanted) != []
        assert done[table] == sum(count for _, count in wanted)


def test_another_export_takes_the_place_of_the_first(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    export(data, str(folder))
    export(data, str(folder), ["mic"])
    assert asked(f"select distinct portal from {files(folder, 'articles')}") == [("mic",)]
    assert not list(folder.glob("*.part"))


def test_the_same_archive_gives_the_same_bytes(data: Path, exported: Path, tmp_path: Path) -> None:
    export(data, str(tmp_path / "again"))
    for path in exported.glob("**/*.parquet"):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(exported)).read_bytes()


def test_a_folder_of_something_else_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "articles").write_text("mine")
    with pytest.raises(ArchiveError, match="holds what no export has made"):
        export(data, str(tmp_path / "letters"))
    assert (tmp_path / "letters" / "articles").read_text() == "mine"


def test_an_unknown_store_is_refused_in_words(data: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot write to nowhere://x"):
        export(data, "nowhere://x")


def test_without_the_extra_the_error_says_what_to_install(data: Path, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from archive.parquet import export\nfrom pathlib import Path\n"
        "export(Path(sys.argv[1]), sys.argv[2])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(data), str(tmp_path / "out")],
        capture_output=True, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert "`make scale`" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_command_tells_what_it_wrote(data: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = CliRunner().invoke(main, ["export", "--parquet", "--out", out, "--data", str(data)])
    assert done.exit_code == 0, done.output
    assert "articles" in done.output
    assert out in done.output
    assert max(map(len, done.output.splitlines()[:-1])) <= 80
    done = CliRunner().invoke(main, ["export", "--parquet", "--out", out, "--json", "--data", str(data)])
    told = [Exported(**table) for table in json.loads(done.output)["tables"]]
    assert {table.table for table in told} == public(data)
    assert sum(path.stat().st_size for path in Path(out).glob("**/*.parquet")) == sum(t.bytes for t in told)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say in which form"),
        (["--parquet", "--since", "2024-01-01"], "--since is of WACZ files"),
        (["--parquet", "--by", "portal"], "--by is of WACZ files"),
        (["--parquet", "--portal", "nobody"], "no portal named nobody"),
    ],
)
def test_wrong_usage_is_told(data: Path, arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["export", *arguments, "--data", str(data)])
    assert done.exit_code == 2
    assert message in done.output
