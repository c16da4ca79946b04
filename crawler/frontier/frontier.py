"""The frontier: which requests are pending, leased, done or failed, in SQLite, proof against any end.

A crawl of a portal is a run. What has been handed out is leased: to an owner, until a time. What is found on
a page and "done" enter in one transaction. A rerun goes on with what is pending, and with what was leased
to one who is no more.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from sqlite3 import DatabaseError
from sqlite3 import Error as SqliteError
from typing import Any

from sqlite_utils import Database

from archive.database import open_for_writing, writing
from archive.errors import ArchiveError
from archive.model import Kind
from crawler.frontier.passes import Passes
from crawler.frontier.records import Lease, Run, Settled, State, Wanted
from crawler.frontier.schema import migrations
from crawler.frontier.visits import Due, Visits

LEASE = 600.0  # seconds; those that are still held are renewed long before


class Frontier:
    """An open `frontier.db`. Times are arguments, in UTC and whole seconds. For one thread at a time.

    Several processes may share a run: each has an `owner` of its own.
    """

    def __init__(self, path: Path, owner: str, due: Due) -> None:
        """Open or create the file; `due` says when to ask for a page again. Raises ArchiveError."""
        self.owner = owner
        self.pending = 0  # of the run; as it was at the last turn
        self.not_due = 0  # pages of the run that were not asked for, because it is too early
        try:
            self.db = open_for_writing(path, autocommit=True)
            with self._writing():
                migrations.apply(Database(self.db))
        except (OSError, SqliteError) as error:
            way_out = "; move it away, and the crawl begins anew" if type(error) is DatabaseError else ""
            raise ArchiveError(f"cannot open {path}: {error}{way_out}") from error
        self.visits, self.passes = Visits(self.db, due), Passes(self.db)

    def close(self) -> None:
        self.db.close()

    def open_run(self, portal: str, arguments: str, now: str, fresh: bool = False) -> Run:
        """Go on with the run of this portal and these arguments that has not ended; else begin one.

        `fresh` ends it, and begins a full one: every page is asked for, due or not.
        """
        with self._writing():
            query = (
                "select id, begun_at, is_full from runs "
                "where portal = ? and arguments = ? and ended_at is null"
            )
            found = self.db.execute(query, [portal, arguments]).fetchone()
            if found and fresh:
                self._end(found[0], now, "given up")
                found = None
            if found:
                run = Run(found[0], portal, arguments, found[1], bool(found[2]), resumed=True)
            else:
                self._forget_old(portal)
                row = self.db.execute(
                    "insert into runs(portal, arguments, begun_at, is_full) values (?, ?, ?, ?) returning id",
                    [portal, arguments, now, fresh],
                ).fetchone()
                run = Run(row[0], portal, arguments, now, fresh)
            self.pending = self._count(run, "state = 'pending'")
            self.not_due = self._count(run, "reason = 'not due'")
        return run

    def fail_leased(self, run: Run, why: str) -> int:
        """Fail what is still leased to this owner, where it is known that nobody will settle it."""
        with self._writing():
            return self.db.execute(
                "update requests set state = 'failed', reason = ?, owner = null "
                "where run = ? and state = 'leased' and owner = ?",
                [why, run.id, self.owner],
            ).rowcount

    def release(self, run: Run, everybody: bool = False) -> int:
        """Give back what is leased to this owner, or to everybody where no one else can be at work."""
        with self._writing():
            back = self.db.execute(
                "update requests set state = 'pending', owner = null where run = ? and state = 'leased' "
                "and (? or owner = ?)",
                [run.id, everybody, self.owner],
            ).rowcount
            self.pending = self._count(run, "state = 'pending'")
        return back

    def turn(self, run: Run, settled: Iterable[Settled], want: int, now: str, until: str) -> list[Lease]:
        """One transaction: settle these, and lease up to `want` requests until a time, first things first."""
        with self._writing():
            for one in settled:
                self._settle(run, one, now)
            leases = self._lease(run, want, now, until) if want else []
            if len(leases) < want:  # others may have entered some, or leased them
                self.pending = self._count(run, "state = 'pending'")
        return leases

    def renew(self, run: Run, until: str) -> None:
        """Keep what is leased to this owner until a later time."""
        with self._writing():
            self.db.execute(
                "update requests set leased_until = ? where run = ? and state = 'leased' and owner = ?",
                [until, run.id, self.owner],
            )

    def hold(self, host: str, now: str, until: str) -> None:
        """Hand out no request of this host until a time; a clock that is set back ends it."""
        with self._writing():
            self.db.execute(
                "insert into holds(host, held_at, held_until) values (?, ?, ?) "
                "on conflict(host) do update set held_at = excluded.held_at, "
                "held_until = max(held_until, excluded.held_until)",
                [host, now, until],
            )

    def next_release(self, now: str) -> str | None:
        """When the first of the hosts that are held is free again."""
        query = "select min(held_until) from holds where held_at <= ? and held_until > ?"
        found: str | None = self.db.execute(query, [now, now]).fetchone()[0]
        return found

    def keys(self, run: Run, kind: Kind) -> Iterator[str]:
        """The pages of a kind that have entered a run."""
        query = "select key from requests where run = ? and kind = ?"
        return (key for (key,) in self.db.execute(query, [run.id, kind]))

    def unlinked(self, run: Run, now: str) -> list[tuple[str, str]]:
        """Keys and addresses of articles that this run has not met with, and should ask for.

        They may have vanished: so those that the last such run has met with, and those that are due.
        """
        query = (
            "select coalesce(max(id), ?) from runs "
            "where portal = ? and arguments = ? and outcome = 'finished' and id < ?"
        )
        since = self.db.execute(query, [run.id, run.portal, run.arguments, run.id]).fetchone()[0]
        return self.visits.unlinked(run.portal, run.id, since, now)

    def met(self, run: Run) -> int:
        """How many pages a run has met with so far: linked and there, those included that are not due.

        Not those that are asked for as nothing links to them any more: with them, a portal whose listings
        have lost most of their articles would look as large as before.
        """
        query = """
            select count(distinct r.key) from requests as r
            join visits as v on v.portal = ? and v.key = r.key and v.linked_run = r.run
            where r.run = ? and r.state = 'done' and r.kind not in (?, ?) and v.captured_at is not null"""
        found = self.db.execute(query, [run.portal, run.id, Kind.OTHER, Kind.OUTSIDE]).fetchone()
        return int(found[0])

    def counts(self, run: Run) -> Mapping[State, int]:
        query = "select state, count(*) from requests where run = ? group by state"
        return {State(state): count for state, count in self.db.execute(query, [run.id])}

    def failed(self, run: Run) -> list[tuple[str, str, str]]:
        """Kind, page and reason of the requests that failed."""
        query = "select kind, key, reason from requests where run = ? and state = 'failed' order by id"
        return list(self.db.execute(query, [run.id]))

    def end_run(self, run: Run, now: str, outcome: str) -> bool:
        """End a run, unless something is still to do; the requests that failed stay until the next one."""
        with self._writing():
            left = "select 1 from requests where run = ? and state in ('pending', 'leased')"
            if self.db.execute(left, [run.id]).fetchone():
                return False
            self._end(run.id, now, outcome)
        return True

    def _writing(self) -> AbstractContextManager[None]:
        return writing(self.db)

    def _settle(self, run: Run, one: Settled, now: str) -> None:
        for wanted in one.wanted:
            self._enter(run, wanted, now)
        if one.seen:
            self.visits.update(run.portal, run.id, one.seen)
        if one.lease is None:
            return
        again = one.again
        self.db.execute(
            "update requests set state = :state, reason = :reason, owner = null, leased_until = null, "
            "request = case when :state = 'pending' then coalesce(:request, request) end, "
            "priority = coalesce(:priority, priority), host = coalesce(:host, host) where id = :id",
            {"state": one.state, "reason": one.reason, "id": one.lease, "request": again and again.request,
             "priority": again and again.priority, "host": again and again.host},
        )  # fmt: skip
        self.pending += one.state == State.PENDING

    def _enter(self, run: Run, wanted: Wanted, now: str) -> None:
        due = (
            run.full
            or not wanted.linked
            or self.visits.is_due(run.portal, wanted.key, now, wanted.changed_at)
        )
        entered = self.db.execute(
            "insert into requests(run, fingerprint, key, kind, host, priority, state, request, reason) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict(run, fingerprint) do nothing",
            [run.id, wanted.fingerprint, wanted.key, wanted.kind, wanted.host, wanted.priority,
             State.PENDING if due else State.DONE, wanted.request if due else None,
             None if due else "not due"],
        ).rowcount  # fmt: skip
        if not entered and due and wanted.changed_at:
            self._enter_after_all(run, wanted)
        if entered:
            self.pending += due
            self.not_due += not due
            if wanted.linked:
                self.visits.link(run.portal, wanted.key, run.id)

    def _enter_after_all(self, run: Run, wanted: Wanted) -> None:
        """Another link to this page came first, which did not tell that it has changed."""
        changed = self.db.execute(
            "update requests set state = 'pending', reason = null, request = ? "
            "where run = ? and fingerprint = ? and reason = 'not due'",
            [wanted.request, run.id, wanted.fingerprint],
        ).rowcount
        self.pending += changed
        self.not_due -= changed

    def _lease(self, run: Run, want: int, now: str, until: str) -> list[Lease]:
        # One who is no more lets his leases run out.
        self.db.execute(
            "update requests set state = 'pending', owner = null where run = ? and state = 'leased' "
            "and (leased_until <= ? or leased_at > ?)",
            [run.id, now, now],
        )
        rows = self.db.execute(
            "update requests set state = 'leased', owner = :owner, leased_at = :now, leased_until = :until, "
            "tries = tries + 1 where id in (select id from requests where run = :run and state = 'pending' "
            "and host not in (select host from holds where held_at <= :now and held_until > :now) "
            "order by priority desc, id limit :want) returning priority, id, host, request, key",
            {"owner": self.owner, "now": now, "until": until, "run": run.id, "want": want},
        ).fetchall()
        self.pending -= len(rows)
        rows.sort(key=lambda row: (-row[0], row[1]))
        visit_of = partial(self.visits.of, run.portal)
        return [Lease(id, host, request, visit_of(key)) for _, id, host, request, key in rows]

    def _count(self, run: Run, condition: str, *values: object) -> int:
        query = f"select count(*) from requests where run = ? and {condition}"
        return int(self.db.execute(query, [run.id, *values]).fetchone()[0])

    def _end(self, run: int, now: str, outcome: str) -> None:
        self.db.execute("update runs set ended_at = ?, outcome = ? where id = ?", [now, outcome, run])
        self.db.execute("delete from requests where run = ? and state <> 'failed'", [run])

    def _forget_old(self, portal: str) -> None:
        self.db.execute(
            "delete from requests where run in "
            "(select id from runs where portal = ? and ended_at is not null)",
            [portal],
        )


def stated(arguments: Mapping[str, Any]) -> str:
    """Arguments of a crawl as the JSON that names its run: those that are given, in one order."""
    return json.dumps({name: value for name, value in sorted(arguments.items()) if value}, ensure_ascii=False)
