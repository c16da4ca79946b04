"""How our SQLite files are opened for writing: all in one manner, whoever comes first."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from archive.database import open_for_writing, writing


def test_who_opens_a_new_file_waits_for_another_that_is_making_it(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("create table t(x)")
        other.execute("begin immediate")  # before WAL is on, and SQLite waits for no one then
        Timer(0.1, other.rollback).start()
        with closing(open_for_writing(path)) as opened:
            assert opened.execute("pragma journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("autocommit", [True, False])
def test_what_fails_within_a_transaction_is_taken_back_and_the_rest_stays(
    tmp_path: Path, autocommit: bool
) -> None:
    with closing(open_for_writing(tmp_path / "folder" / "new.db", autocommit)) as db:
        with writing(db):
            db.execute("create table t(x unique)")
            db.execute("insert into t values (1)")
        with pytest.raises(sqlite3.IntegrityError), writing(db):
            db.executemany("insert into t values (?)", [(2,), (1,)])  # the second of them fails
        assert not db.in_transaction
        assert db.execute("select x from t").fetchall() == [(1,)]


def test_a_statement_on_its_own_is_kept_at_once_only_with_autocommit(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with closing(open_for_writing(path, autocommit=True)) as kept, closing(open_for_writing(path)) as lost:
        kept.execute("create table t(x)")
        kept.execute("insert into t values (1)")
        lost.execute("insert into t values (2)")
        assert (kept.in_transaction, lost.in_transaction) == (False, True)
        assert kept.execute("select x from t").fetchall() == [(1,)]
