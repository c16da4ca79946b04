"""Whatever is taken in, and in whatever order: the same captures make the same archive."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest

from archive.coherence import incoherent
from archive.copies import meeting
from archive.errors import ArchiveError
from archive.model import (
    Article,
    Attachment,
    BodyLink,
    Capture,
    Ended,
    File,
    Image,
    Outcome,
    Page,
    PortalInfo,
    Related,
)
from archive.schema import FILES_FTS, FTS
from archive.store import Archive, capture_id

PORTALS = ("backan", "mic")
CRAWLS = tuple((f"{portal}-{number}", portal) for portal in PORTALS for number in (1, 2, 3))
OLD, NEW = "backan-old/backan.gov.vn/article/", "backan-new/backan.gov.vn/article/"
# Which stories the captures of a key may tell: one title changes, one is that of two notices, one of none.
STORIES: dict[str, tuple[str | None, ...]] = {
    f"{OLD}1": ("a", "b", None), f"{NEW}1": ("b", "c"), f"{OLD}2": ("d", None), f"{OLD}3": ("d",),
    f"{NEW}2": ("d", "e"), f"{NEW}3": ("e",), f"{OLD}4": ("f",), f"{OLD}5": ("f",), f"{NEW}6": (None,),
}  # fmt: skip
TOGETHER = ("1", "23", "456")  # the keys of one history, by their ends
# Three differ in white space only, and so in where they say something; two are copies of each other.
LONG = [f"{word} của bản" for word in range(90)]
TEXTS = (
    f"Đồng một {' '.join(LONG)}", "Xã Nam Mẫu: 5/KH-UBND", "Xã  Nam Mẫu: 5/KH-UBND", "Xã\n\nNam Mẫu: 5/KH-UBND",
    f"Ba Bể: 05/KH-UBND ngày 01/02/2019 và 15/2020/NĐ-CP {' '.join(LONG[30:])}",
)  # fmt: skip
NO_TEXT = (
    Outcome.MISSING, Outcome.MISSING, Outcome.REDIRECT, Outcome.LISTING, Outcome.EMPTY, Outcome.FAILED,
    Outcome.UNREADABLE, Outcome.ROBOTS,
)  # fmt: skip
Taken = tuple[Capture, Page]
Step = Taken | str | Callable[[Archive], None]


def article(random: Random, portal: str, key: str, number: int) -> Article:
    story = random.choice(STORIES.get(key, (None,)))
    return Article(
        url=f"https://{portal}.gov.vn/{number % 3}/{key}", key=key, title=f"Tin {random.choice('xxxy')}",
        body=random.choice(TEXTS), views=number, section=random.choice(("Kinh tế", None)),
        published_at=random.choice((None, "2020-01-02", "2020-01-03T04:05:00+07:00")),
        story=story and f"backan.gov.vn 2020-01-02 {story}",
        images=tuple(Image(f"https://x/{n}.jpg") for n in range(random.randrange(3))),
        attachments=(Attachment(f"https://x/{number}.pdf", "Kế hoạch"),) * random.randrange(2),
        related=tuple(Related(f"Tin {n}") for n in range(random.randrange(3))),
        links=(BodyLink(f"https://y/{number}", "y"),),
    )  # fmt: skip


def captured(seed: int, size: int = 40) -> list[Taken]:
    """Captures of few addresses within seconds, of all kinds."""
    random, history, seconds = Random(seed), [], (3, 25)[seed % 2]
    keys = [key for key in STORIES if key[-1] in TOGETHER[seed % 3]] * 2 + ["mic/mic.gov.vn/article/1"]
    for number in range(size):
        key = random.choice(keys)
        portal = "mic" if key.startswith("mic") else "backan"
        crawl = f"{portal}-{random.choice('123')}"
        place = (f"{crawl}.warc.gz", number, 9) if random.random() < 0.9 else (None, None, None)
        time = f"2024-01-01T00:00:{random.randrange(seconds):02}Z"
        url = f"https://{portal}.gov.vn/{key}?{number}"
        capture = Capture(url, portal, time, crawl, 200, "text/html", f"{number:064}", *place)
        if random.random() < 0.65:
            page = Page(
                random.choice((Outcome.SELECTORS, Outcome.WHOLE)), article(random, portal, key, number),
                whole=random.random() < 0.6, key=key,
            )  # fmt: skip
        elif random.random() < 0.4:
            # One file under few addresses, which the articles offer or do not.
            url = f"{random.choice(('http', 'https'))}://x/{random.randrange(number + 1)}.pdf"
            capture = replace(capture, url=url)
            says = File("pdf", "a.pdf", f"Đồng {number}", trouble=random.choice((None, "no text: scanned")))
            page = Page(Outcome.FILE, whole=random.random() < 0.6, file=says)
        else:
            outcome = random.choice(NO_TEXT)
            page = Page(outcome, key=key, note="why", replaced=outcome == Outcome.FAILED and number % 2 == 0)
        history.append((capture, page))
    return history


def made_of(steps: Iterable[Step], complete: set[str]) -> dict[str, list[Any]]:
    """All rows of an archive into which captures were taken, and in which crawls, by their ids, ended."""
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(PortalInfo(portal, portal, portal, portal, portal))
        for crawl, portal in CRAWLS:
            archive.start_crawl(crawl, portal, "live", "2024-01-01T00:00:00Z")
        for step in steps:
            if isinstance(step, str):
                end(archive, [step], complete)
            elif callable(step):
                step(archive)
            else:
                archive.take_in(*step)
        end(archive, [], complete)
        return dict(rows(archive))


def end(archive: Archive, crawls: Iterable[str], complete: set[str]) -> None:
    for crawl in crawls:
        archive.finish_crawl(crawl, Ended("2024-01-02T00:00:00Z", "finished", complete=crawl in complete))
    for portal in PORTALS:
        archive.recount(portal)


def schema(archive: Archive) -> list[Any]:
    return sorted(archive.db.execute("select type, name, tbl_name, sql from sqlite_master"), key=repr)


def rows(archive: Archive) -> Iterator[tuple[str, list[Any]]]:
    """Every table with its rows, and of the indexes for search every word with its place."""
    for index in (*FTS, *FILES_FTS):
        archive.db.execute(f"insert into {index}({index}) values ('integrity-check')")
        archive.db.execute(
            f"create virtual table temp.{index}_words using fts5vocab(main, {index}, instance)"
        )
        yield index, sorted(archive.db.execute(f"select * from {index}_words"))
    for table in archive.db.table_names():
        if not table.startswith(("articles_fts", "files_fts", "_")):
            yield table, sorted(archive.db.execute(f"select * from {table}"), key=repr)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_taking_in_makes_no_difference_to_any_table(seed: int) -> None:
    random, crawls = Random(seed), [crawl for crawl, _ in CRAWLS]
    history = sorted(captured(seed), key=lambda taken: (taken[0].captured_at, capture_id(taken[0])))
    complete = set(random.sample(crawls, 3))
    one = made_of([*history, *crawls], complete)
    assert {"portals", "crawls", "captures", "articles", "versions", "images", "stories"} <= one.keys()
    assert {"documents", "places", "article_documents", "article_places", "files", "files_fts"} <= one.keys()
    assert {"copies", "credits", "copies_sketches", "copies_buckets", "copies_pairs"} <= one.keys()
    assert made_of([*crawls, *reversed(history)], complete) == one
    for _ in range(3):
        steps = [*history, *random.sample(history, 9), *crawls]
        random.shuffle(steps)
        assert made_of(steps, complete) == one


@pytest.mark.parametrize("seed", range(20))
def test_an_archive_made_in_bulk_is_as_one_made_article_by_article(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(meeting, "CROWD", (1, 2, 64)[seed % 3])
    random, crawls = Random(seed), [crawl for crawl, _ in CRAWLS]
    history, complete = captured(seed, 60), set(random.sample(crawls, 3))
    one = made_of([*history, *crawls], complete)
    random.shuffle(history)
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(PortalInfo(portal, portal, portal, portal, portal))
        for crawl, portal in CRAWLS:
            archive.start_crawl(crawl, portal, "live", "2024-01-01T00:00:00Z")
        made = schema(archive)
        with archive.in_bulk():
            for some in (history[:20], history[20:]):
                with archive.writing():
                    for taken in some:
                        archive.take_in(*taken)
        assert schema(archive) == made
        assert [*incoherent(archive.db.conn)] == []
        end(archive, crawls, complete)
        assert dict(rows(archive)) == one


def test_an_archive_with_captures_is_not_made_in_bulk() -> None:
    with Archive(":memory:") as archive:
        archive.put_portal(PortalInfo(*PORTALS[:1] * 5))
        archive.start_crawl(*CRAWLS[0], "live", "2024-01-01T00:00:00Z")
        archive.take_in(*next(taken for taken in captured(0) if taken[0].portal == PORTALS[0]))
        made = schema(archive)
        with pytest.raises(ArchiveError, match="without captures"), archive.in_bulk():
            raise AssertionError
        assert schema(archive) == made


@pytest.mark.parametrize("seed", range(20))
def test_an_article_taken_in_anew_is_as_if_what_has_changed_had_always_been_so(seed: int) -> None:
    random, history = Random(seed), captured(seed)
    crawls = [crawl for crawl, _ in CRAWLS]
    pages = {capture_id(capture): (capture, page) for capture, page in history}
    steps: list[Step] = [*pages.values()]
    for id in random.sample([id for id, (_, page) in pages.items() if page.article], 5):
        capture, page = pages[id]
        pages[id] = capture, Page(Outcome.FAILED, key=page.key, note="cut off")
        steps.append(partial(take_in_anew, pages=dict(pages), id=id))
    assert made_of([*steps, *crawls], set()) == made_of([*pages.values(), *crawls], set())


def take_in_anew(archive: Archive, pages: dict[int, Taken], id: int) -> None:
    query = "select id from captures where article = (select article from captures where id = ?)"
    captures = [capture for (capture,) in archive.db.execute(query, [id])]
    [(article,)] = archive.db.execute("select article from captures where id = ?", [id])
    with archive.anew(article):
        for capture in captures:
            archive.take_in(*pages[capture])


def test_a_capture_that_cannot_be_taken_in_anew_leaves_all_as_it_was() -> None:
    with Archive(":memory:") as archive:
        archive.put_portal(PortalInfo("mic", "mic", "mic", "mic", "mic"))
        for capture, page in captured(0):
            archive.take_in(capture, page)
        before = {
            table: list(archive.db.query(f"select * from {table}")) for table in ("captures", "articles")
        }
        [(article,)] = archive.db.execute("select id from articles limit 1")
        with pytest.raises(KeyError), archive.anew(article):
            raise KeyError
        assert before == {table: list(archive.db.query(f"select * from {table}")) for table in before}


def test_the_histories_hold_what_makes_the_order_matter() -> None:
    """Else the test above would prove nothing."""
    seen = set()
    for seed in range(20):
        with Archive(":memory:") as archive:
            for portal in PORTALS:
                archive.put_portal(PortalInfo(portal, portal, portal, portal, portal))
            for capture, page in captured(seed):
                archive.take_in(capture, page)
            one = {
                "one article under two keys": "select 1 from stories group by article "
                "having count(distinct key) > 1",
                "two of one engine and one story": "select 1 from stories where key glob '*old*' "
                "group by story having count(distinct article) > 1",
                "gone": "select 1 from articles where gone_at is not null",
                "came back": "select 1 from articles as a join captures as c on c.article = a.id "
                "where c.outcome = 'missing' and c.captured_at < a.last_captured_at",
                "only parts": "select 1 from articles as a join captures as c on c.id = a.capture "
                "where not c.whole",
                "parts beside whole ones": "select 1 from articles as a join captures as c on c.id = a.capture "
                "where c.whole and exists (select 1 from captures where article = a.id and not whole)",
                "a text that came back": "select 1 from versions group by article, sha256 having count(*) > 1",
                "copies": "select 1 from copies",
                "a file that an article offers": "select 1 from files as f join attachments as t on t.file = f.id "
                "where f.title <> '0.pdf' and f.published_at is not null",
                "a file captured twice": "select 1 from captures where file is not null group by file "
                "having count(*) > 1",
                "two texts of a second": "select 1 from captures where text_sha256 is not null "
                "group by article, captured_at having count(*) > 1",
            }
            with closing(archive.db.conn.cursor()) as cursor:
                seen |= {name for name, query in one.items() if cursor.execute(query).fetchone()}
    assert seen == one.keys()
