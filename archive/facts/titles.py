"""What stands before a name and says that it is a person's: forms of address, ranks, degrees, professions."""

# As written in small letters, and what each is put down as where that differs.
_ADDRESS = """
    ông; bà; anh; chị; em; cháu; cụ; thầy; cô; bác; chú; cậu; ông bà; ông, bà = ông bà; anh chị;
    thầy giáo; cô giáo; cô nuôi = cô; thầy cô giáo; đồng chí; đ/c = đồng chí; đ.c = đồng chí;
    đc = đồng chí; nghệ nhân; nghệ nhân ưu tú; nghệ nhân nhân dân; già làng; thầy thuốc; thầy thuốc ưu tú;
    nhà giáo; nhà giáo ưu tú; nhà giáo nhân dân; anh hùng; anh hùng lao động; anh hùng liệt sĩ; liệt sĩ;
    liệt sỹ = liệt sĩ; mẹ; chị em; mr = Mr; mrs = Mrs; ms = Ms; miss = Miss; ngài; cậu bé; cô bé; em bé;
    cháu bé; anh chị em; người có uy tín; người uy tín = người có uy tín; ngưt = nhà giáo ưu tú;
    nnưt = nghệ nhân ưu tú; nnnd = nghệ nhân nhân dân; ttưt = thầy thuốc ưu tú;
    ttnd = thầy thuốc nhân dân; anh hùng llvtnd = anh hùng;
    anh hùng lực lượng vũ trang nhân dân = anh hùng; mẹ vnah = mẹ; ahlđ = anh hùng lao động;
    nghệ nhân dân gian = nghệ nhân; già bản = già làng
"""
_PROFESSIONS = """
    bác sĩ; bác sỹ = bác sĩ; y sĩ; y sỹ = y sĩ; dược sĩ; dược sỹ = dược sĩ; bác sĩ chuyên khoa = bác sĩ;
    bác sỹ chuyên khoa = bác sĩ; chuyên khoa = bác sĩ; bs = bác sĩ; bscki = bác sĩ; bsckii = bác sĩ;
    bs.cki = bác sĩ; bs.ckii = bác sĩ; cki = bác sĩ; ckii = bác sĩ; điều dưỡng; điều dưỡng viên;
    nữ y tá; kỹ sư; kĩ sư = kỹ sư; ks = kỹ sư; kiến trúc sư; kts = kiến trúc sư; luật sư;
    nhà báo; nhà thơ; nhà văn; nhà nghiên cứu; nhà khoa học; nhạc sĩ; nhạc sỹ = nhạc sĩ; ca sĩ;
    ca sỹ = ca sĩ; họa sĩ; nghệ sĩ; nghệ sỹ = nghệ sĩ; nghệ sĩ ưu tú; nghệ sĩ nhân dân;
    nsut = nghệ sĩ ưu tú; nsưt = nghệ sĩ ưu tú; nsnd = nghệ sĩ nhân dân; võ sư; huấn luyện viên;
    hlv = huấn luyện viên; vận động viên; vđv = vận động viên; cầu thủ; giáo viên; giảng viên; doanh nhân;
    nông dân; lương y; cử nhân; phóng viên; bưu tá; công nhân; lái xe; chiến sĩ; chiến sỹ = chiến sĩ;
    diễn viên; biên tập viên; hướng dẫn viên; chuyên gia; chuyên viên; nhân viên; hòa thượng;
    hoà thượng = hòa thượng; thượng tọa; đại đức; linh mục; mục sư; cựu chiến binh; thương binh; giáo sư;
    phó giáo sư; tiến sĩ; tiến sỹ = tiến sĩ; thạc sĩ; thạc sỹ = thạc sĩ; gs = giáo sư; pgs = phó giáo sư;
    ts = tiến sĩ; ths = thạc sĩ; th.s = thạc sĩ; pgs.ts = phó giáo sư; pgs. ts = phó giáo sư;
    gs.ts = giáo sư; gs. ts = giáo sư; phó giáo sư, tiến sĩ = phó giáo sư; giáo sư, tiến sĩ = giáo sư;
    tskh = tiến sĩ; dr = Dr; gs.tskh = giáo sư; ts.bs = tiến sĩ; ths.bs = thạc sĩ; nhiếp ảnh gia;
    nghệ sĩ nhiếp ảnh = nghệ sĩ; nhà nhiếp ảnh; nhà sử học; nhà quay phim; nhà phê bình; nhà thiết kế;
    ntk = nhà thiết kế; nhà cách mạng; nhà giáo dục; nhà ngoại giao; nhà văn hóa học; nhà dân tộc học;
    đạo diễn; biên đạo; biên đạo múa = biên đạo; biên kịch; quay phim; họa sỹ = họa sĩ; hoạ sĩ = họa sĩ;
    hoạ sỹ = họa sĩ; thi sĩ; văn sĩ; mc = MC; phát thanh viên; btv = biên tập viên; ptv = phát thanh viên;
    pv = phóng viên; kiểm sát viên; chấp hành viên; điều tra viên; công chứng viên; kiểm lâm viên;
    khuyến nông viên; công an viên; tuyên truyền viên; báo cáo viên; hòa giải viên;
    hoà giải viên = hòa giải viên; kỹ thuật viên; kiểm toán viên; thanh tra viên; đấu giá viên;
    trợ giúp viên pháp lý = trợ giúp viên; trợ giúp viên; hội thẩm nhân dân; hội thẩm; trọng tài; kỳ thủ;
    võ sĩ; võ sỹ = võ sĩ; tay vợt; đô vật; hướng dẫn viên du lịch = hướng dẫn viên; nghiên cứu sinh;
    nghiên cứu viên; giảng viên chính = giảng viên; chuyên viên chính; chuyên viên cao cấp;
    y tế thôn bản; nhân viên y tế; bác sĩ cki = bác sĩ; bác sĩ ckii = bác sĩ; bác sỹ cki = bác sĩ;
    bác sỹ ckii = bác sĩ; bác sĩ chuyên khoa i = bác sĩ; bác sĩ chuyên khoa ii = bác sĩ; dsckii = dược sĩ;
    dscki = dược sĩ; ds = dược sĩ; bsck = bác sĩ; bs ckii = bác sĩ; bs cki = bác sĩ; bsnt = bác sĩ;
    ls = luật sư; viện sĩ; gsts = giáo sư; pgsts = phó giáo sư; pgs, ts = phó giáo sư; gs, ts = giáo sư;
    pgs.ts.bs = phó giáo sư; ts. bs = tiến sĩ; ths. bs = thạc sĩ; ths.ds = thạc sĩ; ths, bs = thạc sĩ;
    tiến sĩ khoa học = tiến sĩ; thạc sĩ, bác sĩ = thạc sĩ; thạc sỹ, bác sỹ = thạc sĩ;
    tiến sĩ, bác sĩ = tiến sĩ; tiến sỹ, bác sỹ = tiến sĩ; bác sĩ, thạc sĩ = thạc sĩ; ni sư; ni cô; sư cô;
    sư thầy; giám mục; đức cha; thượng toạ = thượng tọa; ni trưởng; thầy tào; thầy then; thầy mo;
    thầy lang; thuyền viên; phi công; tài xế; lái tàu; thủ thư; hoa hậu; á hậu; người mẫu; nhà nông;
    thương nhân; chiến sĩ thi đua; cựu tnxp = cựu thanh niên xung phong; cựu thanh niên xung phong;
    ccb = cựu chiến binh; bệnh binh; tình nguyện viên; cán bộ tiền khởi nghĩa; lão thành cách mạng
"""
_GRADES = {
    "tá": "thiếu trung thượng đại",
    "úy": "chuẩn thiếu trung thượng đại",
    "uý": "chuẩn thiếu trung thượng đại",
    "tướng": "thiếu trung thượng đại",
    "sĩ": "hạ trung thượng",
    "sỹ": "hạ trung thượng",
    "nhất": "binh",
    "nhì": "binh",
}
RANKS = frozenset(f"{grade} {rank}" for rank, grades in _GRADES.items() for grade in grades.split())


def _read(words: str) -> dict[str, str]:
    forms = (form.strip().partition(" = ") for form in words.replace("\n", " ").split(";"))
    return {said: kept or said for said, _, kept in forms}


TITLES = (
    _read(_ADDRESS)
    | _read(_PROFESSIONS)
    | {rank: rank.replace("uý", "úy").replace("sỹ", "sĩ") for rank in RANKS}
)
LONGEST = max(len(title.split()) for title in TITLES)
ENGLISH = frozenset({"Mr", "Mrs", "Ms", "Miss", "Dr"})
# Those that may end with a full stop.
_VOWELS = set("aeiouyôơưăâêàáạảãịíìọụứồ")
SHORTENED = {title for title in TITLES if "." in title or not set(title) & _VOWELS}
SHORTENED |= {"cki", "ckii", "bscki", "bsckii"}
MALE = frozenset({"ông", "anh", "thầy", "thầy giáo", "chú", "cậu", "Mr"})
FEMALE = frozenset({"bà", "chị", "cô", "cô giáo", "mẹ", "Mrs", "Ms", "Miss"})
# Before a given name alone, of a person whom the article names in full.
SHORT = frozenset(
    {
        "ông", "bà", "anh", "chị", "em", "cháu", "cụ", "thầy", "cô", "bác", "chú", "đồng chí", "thầy giáo",
        "cô giáo", "bác sĩ", "nghệ nhân", "già làng", "Mr", "Mrs", "Ms",
    }
)  # fmt: skip
