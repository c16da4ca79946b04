"""The tables of `frontier.db`, as named migrations: add a new one, never edit one that has shipped."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("backan-frontier")


@migrations()
def m001_frontier(db: Database) -> None:
    for statement in (
        """
        create table runs(
            id integer primary key, portal text not null, arguments text not null, is_full integer not null,
            begun_at text not null, ended_at text, outcome text
        )
        """,
        "create unique index idx_runs_open on runs(portal, arguments) where ended_at is null",
        # `request` is JSON, and is dropped when it is done.
        """
        create table requests(
            id integer primary key, run integer not null references runs(id), fingerprint blob not null,
            key text not null, kind text not null, host text not null, priority integer not null,
            state text not null check (state in ('pending', 'leased', 'done', 'failed')),
            tries integer not null default 0, owner text, leased_at text, leased_until text,
            reason text, request text
        )
        """,
        "create unique index idx_requests_fingerprint on requests(run, fingerprint)",
        "create index idx_requests_pending on requests(run, priority desc, id) where state = 'pending'",
        "create index idx_requests_leased on requests(run) where state = 'leased'",
        "create table holds(host text primary key, held_at text not null, held_until text not null)",
        # A page as it was captured last: `captured_at` to `last_modified` tell of the record that holds its
        # bytes, and are null where it was never more than missing.
        """
        create table visits(
            portal text not null, key text not null, kind text not null, url text not null,
            first_at text not null, checked_at text not null, checks integer not null,
            changes integer not null, due_at text not null, linked_run integer not null,
            captured_at text, sha256 text, digest text, warc_file text, warc_offset integer,
            etag text, last_modified text,
            primary key (portal, key)
        ) without rowid
        """,
    ):
        db.execute(statement)


@migrations()
def m002_desk(db: Database) -> None:
    """What outlives a crawl beside its requests: the schedule's place in time, and cookies of challenges.

    A portal's slots are seen to up to `until`; `rule` is what its schedule said then, and `next_at` its next
    slot.
    """
    for statement in (
        "create table slots(portal text primary key, rule text not null, until text not null, next_at text)",
        """
        create table cookies(
            host text not null, name text not null, value text not null, set_at text not null,
            primary key (host, name)
        ) without rowid
        """,
    ):
        db.execute(statement)
