import asyncio
import re
import socket
import sqlite3
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pytest
import uvicorn
from click.testing import CliRunner
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils import StartupError
from sample_archive import FOREST, fill, take_in
from shown import get, serving

from archive.errors import ArchiveError
from archive.identity import row_id
from archive.publish import newest, publish
from archive.serve import CONFIGURATION, application
from archive.site.options import FIRST_PARTS, Robots, Site, site_of
from archive.site.password import hash_password, hashed, told, verify
from archive.site.rate import Rate, network
from archive.store import Archive
from crawler.cli import main

NOON = datetime(2023, 12, 1, 12, tzinfo=UTC)
FOREST_ID = row_id("backan", FOREST.key)
PASSWORD = "đồng bào"
HIDDEN = (
    "/-/", "/-/settings", "/-/settings.json", "/-/config.json", "/-/versions.json", "/-/plugins", "/-/plugins.json?all=1",
    "/-/databases.json", "/-/threads.json", "/-/metadata.json", "/-/actor.json", "/-/permissions", "/-/allow-debug",
    "/-/messages", "/-/patterns", "/-/auth-token", "/:memory:", "/_memory", "/_internal", "/_internal.db",
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    fill(folder / "archive.db")
    publish(folder, now=NOON)
    return folder


@pytest.fixture(scope="module")
def public(data: Path) -> Iterator[Datasette]:
    yield from served(Site(data, public=True))


@pytest.fixture(scope="module")
def live(data: Path) -> Iterator[Datasette]:
    yield from served(Site(data))


def served(site: Site) -> Iterator[Datasette]:
    with serving(site) as datasette:
        yield datasette


def asked(app: Any, path: str, address: str = "10.1.1.1", **headers: str) -> httpx.Response:
    """Of one app, which keeps in mind who asked before, for an address of a client."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://kho") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def basic(password: str, name: str = "bạn đọc") -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


class Addresses(HTMLParser):
    """The addresses that a page leads to, loads or sends to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "action") and value]


# What is served


def test_strangers_are_served_the_newest_copy_and_never_the_live_file(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    for hour in range(2):
        publish(tmp_path, now=NOON + timedelta(hours=hour))
    site = application(Site(tmp_path, public=True))
    database = site.get_database("archive")
    assert Path(database.path) == newest(tmp_path) != tmp_path / "archive.db"
    assert newest(tmp_path).name == "archive-20231201T130000Z.db"
    assert not database.is_mutable
    with Archive(tmp_path / "archive.db") as archive:
        take_in(archive, "backan", replace(FOREST, key="late", title="Xyzzy"))
    assert get(site, "/tim.json?q=xyzzy").json()["total"] == 0
    assert get(application(tmp_path), "/tim.json?q=xyzzy").json()["total"] == 1
    assert not (tmp_path / "publish").joinpath(f"{newest(tmp_path).name}-wal").exists()


def test_without_a_copy_nothing_is_shown_to_strangers(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    with pytest.raises(ArchiveError, match="run `backan publish"):
        application(Site(tmp_path, public=True))
    result = CliRunner().invoke(main, ["serve", "--public", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "backan publish" in result.stderr


@pytest.mark.parametrize(
    "path", ["/", "/?q=rung", f"/bai/{FOREST_ID}", "/archive", "/archive/articles", "/archive/published"]
)
def test_the_addresses_of_a_public_copy_are_those_of_the_live_archive(public: Datasette, path: str) -> None:
    response = get(public, path)
    assert response.status_code == 200
    assert "archive-2023" not in response.text


def test_counts_of_a_copy_are_not_counted_again(public: Datasette) -> None:
    assert public.get_database("archive").cached_table_counts["articles"] == 15


def test_the_settings_of_the_folder_hold_beside_those_of_the_owner(
    public: Datasette, live: Datasette
) -> None:
    for site in (public, live):
        assert site.setting("suggest_facets") is False
        assert site.setting("max_returned_rows") == 500
    assert live.setting("default_allow_sql") is True
    assert public.setting("default_allow_sql") is False


def test_a_live_file_is_never_served_as_immutable(data: Path) -> None:
    by_hand = Datasette(immutables=[str(data / "archive.db")], config_dir=CONFIGURATION)
    with pytest.raises(StartupError, match="backan publish"):
        asyncio.run(by_hand.invoke_startup())


@pytest.mark.parametrize("which", ["archive.db", "publish"])
def test_datasette_started_by_hand_on_the_configuration_folder_works(data: Path, which: str) -> None:
    live = which == "archive.db"
    files = [str(data / which)] if live else []
    immutables = [] if live else [str(newest(data))]
    by_hand = Datasette(files, immutables=immutables, config_dir=CONFIGURATION)
    asyncio.run(by_hand.invoke_startup())
    for path in ("/", "/?q=rung", "/archive/articles", f"/bai/{FOREST_ID}"):
        assert get(by_hand, path).status_code == 200, path
    assert site_of(by_hand).data == data


# What is not shown


@pytest.mark.parametrize(
    "path",
    [
        "/archive?sql=select+1",
        "/archive.json?sql=select+1",
        "/archive/articles?_where=1=1",
        "/archive/articles.json?_where=1=1",
        "/archive.csv?sql=select+1",
    ],
)
def test_strangers_ask_no_sql_of_their_own(public: Datasette, live: Datasette, path: str) -> None:
    assert get(public, path).status_code == 403
    assert get(live, path).status_code == 200


def test_named_queries_answer_strangers(data: Path, tmp_path: Path) -> None:
    for name in ("templates", "plugins", "static", "settings.json"):
        (tmp_path / name).symlink_to(CONFIGURATION / name)
    queries = (
        "databases: {archive: {queries: {of: {sql: 'select title from articles where portal = :portal'}}}}"
    )
    (tmp_path / "metadata.yaml").write_text(queries)
    site = application(Site(data, public=True), tmp_path)
    rows = get(site, "/archive/of.json?portal=sonoivu&_shape=array").json()
    assert len(rows) == 3
    assert "<textarea" not in get(site, "/archive").text, "no form for SQL is offered"


@pytest.mark.parametrize("path", HIDDEN)
def test_strangers_see_nothing_of_the_server(public: Datasette, path: str) -> None:
    response = get(public, path, follow_redirects=True)
    assert response.status_code == 404
    assert "Không có trang này" in response.text or response.json()["error"] == "Page not found"


@pytest.mark.parametrize("path", ["/-/settings.json", "/-/databases.json"])
def test_the_owner_sees_how_the_live_archive_is_served(live: Datasette, path: str) -> None:
    assert get(live, path).status_code == 200


def test_style_sheets_and_scripts_are_there_for_strangers(public: Datasette) -> None:
    for address in {
        address for address in Addresses(get(public, "/archive/articles").text).found if "static" in address
    }:
        assert get(public, address).status_code == 200, address


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=%22",
        "/nowhere",
        "/archive",
        "/archive.json",
        "/archive/published",
        "/archive/nothing.json",
        "/archive.db",
        "/archive/articles?_sort=x",
        "/robots.txt",
        "/tim.json?q=-a",
        "/archive/captures.json?_shape=array",
    ],
)
def test_no_answer_names_a_path_of_the_machine(public: Datasette, data: Path, path: str) -> None:
    response = get(public, path)
    told = response.text + str(response.headers)
    for secret in (str(data), str(CONFIGURATION), data.name, "site-packages"):
        assert secret not in told


def test_a_fault_tells_strangers_nothing_and_the_log_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "archive.db")
    copy = publish(tmp_path).path
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy)) as connection:
        connection.executescript("drop view articles_folded; drop table articles")
    site = application(Site(tmp_path, public=True))
    response = get(site, "/?q=rung")
    assert response.status_code == 503
    assert "no such table" not in response.text
    assert "no such table" in "".join(capsys.readouterr())


def test_the_crawlers_own_tables_are_not_there(public: Datasette, data: Path) -> None:
    with closing(sqlite3.connect(data / "frontier.db")) as connection:
        connection.execute("create table requests (url)")
    assert list(public.databases) == ["_internal", "archive"]
    names = {table["name"] for table in get(public, "/archive.json").json()["tables"]}
    assert "published" in names
    assert not names & {"stories", "_sqlite_migrations", "requests"}
    assert get(public, "/archive/stories").status_code == 404


def test_the_archive_is_downloaded_only_where_the_owner_lets_it(
    data: Path, public: Datasette, live: Datasette
) -> None:
    assert get(public, "/archive.db").status_code == 403
    assert get(live, "/archive.db").status_code == 403
    open_to_all = application(Site(data, public=True, allow_download=True))
    response = get(open_to_all, "/archive.db")
    assert response.content == newest(data).read_bytes()
    assert response.headers["content-disposition"] == f'attachment; filename="{newest(data).name}"'
    assert get(application(Site(data, allow_download=True)), "/archive.db").status_code == 403, (
        "the live file"
    )


# What one question may take


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("select hex(randomblob(200000000))", "too big"),
        ("with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n", "interrupted"),
        ("with recursive n(i) as (select randomblob(1900000) union all select randomblob(1900000) from n) "
         "select group_concat(i) from n", "too big|interrupted"),
    ],
)  # fmt: skip
def test_a_question_that_would_take_the_machine_fails_fast(live: Datasette, sql: str, refusal: str) -> None:
    began = time.thread_time()

    async def ask() -> Any:
        return await live.get_database("archive").execute(sql, custom_time_limit=300)

    with pytest.raises((sqlite3.Error, QueryInterrupted), match=refusal):
        asyncio.run(ask())
    assert time.thread_time() - began < 2
    assert get(live, f"/archive.json?sql={quote(sql)}").status_code == 400


@pytest.mark.parametrize(
    "sql",
    [
        "attach ':memory:' as other", "detach main", "pragma query_only = off", "pragma user_version = 1",
        "pragma cache_size = -4000000", "pragma writable_schema = on", "delete from articles", "drop table articles",
        "create table x (a)", "create temp table x (a)", "vacuum", "vacuum into '/tmp/x.db'", "reindex",
    ],
)  # fmt: skip
@pytest.mark.parametrize("which", ["live", "public"])
def test_a_connection_can_change_nothing_and_open_nothing(
    which: str, sql: str, request: pytest.FixtureRequest
) -> None:
    """Even past Datasette, which lets through no SQL but `select`."""
    site = request.getfixturevalue(which)
    with pytest.raises(sqlite3.Error, match=r"not authorized|authorization denied|readonly|cannot VACUUM"):
        asyncio.run(
            site.get_database("archive").execute_fn(lambda connection: connection.execute(sql).fetchall())
        )


def test_an_answer_has_no_more_rows_than_the_settings_say(live: Datasette) -> None:
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n limit 2000) select i from n"
    answer = get(live, f"/archive.json?sql={quote(sql)}").json()
    assert len(answer["rows"]) == 500
    assert answer["truncated"] is True


# How often


def test_an_address_that_asks_too_often_is_told_how_long_to_wait(data: Path) -> None:
    app = application(Site(data, rate_limit=4)).app()
    assert [asked(app, "/robots.txt").status_code for _ in range(5)] == [200] * 4 + [429]
    page = asked(app, "/")
    assert int(page.headers["retry-after"]) in (14, 15)
    assert "Quá nhiều yêu cầu" in page.text
    assert "'none'" in page.headers["content-security-policy"]
    assert asked(app, "/tim.json?q=a").json() == {
        "ok": False, "status": 429,
        "error": "Quá nhiều yêu cầu từ địa chỉ của bạn: chờ một lát. · Too many requests from your address: wait.",
    }  # fmt: skip
    assert asked(app, "/robots.txt", address="10.1.1.2").status_code == 200


def test_the_bucket_of_an_address_fills_up_steadily() -> None:
    now = [0.0]
    rate = Rate(60, clock=lambda: now[0])
    assert [rate.wait("10.0.0.1") for _ in range(60)] == [0] * 60
    assert rate.wait("10.0.0.1") == 1
    now[0] += 3
    assert [rate.wait("10.0.0.1") for _ in range(4)] == [0, 0, 0, 1]
    now[0] += 3600
    assert [rate.wait("10.0.0.1") for _ in range(61)] == [0] * 60 + [1], "it holds a minute's worth, no more"


def test_only_so_many_addresses_are_kept_in_mind() -> None:
    rate = Rate(1, known=3, clock=lambda: 0.0)
    for last in range(50):
        rate.wait(f"10.0.0.{last}")
    assert list(rate.buckets) == ["10.0.0.47", "10.0.0.48", "10.0.0.49"]


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("10.0.0.1", "10.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", "10.0.0.1"), ("fe80::1%eth0", "fe80::"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_who_has_a_network_of_addresses_is_one(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


# Who


def test_a_password_closes_all_of_the_archive(data: Path) -> None:
    app = application(Site(data, public=True, allow_download=True, password=hash_password(PASSWORD))).app()
    for path in (
        "/",
        "/static/archive.css",
        "/archive.db",
        "/tim.json?q=a",
        "/robots.txt",
        "/nowhere",
        "/-/static/app.css",
    ):
        response = asked(app, path)
        assert response.status_code == 401, path
        assert response.headers["www-authenticate"].startswith("Basic realm=")
        assert "'none'" in response.headers["content-security-policy"]
        assert response.headers["cache-control"] == "no-store"
    for wrong in (
        "",
        "Basic",
        "Basic !!",
        "Basic \x7f",
        "Bearer x",
        basic("sai"),
        basic(""),
        basic(PASSWORD)[:-4],
    ):
        assert asked(app, "/", authorization=wrong).status_code == 401, wrong
    answer = asked(app, "/", authorization=basic(PASSWORD))
    assert answer.status_code == 200
    assert "private" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers, "there is no cookie that could be stolen"


def test_the_right_password_costs_its_hash_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    site = application(Site(data, password=hash_password(PASSWORD)))
    plugin = next(one for one in pm_plugins() if hasattr(one, "Gate"))
    monkeypatch.setattr(
        plugin, "verify", lambda password, kept: tried.append(password) or password == PASSWORD
    )
    app = site.app()
    for _ in range(3):
        assert asked(app, "/robots.txt", authorization=basic(PASSWORD)).status_code == 200
    assert tried == [PASSWORD]
    assert asked(app, "/robots.txt", authorization=basic("sai")).status_code == 401
    assert asked(app, "/robots.txt", authorization=basic(PASSWORD)).status_code == 200
    assert tried == [PASSWORD, "sai"]


def pm_plugins() -> Any:
    from datasette.plugins import pm

    return pm.get_plugins()


def test_a_password_is_kept_as_a_hash_that_tells_nothing_of_it() -> None:
    kept = hash_password(PASSWORD)
    assert kept != hash_password(PASSWORD), "salted"
    assert verify(PASSWORD, kept)
    assert not verify(PASSWORD + " ", kept)
    assert hashed(kept) == kept
    assert verify("scrypt$x$y", hashed("scrypt$x$y")), "a password, for it has not the form of a hash"
    assert told(basic("a:b").encode()) == "a:b"


def test_guesses_count_as_requests(data: Path) -> None:
    app = application(Site(data, password=hash_password(PASSWORD), rate_limit=2)).app()
    tries = [asked(app, "/", authorization=basic(str(guess))).status_code for guess in range(3)]
    assert tries == [401, 401, 429]


# Robots and browsers


@pytest.mark.parametrize(
    ("robots", "path", "invited"),
    [
        (Robots.NONE, "/", False), (Robots.NONE, f"/bai/{FOREST_ID}", False),
        (Robots.ARTICLES, "/", True), (Robots.ARTICLES, f"/bai/{FOREST_ID}", True),
        (Robots.ARTICLES, f"/bai/{FOREST_ID}?q=rung", False), (Robots.ARTICLES, "/?q=rung", False),
        (Robots.ARTICLES, "/archive/articles", False), (Robots.ARTICLES, "/static/archive.css", True),
        (Robots.ALLOW, "/?q=rung", True), (Robots.ALLOW, "/archive/articles", True),
        (Robots.ALLOW, "/moi.atom", False), (Robots.ALLOW, "/tim.jsonfeed?q=rung", False),
        (Robots.ALLOW, "/tim.csv?q=rung", False), (Robots.ALLOW, "/archive.db", False),
        (Robots.ALLOW, "/archive/articles.csv?_stream=1", False), (Robots.ALLOW, "/archive/places.xlsx", False),
        (Robots.ALLOW, "/archive/places/06.json", False), (Robots.ALLOW, "/archive.json", False),
        (Robots.ALLOW, "/archive/portals?_sort=id", True), (Robots.ALLOW, "/archive", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["/", "/kho/"])
def test_search_engines_take_what_the_owner_lets_them(
    data: Path, robots: Robots, path: str, invited: bool, prefix: str
) -> None:
    site = application(Site(data, robots=robots, base_url=prefix))
    header = get(site, path).headers.get("x-robots-tag")
    assert (header is None) == invited
    assert allowed(get(site, "/robots.txt").text, prefix.rstrip("/") + path) == invited


def allowed(robots_txt: str, path: str) -> bool:
    """As RFC 9309 reads it: of the rules that fit, the longest."""
    first, *rules = robots_txt.splitlines()
    assert first == "User-agent: *"
    fitting = [(len(pattern), word == "Allow") for word, pattern in (rule.split(": ") for rule in rules)
               if re.match(re.escape(pattern).replace(r"\*", ".*").replace(r"\$", "$"), path)]  # fmt: skip
    return max(fitting)[1] if fitting else True


def test_a_browser_can_add_the_search_box(data: Path) -> None:
    response = get(application(Site(data, base_url="/kho/")), "/opensearch.xml")
    assert response.headers["content-type"].startswith("application/opensearchdescription+xml")
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(response.text)
    name = root.findtext(f"{space}ShortName") or ""
    assert 0 < len(name) <= 16, "longer ones are refused by browsers"
    assert root.find(f"{space}Url").attrib == {  # type: ignore[union-attr]
        "type": "text/html", "template": "http://localhost/kho/?q={searchTerms}",
    }  # fmt: skip


# Behind a proxy


@pytest.mark.parametrize("strips", [True, False])
def test_all_that_a_page_leads_to_stays_below_the_path_of_the_proxy(data: Path, strips: bool) -> None:
    app = application(Site(data, public=True, allow_download=True, base_url="/kho/")).app()
    problems, seen, waiting = (
        [],
        {"/kho/"},
        ["/kho/", f"/kho/bai/{FOREST_ID}", "/kho/?q=rung", "/kho/nowhere"],
    )
    for path in waiting:
        inner = path.removeprefix("/kho") if strips else path
        response = asked(app, inner)
        if response.is_redirect:
            found = [response.headers["location"]]
        elif response.status_code != (404 if path == "/kho/nowhere" else 200):
            problems.append(f"{path}: {response.status_code}")
            continue
        elif "html" in response.headers["content-type"]:
            found = Addresses(response.text).found
        else:
            continue
        for address in found:
            parts = urlsplit(urljoin(f"http://kho{path}", address))
            if parts.scheme not in ("http", "https") or parts.netloc != "kho":
                continue
            if not parts.path.startswith("/kho/"):
                problems.append(f"{path} leads to {address}")
            shape = re.sub(r"\d+", "0", parts.path + "?" * bool(parts.query))
            if shape not in seen and len(waiting) < 150:
                seen.add(shape)
                waiting.append(parts.path + f"?{parts.query}" * bool(parts.query))
    assert not problems, "\n".join(problems)
    assert len(waiting) > 30


@pytest.mark.parametrize("asked_for", ["/archive/", "/kho/archive/", "/-/config", "/kho/-/config"])
def test_what_datasette_redirects_to_is_below_the_path_of_the_proxy(data: Path, asked_for: str) -> None:
    response = asked(application(Site(data, base_url="/kho/")).app(), asked_for)
    assert response.is_redirect
    assert response.headers["location"] in ("/kho/archive", "/kho/-/settings")


def test_no_path_of_a_proxy_is_one_that_our_addresses_begin_with(data: Path) -> None:
    """What an address begins with would be taken off twice: by us, and again by Datasette."""
    routes = [
        re.sub(r"\(\?P<\w+>([\w|-]+)\)", r"\1", regex.pattern) for regex, _ in application(data)._routes()
    ]
    begin = {
        part
        for route in routes
        if (found := re.match(r"\^?/([\w|-]+)/", route))
        for part in found[1].split("|")
    }
    assert begin >= {"-", "archive", "bai", "ban-luu", "static", "tep"}
    assert begin <= FIRST_PARTS


@contextmanager
def at_work(app: Any, **options: Any) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("proxies", "scheme", "statuses"),
    [("", "http", [200, 429]), ("127.0.0.1", "https", [200, 200])],
)
def test_what_a_proxy_says_is_believed_only_where_the_owner_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch, proxies: str, scheme: str, statuses: list[int]
) -> None:
    """By the very settings that `serve` gives to uvicorn: a forged address is not believed either."""
    from archive import serve as serving

    configured: dict[str, Any] = {}
    monkeypatch.setattr(serving.uvicorn, "Config", lambda app, **options: configured.update(options, app=app))
    monkeypatch.setattr(
        serving.uvicorn, "Server", lambda config: type("Server", (), {"run": lambda *_, **__: None})()
    )
    serving.serve(Site(data, rate_limit=1), port=0, proxies=proxies)
    monkeypatch.undo()
    app = configured.pop("app")
    trusted = {name: configured[name] for name in ("proxy_headers", "forwarded_allow_ips")}
    with at_work(app, **trusted) as address:

        def ask(forwarded: str) -> httpx.Response:
            headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": "https", "host": "kho.example"}
            return httpx.get(f"{address}/opensearch.xml", headers=headers)

        first = ask("10.9.9.1")
        assert f"{scheme}://kho.example/?q=" in first.text
        assert [first.status_code, ask("10.9.9.2").status_code] == statuses
        if proxies:
            assert ask("10.7.7.7, 10.9.9.2").status_code == 429, (
                "the client may write what it likes before it"
            )


# The command


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--allow-download"], "goes with --public"),
        (["--base-url", "http://kho/"], "write it as /kho/"),
        (["--base-url", "/../"], "write it as /kho/"),
        (["--base-url", "/archive/"], "choose another path"),
        (["--base-url", "bai/cu"], "begin with /bai;"),
        (["--behind-proxy", "proxy"], "127.0.0.1,::1"),
        (["--robots", "some"], "'allow', 'articles', 'none'"),
        (["--rate-limit", "-1"], "x>=0"),
    ],
)
def test_options_that_make_no_sense_are_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], complaint: str
) -> None:
    monkeypatch.setattr("archive.serve.serve", lambda *site: None)
    result = CliRunner().invoke(main, ["serve", "--data", str(data), *options])
    assert result.exit_code == 2
    assert complaint in result.stderr.replace("\n", " ")


@pytest.mark.parametrize("by", ["option", "environment"])
def test_every_choice_reaches_the_site(data: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    given: list[Any] = []
    monkeypatch.setattr(
        "archive.serve.serve", lambda site, host, port, ready, proxies: given.extend((site, host, proxies))
    )
    chosen = {
        "PUBLIC": "1", "ALLOW_DOWNLOAD": "1", "ROBOTS": "articles", "BASE_URL": "kho", "BEHIND_PROXY": "10.0.0.0/8",
        "PASSWORD": "bí mật", "RATE_LIMIT": "7", "HOST": "0.0.0.0",
    }  # fmt: skip
    flags = ("PUBLIC", "ALLOW_DOWNLOAD")
    options = [
        part
        for name, value in chosen.items()
        for part in ("--" + name.lower().replace("_", "-"), *(() if name in flags else (value,)))
    ]
    environment = {f"BACKAN_{name}": value for name, value in chosen.items()}
    result = CliRunner().invoke(
        main,
        ["serve", "--data", str(data), *(options if by == "option" else [])],
        env=environment if by == "environment" else {},
    )
    assert result.exit_code == 0, result.output
    site, host, proxies = given
    assert verify("bí mật", site.password)
    assert site == Site(data, True, True, Robots.ARTICLES, "/kho/", 7, site.password)
    assert (host, proxies) == ("0.0.0.0", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("options", "limit"),
    [([], 0), (["--public"], 300), (["--password", "x"], 300), (["--public", "--rate-limit", "0"], 0)],
)
def test_strangers_are_limited_unless_the_owner_says_otherwise(
    data: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], limit: int
) -> None:
    given: list[Any] = []
    monkeypatch.setattr("archive.serve.serve", lambda site, *more: given.append(site))
    CliRunner().invoke(main, ["serve", "--data", str(data), *options])
    assert given[0].rate_limit == limit


def test_who_opens_a_live_archive_to_the_network_is_warned(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.serve.serve", lambda *given: None)

    def warning(*options: str) -> str:
        return CliRunner().invoke(main, ["serve", "--data", str(data), *options]).stderr

    assert "any SQL" in warning("--host", "0.0.0.0")
    assert warning() == warning("--host", "::1") == warning("--host", "0.0.0.0", "--public") == ""


def test_a_password_is_hashed_at_the_prompt() -> None:
    result = CliRunner().invoke(main, ["serve", "--hash-password"], input="bí mật\nbí mật\n")
    assert result.exit_code == 0
    assert verify("bí mật", result.output.split()[-1])
    assert "bí mật" not in result.output
