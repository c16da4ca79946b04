"""Citations, read back by the programs that they are written for."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from datasette.app import Datasette
from sample_archive import FOREST, PORTALS, fill, take_in
from shown import FOREST_ID, HOSTILE, HOSTILE_ID, Tags, get, serving

from archive.identity import row_id
from archive.serve import application
from archive.site.article.cite import Citation, wayback
from archive.site.article.references import bibtex, csl, ris
from archive.store import Archive

OWN = f"http://localhost/bai/{FOREST_ID}"
ODD = 'a\\b{c}}d{ $5 & 100% #1 _x_ ~^ “đ” "q" @misc{x,\nTI  - khác\r\nER  - \u2028\u202e\x00 <b>'
# Of the schema of CSL-JSON 1.0, those that an item of ours may have.
CSL_FIELDS = {
    "id", "type", "title", "author", "container-title", "publisher", "issued", "accessed", "URL", "archive",
    "archive_location", "language", "abstract", "note",
}  # fmt: skip
CITED = Citation(
    key="backan-1", title="Tên", author="", site="Cổng", publisher="", section="", language="vi", lead="",
    day="", published_at="", original="", permanent="http://localhost/bai/1", wayback="", captured_at="",
    sha256="", warc="", invented=False,
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("cited")
    with Archive(fill(folder / "archive.db")) as archive:
        take_in(archive, "backan", HOSTILE)
        take_in(archive, "backan", replace(FOREST, key="odd", title=ODD, lead=ODD, author=ODD, section=ODD))
        take_in(archive, "backan", replace(FOREST, key="bare", author=None, published_at=None, lead=None))
    with serving(folder) as datasette:
        yield datasette


def read_bibtex(text: str) -> dict[str, str]:
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    (entry,) = library.entries
    return {"key": entry.key, **{field.key: field.value for field in entry.fields}}


def read_ris(text: str) -> dict[str, Any]:
    (entry,) = rispy.loads(text)
    return entry


def read_csl(text: str) -> dict[str, Any]:
    (item,) = json.loads(text)
    assert set(item) <= CSL_FIELDS
    return item


def of(site: Datasette, key: str, name: str) -> str:
    return get(site, f"/bai/{row_id('backan', key)}.{name}").text


def test_bibtex_has_the_page_and_its_proof(site: Datasette) -> None:
    response = get(site, f"/bai/{FOREST_ID}.bib")
    entry = read_bibtex(response.text)
    assert entry["key"] == f"backan-{FOREST_ID}"
    assert entry["title"].strip("{}") == FOREST.title
    assert entry["author"].strip("{}") == FOREST.author
    assert entry["howpublished"] == PORTALS[0].title
    assert (entry["date"], entry["year"], entry["urldate"]) == ("2023-03-13", "2023", "2023-11-20")
    assert entry["url"] == FOREST.url
    for proof in (OWN, "2023-11-20T03:10:00Z", "SHA-256: ", "WARC: backan-20231120.warc.gz, offset "):
        assert proof in entry["note"].replace("\\_", "_")
    assert f"https://web.archive.org/web/20231120000000/{FOREST.url}" in entry["note"]
    assert response.headers["content-disposition"] == f'attachment; filename="backan-{FOREST_ID}.bib"'


def test_ris_has_the_page_and_its_proof(site: Datasette) -> None:
    text = get(site, f"/bai/{FOREST_ID}.ris").content.decode()
    assert text.startswith("TY  - ELEC\r\n")
    entry = read_ris(text)
    assert entry["title"] == FOREST.title
    assert entry["authors"] == [FOREST.author]
    assert entry["urls"] == [FOREST.url]
    assert (entry["year"], entry["date"]) == ("2023", "2023/03/13/")
    assert entry["access_date"] == "2023/11/20/"
    assert entry["abstract"] == FOREST.lead
    assert OWN in entry["notes"][0]


def test_csl_json_has_the_page_and_its_proof(site: Datasette) -> None:
    response = get(site, f"/bai/{FOREST_ID}.csl.json")
    assert response.headers["content-type"].startswith("application/vnd.citationstyles.csl+json")
    item = read_csl(response.text)
    assert item["type"] == "webpage"
    assert item["title"] == FOREST.title
    assert item["author"] == [{"literal": FOREST.author}]
    assert item["issued"] == {"date-parts": [[2023, 3, 13]]}
    assert item["accessed"] == {"date-parts": [[2023, 11, 20]]}
    assert (item["URL"], item["archive_location"]) == (FOREST.url, OWN)


def test_plain_text_has_the_whole_article_and_where_it_comes_from(site: Datasette) -> None:
    response = get(site, f"/bai/{FOREST_ID}.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith(f"{FOREST.title}\n\n{FOREST.author} · Cập nhật lúc 13/03/2023 15:40")
    assert f"\n\n{FOREST.lead}\n\n{FOREST.body}\n\n--\n" in response.text
    assert f"Archived copy: {OWN}\n" in response.text


def test_an_older_version_is_cited_as_such(site: Datasette) -> None:
    for name in ("bib", "ris", "csl.json", "txt"):
        older = get(site, f"/bai/{FOREST_ID}.{name}?v=1").text
        assert f"{OWN}?v=1" in older
        assert "2023-04-01T02:00:00Z" in older
        assert f"{OWN}?v" not in get(site, f"/bai/{FOREST_ID}.{name}?v=2").text
    assert "300.000 đồng" in get(site, f"/bai/{FOREST_ID}.txt?v=1").text


@pytest.mark.parametrize("path", ["/bai/1.bib", f"/bai/{FOREST_ID}.ris?v=9", f"/bai/{FOREST_ID}.pdf"])
def test_what_is_not_there_cannot_be_cited(site: Datasette, path: str) -> None:
    assert get(site, path).status_code == 404


def test_what_is_not_known_is_left_out(site: Datasette) -> None:
    entry = read_bibtex(of(site, "bare", "bib"))
    assert not {"author", "date", "year", "abstract"} & set(entry)
    assert not {"author", "issued", "abstract"} & set(read_csl(of(site, "bare", "csl.json")))
    assert not {"authors", "year", "date"} & set(read_ris(of(site, "bare", "ris")))
    assert "không ghi ngày" in get(site, f"/bai/{row_id('backan', 'bare')}").text


def test_hostile_text_does_not_leave_its_field(site: Datasette) -> None:
    for key in ("odd", "hostile"):
        entry = read_bibtex(of(site, key, "bib"))
        assert set(entry) <= {
            "key", "title", "author", "howpublished", "publisher", "date", "year", "url", "urldate", "language",
            "abstract", "note",
        }  # fmt: skip
        reference = read_ris(of(site, key, "ris"))
        assert len(reference["authors"]) == 1
        assert read_csl(of(site, key, "csl.json"))["title"] == reference["title"]
    assert "url" not in read_bibtex(of(site, "hostile", "bib")), "javascript: is no address to cite"
    assert "URL" not in read_csl(of(site, "hostile", "csl.json"))
    assert "web.archive.org" not in of(site, "hostile", "txt")


def test_braces_and_signs_of_tex_are_written_out() -> None:
    title = "a\\b{c}}d{ $5 & 100% #1 _x_ ~^"
    entry = read_bibtex(bibtex(replace(CITED, title=title, original="https://a.vn/{x}%20_\\")))
    written = entry["title"].removeprefix("{").removesuffix("}")
    for sign, command in (
        ("\\textbackslash{}", "\\"),
        ("\\textbraceleft{}", "{"),
        ("\\textbraceright{}", "}"),
    ):
        written = written.replace(sign, command)
    for sign, command in (("\\textasciitilde{}", "~"), ("\\textasciicircum{}", "^")):
        written = written.replace(sign, command)
    for sign in "$&#_%":
        written = written.replace(f"\\{sign}", sign)
    assert written == title
    assert entry["url"] == "https://a.vn/%7Bx%7D%20_%5C"


def test_the_least_that_is_known_makes_a_citation() -> None:
    assert read_bibtex(bibtex(CITED))["title"].strip("{}") == "Tên"
    assert read_ris(ris(CITED))["title"] == "Tên"
    assert read_csl(csl(CITED))["title"] == "Tên"


def test_the_address_at_the_wayback_machine_is_of_the_day_of_capture() -> None:
    assert (
        wayback("http://a.vn/x", "2023-11-20T03:10:00Z")
        == "https://web.archive.org/web/20231120000000/http://a.vn/x"
    )
    assert wayback("", "2023-11-20T03:10:00Z") is None


def test_the_head_of_the_page_tells_programs_what_to_cite(site: Datasette) -> None:
    tags = Tags(get(site, f"/bai/{FOREST_ID}?q=rung").text).elements
    meta = {a.get("name") or a.get("property"): a.get("content") for tag, a in tags if tag == "meta"}
    assert meta["citation_title"] == meta["DC.title"] == meta["og:title"] == FOREST.title
    assert meta["citation_author"] == meta["DC.creator"] == FOREST.author
    assert meta["citation_publication_date"] == "2023/03/13"
    assert meta["DC.date"] == "2023-03-13"
    assert meta["article:published_time"] == FOREST.published_at
    links = {(a.get("rel"), a.get("type")): a.get("href") for tag, a in tags if tag == "link"}
    assert links["canonical", None] == OWN
    assert links["alternate", "application/x-bibtex"] == f"{OWN}.bib"
    for name in ("bib", "ris", "csl.json", "txt"):
        assert get(site, f"/bai/{FOREST_ID}.{name}").status_code == 200


def test_the_hostile_head_stays_in_its_attributes(site: Datasette) -> None:
    for tag, attributes in Tags(get(site, f"/bai/{HOSTILE_ID}").text).elements:
        if tag in ("meta", "link"):
            assert set(attributes) <= {
                "name",
                "property",
                "content",
                "charset",
                "rel",
                "type",
                "href",
                "title",
            }


@pytest.mark.parametrize("source", ["demo", "live"])
def test_invented_articles_are_cited_as_such(tmp_path: Path, source: str) -> None:
    invented = application(fill(tmp_path / "archive.db", source).parent)
    for name in ("bib", "ris", "csl.json", "txt"):
        text = get(invented, f"/bai/{FOREST_ID}.{name}").text
        assert ("A DEMONSTRATION: the article is invented." in text) == (source == "demo")
    box = get(invented, f"/bai/{FOREST_ID}").text.partition("<textarea")[2].partition("</textarea>")[0]
    assert ("BẢN MÔ PHỎNG" in box) == (source == "demo")
