import asyncio
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup
from sample_archive import FOREST, fill, take_in

from archive.identity import row_id
from archive.serve import application
from archive.site.language import Language, language_of
from archive.site.options import Site
from archive.store import Archive

QUERY = "bai-da-go-theo-thang"
TABLES = ("/archive", "/archive/articles", "/archive/portals/mic", f"/archive/{QUERY}")


@pytest.mark.parametrize(
    ("language", "said", "text"),
    [
        (Language.BOTH, 'Tìm<span class="en" lang="en"> Search</span>', "Tìm · Search"),
        (Language.VI, "Tìm", "Tìm"),
        (Language.EN, '<span lang="en">Search</span>', "Search"),
    ],
)
def test_a_page_says_things_in_the_language_chosen(language: Language, said: str, text: str) -> None:
    assert (str(language.say("Tìm", "Search")), language.text("Tìm", "Search")) == (said, text)


def test_what_the_metadata_says_in_both_languages_is_parted() -> None:
    assert Language.VI.told("Bài viết · Articles") == "Bài viết"
    assert Language.EN.told_text("Bài viết · Articles") == "Articles"
    assert Language.EN.told("articles") == Language.EN.told_text("articles") == "articles"


@pytest.mark.parametrize("language", Language)
def test_what_is_said_is_escaped_but_for_markup(language: Language) -> None:
    assert "<b>" not in language.say("<b>", "<b>")
    assert "<b>" in language.say(Markup("<b>"), Markup("<b>"))


@pytest.mark.parametrize("cookie", ["", "fr", "<script>"])
def test_an_unknown_language_is_both(cookie: str) -> None:
    assert language_of(SimpleNamespace(cookies={"lang": cookie})) is Language.BOTH
    assert language_of(None) is Language.BOTH


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    fill(folder / "archive.db")
    return folder


def get(data: Path, path: str, base_url: str = "/", **cookies: str) -> Any:
    site = application(Site(data=data, base_url=base_url))
    return asyncio.run(site.client.get(path, cookies=cookies))


@pytest.mark.parametrize(("language", "begins"), [("vi", '<html lang="vi">'), ("en", '<html lang="en">')])
def test_the_choice_holds_on_every_page(data: Path, language: str, begins: str) -> None:
    for path in ("/", "/?q=rung", "/nowhere", *TABLES):
        page = get(data, path, lang=language).text
        assert begins in page
        assert 'class="en"' not in page


@pytest.mark.parametrize("path", TABLES)
def test_a_page_in_both_languages_is_vietnamese_with_english_beside_it(data: Path, path: str) -> None:
    assert '<html lang="vi">' in get(data, path).text


def test_an_article_found_is_in_its_own_language(tmp_path: Path) -> None:
    with Archive(fill(tmp_path / "archive.db")) as archive:
        for key, language in (("e", "en"), ("v", "vi"), ("u", None)):
            url, title = f"https://backan.gov.vn/{key}", f"Gấu {key}"
            day = f"2029-01-0{'evu'.index(key) + 1}"
            article = replace(
                FOREST, key=key, url=url, title=title, lead="", language=language, published_at=day
            )
            take_in(archive, "backan", article, "2029-01-09T00:00:00Z")
    for language, marked in (("vi", {"e": "en"}), ("en", {"v": "vi", "u": "vi"})):
        for path in ("/?q=gau", "/", "/moi?ngay=2029-01-09"):
            html = get(tmp_path, path, lang=language).text
            for key in "evu":
                found = re.search(rf'<h[23]([^>]*)><a href="/bai/{row_id("backan", key)}[?"]', html)
                assert found
                assert found[1] == (f' lang="{marked[key]}"' if key in marked else "")
        beside = get(tmp_path, f"/bai/{row_id('backan', 'v')}", lang=language).text
        around = re.findall(r"<bdi([^>]*)>Gấu ([eu])</bdi></a>", beside)
        assert {key: tag for tag, key in around} == {
            key: f' lang="{marked[key]}"' if key in marked else "" for key in "eu"
        }


def test_a_choice_is_kept_in_a_cookie_and_leads_back(data: Path) -> None:
    answer = get(data, "/ngon-ngu?lang=en&back=/%3Fq%3Drung%26portal%3Dmic")
    assert answer.headers["location"] == "/?q=rung&portal=mic"
    assert {"lang=en", "HttpOnly", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y",
        "",
        "bai/1",
        "///e",
    ],
)
def test_nobody_can_be_led_elsewhere(data: Path, back: str) -> None:
    assert get(data, f"/ngon-ngu?lang=vi&back={back}").headers["location"] == "/"


def test_an_unknown_choice_is_not_kept(data: Path) -> None:
    assert "set-cookie" not in get(data, "/ngon-ngu?lang=fr").headers


def test_behind_a_prefix_the_choice_stays_below_it(data: Path) -> None:
    answer = get(data, "/ngon-ngu?lang=vi&back=/other", base_url="/kho/")
    assert answer.headers["location"] == "/kho/"
    assert "Path=/kho/" in answer.headers["set-cookie"]
