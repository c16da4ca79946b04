"""What the letters of a document's number stand for: its kind, and who issued it.

From Decree 30/2020/NĐ-CP, annex III, Circular 01/2011/TT-BNV, Guidance 36-HD/VPTW of the party, and the
letters that ministries, departments and the province's bodies use, those of 2025 too. The tables have them
as they are spelled; they are looked up without accents and in capitals, since many a page types `QD`.
"""

from archive.text import without_stroke

_KINDS = {
    "BB": "biên bản", "BC": "báo cáo", "BGN": "bản ghi nhớ", "CĐ": "công điện", "CT": "chỉ thị",
    "CTr": "chương trình", "CTHĐ": "chương trình hành động", "CTPH": "chương trình phối hợp",
    "CTrPH": "chương trình phối hợp", "CV": "công văn", "ĐA": "đề án", "ĐC": "đề cương",
    "GCN": "giấy chứng nhận", "GGT": "giấy giới thiệu", "GM": "giấy mời", "GP": "giấy phép",
    "GUQ": "giấy ủy quyền", "GXN": "giấy xác nhận", "HD": "hướng dẫn", "HDLN": "hướng dẫn liên ngành",
    "HDLT": "hướng dẫn liên tịch", "KH": "kế hoạch", "KHLN": "kế hoạch liên ngành",
    "KHLT": "kế hoạch liên tịch", "KHPH": "kế hoạch phối hợp", "KL": "kết luận", "KLTT": "kết luận thanh tra",
    "KLTTr": "kết luận thanh tra", "L": "lệnh", "LKG": "lời kêu gọi", "NĐ": "nghị định", "NQ": "nghị quyết",
    "NQLT": "nghị quyết liên tịch", "PA": "phương án", "PL": "pháp lệnh", "QC": "quy chế",
    "QCPH": "quy chế phối hợp", "QĐ": "quyết định", "QĐi": "quy định", "QyĐ": "quy định", "SL": "sắc lệnh",
    "TB": "thông báo", "TBKL": "thông báo kết luận", "TC": "thông cáo", "TCBC": "thông cáo báo chí",
    "TM": "thư mời", "TT": "thông tư", "TTLB": "thông tư liên bộ", "TTLT": "thông tư liên tịch",
    "TTr": "tờ trình", "VBHN": "văn bản hợp nhất",
}  # fmt: skip

_PARTY = {
    "BBT": "Ban Bí thư", "BCHTW": "Ban Chấp hành Trung ương Đảng", "BCSĐ": "Ban cán sự đảng",
    "BDVTU": "Ban Dân vận Tỉnh ủy", "BDVTW": "Ban Dân vận Trung ương", "BKTTW": "Ban Kinh tế Trung ương",
    "BNCTU": "Ban Nội chính Tỉnh ủy", "BNCTW": "Ban Nội chính Trung ương", "BTCTU": "Ban Tổ chức Tỉnh ủy",
    "BTCTW": "Ban Tổ chức Trung ương", "BTGDVTU": "Ban Tuyên giáo và Dân vận Tỉnh ủy",
    "BTGDVTW": "Ban Tuyên giáo và Dân vận Trung ương", "BTGTU": "Ban Tuyên giáo Tỉnh ủy",
    "BTGTW": "Ban Tuyên giáo Trung ương", "BTVTU": "Ban Thường vụ Tỉnh ủy", "ĐCSVN": "Đảng Cộng sản Việt Nam",
    "ĐĐHĐND": "Đảng đoàn Hội đồng nhân dân", "ĐU": "Đảng ủy", "ĐUCA": "Đảng ủy Công an",
    "ĐUCATW": "Đảng ủy Công an Trung ương", "ĐUK": "Đảng ủy Khối", "ĐUKCCQ": "Đảng ủy Khối các cơ quan",
    "ĐUKCQ": "Đảng ủy Khối các cơ quan", "ĐUKDN": "Đảng ủy Khối doanh nghiệp", "ĐUQS": "Đảng ủy Quân sự",
    "ĐUUBND": "Đảng ủy Ủy ban nhân dân", "HU": "Huyện ủy", "QUTW": "Quân ủy Trung ương", "ThU": "Thành ủy",
    "TU": "Tỉnh ủy", "TW": "Trung ương Đảng", "UBKTHU": "Ủy ban Kiểm tra Huyện ủy",
    "UBKTTU": "Ủy ban Kiểm tra Tỉnh ủy", "UBKTTW": "Ủy ban Kiểm tra Trung ương", "VPHU": "Văn phòng Huyện ủy",
    "VPTU": "Văn phòng Tỉnh ủy", "VPTW": "Văn phòng Trung ương Đảng",
}  # fmt: skip

_MINISTRIES = {
    "BCA": "Bộ Công an", "BCT": "Bộ Công Thương", "BDTTG": "Bộ Dân tộc và Tôn giáo",
    "BGD": "Bộ Giáo dục và Đào tạo", "BGDĐT": "Bộ Giáo dục và Đào tạo", "BGTVT": "Bộ Giao thông vận tải",
    "BKHCN": "Bộ Khoa học và Công nghệ", "BKHĐT": "Bộ Kế hoạch và Đầu tư",
    "BLĐTBXH": "Bộ Lao động - Thương binh và Xã hội", "BNG": "Bộ Ngoại giao",
    "BNN": "Bộ Nông nghiệp và Phát triển nông thôn", "BNNMT": "Bộ Nông nghiệp và Môi trường",
    "BNNPTNT": "Bộ Nông nghiệp và Phát triển nông thôn", "BNV": "Bộ Nội vụ", "BQP": "Bộ Quốc phòng",
    "BTC": "Bộ Tài chính", "BTNMT": "Bộ Tài nguyên và Môi trường", "BTP": "Bộ Tư pháp",
    "BTTTT": "Bộ Thông tin và Truyền thông", "BVHTT": "Bộ Văn hóa - Thông tin",
    "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch", "BXD": "Bộ Xây dựng", "BYT": "Bộ Y tế",
}  # fmt: skip

_STATE = {
    "BATGT": "Ban An toàn giao thông", "BCĐ": "Ban Chỉ đạo", "BCHQS": "Bộ Chỉ huy Quân sự",
    "BDT": "Ban Dân tộc", "BHXH": "Bảo hiểm xã hội", "BQL": "Ban Quản lý",
    "BQLKCN": "Ban Quản lý các khu công nghiệp", "BTĐKT": "Ban Thi đua - Khen thưởng", "CAT": "Công an tỉnh",
    "CATTT": "Cục An toàn thông tin", "CP": "Chính phủ", "CTK": "Cục Thống kê", "CTN": "Chủ tịch nước",
    "ĐĐBQH": "Đoàn đại biểu Quốc hội", "HĐBT": "Hội đồng Bộ trưởng", "HĐND": "Hội đồng nhân dân",
    "HĐTĐKT": "Hội đồng Thi đua - Khen thưởng", "KBNN": "Kho bạc Nhà nước", "KTNN": "Kiểm toán Nhà nước",
    "LĐLĐ": "Liên đoàn Lao động", "MTTQ": "Mặt trận Tổ quốc", "MTTW": "Ủy ban Trung ương Mặt trận Tổ quốc",
    "NHCS": "Ngân hàng Chính sách xã hội", "NHCSXH": "Ngân hàng Chính sách xã hội",
    "NHNN": "Ngân hàng Nhà nước", "QH": "Quốc hội", "SCT": "Sở Công Thương",
    "SDTTG": "Sở Dân tộc và Tôn giáo", "SGD": "Sở Giáo dục và Đào tạo", "SGDĐT": "Sở Giáo dục và Đào tạo",
    "SGTVT": "Sở Giao thông vận tải", "SKHCN": "Sở Khoa học và Công nghệ", "SKHĐT": "Sở Kế hoạch và Đầu tư",
    "SLĐTBXH": "Sở Lao động - Thương binh và Xã hội", "SNgV": "Sở Ngoại vụ",
    "SNN": "Sở Nông nghiệp và Phát triển nông thôn", "SNNMT": "Sở Nông nghiệp và Môi trường",
    "SNNPTNT": "Sở Nông nghiệp và Phát triển nông thôn", "SNV": "Sở Nội vụ", "STC": "Sở Tài chính",
    "STNMT": "Sở Tài nguyên và Môi trường", "STP": "Sở Tư pháp", "STTTT": "Sở Thông tin và Truyền thông",
    "SVHTTDL": "Sở Văn hóa, Thể thao và Du lịch", "SXD": "Sở Xây dựng", "SYT": "Sở Y tế",
    "TAND": "Tòa án nhân dân", "TANDTC": "Tòa án nhân dân tối cao", "TCT": "Tổng cục Thuế",
    "TCTK": "Tổng cục Thống kê", "TLĐ": "Tổng Liên đoàn Lao động", "TTCP": "Thanh tra Chính phủ",
    "TTg": "Thủ tướng Chính phủ", "UB": "Ủy ban nhân dân", "UBDT": "Ủy ban Dân tộc",
    "UBMTTQ": "Ủy ban Mặt trận Tổ quốc", "UBMTTQVN": "Ủy ban Mặt trận Tổ quốc Việt Nam",
    "UBND": "Ủy ban nhân dân", "UBTVQH": "Ủy ban Thường vụ Quốc hội", "VKSND": "Viện kiểm sát nhân dân",
    "VKSNDTC": "Viện kiểm sát nhân dân tối cao", "VPCP": "Văn phòng Chính phủ",
    "VPCTN": "Văn phòng Chủ tịch nước", "VPQH": "Văn phòng Quốc hội", "VPUB": "Văn phòng Ủy ban nhân dân",
    "VPUBND": "Văn phòng Ủy ban nhân dân",
}  # fmt: skip

# Unions that write their numbers now as the party does and now as the state does.
_UNIONS = {
    "ĐTN": "Đoàn Thanh niên", "TĐTN": "Tỉnh đoàn", "TWĐTN": "Trung ương Đoàn Thanh niên",
    "CCB": "Hội Cựu chiến binh", "HCCB": "Hội Cựu chiến binh", "HLHPN": "Hội Liên hiệp Phụ nữ",
    "HND": "Hội Nông dân", "HNDT": "Hội Nông dân tỉnh", "HNDTW": "Trung ương Hội Nông dân",
    "HNDVN": "Hội Nông dân Việt Nam", "HPN": "Hội Phụ nữ",
}  # fmt: skip


def code(part: str) -> str:
    """In capitals without accents and `&`; but a contract, `HĐ`, is no guidance."""
    letters = part.replace("Ð", "Đ").replace("&", "")
    return "HĐ" if letters == "HĐ" else without_stroke(letters.upper())


def _by_code(table: dict[str, str]) -> dict[str, str]:
    return {code(letters): meaning for letters, meaning in table.items()}


KINDS = _by_code(_KINDS)
PARTY = _by_code(_PARTY)
ISSUERS = _by_code({**_MINISTRIES, **_STATE})
UNIONS = _by_code(_UNIONS)
JOINT = frozenset({"CTPH", "CTRPH", "HDLN", "HDLT", "KHLN", "KHLT", "KHPH", "NQLT", "QCPH", "TTLB", "TTLT"})
SPELLED = {
    code(letters): letters for table in (_KINDS, _PARTY, _MINISTRIES, _STATE, _UNIONS) for letters in table
}
