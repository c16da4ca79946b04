"""What the letters of a document's number stand for: its kind, and who issued it.

From Decree 30/2020/NĐ-CP, annex III, and Guidance 36-HD/VPTW of the party; keys are without accents, since
many a page types `QD` for `QĐ`.
"""

KINDS = {
    "BB": "biên bản", "BC": "báo cáo", "CD": "công điện", "CT": "chỉ thị", "CTR": "chương trình",
    "CV": "công văn", "DA": "đề án", "GM": "giấy mời", "GP": "giấy phép",
    "HD": "hướng dẫn", "KH": "kế hoạch", "KL": "kết luận", "L": "lệnh", "NQ": "nghị quyết",
    "NQLT": "nghị quyết liên tịch", "ND": "nghị định", "PA": "phương án", "PL": "pháp lệnh",
    "QC": "quy chế", "QCPH": "quy chế phối hợp", "QD": "quyết định", "QDI": "quy định", "QYD": "quy định",
    "SL": "sắc lệnh", "TB": "thông báo", "TC": "thông cáo", "TT": "thông tư", "TTLT": "thông tư liên tịch",
    "TTR": "tờ trình", "VBHN": "văn bản hợp nhất",
}  # fmt: skip

PARTY = {
    "BBT": "Ban Bí thư", "DU": "Đảng ủy", "HU": "Huyện ủy", "TU": "Tỉnh ủy",
    "THU": "Thành ủy", "TW": "Trung ương Đảng", "DUK": "Đảng ủy Khối",
    "BTGTW": "Ban Tuyên giáo Trung ương", "BTCTW": "Ban Tổ chức Trung ương",
    "UBKTTW": "Ủy ban Kiểm tra Trung ương", "VPTW": "Văn phòng Trung ương Đảng",
    "BTGTU": "Ban Tuyên giáo Tỉnh ủy", "BTCTU": "Ban Tổ chức Tỉnh ủy",
}  # fmt: skip

ISSUERS = {
    "BCA": "Bộ Công an", "BCD": "Ban Chỉ đạo", "BCT": "Bộ Công Thương", "BDT": "Ban Dân tộc",
    "BGDDT": "Bộ Giáo dục và Đào tạo", "BGTVT": "Bộ Giao thông vận tải", "BKHCN": "Bộ Khoa học và Công nghệ",
    "BKHDT": "Bộ Kế hoạch và Đầu tư", "BLDTBXH": "Bộ Lao động - Thương binh và Xã hội",
    "BNG": "Bộ Ngoại giao", "BNN": "Bộ Nông nghiệp và Phát triển nông thôn",
    "BNNPTNT": "Bộ Nông nghiệp và Phát triển nông thôn", "BNV": "Bộ Nội vụ", "BQP": "Bộ Quốc phòng",
    "BTC": "Bộ Tài chính", "BTDKT": "Ban Thi đua - Khen thưởng", "BTNMT": "Bộ Tài nguyên và Môi trường",
    "BTP": "Bộ Tư pháp", "BTTTT": "Bộ Thông tin và Truyền thông",
    "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch", "BXD": "Bộ Xây dựng", "BYT": "Bộ Y tế",
    "CATTT": "Cục An toàn thông tin", "CP": "Chính phủ", "CTN": "Chủ tịch nước",
    "HDND": "Hội đồng nhân dân", "MTTQ": "Mặt trận Tổ quốc", "MTTW": "Ủy ban Trung ương Mặt trận Tổ quốc",
    "NHNN": "Ngân hàng Nhà nước", "QH": "Quốc hội", "SCT": "Sở Công Thương",
    "SGDDT": "Sở Giáo dục và Đào tạo", "SGTVT": "Sở Giao thông vận tải", "SKHCN": "Sở Khoa học và Công nghệ",
    "SKHDT": "Sở Kế hoạch và Đầu tư", "SLDTBXH": "Sở Lao động - Thương binh và Xã hội",
    "SNN": "Sở Nông nghiệp và Phát triển nông thôn",
    "SNNPTNT": "Sở Nông nghiệp và Phát triển nông thôn", "SNV": "Sở Nội vụ", "STC": "Sở Tài chính",
    "STNMT": "Sở Tài nguyên và Môi trường", "STP": "Sở Tư pháp", "STTTT": "Sở Thông tin và Truyền thông",
    "SVHTTDL": "Sở Văn hóa, Thể thao và Du lịch", "SXD": "Sở Xây dựng", "SYT": "Sở Y tế",
    "TANDTC": "Tòa án nhân dân tối cao", "TLD": "Tổng Liên đoàn Lao động", "TTCP": "Thanh tra Chính phủ",
    "TTG": "Thủ tướng Chính phủ", "UBDT": "Ủy ban Dân tộc", "UBND": "Ủy ban nhân dân",
    "UBTVQH": "Ủy ban Thường vụ Quốc hội", "VKSNDTC": "Viện kiểm sát nhân dân tối cao",
    "VPCP": "Văn phòng Chính phủ", "VPUB": "Văn phòng Ủy ban nhân dân",
}  # fmt: skip

# How a code is spelled, by what it is in capitals without accents, where that is not the same.
SPELLED = {
    "BCD": "BCĐ", "BGDDT": "BGDĐT", "BKHDT": "BKHĐT", "BLDTBXH": "BLĐTBXH", "BTDKT": "BTĐKT", "CD": "CĐ",
    "CTR": "CTr", "DA": "ĐA", "DU": "ĐU", "DUK": "ĐUK", "HDND": "HĐND", "ND": "NĐ",
    "QD": "QĐ", "QDI": "QĐi", "QYD": "QyĐ", "SGDDT": "SGDĐT", "SKHDT": "SKHĐT", "SLDTBXH": "SLĐTBXH",
    "THU": "ThU", "TLD": "TLĐ", "TTG": "TTg", "TTR": "TTr",
}  # fmt: skip
