"""Invented articles of four portals whose facts were read out of them by hand: what the questions are asked of."""

from dataclasses import replace
from pathlib import Path

from sample_archive import PORTALS, take_in

from archive.identity import row_id
from archive.model import Article, PortalInfo
from archive.store import Archive

FARMING = PortalInfo(
    "sonnptnt",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở NN&PTNT tỉnh Bắc Kạn",
    "https://sonnptnt.backan.gov.vn/",
    "sharepoint",
)
ADDRESSES = {
    "backan": "https://backan.gov.vn/Pages/{}.aspx",
    "sonnptnt": "https://sonnptnt.backan.gov.vn/Pages/{}.aspx",
    "sonoivu": "https://sonoivu.backan.gov.vn/Pages/tin-tuc-1/{}.aspx",
    "mic": "https://mic.gov.vn/mic_2020/Pages/TinTuc/{}/tin.html",
}

ROAD = """Sau bốn tháng thi công, tuyến đường bê tông từ trung tâm xã Quang Thuận, huyện Bạch Thông vào thôn Nà Lẹng \
đã thông xe, thay cho con đường đất mà mỗi mùa mưa học sinh phải lội bộ hơn một giờ mới tới được điểm trường.

Theo Kế hoạch số 125/KH-UBND, tuyến đường dài 2,4 km, mặt rộng 3 m, tổng mức đầu tư 3,6 tỷ đồng. Bà con trong thôn \
đã hiến 5.200 m2 đất, tự tháo dỡ tường rào, cây cối và góp 1.450 ngày công để dọn mặt bằng trước khi máy vào làm.

Bà Hà Thị Mơ, Chủ tịch UBND xã Quang Thuận cho biết, xã chọn làm trước những đoạn dốc nhất, nơi xe chở cam quýt hay \
bị sa lầy; đoạn còn lại sẽ được đổ bê tông khi có thêm xi măng của tỉnh. Thương lái nay vào tận vườn để thu mua, giá \
quýt bán tại chỗ cao hơn trước nhờ không còn phải thuê xe máy chở ra đường lớn.

Ông Lý Văn Páo, trưởng thôn Nà Lẹng, kể rằng ngày khởi công cả thôn nghỉ việc nương, người mang cuốc, người mang xẻng, \
nhà nào neo người thì nấu nước chè gánh ra tận công trường. Con đường mới giúp trẻ em đi học đúng giờ, người ốm được đưa \
xuống trạm y tế kịp thời và xe thu gom rác có thể vào đến từng cụm dân cư mỗi tuần hai lần."""


def _article(portal: str, key: str, day: str, title: str, body: str, **more: str) -> tuple[str, Article]:
    article = Article(ADDRESSES[portal].format(key), key, title, body, published_at=day, language="vi")
    return portal, replace(article, **more)  # type: ignore[arg-type]


NONG_THUONG = _article(
    "backan",
    "nong-thuong-don-bang-1a2b",
    "2018-01-05",
    "Xã Nông Thượng đón bằng công nhận đạt chuẩn nông thôn mới",
    "Năm 2017, xã Nông Thượng, thành phố Bắc Kạn được công nhận đạt chuẩn nông thôn mới.\n\n"
    "Tại buổi lễ, ông Nông Văn Kiên, Phó Chủ tịch UBND tỉnh đã trao bằng cho địa phương. Trong ba năm, Công an tỉnh "
    "đã hỗ trợ xã 900 triệu đồng để làm đường thôn Nà Kẹn.",
)
DONG_VIEN = _article(
    "sonnptnt",
    "dong-vien-dat-chuan-2c3d",
    "2019-04-05",
    "Xã Đông Viên, huyện Chợ Đồn đón bằng đạt chuẩn nông thôn mới",
    "Năm 2018, xã Đông Viên, huyện Chợ Đồn được công nhận đạt chuẩn nông thôn mới.\n\n"
    "Ông Nông Văn Kiên, Phó Chủ tịch UBND tỉnh dự và phát biểu. Theo Kế hoạch số 125/KH-UBND, xã được đầu tư nhà văn hóa.",
)
GIFT = _article(
    "sonoivu",
    "trao-qua-dong-vien-3e4f",
    "2020-01-15",
    "Trao quà Tết tại xã Đông Viên",
    "Đoàn công tác của Sở Nội vụ đến thăm xã Đông Viên, huyện Chợ Đồn.\n\n"
    "Ngân hàng Chính sách xã hội tỉnh đã hỗ trợ 50 triệu đồng để sửa 02 căn nhà. Năm 2020, Công an tỉnh đã hỗ trợ "
    "120 triệu đồng để xây nhà họp thôn.",
)
CHAIRMAN = _article(
    "backan",
    "chu-tich-tinh-lam-viec-4a5b",
    "2021-06-02",
    "Chủ tịch UBND tỉnh làm việc với huyện Chợ Đồn",
    "Ông Nông Văn Kiên, Chủ tịch UBND tỉnh đã làm việc với huyện Chợ Đồn về Kế hoạch số 125/KH-UBND và Nghị quyết số "
    "08-NQ/TU.\n\nNăm 2020, xã Quang Thuận, huyện Bạch Thông đã đạt chuẩn nông thôn mới.",
)
COPIED = (
    _article("backan", "duong-moi-na-leng-5c6d", "2022-03-10", "Đường mới vào Nà Lẹng", ROAD),
    _article("sonnptnt", "duong-moi-na-leng-6e7f", "2022-03-11", "Đường mới vào thôn Nà Lẹng", ROAD,
             source="backan.gov.vn"),
    _article("mic", "160001", "2022-03-14", "Quang Thuận: đường mới vào Nà Lẹng",
             "\n\n".join(ROAD.split("\n\n")[:3]), source="Theo backan.gov.vn"),
)  # fmt: skip
FLOOD = _article(
    "backan",
    "mua-lu-cho-don-7a8b",
    "2023-08-20",
    "Mưa lũ gây thiệt hại tại huyện Chợ Đồn",
    "Mưa lớn làm 12 căn nhà bị tốc mái, 30 ha lúa bị ngập.\n\nHuyện huy động 200 dân quân khắc phục.",
)
FLOOD_CORRECTED = replace(FLOOD[1], body=FLOOD[1].body.replace("12 căn nhà", "17 căn nhà, trong đó 05 nhà"))

ARTICLES = (NONG_THUONG, DONG_VIEN, GIFT, CHAIRMAN, *COPIED, FLOOD)


def id_of(article: tuple[str, Article]) -> int:
    return row_id(article[0], article[1].key)


def fill(path: Path) -> Path:
    """All of them as crawls would have taken them in, the flood in two versions."""
    with Archive(path) as archive:
        for portal in (*PORTALS, FARMING):
            archive.put_portal(portal)
            archive.start_crawl(f"{portal.id}-20231120", portal.id, "live", "2023-11-20T03:00:00Z")
        for portal_id, article in ARTICLES:
            take_in(archive, portal_id, article)
        take_in(archive, "backan", FLOOD_CORRECTED, "2023-11-21T03:10:00Z")
    return path
