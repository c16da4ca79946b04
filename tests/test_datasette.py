import asyncio
import json
import re
import socket
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from browser import chromium
from datasette.app import Datasette
from datasette.filters import Filters
from datasette.views.table import TableView
from sample_archive import FOREST, fill, take_in, without_shm
from shown import FOREST_ID, HOSTILE, HOSTILE_ID, Tags, get, serving

from archive.errors import ArchiveError
from archive.serve import CONFIGURATION, application, serve
from archive.site.asking import ask
from archive.site.lookup import Remembered
from archive.site.panorama import overview
from archive.store import Archive

OUR_PAGES = ("/", "/?q=dong", "/?q=-", f"/bai/{FOREST_ID}", f"/bai/{HOSTILE_ID}", "/bai/1", "/nowhere")
CORE_PAGES = (
    "/archive",
    "/archive/articles",
    "/archive/articles?_search=dong&_facet=portal",
    f"/archive/articles/{HOSTILE_ID}",
    "/archive/captures",
    "/archive/articles_folded",
    "/archive?sql=select+title+from+articles",
    "/archive?sql=nonsense",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with Archive(fill(folder / "archive.db")) as archive:
        take_in(archive, "backan", HOSTILE)
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


def policy(response: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in response.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize(
    "path", ["/bai/1", "/bai/9999999999999999", "/bai/x", "/nowhere", "/archive/nothing"]
)
def test_what_is_not_there_is_a_friendly_404(
    site: Datasette, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    response = get(site, path)
    assert response.status_code == 404
    assert "Không có trang này" in response.text
    assert "Traceback" not in "".join(capsys.readouterr()), "a mistyped address is no event for the log"


@pytest.mark.parametrize(
    "path",
    [
        "/archive/articles?_sort=nosuch", "/archive/articles.json?_sort=nosuch", "/archive/images/1",
        "/archive/articles?_sort=id&_sort_desc=id", "/archive/articles?_through=x", "/archive/articles?_size=x",
        f"/archive/articles?words__gt={'9' * 20}", f"/archive/articles?id__in=[{'9' * 20}]",
        f"/archive/articles?id__in={'[' * 5_000}",
    ],
)  # fmt: skip
def test_a_slip_of_the_user_is_told_as_one(
    site: Datasette, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    response = get(site, path)
    assert response.status_code == 400
    if ".json" in path:
        assert response.json()["error"] == "Cannot sort table by nosuch"
    else:
        assert "Không thực hiện được" in response.text
    assert "Traceback" not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "through",
    [
        "{}", "[]", "1", "null", "x", "[" * 5_000, '{"table":1,"column":"a","value":1}',
        '{"table":"links","column":["a"],"value":1}', '{"table":"links","column":"url","value":{}}',
        '{"table":"links","column":"url","value":1234567890123456789012}',
        '{"table":"links","column":"url","value":"\\ud800"}', '{"table":"links","column":"url"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("format", ["", ".json", ".csv"])
def test_a_through_that_leads_nowhere_is_told_in_a_sentence(
    site: Datasette, capsys: pytest.CaptureFixture[str], through: str, format: str
) -> None:
    response = get(site, f"/archive/articles{format}?{urlencode({'_through': through})}")
    assert response.status_code == 400
    told = response.json()["error"] if format == ".json" else unescape(response.text)
    assert "_through= cần có dạng {" in told
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_through_that_leads_somewhere_is_followed(site: Datasette) -> None:
    through = {"_through": '{"table":"links","column":"url","value":"x"}', "_shape": "array"}
    response = get(site, f"/archive/articles.json?{urlencode(through)}")
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.parametrize("path", ["/", "/?q=rung", f"/bai/{FOREST_ID}", "/tim.json?q=rung"])
def test_an_archive_that_breaks_while_served_is_told_on_our_own_page(
    tmp_path: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = application(fill(tmp_path / "archive.db").parent)
    with closing(sqlite3.connect(tmp_path / "archive.db")) as connection:
        connection.executescript("drop view articles_folded; drop table articles; drop table crawls")
    response = get(site, path)
    assert response.status_code == 503
    assert "no such table" in response.text
    if not path.startswith("/tim"):
        assert "Không thực hiện được" in response.text
    log = "".join(capsys.readouterr())
    assert "no such table" in log
    assert "Traceback" not in log


def test_a_fault_of_the_program_is_logged_without_its_variables(
    site: Datasette, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("what nobody has thought of")

    monkeypatch.setattr(TableView, "data", broken)
    response = get(site, "/archive/articles")
    assert response.status_code == 500
    assert "KeyError" not in response.text
    log = "".join(capsys.readouterr())
    assert "KeyError" in log
    assert "locals" not in log.replace("<locals>", "")


@pytest.mark.parametrize(
    "path", [*OUR_PAGES, *CORE_PAGES, "/tim.json?q=a", "/static/archive.css", "/-/versions.json"]
)
def test_every_response_has_a_strict_policy(site: Datasette, path: str) -> None:
    response = get(site, path)
    rules = policy(response)
    assert rules["default-src"] == ["'none'"]
    assert rules["style-src"] == rules["form-action"] == ["'self'"]
    assert rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert all(source == "'self'" or source.startswith("'sha256-") for source in rules["script-src"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", [*OUR_PAGES, *CORE_PAGES])
def test_no_page_needs_anything_that_the_policy_forbids(site: Datasette, path: str) -> None:
    response = get(site, path)
    page = Tags(response.text)
    for tag, attributes in page.elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        loaded = ["src", "action", *(["href"] if attributes.get("rel") == "stylesheet" else [])]
        for name in loaded:
            assert (attributes.get(name) or "/").startswith("/"), f"{tag} {attributes} is from elsewhere"
    allowed = policy(response)["script-src"]
    for script in page.scripts:
        assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in allowed
    if path in OUR_PAGES:
        assert page.scripts == [], "ours are files"


@pytest.mark.parametrize(
    "path", [f"/bai/{HOSTILE_ID}", "/?q=doc+hai", "/archive/articles", f"/archive/articles/{HOSTILE_ID}"]
)
def test_hostile_text_stays_text(site: Datasette, path: str) -> None:
    html = get(site, path).text
    for tag, attributes in Tags(html).elements:
        assert tag not in ("img", "iframe", "object", "base", "b")
        address = (attributes.get("href") or "").strip()
        assert address == "" or re.match(r"/|#|https?://|\?", address), address
        assert "onerror" not in attributes
        assert "onmouseover" not in attributes
    assert "alert(2)" in html, "the text itself is shown"


def test_datasettes_own_search_box_understands_vietnamese(site: Datasette) -> None:
    def found(words: str) -> int:
        return len(get(site, f"/archive/articles.json?_shape=array&_col=title&_search={words}").json())

    assert found("dong") == found("%C4%91%E1%BB%93ng") == get(site, "/tim.json?q=dong").json()["total"]
    assert found("125/KH-UBND") == 1
    assert found("NEAR(") == 0
    assert found("-a") == 0


def test_a_title_in_the_table_leads_to_the_page_for_reading(site: Datasette) -> None:
    assert f'<a href="/bai/{FOREST_ID}">Bảo vệ rừng' in get(site, "/archive/articles").text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/archive/articles", "xếp theo published_at giảm dần"),
        ("/archive/portals?id=backan&_sort=id", "với id = &#34;backan&#34;, xếp theo id"),
        ("/archive/portals?id=backan", "với id = &#34;backan&#34;"),
        ("/archive/portals?id__contains=a", "với id chứa &#34;a&#34;"),
        ("/archive/portals?id__in=a,b&_sort=id", "với id là một trong [&#34;a&#34;, &#34;b&#34;], xếp theo id"),
        ("/archive/portals?id__notnull=1&title__isblank=1", "với id có giá trị và title để trống"),
        ("/archive/portals?id__gt=a&title__date=x&id__not=b", "với id &gt; a, id != &#34;b&#34; và &#34;title&#34; vào ngày x"),
        ("/archive/portals?id__gt=a+contains+%22b%22", "với id &gt; a contains &#34;b&#34;"),
        ("/archive/portals?id__gt=a+sorted+by+id", "với id &gt; a sorted by id"),
        ("/archive/portals?id__like=%22+is+null+sorted+by+x", "với id khớp mẫu like &#34;&#34; is null sorted by x&#34;"),
        ("/archive/articles?_search=r%E1%BB%ABng&_sort=id", "với từ khóa &#34;rừng&#34;, xếp theo id"),
        ("/archive/articles?_search=a+contains&portal__contains=a&id=1&_sort=id",
         "với từ khóa &#34;a contains&#34;, id = 1 và portal chứa &#34;a&#34;, xếp theo id"),
        ("/archive/articles?_search_title=a&_sort_desc=id", "với cột title có từ khóa &#34;a&#34;, xếp theo id giảm dần"),
    ],
)  # fmt: skip
def test_a_table_says_in_vietnamese_how_its_rows_were_chosen(
    site: Datasette, address: str, said: str
) -> None:
    assert f"<small>{said}<span" in get(site, address).text


def test_every_comparison_in_the_list_is_said_in_vietnamese(site: Datasette) -> None:
    words = [display for _, display, _ in Filters([]).lookups() if any(map(str.isalpha, display))]
    page = asyncio.run(site.client.get("/archive/portals?id__contains=a", cookies={"lang": "vi"})).text
    assert len(words) > 12
    assert [word for word in words if f">{word}</option>" in page] == []
    assert ">chứa</option>" in page
    assert "contains" not in page[: page.index("</head>")].replace("id__contains", "")


def test_no_space_stands_between_the_cells_of_a_table_and_its_page_is_light(site: Datasette) -> None:
    page = get(site, "/archive/articles")
    assert "</td><td" in page.text
    assert len(page.content) < 100_000


def test_every_table_and_column_is_described_in_both_languages(site: Datasette, data: Path) -> None:
    tables = site.metadata("tables", database="archive")
    with sqlite3.connect(data / "archive.db") as connection:
        names = connection.execute(
            "select name from sqlite_master where type in ('table', 'view') "
            "and name not like 'articles_fts%' and name not like 'files_fts%' and name not like '_sqlite%'"
        ).fetchall()
        for (name,) in names:
            assert "·" in tables[name]["description"], name
            columns = [row[1] for row in connection.execute(f"pragma table_info({name})")]
            assert list(tables[name]["columns"]) == columns, name
            assert all("·" in text for text in tables[name]["columns"].values()), name
    assert {name for (name,) in names} == {name for name in tables if not name.startswith("_")}


def test_the_tables_of_the_indexes_are_hidden(site: Datasette) -> None:
    tables = get(site, "/archive.json").json()["tables"]
    shown = {table["name"] for table in tables if not table["hidden"]}
    assert shown == {
        "alarms", "article_documents", "article_people", "article_places", "article_standards", "articles",
        "attachments", "captures", "copies", "crawls", "credits", "documents", "figures", "files", "images",
        "links", "people", "places", "portals", "related", "versions",
    }  # fmt: skip


@pytest.mark.parametrize(
    "sql", ["delete from articles", "insert into portals(id) values ('x')", "pragma query_only=off"]
)
def test_nothing_can_be_written(site: Datasette, sql: str) -> None:
    assert get(site, f"/archive.json?sql={quote(sql)}").status_code == 400

    async def write() -> None:
        await site.get_database("archive").execute_write("delete from articles")

    with pytest.raises(sqlite3.OperationalError):
        asyncio.run(write())


@pytest.mark.parametrize(
    "sql",
    [
        "select hex(randomblob(200000000))",
        "select replace(hex(zeroblob(5000000)), '0', 'long')",
        "with recursive n(i) as (select 1 union all select i+1 from n) select count(*) from n",
        "select printf('%.*c', 1900000, 'x') from captures, portals",
        "select zeroblob(1900000) from captures, portals",
        "select " + ", ".join(["printf('%.*c', 1900000, 'x')"] * 60),
        "select " + ", ".join("1" * 65),
    ],
)
def test_a_query_cannot_take_the_machine(site: Datasette, sql: str) -> None:
    assert get(site, f"/archive.json?sql={quote(sql)}").status_code == 400


def test_long_articles_and_one_answer_after_another_stay_readable(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for key in "abc":
            id = take_in(archive, "backan", replace(FOREST, key=key, body="lúa " * 300_000))
    site = application(tmp_path)
    assert "lúa lúa" in get(site, f"/bai/{id}").text
    for _ in range(9):  # 2.4 MB each time, in memory
        rows = get(site, "/archive/articles.json?_shape=array&_size=max&_nofacet=1").json()
        assert [len(row["body"]) for row in rows] == [1_200_000] * 3


@pytest.mark.parametrize("source", ["demo", "live"])
def test_invented_articles_are_called_so_on_every_page(tmp_path: Path, source: str) -> None:
    site = application(fill(tmp_path / "archive.db", source).parent)
    for path in ("/", "/?q=dong", "/?q=-", f"/bai/{FOREST_ID}", "/nowhere", "/archive", "/archive/articles"):
        html = get(site, path).text
        assert ("Bản mô phỏng: các bài viết được viết ra để minh họa" in html) == (source == "demo")
        assert ("the articles are invented" in html) == (source == "demo")


def test_a_row_stands_upright_with_the_meaning_of_its_fields(site: Datasette) -> None:
    html = get(site, f"/archive/articles/{FOREST_ID}").text
    fields = re.findall(r'<th scope="row">(\w+) <small>', html)
    assert fields == list(site.metadata("tables", database="archive")["articles"]["columns"])
    assert f'<a href="/archive/versions?article={FOREST_ID}">versions.article</a>: 2' in html


def test_a_question_that_is_dear_is_asked_a_hundredth_of_the_time() -> None:
    now, asked = [1000.0], []

    def question(connection: sqlite3.Connection) -> int:
        asked.append(connection)
        now[0] += 0.5
        return len(asked)

    remembered = Remembered(question, clock=lambda: now[0])
    with closing(sqlite3.connect(":memory:")) as connection:
        assert remembered(connection) == remembered(connection) == 1
        now[0] += 49
        assert remembered(connection) == 1
        now[0] += 1
        assert remembered(connection) == 2


def test_the_front_page_does_without_a_count_that_takes_too_long(tmp_path: Path) -> None:
    statements: list[str] = []
    with closing(sqlite3.connect(fill(tmp_path / "archive.db"))) as connection:
        assert overview(connection).gone == 1
        connection.set_trace_callback(statements.append)
        connection.set_progress_handler(lambda: "gone_at is not null" in statements[-1], 1)
        about = overview(connection)
    assert about.gone is None
    assert about.articles == 15


def test_what_a_crawl_writes_is_there_on_the_next_request(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    site = application(tmp_path)
    assert get(site, "/tim.json?q=xyzzy").json()["total"] == 0
    with Archive(tmp_path / "archive.db") as archive:
        take_in(archive, "backan", replace(FOREST, key="late", title="Xyzzy"))
        assert get(site, "/tim.json?q=xyzzy").json()["total"] == 1
    assert site.get_database("archive").is_mutable


def test_settings_are_those_of_the_configuration_folder(site: Datasette) -> None:
    for name, value in json.loads((CONFIGURATION / "settings.json").read_text()).items():
        assert site.setting(name) == value


def test_what_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="backan demo"):
        application(tmp_path)
    fill(tmp_path / "archive.db")
    with pytest.raises(ArchiveError, match="configuration"):
        application(tmp_path, configuration=tmp_path / "none")


def test_a_file_that_is_no_archive_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("no database at all, but some text of sufficient length" * 99)
    with pytest.raises(ArchiveError, match="cannot read"):
        application(tmp_path)


def test_an_archive_in_a_folder_that_cannot_be_written_is_served(tmp_path: Path) -> None:
    without_shm(fill(tmp_path / "archive.db"))
    site = application(tmp_path)
    assert not site.get_database("archive").is_mutable
    for path in ("/", "/?q=rung", "/archive/articles"):
        assert get(site, path).status_code == 200
    assert get(site, "/tim.json?q=rung").json()["total"] > 0


def test_a_file_that_would_make_the_archive_immutable_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    (tmp_path / "metadata.yaml").write_text("{}")
    (tmp_path / "inspect-data.json").write_text("{}")
    with pytest.raises(ArchiveError, match="inspect-data"):
        application(tmp_path, configuration=tmp_path)


def test_a_port_in_use_is_told_in_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ArchiveError, match="cannot listen"):
        serve(data, port=taken.getsockname()[1])


def test_an_empty_archive_has_a_front_page(tmp_path: Path) -> None:
    Archive(tmp_path / "archive.db").close()
    assert "0 bài" in get(application(tmp_path), "/").text


def test_a_question_that_takes_too_long_is_ended(site: Datasette) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    anybody = SimpleNamespace(actor=None)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        asyncio.run(ask(site, anybody, lambda archive: archive.execute(endless).fetchall(), share=0.05))
    assert asyncio.run(ask(site, anybody, lambda archive: archive.execute("select 1").fetchall())) == [(1,)]


@pytest.fixture
def live(data: Path) -> Iterator[str]:
    """The address of `serve` at work, in a process of its own."""
    program = (
        f"from archive.serve import serve; serve({str(data)!r}, port=0, ready=lambda a: print(a, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=CONFIGURATION.parent
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()


def test_a_browser_finds_nothing_to_complain_about(live: str) -> None:
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"{page.url}: a dialog, so hostile text ran"))
        page.on(
            "request", lambda sent: sent.url.startswith(live) or complaints.append(f"asked for {sent.url}")
        )
        for path in ("/", f"/bai/{HOSTILE_ID}", "/?q=doc+hai", *CORE_PAGES[:-1]):
            page.goto(live + path)
            if path not in CORE_PAGES or path.endswith(str(HOSTILE_ID)):
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, (
                    f"{path} is wider than a phone"
                )
        page.goto(live)
        page.fill("#q", "rừng phòng hộ")
        page.keyboard.press("Enter")
        page.click("text=Bảo vệ rừng phòng hộ")
        assert page.url.startswith(f"{live}/bai/{FOREST_ID}?q=")
        assert page.inner_text("h1") == FOREST.title
    assert complaints == []
