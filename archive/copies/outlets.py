"""The outlets that Vietnamese news sites credit: one name and domain for the many ways to write each.

From general knowledge, not from a register; a domain is empty where the outlet's is not known for sure.
"""

import re
from dataclasses import dataclass
from functools import cache

from archive.text import fold

# name | domain | other ways to write it. A domain is a way as well; case, accents and points do not matter.
_KNOWN = """
Thông tấn xã Việt Nam | vnanet.vn | TTXVN, Thông tấn xã VN, VNA, news.vnanet.vn
Báo điện tử VietnamPlus | vietnamplus.vn | VietnamPlus, Vietnam+, TTXVN/Vietnam+, Vietnam Plus
Báo Tin tức | baotintuc.vn | Tin tức, TTXVN/Báo Tin tức, Báo Tin tức/TTXVN
Đài Tiếng nói Việt Nam | vov.vn | VOV, Đài TNVN, TNVN, VOV1, VOV2, VOV Online, VOV4, vovworld.vn, VOV Đông Bắc
Đài Truyền hình Việt Nam | vtv.vn | VTV, VTV1, VTV News, VTV Online, THVN, Đài THVN
Báo Nhân Dân | nhandan.vn | Nhân Dân, Nhân Dân điện tử, nhandan.com.vn, nhandan.org.vn
Báo Quân đội nhân dân | qdnd.vn | Quân đội nhân dân, QĐND, Báo QĐND, QĐND Online
Báo Công an nhân dân | cand.com.vn | Công an nhân dân, CAND, Báo CAND, cand.vn
Báo Chính phủ | baochinhphu.vn | Chinhphu.vn, VGP, VGP News, Báo điện tử Chính phủ, Cổng TTĐT Chính phủ, Cổng Thông tin điện tử Chính phủ, Cổng TTĐTCP, Cổng TTĐT CP, chinhphu.gov.vn, xaydungchinhsach.chinhphu.vn
Báo điện tử Đảng Cộng sản Việt Nam | dangcongsan.vn | Đảng Cộng sản, ĐCSVN, Báo ĐCSVN, cpv.org.vn, dangcongsan.org.vn, Báo điện tử ĐCSVN
Tạp chí Cộng sản | tapchicongsan.org.vn |
Báo Đại biểu Nhân dân | daibieunhandan.vn | Đại biểu Nhân dân, ĐBND
Cổng thông tin điện tử Quốc hội | quochoi.vn | Cổng TTĐT Quốc hội, Quochoi
VnExpress | vnexpress.net | VNE, Báo VnExpress
Báo Tuổi Trẻ | tuoitre.vn | Tuổi Trẻ, Tuổi Trẻ Online, TTO, tuoitre.com.vn
Báo Thanh Niên | thanhnien.vn | Thanh Niên, Thanh Niên Online, TNO, thanhnien.com.vn
Báo Tiền Phong | tienphong.vn | Tiền Phong, Tiền Phong Online
Báo Lao Động | laodong.vn | Lao Động, laodong.com.vn, LĐO, Lao Động Online
Báo Người Lao Động | nld.com.vn | Người Lao Động, NLĐ, NLĐO
Báo VietNamNet | vietnamnet.vn | VietNamNet, Vietnam Net, vietnamnet.com.vn
Infonet | infonet.vn | Báo Infonet
ICTnews | ictnews.vn |
Báo Dân trí | dantri.com.vn | Dân trí, dantri.vn
Báo Dân Việt | danviet.vn | Dân Việt, Báo điện tử Dân Việt
Báo Nông thôn ngày nay | | Nông thôn ngày nay, NTNN, Báo NTNN
Báo Nông nghiệp và Môi trường | nongnghiepmoitruong.vn | Nông nghiệp và Môi trường, Nông nghiệp & Môi trường
Báo Nông nghiệp Việt Nam | nongnghiep.vn | Nông nghiệp Việt Nam, Báo NNVN, NNVN, Báo Nông nghiệp
Báo Tài nguyên và Môi trường | baotainguyenmoitruong.vn | Tài nguyên và Môi trường, Tài nguyên & Môi trường, Báo TN&MT
Báo Hànộimới | hanoimoi.vn | Hà Nội mới, Báo Hà Nội mới, hanoimoi.com.vn
Báo Sài Gòn Giải Phóng | sggp.org.vn | Sài Gòn Giải Phóng, SGGP, Báo SGGP, SGGPO
Báo Pháp luật Việt Nam | baophapluat.vn | Pháp luật Việt Nam, PLVN, Báo PLVN
Báo Pháp Luật TP. Hồ Chí Minh | plo.vn | Pháp Luật TP.HCM, Báo Pháp luật TPHCM, PLO
Báo Giáo dục và Thời đại | giaoducthoidai.vn | Giáo dục và Thời đại, Giáo dục & Thời đại, Báo GD&TĐ, GD&TĐ
Báo Sức khỏe và Đời sống | suckhoedoisong.vn | Sức khỏe và Đời sống, Sức khỏe & Đời sống, SKĐS
Báo Phụ nữ Việt Nam | phunuvietnam.vn | Phụ nữ Việt Nam, PNVN
Báo Đại Đoàn Kết | daidoanket.vn | Đại Đoàn Kết
Tạp chí Mặt trận | tapchimattran.vn | Mặt trận
Báo Dân tộc và Phát triển | baodantoc.vn | Dân tộc và Phát triển, Dân tộc & Phát triển, Báo Dân tộc
Báo Biên phòng | bienphong.com.vn | Biên phòng
Báo Xây dựng | baoxaydung.vn | baoxaydung.com.vn
Báo Giao thông | baogiaothong.vn | Giao thông
Báo Công Thương | congthuong.vn | Công Thương, baocongthuong.com.vn
Báo Đầu tư | baodautu.vn | Đầu tư
Thời báo Tài chính Việt Nam | thoibaotaichinhvietnam.vn | Thời báo Tài chính
Báo Kiểm toán | baokiemtoan.vn |
Báo Văn hóa | baovanhoa.vn |
Báo Kinh tế và Đô thị | kinhtedothi.vn | Kinh tế & Đô thị, Kinh tế và Đô thị
Tạp chí Kinh tế Việt Nam | vneconomy.vn | VnEconomy, Thời báo Kinh tế Việt Nam
Tạp chí Tri thức | znews.vn | Zing, Zing News, Zingnews.vn, Znews, Tri thức trực tuyến
CafeF | cafef.vn |
Soha | soha.vn |
Kênh14 | kenh14.vn |
VTC News | vtcnews.vn | VTC, vtc.vn
Báo Khoa học và Phát triển | khoahocphattrien.vn | Khoa học và Phát triển, Khoa học & Phát triển
Tạp chí Tia Sáng | tiasang.com.vn | Tia Sáng
Tạp chí Thông tin và Truyền thông | ictvietnam.vn | Tạp chí TT&TT, ICT Việt Nam, ictvietnam
Báo Bưu điện Việt Nam | | Bưu điện Việt Nam
Báo Nông thôn mới | | Nông thôn mới
Báo Bắc Kạn | baobackan.vn | Báo Bắc Cạn, Bắc Kạn Online, BKO, baobackan.com.vn, baobackan.org.vn, Báo điện tử Bắc Kạn
Đài Phát thanh và Truyền hình Bắc Kạn | backantv.vn | Đài PT-TH Bắc Kạn, Đài PTTH Bắc Kạn, Đài PT&TH Bắc Kạn, Đài PT-TH tỉnh, Đài PT&TH tỉnh, Đài Phát thanh và Truyền hình tỉnh, BKTV
Báo Thái Nguyên | baothainguyen.vn |
Báo Cao Bằng | baocaobang.vn |
Báo Lạng Sơn | baolangson.vn |
Báo Tuyên Quang | baotuyenquang.com.vn |
Báo Hà Giang | baohagiang.vn |
Báo Lào Cai | baolaocai.vn |
Báo Yên Bái | baoyenbai.com.vn |
Cổng thông tin điện tử tỉnh Bắc Kạn | backan.gov.vn | Cổng TTĐT tỉnh Bắc Kạn, Cổng TTĐT tỉnh, Cổng thông tin điện tử tỉnh, Cổng TTĐT Bắc Kạn
Cổng thông tin điện tử Bộ Thông tin và Truyền thông | mic.gov.vn | Cổng TTĐT Bộ TT&TT, Cổng TTĐT Bộ Thông tin và Truyền thông
Cổng thông tin điện tử Bộ Khoa học và Công nghệ | mst.gov.vn | Cổng TTĐT Bộ KH&CN, Cổng TTĐT Bộ Khoa học và Công nghệ, most.gov.vn
Cổng thông tin điện tử Bộ Nội vụ | moha.gov.vn | Cổng TTĐT Bộ Nội vụ
"""  # noqa: E501
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,40}\.){1,4}(?:vn|com|net|org|info)\b", re.IGNORECASE)
_SPELLED = {
    "TTĐT": "thông tin điện tử",
    "PT-TH": "Phát thanh và Truyền hình",
    "PT&TH": "Phát thanh và Truyền hình",
}
_ABBREVIATED = re.compile("|".join(map(re.escape, _SPELLED)))
_NOISE = re.compile(r"[^a-z0-9+]+")


@dataclass(frozen=True, slots=True)
class Outlet:
    """`domain` without `www.`; None where it is not known."""

    name: str
    domain: str | None


def known_outlet(written: str) -> Outlet | None:
    """The outlet that is written so, if it is one of the table; by its domain too.

    A part of a newspaper's domain is the newspaper's; a part of an authority's is another authority's.
    """
    found = _table().get(_key(written))
    if found:
        return found
    domain = _domain(written)
    while domain:
        if domain in _table():
            return _table()[domain]
        domain = "" if domain.endswith(".gov.vn") else domain.partition(".")[2]
    return None


def outlet(written: str) -> Outlet:
    """As `known_outlet`; another one by the form of its name alone, with the domain that is written."""
    found = known_outlet(written)
    if found:
        return found
    domain = _domain(written)
    name = _ABBREVIATED.sub(lambda short: _SPELLED[short[0]], " ".join(written.split()))
    return Outlet(domain if domain and " " not in name else name, domain)


def has_domain(written: str) -> bool:
    return _domain(written) is not None


@cache
def _table() -> dict[str, Outlet]:
    table: dict[str, Outlet] = {}
    for line in _KNOWN.strip().splitlines():
        name, domain, others = (part.strip() for part in line.split("|"))
        one = Outlet(name, domain or None)
        for way in filter(None, (name, domain, *(other.strip() for other in others.split(",")))):
            table[_key(way)] = one
            if _DOMAIN.fullmatch(way):
                table[way.lower()] = one
    return table


def _key(written: str) -> str:
    return _NOISE.sub("", fold(written))


def _domain(written: str) -> str | None:
    found = _DOMAIN.search(written)
    return found[0].lower().removeprefix("www.") if found else None
