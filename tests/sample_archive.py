"""A small archive of invented articles for the tests of search and of the pages."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from archive.identity import row_id
from archive.model import (
    Article,
    Attachment,
    BodyLink,
    Capture,
    Ended,
    Image,
    Outcome,
    Page,
    PortalInfo,
    Related,
)
from archive.store import Archive

PORTALS = (
    PortalInfo(
        "backan",
        "Cổng thông tin điện tử tỉnh Bắc Kạn",
        "UBND tỉnh Bắc Kạn",
        "https://backan.gov.vn/",
        "sharepoint",
    ),
    PortalInfo(
        "sonoivu", "Sở Nội vụ tỉnh Bắc Kạn", "Sở Nội vụ", "https://sonoivu.backan.gov.vn/", "sharepoint"
    ),
    PortalInfo(
        "mic", "Bộ Thông tin và Truyền thông", "Bộ Thông tin và Truyền thông", "https://mic.gov.vn/", "mic"
    ),
)

FOREST = Article(
    url="https://backan.gov.vn/Pages/bao-ve-rung-phong-ho-dau-nguon-ho-ba-be-4d99.aspx",
    key="4d99",
    title="Bảo vệ rừng phòng hộ đầu nguồn hồ Ba Bể: người dân cùng vào cuộc",
    lead="Mười hai thôn vùng cao của huyện Ba Bể nhận khoán bảo vệ hơn 3.400 ha rừng phòng hộ, "
    "vừa giữ nguồn nước cho hồ, vừa có thêm thu nhập.",
    body="""Từ đầu mùa khô, tổ bảo vệ rừng thôn Nà Mằm tuần tra hai lần mỗi tuần. “Trước đây đi cả ngày \
không gặp ai, nay bà con thấy khói là gọi điện ngay”, ông Triệu Văn Đông, tổ trưởng, cho biết.

## Khoán rừng đến từng hộ

Theo Quyết định số 1719/QĐ-TTg và Kế hoạch số 125/KH-UBND, mỗi héc-ta rừng nhận khoán được chi trả 400.000 \
đồng một năm. Kinh phí chia làm ba đợt:

- đợt một, ngay sau khi ký hợp đồng;
- đợt hai, sau khi nghiệm thu giữa năm;
- đợt ba, cuối năm, trừ diện tích bị cháy hoặc bị chặt phá.

| Xã | Số hộ | Diện tích (ha) |
| Nam Mẫu | 214 | 1.260 |
| Quảng Khê | 187 | 1.105 |
| Hoàng Trĩ | 96 | 1.042 |

## Còn nhiều khó khăn

Đường tuần tra dốc, nhiều đoạn chỉ đi bộ được. Huyện đề nghị tỉnh bổ sung thiết bị và bảo hiểm cho các tổ. \
Năm nay chưa để xảy ra vụ cháy rừng nào./.""",
    author="Hoàng Thị Lan",
    source="Báo Bắc Kạn",
    section="Kinh tế - Xã hội",
    published_at="2023-03-13T15:40:00+07:00",
    date_label="Cập nhật lúc",
    language="vi",
    images=(
        Image(
            "https://backan.gov.vn/SiteCollectionImages/tuan-tra.jpg",
            "Tổ bảo vệ rừng thôn Nà Mằm đi tuần tra.",
        ),
        Image("https://backan.gov.vn/SiteCollectionImages/ho.jpg", None, "Hồ Ba Bể nhìn từ xã Nam Mẫu"),
    ),
    attachments=(
        Attachment(
            "https://backan.gov.vn/SiteCollectionDocuments/125-kh-ubnd.pdf", "Kế hoạch số 125/KH-UBND (PDF)"
        ),
    ),
    related=(
        Related(
            "Trồng rừng gỗ lớn ở Chợ Đồn", "https://backan.gov.vn/Pages/trong-rung-0a1c.aspx", "2023-03-02"
        ),
        Related("Ba Bể mở rộng diện tích chè Shan tuyết"),
    ),
    links=(BodyLink("https://thuvienphapluat.vn/van-ban/1719", "Quyết định số 1719/QĐ-TTg"),),
)


def _article(
    portal: str, key: str, day: str | None, title: str, body: str, **more: object
) -> tuple[str, Article]:
    url = {
        "backan": f"https://backan.gov.vn/Pages/{key}.aspx",
        "sonoivu": f"https://sonoivu.backan.gov.vn/Pages/tin-tuc-1/{key}.aspx",
        "mic": f"https://mic.gov.vn/mic_2020/Pages/TinTuc/{key}/tin.html",
    }[portal]
    article = Article(url, key, title, body, published_at=day, language="vi")
    return portal, replace(article, **more)  # type: ignore[arg-type]


ARTICLES: tuple[tuple[str, Article], ...] = (
    ("backan", FOREST),
    _article(
        "backan",
        "xay-dung-17-xa-nong-thon-moi-1a2b",
        "2023-03-10",
        "Tỉnh Bắc Kạn phấn đấu thêm 17 xã đạt chuẩn nông thôn mới",
        "Chương trình mục tiêu quốc gia xây dựng nông thôn mới bước sang giai đoạn hai.\n\n"
        "Người dân đóng góp 15 tỷ đồng và hiến hơn 40.000 m² đất làm đường.",
        author="Quý Đôn",
        section="Nông thôn mới",
        date_label="Cập nhật lúc",
    ),
    _article(
        "backan",
        "le-hoi-long-tong-2c3d",
        "2019-02-11T08:15:00+07:00",
        "Lễ hội Lồng tồng Ba Bể: nét đẹp văn hoá của người Tày",
        "Hàng nghìn du khách về dự hội xuân. Không khí vui tươi, an toàn, văn hoá.\n\n"
        "Phần hội có ném còn, đẩy gậy và thi cày.",
        section="Văn hóa",
    ),
    _article(
        "backan",
        "thu-vien-hoa-binh-5e6f",
        "2020-07-21",
        "Thư viện tỉnh trao đổi kinh nghiệm với Hòa Bình",
        "Đoàn công tác tìm hiểu cách số hóa tài liệu chữ Nôm Tày.",
        section="Văn hóa",
    ),
    _article(
        "backan",
        "thuy-loi-na-tang-7a8b",
        "2021-05-04",
        "Thuỷ lợi Nà Tằng: nước về đồng đúng vụ",
        "Công trình thuỷ lợi tưới cho 62 ha lúa hai vụ của xã Xuân Lạc.",
        section="Kinh tế - Xã hội",
    ),
    _article(
        "backan",
        "mua-lu-9c0d",
        "2021-08-19",
        "Mưa lũ làm sạt lở quốc lộ 279",
        "Mưa lớn nhiều giờ gây lũ quét. Lực lượng chức năng đang thông đường, chưa có thiệt hại về người.",
        section="Tin trong tỉnh",
    ),
    _article(
        "backan",
        "mua-xuan-1e2f",
        "2022-02-03",
        "Mùa xuân trên bản Dao đỏ",
        "Đào nở dọc đường lên Vũ Muộn. Bà con dựng cây nêu, gói bánh.",
        section="Văn hóa",
    ),
    _article(
        "backan",
        "thong-bao-khong-ngay-3a4b",
        None,
        "Thông báo tuyển chọn giống lúa địa phương",
        "Trung tâm Khuyến nông nhận hồ sơ đến hết tháng. Trang gốc không ghi ngày đăng.",
    ),
    _article(
        "sonoivu",
        "phong-trao-thi-dua-a1b2c3d4e5f60718",
        "2019-12-11",
        "Một số kết quả nổi bật trong phong trào thi đua “Chung sức xây dựng nông thôn mới” "
        "giai đoạn 2011-2020",
        "Đẩy mạnh phong trào thi đua yêu nước trên mọi lĩnh vực.\n\n"
        "Sở Nội vụ tham mưu Hướng dẫn số 15/HD-SNV về khen thưởng.",
        author="Hoàng Huế",
        date_label="Cập nhật lúc",
    ),
    _article(
        "sonoivu",
        "tuyen-dung-vien-chuc-b2c3d4e5f6071829",
        "2020-09-08",
        "Kế hoạch tuyển dụng viên chức ngành giáo dục huyện Bạch Thông",
        "Tuyển 45 giáo viên mầm non và tiểu học. Hồ sơ nộp trực tiếp tại Phòng Nội vụ huyện Bạch Thông.",
    ),
    _article(
        "sonoivu",
        "cai-cach-hanh-chinh-c3d4e5f607182930",
        "2022-11-25",
        "Chỉ số cải cách hành chính: Bắc Kạn tăng năm bậc",
        "Ủy ban nhân dân tỉnh yêu cầu các sở công khai thủ tục. Mã định danh điện tử phủ 98 % dân số.",
    ),
    _article(
        "mic",
        "159021",
        "2023-10-15T01:14:00+07:00",
        "Đến năm 2025 Bắc Kạn phấn đấu tăng thêm 52 xã đạt chuẩn NTM",
        "Bộ mặt nông thôn đổi thay từng ngày nhờ đường bê tông, điện lưới và Internet.",
        lead="Sau hơn mười năm xây dựng nông thôn mới, đời sống người dân được nâng lên.",
        source="danviet.vn",
        section="Thông tin và truyền thông với nông thôn",
        views=237,
    ),
    _article(
        "mic",
        "152518",
        "2022-04-12T16:30:00+07:00",
        "Kiên quyết ngăn chặn, xử lý thông tin xấu độc trên mạng xã hội",
        "Theo Nghị định 15/2020/NĐ-CP, mức phạt với hành vi đưa tin sai sự thật là 10 đến 20 triệu đồng.",
        section="Tin hoạt động của Bộ",
    ),
    _article(
        "mic",
        "140962",
        "2020-03-30T09:00:00+07:00",
        "Hướng dẫn báo cáo sự cố an ninh mạng",
        "Đơn vị gặp sự cố báo về Trung tâm ứng cứu trong 24 giờ; đầu mối trực hoạt động liên tục.",
        section="An toàn thông tin",
    ),
    _article(
        "mic",
        "138440",
        "2019-07-01",
        "Bac Kan eyes smart villages",
        "The northern province of Bac Kan plans free Wi-Fi in every village cultural house by 2025.",
        section="English",
        language=None,
    ),
)


def capture(portal: str, url: str, captured_at: str, offset: int = 1000) -> Capture:
    return Capture(
        url=url,
        portal=portal,
        captured_at=captured_at,
        crawl=f"{portal}-20231120",
        status=200,
        mime="text/html",
        sha256=sha256(f"{url} {captured_at}".encode()).hexdigest(),
        warc_file=f"{portal}-20231120.warc.gz",
        warc_offset=offset,
        warc_length=21_734,
    )


def take_in(
    archive: Archive, portal: str, article: Article, captured_at: str = "2023-11-20T03:10:00Z"
) -> int:
    """Store one article as a crawl would; return its id."""
    page = Page(Outcome.SELECTORS, article)
    offset = row_id(article.url, captured_at) % 10**8
    archive.take_in(capture(portal, article.url, captured_at, offset), page)
    return row_id(portal, article.key)


def without_shm(path: Path) -> Path:
    """Make SQLite's -shm file impossible, as a read-only folder does; in that, root could still write."""
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    path.with_name(f"{path.name}-shm").symlink_to("nowhere/shm")
    return path


def fill(path: Path, source: str = "live") -> Path:
    """Write the sample to `path`: the forest article in two versions, the flood gone from its portal."""
    with Archive(path) as archive:
        for portal in PORTALS:
            archive.put_portal(portal)
            archive.start_crawl(f"{portal.id}-20231120", portal.id, source, "2023-11-20T03:00:00Z")
            archive.finish_crawl(f"{portal.id}-20231120", Ended("2023-11-20T03:30:00Z", "ok"))
        first = replace(FOREST, body=FOREST.body.replace("400.000", "300.000"))
        take_in(archive, "backan", first, "2023-04-01T02:00:00Z")
        for portal_id, article in ARTICLES:
            take_in(archive, portal_id, article)
        archive.db.execute("update articles set gone_at = '2023-11-20T03:20:00Z' where title like 'Mưa lũ%'")
        archive.db.conn.commit()
    return path
