"""What one reader may keep busy of a public copy: no question without an end, few at a time, none for nobody."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from captured_site import archived
from captured_vectors import PIXEL
from datasette.app import Datasette
from sample_archive import fill
from shown import serving

from archive.publish import publish
from archive.site.exports.guarded_csv import guarded
from archive.site.exports.streaming import CHUNK
from archive.site.options import Site
from archive.site.turns import TooManyError, Turns
from archive.site.waited_for import while_waited_for


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder: Path = tmp_path_factory.mktemp("patience")
    fill(folder / "archive.db")
    publish(folder)
    with serving(Site(folder, public=True, rate_limit=1000)) as datasette:
        yield datasette


def asked(site: Datasette, path: str, method: str = "GET") -> Any:
    return asyncio.run(site.client.request(method, path))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS", "FOO"])
def test_strangers_only_read(public: Datasette, method: str) -> None:
    answer = asked(public, "/archive/articles", method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=" + "a" * 9_000, 414),
        ("&".join(["_facet=title"] * 11), 400),
        ("&".join(["_facet=title"] * 3), 200),
    ],
)
def test_a_question_has_an_end(public: Datasette, query: str, status: int) -> None:
    answer = asked(public, f"/archive/articles?{query}")
    assert answer.status_code == status
    assert status == 200 or len(answer.content) < 200, "it costs less than it takes to ask"


def test_a_socket_is_closed_and_shown_nothing(public: Datasette) -> None:
    told: list[Any] = []

    async def hear() -> Any:
        return {"type": "websocket.connect"}

    async def tell(message: Any) -> None:
        told.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(public.app()(scope, hear, tell))
    assert told == [{"type": "websocket.close"}]


def test_of_one_address_few_are_at_work_and_of_another_none_waits_for_them() -> None:
    async def crowd() -> tuple[list[str], int]:
        turns, at_work, most, told = Turns(2, 3), 0, 0, list[str]()

        async def one(address: str) -> None:
            nonlocal at_work, most
            try:
                async with turns.turn(address):
                    at_work += address == "10.0.0.1"
                    most = max(most, at_work)
                    await asyncio.sleep(0.01)
                    at_work -= address == "10.0.0.1"
                    told.append(address)
            except TooManyError:
                told.append("refused")

        await asyncio.gather(*(one("10.0.0.1") for _ in range(8)), one("10.0.0.2"))
        assert turns.lines == {}, "nobody is remembered"
        return told, most

    told, most = asyncio.run(crowd())
    assert most == 2
    assert told[:3] == ["refused"] * 3
    assert told.index("10.0.0.2") < 6
    assert told.count("10.0.0.1") == 5


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Datasette, dict[str, int]]]:
    """A public copy with a large image and a large file."""
    folder: Path = tmp_path_factory.mktemp("held")
    more = bytes(1 << 20)
    ids = archived(
        folder,
        ("/anh.png", "200 OK", ["Content-Type: image/png"], PIXEL + more),
        ("/lon.zip", "200 OK", ["Content-Type: application/zip"], b"PK" + more),
    )
    publish(folder / "data")
    with serving(Site(folder / "data", public=True, rate_limit=1000)) as datasette:
        yield datasette, ids


@pytest.mark.parametrize(("path", "end"), [("/anh.png", "anh"), ("/lon.zip", "tep")])
def test_who_reads_a_capture_slowly_holds_a_turn_and_gets_it_in_pieces(
    held: tuple[Datasette, dict[str, int]], path: str, end: str
) -> None:
    site, ids = held
    app = site.app()

    async def nothing() -> Any:
        await asyncio.Event().wait()

    def ask(path: str, client: str, send: Callable[[Any], Any]) -> "asyncio.Task[None]":
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": [],
                 "query_string": b"", "client": (client, 1), "scheme": "http", "http_version": "1.1"}  # fmt: skip
        return asyncio.ensure_future(app(scope, nothing, send))

    async def slowly() -> None:
        reads, sizes, begun = asyncio.Event(), list[int](), asyncio.Semaphore(0)

        async def slow(message: Any) -> None:
            if message["type"] == "http.response.body":
                sizes.append(len(message["body"]))
                begun.release()
                await reads.wait()

        async def quick(message: Any) -> None:
            pass

        slows = [ask(f"/ban-luu/{ids[path]}/{end}", "10.0.0.1", slow) for _ in range(2)]
        for _ in slows:
            await asyncio.wait_for(begun.acquire(), 60)
        assert max(sizes) <= CHUNK, "the rest waits for the reader"
        third = ask("/robots.txt", "10.0.0.1", quick)
        await asyncio.wait_for(ask("/robots.txt", "10.0.0.2", quick), 60)
        assert not third.done(), "two are at work for this address"
        reads.set()
        await asyncio.wait_for(asyncio.gather(third, *slows), 60)
        assert sum(sizes) > 2 << 20

    asyncio.run(slowly())


def test_what_nobody_waits_for_any_more_is_ended() -> None:
    ended = list[str]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(scope["path"])
            raise

    async def drop() -> None:
        said = iter(({"type": "http.request"}, {"type": "http.disconnect"}))

        async def receive() -> Any:
            return next(said)

        async def send(message: Any) -> None:
            raise AssertionError(message)

        await asyncio.wait_for(while_waited_for(app, {"path": "/slow"}, receive, send), 5)

    asyncio.run(drop())
    assert ended == ["/slow"]


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\u202e", "\u2067", "\0", "\x1f", "\u00a0 \u2060"])
def test_no_formula_hides_behind_what_cannot_be_seen(hidden: str) -> None:
    assert guarded(f"{hidden}=1+1") == f"'{hidden}=1+1"
