"""What a reader looks for comes first: searches of the replica's texts, and of real ones where they are here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sample_archive import FOREST, take_in

from archive.model import Article, PortalInfo
from archive.search import every, search
from archive.store import Archive
from archive.text import fold, normalise
from crawler.replica.truth import truths

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
LEAST = 0.95  # of the mean reciprocal rank

# What is typed, and how the title begins of the article that is meant.
WANTED = (
    # with accents
    ("hát then hồ Ba Bể", "Đêm hát Then bên hồ Ba Bể"),
    ("miến dong Na Rì", "Miến dong Na Rì vào vụ Tết"),
    ("chè Shan tuyết", "Chè Shan tuyết Bằng Phúc"),
    ("ngân hàng bò", "“Ngân hàng bò” của thôn Khau Slôm"),
    ("chợ 0 đồng", "Chợ 0 đồng của tổ dân phố số 5"),
    ("lễ cấp sắc", "Trao bằng di sản văn hóa phi vật thể"),
    ("máy tách hạt ngô", "Máy tách hạt ngô mini"),
    ("sâu keo mùa thu", "Hướng dẫn phòng trừ sâu keo mùa thu"),
    ("cháy rừng cấp IV", "Cấp dự báo cháy rừng lên cấp IV"),
    ("nghiến cổ thụ", "Giữ rừng nghiến cổ thụ ở Kim Hỷ"),
    # without accents
    ("bi xanh thom", "Ba Bể mở rộng vùng trồng bí xanh thơm"),
    ("homestay pac ngoi", "Homestay Pác Ngòi"),
    ("giai ngan von dau tu cong", "UBND tỉnh yêu cầu đẩy nhanh tiến độ giải ngân"),
    ("nuoi ong duoi tan rung", "Nuôi ong dưới tán rừng"),
    ("quan trac lu quet", "Trạm quan trắc tự động báo lũ quét"),
    ("lua nep tai", "Giải mã giống lúa nếp Tài"),
    ("hong khong hat", "Phục tráng giống hồng không hạt"),
    ("nuoc sach khuoi khoang", "Nước sạch về với 74 hộ dân"),
    ("sap nhap thon bach thong", "Sáp nhập thôn ở Bạch Thông"),
    ("lua dao sim 5g", "Cảnh báo chiêu lừa “nâng cấp sim 5G”"),
    # tone marks where another school puts them
    ("thuỷ lợi mùa khô", "Nông dân góp 12.400 ngày công làm thủy lợi"),
    ("xoá vùng lõm sóng", "Xóa vùng lõm sóng ở vùng cao Bắc Kạn"),
    ("văn hoá phi vật thể", "Trao bằng di sản văn hóa phi vật thể"),
    ("hàng hoá bí xanh thơm", "Ba Bể mở rộng vùng trồng bí xanh thơm"),
    # names
    ("Triệu Tòn Sểnh", "Anh Triệu Tòn Sểnh và vườn mơ"),
    ("lường thị sáo", "Bà Lường Thị Sáo gây dựng"),
    ("hoang a chu", "Bàn giao nhà Đại đoàn kết cho hộ ông Hoàng A Chu"),
    ("Lủng Cháng", "Cô giáo 19 năm cắm bản ở Lủng Cháng"),
    ("phieng phang", "Hương ước mới ở Phiêng Phàng"),
    # numbers of documents
    ("812/QĐ-UBND", "Phê duyệt Đề án sản xuất nông nghiệp"),
    ("1993/CATTT-NCSC", "Hướng dẫn các cơ quan nhà nước rà soát lỗ hổng"),
    ("12/nq-hdnd", "Phân bổ 318 tỷ đồng"),
    ("1876/HD-SNV", "Hướng dẫn tổng kết công tác thi đua"),
    ("5634/UBND-GTCNXD", "UBND tỉnh yêu cầu đẩy nhanh tiến độ giải ngân"),
    # another letter for đ
    ("Ðề án sản xuất nông nghiệp", "Phê duyệt Đề án sản xuất nông nghiệp"),
    ("ðiểm trường lẻ", "Ngành Giáo dục triển khai nhiệm vụ năm học"),
    ("dối thoại với doanh nghiệp", "Hội nghị đối thoại với doanh nghiệp"),
    ("dat rung ve tinh", "Dữ liệu mở về đất rừng"),
    # English, and what stands together only in one
    ("rural radio", "Rural radio stations go digital"),
    ('"tổ công nghệ số cộng đồng"', "Tổ công nghệ số cộng đồng"),
)
WANTED_OF_SEEDS = (
    ("dẫn đầu phong trào thi đua 2011 - 2020", "Một số kết quả nổi bật"),
    ("chi thi 05 giup do xa kho khan", "Bắc Kạn thực hiện Chỉ thị 05"),
    ("05-CT/TW", "Bắc Kạn thực hiện Chỉ thị 05"),
    ("thi đua yêu nước xây dựng quê hương", "Đẩy mạnh phong trào thi đua yêu nước"),
    ("hien dat lam duong thanh pho bac kan", "Thành phố Bắc Kạn: Hiệu quả"),
    ("đô thị văn minh", "Thành phố Bắc Kạn: Hiệu quả"),
    ("52 xã đạt chuẩn NTM", "Đến năm 2025 Bắc Kạn phấn đấu"),
    ("125/KH-UBND", "Đến năm 2025 Bắc Kạn phấn đấu"),
)
PHRASES = (
    "nông thôn mới", "nong thon moi", "hồ ba bể", "dân tộc thiểu số", "công an", "cong an", "hội nông dân",
    "thôn mới", "xã vùng cao", "hòa bình", "chuyển đổi số", "Bắc Kạn", "bac kan", "nông nghiệp và phát triển",
)  # fmt: skip
WITHOUT = (("rừng", "cháy"), ("nong", "thon"), ("xã", "huyện"), ("số", "sở"), ("hoc sinh", "dân tộc"))


@dataclass(frozen=True, slots=True)
class Library:
    path: Path
    articles: list[Article]


def seeds() -> Iterator[Article]:
    """Of each text its first long line as the title, all that follows as the body."""
    for path in sorted(SEEDS.glob("*.txt")):
        lines = [normalise(line) for line in path.read_text().splitlines()]
        at = next(
            n
            for n, line in enumerate(lines)
            if len(line) > 40 and "quý khách" not in line and "_" not in line
        )
        yield replace(
            FOREST, key=path.stem, title=lines[at], lead=None, body="\n\n".join(filter(None, lines[at + 1 :]))
        )


def library(path: Path, articles: list[Article]) -> Library:
    with Archive(path) as archive:
        archive.put_portal(PortalInfo("backan", "Bắc Kạn", "UBND", "https://backan.gov.vn/", "sharepoint"))
        for number, article in enumerate(articles):
            take_in(
                archive, "backan", replace(article, url=f"https://backan.gov.vn/{number}", key=str(number))
            )
    return Library(path, articles)


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Library:
    articles = [
        Article(truth.urls[0], truth.urls[0], normalise(truth.title), normalise(truth.body), lead=truth.lead)
        for truth in truths()
    ]
    return library(tmp_path_factory.mktemp("replica") / "archive.db", articles)


@pytest.fixture(scope="module")
def everything(replica: Library, tmp_path_factory: pytest.TempPathFactory) -> Library:
    if not (found := list(seeds())):
        pytest.skip(f"the real texts are not in {SEEDS}")
    return library(tmp_path_factory.mktemp("everything") / "archive.db", [*replica.articles, *found])


def reciprocal_ranks(path: Path, wanted: tuple[tuple[str, str], ...]) -> dict[str, float]:
    """1 where the article meant comes first, 1/2 where it is the second, 0 where it is not among 20."""
    ranks = dict[str, float]()
    for words, title in wanted:
        found = [hit.title.startswith(title) for hit in search(path, words).hits]
        ranks[words] = 1 / (1 + found.index(True)) if True in found else 0.0
    return ranks


def told(ranks: dict[str, float]) -> float:
    mean = sum(ranks.values()) / len(ranks)
    print(f"mean reciprocal rank of {len(ranks)} searches: {mean:.3f}")
    print("not first:", {words: round(rank, 2) for words, rank in ranks.items() if rank < 1})
    return mean


def test_what_a_reader_means_comes_first(replica: Library) -> None:
    assert len(WANTED) == len({words for words, _ in WANTED}) >= 40
    assert told(reciprocal_ranks(replica.path, WANTED)) >= LEAST


def test_it_does_so_too_among_real_texts(everything: Library) -> None:
    assert told(reciprocal_ranks(everything.path, WANTED + WANTED_OF_SEEDS)) >= LEAST


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_finds_the_articles_that_hold_it_and_no_other(replica: Library, phrase: str) -> None:
    accented = fold(phrase) != phrase.lower()
    found = {hit.url for hit in every(replica.path, f'"{phrase}"', exact=accented)}
    assert found == {
        f"https://backan.gov.vn/{number}"
        for number, article in enumerate(replica.articles)
        if holds(article, phrase, accented)
    }


@pytest.mark.parametrize(("words", "without"), WITHOUT)
def test_what_is_excluded_is_in_none_and_nothing_else_is_missing(
    replica: Library, words: str, without: str
) -> None:
    found = {hit.url for hit in every(replica.path, f'{words} -"{without}"')}
    excluded_as_typed = fold(without) != without
    assert found == {
        f"https://backan.gov.vn/{number}"
        for number, article in enumerate(replica.articles)
        if all(holds(article, word, accented=False) for word in words.split())
        and not holds(article, without, excluded_as_typed)
    }


def holds(article: Article, phrase: str, accented: bool) -> bool:
    """A plain scan of the texts."""
    spelt = (lambda text: schooled(text.lower())) if accented else fold
    wanted = r"[\W_]+".join(re.findall(r"[^\W_]+", spelt(phrase)))
    texts = (article.title, article.lead or "", article.body)
    return any(re.search(rf"(?<![^\W_]){wanted}(?![^\W_])", spelt(text)) for text in texts)


def schooled(text: str) -> str:
    """Of the two places for a tone mark, one: hoà as hòa."""
    pairs = zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),
        strict=True,
    )
    for second, first in pairs:
        text = re.sub(rf"{second}\b", first, text)
    return text
