"""Which articles tell one story in the same words: who was first, who copied, what was cut."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from datasketch import MinHash
from timed import seconds

from archive.coherence import incoherent
from archive.copies import copied, difference, meeting, sketch, told
from archive.diff import Edit
from archive.identity import row_id
from archive.model import Article, Capture, Outcome, Page, PortalInfo
from archive.store import Archive
from crawler.replica.truth import Truth, truths

PORTALS = (
    "backan",
    "mic",
    "mst",
    "pacnam",
    "sonnptnt",
    "giamngheo",
    "hoinongdan",
    "ict",
    "sonoivu",
    "ubmttq",
)
TABLES = ("copies", "credits", "copies_sketches", "copies_buckets", "copies_pairs")
WHOLE = "Ba xã của tỉnh được công nhận đạt chuẩn nông thôn mới năm 2021"
CUT = "Yến Dương, Lục Bình, Như Cố về đích nông thôn mới"  # the same, cut by another portal
LONG = [*{truth.body: truth for truth in truths() if truth.words > 180 and truth.title != CUT}.values()]
SKETCH = (
    "19156e03601ccf04f71dbf073336a00408521e06ca2b9708bbbc560d93fe0d00bf7a510108ad9b05"
    "fee52c05ff1658031daac9095e315a077d1ab10120d50e0741b83aa37b0c1fa97eaa647e12e752af"
    "49b0d80ee8be9d16b3836d2b649f604ba583c73a16dd1037521b1bfcaa1968aa"
)
WEEK = """LỊCH CÔNG TÁC TUẦN CỦA LÃNH ĐẠO SỞ (Từ ngày {0}/3/2023 đến ngày {1}/3/2023)
Thứ Hai ({0}/3): Sáng: Giám đốc Nông Văn Minh họp giao ban lãnh đạo Sở tại phòng họp tầng 2. Chiều: Phó Giám đốc \
Hà Thị Lan dự hội nghị tổng kết công tác cải cách hành chính.
Thứ Ba ({2}/3): Sáng: Phó Giám đốc Hà Thị Lan làm việc với UBND huyện. Chiều: Làm việc tại cơ quan.
Thứ Tư ({3}/3): Sáng: Giám đốc Nông Văn Minh dự họp UBND tỉnh phiên thường kỳ. Chiều: Các đồng chí lãnh đạo làm \
việc tại cơ quan.
Thứ Năm ({4}/3): Giám đốc Nông Văn Minh tiếp công dân định kỳ tại Trụ sở Tiếp công dân của tỉnh.
Thứ Sáu ({1}/3): Làm việc tại cơ quan. Lịch này thay cho giấy mời; nếu có thay đổi, Văn phòng Sở sẽ thông báo."""
WEATHER = """Dự báo thời tiết khu vực tỉnh Bắc Kạn ngày {0}/01/2024: Nhiều mây, có mưa nhỏ rải rác, sáng sớm có \
sương mù. Gió nhẹ. Độ ẩm trung bình {1}%. Nhiệt độ thấp nhất từ {2} đến {3} độ C, vùng núi cao có nơi dưới {4} độ C. \
Nhiệt độ cao nhất từ {5} đến {6} độ C. Đề phòng rét hại ảnh hưởng đến gia súc, cây trồng và sức khỏe của nhân dân. \
Tin phát lúc 15h30 hằng ngày."""


def body_of(truth: Truth) -> str:
    return f"{truth.lead or ''}\n\n{truth.body}"


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?”])\s+", text)


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(PortalInfo(portal, portal, portal, portal, portal))
        archive.start_crawl("c", "backan", "live", "2024-01-01T00:00:00Z")
        yield archive


def put(
    archive: Archive, portal: str, key: str, body: str, published_at: str | None = "2023-05-01", **more: Any
) -> int:
    """Take in one page; `second` is when it was captured."""
    second = more.pop("second", 0)
    page = Article(
        f"https://{portal}.vn/{key}", key, more.pop("title", f"Tin {key}"), body, published_at=published_at, **more
    )  # fmt: skip
    time, place = f"2024-01-01T00:00:{second:02}Z", row_id(portal, key, second, body) % 10**9
    archive.take_in(
        Capture(page.url, portal, time, "c", 200, "text/html", "ab" * 32, "c.warc.gz", place, 9),
        Page(Outcome.SELECTORS, page, key=key),
    )
    return row_id(portal, key)


def copies(archive: Archive) -> dict[int, int]:
    return dict(archive.db.execute("select article, first from copies").fetchall())


def rows(archive: Archive) -> dict[str, list[Any]]:
    return {table: sorted(archive.db.execute(f"select * from {table}"), key=repr) for table in TABLES}


def take_all(archive: Archive) -> dict[int, Truth]:
    taken = {}
    for number, one in enumerate(truths()):
        id = put(
            archive, one.portal, f"{one.engine}/{number}", one.body, one.published_at, title=one.title, lead=one.lead,
            source=one.source, author=one.author,
        )  # fmt: skip
        taken[id] = one
    return taken


def test_the_copies_of_the_replica_are_found_with_the_right_first_and_nothing_else(archive: Archive) -> None:
    taken = take_all(archive)
    found = {
        (taken[first].portal, taken[copy].portal, taken[copy].title)
        for copy, first in copies(archive).items()
    }
    titles = [truth.title for truth in taken.values()]
    assert {title for *_, title in found} == {title for title in titles if titles.count(title) > 1} | {CUT}
    assert {(first, copy) for first, copy, _ in found} == {
        ("pacnam", "sonnptnt"), ("mic", "mst"), ("backan", "backan"), ("sonnptnt", "backan"),
        ("sonnptnt", "hoinongdan"), ("sonnptnt", "ubmttq"),
    }  # fmt: skip
    assert [*incoherent(archive.db.conn)] == []


def test_a_row_says_what_was_kept_cut_and_added(archive: Archive) -> None:
    whole = body_of(LONG[3])
    words = len(told("", None, whole).words)
    first = put(archive, "backan", "a", whole, "2023-05-01T08:00:00+07:00")
    cut = " ".join(sentences(whole)[: len(sentences(whole)) // 2])
    copy = put(
        archive, "mic", "b", f"{cut} Bài này Ban biên tập trích đăng để bạn đọc cùng biết.", "2023-05-02"
    )
    [row] = archive.db.query("select * from copies")
    gone = words - len(told("", None, cut).words)
    assert (row["article"], row["first"], row["portal"], row["first_portal"]) == (
        copy,
        first,
        "mic",
        "backan",
    )
    assert (row["words_cut"], row["words_added"]) == (gone, 12)
    assert row["kept"] == round(1 - gone / words, 4)
    assert 0.3 < row["similarity"] < 0.7


def edited(text: str, every: int) -> str:
    places = (place for place in range(1, 10**6))
    return re.sub(r"\w+", lambda word: "khác" if next(places) % every == 0 else word[0], text)


CHANGES: dict[str, Callable[[str], str]] = {
    "as it was": str,
    "in capitals": str.upper,
    "on one line": lambda text: " ".join(text.split()),
    "in another order": lambda text: "\n".join(reversed(text.split("\n"))),
    "with a byline": lambda text: f"{text}\n\nTin, ảnh: Hoàng Thị Mai Phương - Theo Báo Bắc Kạn",
    "with a paragraph of its own": lambda text: f"{text}\n\n{LONG[0].body[:400]}",
    "without punctuation": lambda text: re.sub(r"[“”,;!?]", "", text),
    "with a word in twenty changed": lambda text: edited(text, 20),
    "cut to seven tenths": lambda text: text[: len(text) * 7 // 10],
    "cut to the end": lambda text: text[len(text) // 2 :],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_found_though_it_was_changed(archive: Archive, change: str) -> None:
    for number, truth in enumerate(LONG[1:21]):
        put(archive, "backan", f"{number}", body_of(truth), "2023-05-01")
    wanted = {}
    for number, truth in enumerate(LONG[1:21]):
        id = put(archive, "mic", f"{number}", CHANGES[change](body_of(truth)), "2023-05-02", title="Tên khác")
        wanted[id] = row_id("backan", f"{number}")
    found = copies(archive)
    assert {copy: first for copy, first in found.items() if copy in wanted} == wanted


def test_of_copies_that_were_cut_to_a_third_nineteen_of_twenty_are_found(archive: Archive) -> None:
    for truth in LONG:
        put(archive, "backan", truth.title, body_of(truth), "2023-05-01")
    before = len(copies(archive))
    for truth in LONG:
        parts = sentences(body_of(truth))
        put(archive, "mic", truth.title, " ".join(parts[: len(parts) // 3 + 1]), "2023-05-02")
    assert len(copies(archive)) - before >= 0.95 * len(LONG)


def test_notices_of_one_template_with_other_numbers_are_no_copies() -> None:
    assert (
        copied(told("", None, WEEK.format(6, 10, 7, 8, 9)), told("", None, WEEK.format(13, 17, 14, 15, 16)))
        is None
    )
    one, other = WEATHER.format(5, 80, 11, 13, 9, 18, 20), WEATHER.format(7, 85, 12, 14, 10, 17, 19)
    assert copied(told("", None, one), told("", None, other)) is None
    assert copied(told("", None, one), told("", None, one)) is not None
    random = Random(1)
    for truth in LONG:
        renumbered = re.sub(
            r"\d+", lambda digits: str(random.randrange(10 ** (len(digits[0]) - 1), 10 ** len(digits[0]))), body_of(truth)
        )  # fmt: skip
        assert copied(told("", None, body_of(truth)), told("", None, renumbered)) is None, truth.title


def test_no_two_articles_of_the_replica_share_a_tenth_but_copies() -> None:
    texts = {(truth.portal, truth.title): told("", truth.lead, truth.body) for truth in truths()}
    for (one, title), text in texts.items():
        for (other, another), text_of_other in texts.items():
            if title != another and {title, another} != {WHOLE, CUT}:
                assert copied(text, text_of_other) is None, (one, title, other, another)


def test_short_texts_are_copies_only_where_title_and_numbers_are_the_same() -> None:
    body = "Sở Nội vụ thông báo kết quả thi tuyển công chức. Xem danh sách trong tệp đính kèm 15."
    assert copied(
        told("Thông báo kết quả thi tuyển", None, body), told("Thông báo kết quả thi tuyển", None, body)
    )
    other = told("Thông báo kết quả xét thăng hạng viên chức giáo viên", None, body)
    assert copied(told("Thông báo kết quả thi tuyển", None, body), other) is None
    another = told("Thông báo kết quả thi tuyển", None, body.replace("15", "16"))
    assert copied(told("Thông báo kết quả thi tuyển", None, body), another) is None
    assert sketch(told("Thông báo", None, "Nội dung đang được cập nhật").distinct) is None


def test_a_pair_is_the_same_from_either_side() -> None:
    for truth in LONG[:20]:
        one, other = (
            told("", None, body_of(truth)),
            told("", None, body_of(truth)[200:] + LONG[30].body[:300]),
        )
        there, back = copied(one, other), copied(other, one)
        assert there is not None
        assert back is not None
        assert (back.similarity, back.words, back.alone) == (
            there.similarity,
            there.words[::-1],
            there.alone[::-1],
        )


def test_the_first_is_who_published_first_and_undated_articles_come_last(archive: Archive) -> None:
    text = body_of(LONG[4])
    undated = put(archive, "ict", "a", text, None)
    day = put(archive, "mic", "b", text, "2023-05-01")
    late = put(archive, "mst", "c", text, "2023-05-01T16:00:00+07:00")
    assert copies(archive) == {undated: late, day: late}
    early = put(archive, "pacnam", "d", text, "2023-05-01T07:00:00+07:00", source="Báo Bắc Kạn")
    assert copies(archive) == dict.fromkeys((undated, day, late), early)
    uncredited = put(archive, "sonnptnt", "e", text, "2023-05-01T07:00:00+07:00")
    assert copies(archive) == dict.fromkeys((undated, day, late, early), uncredited)


def test_a_chain_of_articles_each_like_the_next_is_not_one_story(archive: Archive) -> None:
    parts = [sentence for truth in LONG[:12] for sentence in sentences(body_of(truth))[:8]]
    links = [" ".join(parts[start : start + 24]) for start in range(0, 60, 12)]
    ids = [put(archive, "backan", f"{n}", link, f"2023-05-{n + 1:02}") for n, link in enumerate(links)]
    assert archive.db.execute("select count(*) from copies_pairs").fetchone() == (8,)
    assert copies(archive) == {ids[1]: ids[0], ids[3]: ids[2]}


def steps(random: Random, count: int = 20) -> list[tuple[str, str, str, str | None, int]]:
    """Captures of few articles that have much in common, some of which change their texts."""
    stock = sentences(body_of(LONG[5]))
    others = sentences(body_of(LONG[6]))
    taken = []
    for number in range(count):
        text = random.sample(stock, random.randrange(3, len(stock))) + random.sample(
            others, random.randrange(4)
        )
        date = random.choice((None, "2023-05-01", "2023-05-02", "2023-05-01T07:00:00+07:00"))
        taken.append((random.choice(PORTALS[:3]), random.choice("abcdef"), " ".join(text), date, number))
    return taken


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("crowd", [3, 64])
def test_rows_follow_from_the_articles_whatever_the_order(
    monkeypatch: pytest.MonkeyPatch, archive: Archive, seed: int, crowd: int
) -> None:
    monkeypatch.setattr(meeting, "CROWD", crowd)
    random = Random(seed)
    history = steps(random)
    newest = {(portal, key): (portal, key, *rest) for portal, key, *rest in history}
    some = made(newest.values())
    assert made(history, in_bulk=True) == some
    random.shuffle(history)
    assert made(history) == some == made(sorted(newest.values(), key=repr))
    left = dict(list(newest.items())[2:])
    assert made(newest.values(), forget=[row_id(*key) for key in newest if key not in left]) == made(
        left.values()
    )
    assert crowd == 64 or some["copies_pairs"] != with_room(newest.values())


def with_room(history: Any) -> list[Any]:
    meeting.CROWD = 64
    try:
        return made(history)["copies_pairs"]
    finally:
        meeting.CROWD = 3


def made(history: Any, forget: Any = (), in_bulk: bool = False) -> dict[str, list[Any]]:
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(PortalInfo(portal, portal, portal, portal, portal))
        archive.start_crawl("c", "backan", "live", "2024-01-01T00:00:00Z")
        with archive.in_bulk() if in_bulk else nullcontext():
            for portal, key, text, date, second in history:
                put(archive, portal, key, text, date, second=second)
        for id in forget:
            with archive.anew(id):
                pass
        assert [*incoherent(archive.db.conn)] == []
        return rows(archive)


def test_three_copies_give_the_same_rows_in_each_of_their_orders() -> None:
    text = body_of(LONG[7])
    three = [("backan", "a", text, "2023-05-03", 1), ("mic", "b", text[300:], "2023-05-01", 2),
             ("mst", "c", text[:-300], None, 3)]  # fmt: skip
    one = made(three)
    assert len(one["copies"]) == 2
    for order in permutations(three):
        assert made(order) == one


def test_a_copy_that_changes_its_text_is_one_no_more(archive: Archive) -> None:
    text = body_of(LONG[8])
    first, copy = put(archive, "backan", "a", text), put(archive, "mic", "b", text, "2023-05-02")
    assert copies(archive) == {copy: first}
    put(archive, "mic", "b", body_of(LONG[9]), "2023-05-02", second=5)
    assert copies(archive) == {}
    put(archive, "mic", "b", text, "2023-04-02", second=6)
    assert copies(archive) == {first: copy}


def test_when_the_first_is_forgotten_the_next_takes_its_place(archive: Archive) -> None:
    text = body_of(LONG[10])
    ids = [put(archive, portal, "a", text, f"2023-05-0{n}") for n, portal in enumerate(PORTALS[:3], 1)]
    assert copies(archive) == {ids[1]: ids[0], ids[2]: ids[0]}
    with archive.anew(ids[0]):
        pass
    assert copies(archive) == {ids[2]: ids[1]}
    assert [*incoherent(archive.db.conn)] == []


def test_an_article_of_two_engines_is_no_copy_of_itself(archive: Archive) -> None:
    text, story = body_of(LONG[11]), "backan.gov.vn 2023-05-01 tin"
    other = put(archive, "mic", "b", text, "2023-05-02")
    put(archive, "backan", "old/1", text, source="TTXVN", story=story)
    put(archive, "backan", "new/1", text, source="TTXVN", story=story, second=3)
    united = row_id("backan", "new/1")
    assert copies(archive) == {other: united}
    assert archive.db.execute("select article, outlet from credits").fetchall() == [
        (united, "Thông tấn xã Việt Nam")
    ]
    assert archive.db.execute("select count(*) from copies_sketches").fetchone() == (2,)


def test_a_text_that_more_than_a_crowd_share_is_a_template(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meeting, "CROWD", 5)
    ids = [put(archive, "backan", f"{n}", body_of(LONG[12]), f"2023-05-0{n + 1}") for n in range(5)]
    assert len(copies(archive)) == 4
    extra = put(archive, "mic", "x", body_of(LONG[12]), "2023-06-01")
    assert copies(archive) == {}
    with archive.anew(extra):
        pass
    assert copies(archive) == dict.fromkeys(ids[1:], ids[0])


def test_stories_copied_by_three_portals_or_more_are_asked_of_the_view(archive: Archive) -> None:
    for number, portal in enumerate(PORTALS[:4]):
        put(archive, portal, "a", body_of(LONG[13]), f"2023-05-0{number + 1}", title=f"Tên {number}")
    put(archive, "backan", "b", body_of(LONG[13]), "2023-05-09")
    put(archive, "backan", "c", body_of(LONG[14]), "2023-05-01")
    put(archive, "mic", "c", body_of(LONG[14]), "2023-05-02")
    found = archive.db.execute(
        "select title, portal, published_at, copies, portals, others from stories_copied where portals > 3"
    ).fetchall()
    assert found == [("Tên 0", "backan", "2023-05-01", 4, 4, "mic,mst,pacnam")]
    assert archive.db.execute("select portals from stories_copied order by 1").fetchall() == [(2,), (4,)]


def test_what_was_cut_is_told_in_words() -> None:
    first = Article("", "", "Tiêu đề", "Câu một ở đây. Câu hai bị cắt.", lead="Sapo.")
    copy = Article("", "", "Tiêu đề", "Câu một ở đây. Câu ba thêm vào.", lead="Sapo.")
    found = difference(first, copy)
    assert [piece.text.strip() for piece in found.pieces if piece.edit == Edit.REMOVED] == ["hai bị cắt"]
    assert [piece.text.strip() for piece in found.pieces if piece.edit == Edit.ADDED] == ["ba thêm vào"]


def test_a_sketch_is_the_same_in_every_process_and_in_every_version() -> None:
    """Those that are stored are compared with those of later years."""
    program = (
        "from archive.copies import sketch, told\n"
        "print(sketch(told('', None, 'Ủy ban ' + ' '.join(map(str, range(40)))).distinct).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[1], env={"PYTHONHASHSEED": "2", "PYTHONUTF8": "1"},
    )  # fmt: skip
    drawn = sketch(told("", None, "Ủy ban " + " ".join(map(str, range(40)))).distinct)
    assert drawn is not None
    assert done.stdout.strip() == drawn.hex() == SKETCH


@pytest.mark.parametrize("words", [12, 500, 4096, 10_000])
def test_a_sketch_is_that_of_datasketch(words: int) -> None:
    runs = told("", None, " ".join(map(str, range(words + 3)))).distinct
    known = MinHash(64, seed=1, hashfunc=int, scheme="affine32")
    known.update_batch((runs >> 32).tolist())
    values = known.hashvalues
    assert sketch(runs) == values[:16].astype("<u4").tobytes() + values[16:].astype("u1").tobytes()


@pytest.mark.parametrize(
    "text", ["đồng " * 1_000_000, "đ" * 5_000_000, "1.1." * 1_250_000, "\n" * 5_000_000, "🎉\ud800" * 1000, "", "((((" * 10**6]
)  # fmt: skip
def test_hostile_texts_are_taken_in(archive: Archive, text: str) -> None:
    words = told(text, text, text)
    assert len(words.distinct) < 100
    assert sketch(words.distinct) is None
    assert copied(words, words) is None or len(words.distinct)


def test_a_long_text_of_many_words_is_compared_in_its_beginning(archive: Archive) -> None:
    random = Random(1)
    text = " ".join(str(random.randrange(10**9)) for _ in range(40_000))
    first = put(archive, "backan", "a", text)
    copy = put(archive, "mic", "b", text[:-50_000], "2023-05-02")
    assert copies(archive) == {copy: first}


def test_time_grows_as_the_text_does() -> None:
    def taken(size: int) -> float:
        text = " ".join(f"{word} của" for word in range(size))
        return seconds(lambda: sketch(told("", None, text).distinct), 3)

    taken(10)
    assert taken(16_000) < 40 * taken(1_600) + 0.05


def test_without_numbers_half_a_text_is_not_enough() -> None:
    """Nothing then tells a copy from a notice of the same template with other names."""
    wordy = [re.sub(r"\S*\d\S*", "", body_of(truth)) for truth in LONG[:3]]
    shared, own, other = (" ".join(text.split()[:110]) for text in wordy)
    assert copied(told("", None, f"{shared} {own}"), told("", None, f"{shared} {other}")) is None
    assert copied(told("", None, f"{shared} {own}"), told("", None, shared)) is not None
