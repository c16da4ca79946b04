"""The words of offices and of the bodies that they are held in. Words alone; `offices.py` has the rules."""

import re
from collections.abc import Iterable
from itertools import pairwise

from archive.facts.titles import RANKS

HEADS = RANKS | frozenset(
    head.strip()
    for head in """
    ambassador; bí thư; bí thư chi bộ; bí thư chi đoàn; bí thư đoàn; bếp trưởng; bộ trưởng; ca trưởng;
    ceo; cfo; chairman; chairwoman; chi cục trưởng; chi hội phó; chi hội trưởng; chi đội trưởng; chánh
    kiểm tra; chánh thanh tra; chánh thư ký; chánh toà; chánh tòa; chánh văn phòng; chánh án; chính trị
    viên; chính trị viên phó; chính uỷ; chính ủy; chỉ huy phó; chỉ huy trưởng; chủ bút; chủ cơ sở; chủ cửa
    hàng; chủ doanh nghiệp; chủ homestay; chủ hộ kinh doanh; chủ nhiệm; chủ trang trại; chủ tịch; chủ tọa;
    chủ vườn; chủ xưởng; coo; cto; cán bộ; công sứ; cơ phó; cơ trưởng; cố vấn; cố vấn trưởng; cục phó; cục
    trưởng; cụm trưởng; cửa hàng trưởng; deputy chairman; deputy chairwoman; deputy director; deputy
    director general; deputy general director; deputy head; deputy minister; deputy prime minister; deputy
    secretary; director; director general; dược sĩ trưởng; general director; giám thị; giám đốc; governor;
    head; hiệu phó; hiệu trưởng; huyện uỷ viên; huyện đội trưởng; huyện ủy viên; hạ nghị sĩ; hạt trưởng;
    hải đoàn trưởng; hải đội trưởng; hộ sinh trưởng; hội phó; hội trưởng; khẩu đội trưởng; kiểm toán
    trưởng; kíp trưởng; kế toán; kế toán trưởng; kỹ sư trưởng; liên đội phó; liên đội trưởng; lãnh sự; lớp
    trưởng; lữ đoàn phó; lữ đoàn trưởng; minister; nghị sĩ; người phát ngôn; nhóm trưởng; party secretary;
    phát ngôn viên; phân đội trưởng; phó ban; phó bản; phó chi hội; phó chủ nhiệm; phó công an; phó cụm;
    phó hạt; phó hội; phó khoa; phó khu; phó khối; phó phòng; phó thôn; phó trưởng; phó trạm; phó tổ; phó
    viện; phó văn phòng; phó xóm; phó đoàn; phó đài; phó đồn; phó đội; phó ấp; president; prime minister;
    quân đoàn trưởng; quản đốc; quận uỷ viên; quận ủy viên; quốc vụ khanh; secretary; sư đoàn phó; sư đoàn
    trưởng; tham mưu phó; tham mưu trưởng; tham tán; tham tán thương mại; thuyền phó; thuyền trưởng; thành
    uỷ viên; thành viên ban; thành viên hđqt; thành viên hội đồng; thành ủy viên; thôn đội trưởng; thư ký;
    thường trực ban bí thư; thượng nghị sĩ; thẩm phán; thị trưởng; thị ủy viên; thống đốc; thủ hiến; thủ
    quỹ; thủ tướng; thứ trưởng; tiểu đoàn phó; tiểu đoàn trưởng; tiểu đội phó; tiểu đội trưởng; trung đoàn
    phó; trung đoàn trưởng; trung đội phó; trung đội trưởng; trưởng ban; trưởng buôn; trưởng bưu cục;
    trưởng bản; trưởng bến; trưởng bộ môn; trưởng bộ phận; trưởng ca; trưởng chi hội; trưởng chi nhánh;
    trưởng công an; trưởng cơ quan đại diện; trưởng cụm; trưởng dòng họ; trưởng hạt; trưởng họ; trưởng
    kho; trưởng khoa; trưởng khu; trưởng khu phố; trưởng khối; trưởng kênh; trưởng liên danh; trưởng làng;
    trưởng ngành; trưởng nhóm; trưởng phái đoàn; trưởng phân hiệu; trưởng phân viện; trưởng phân xưởng;
    trưởng phòng; trưởng phòng giao dịch; trưởng phòng khám; trưởng quỹ; trưởng thôn; trưởng tiểu ban;
    trưởng tiểu khu; trưởng trại; trưởng trạm; trưởng trạm y tế; trưởng ty; trưởng tổ; trưởng văn phòng;
    trưởng xóm; trưởng điểm; trưởng điểm thi; trưởng đoàn; trưởng đài; trưởng đại diện; trưởng đồn; trưởng
    đội; trưởng ấp; trạm phó; trạm trưởng; trợ lý; tuỳ viên; tùy viên; tư lệnh; tư lệnh trưởng; tỉnh
    trưởng; tỉnh uỷ viên; tỉnh đội trưởng; tỉnh ủy viên; tổ phó; tổ trưởng; tổng biên tập; tổng bí thư;
    tổng công trình sư; tổng cục phó; tổng cục trưởng; tổng giám đốc; tổng kiểm toán; tổng lãnh sự; tổng
    phụ trách; tổng quản lý; tổng tham mưu trưởng; tổng thanh tra; tổng thư ký; tổng thống; tổng điều
    phối; tổng đạo diễn; tổng đội trưởng; ubvk; uỷ viên; uỷ viên dự khuyết; vice chairman; vice
    chairwoman; vice governor; vice president; viện phó; viện trưởng; vụ phó; vụ trưởng; xã đội phó; xã
    đội trưởng; y sĩ trưởng; y tá trưởng; điều dưỡng trưởng; đoàn phó; đoàn trưởng; đại biểu; đại biểu
    hđnd; đại biểu hội đồng; đại biểu quốc hội; đại biện; đại biện lâm thời; đại sứ; đại đội phó; đại đội
    trưởng; đảng uỷ viên; đảng ủy viên; đồn phó; đồn trưởng; đội phó; đội trưởng; đội trưởng đội; ủy viên;
    ủy viên dự khuyết
    """.replace("\n    ", " ").split(";")
)
LONGEST_HEAD = max(len(head.split()) for head in HEADS)
BEFORE_HEAD = frozenset({"phó", "nguyên", "quyền", "cựu", "cố", "tân", "q."})
# Only these begin an office, so that most words need no more than one look.
FIRST = frozenset(head.split()[0] for head in HEADS) | BEFORE_HEAD

ABOVE = frozenset({"tỉnh", "huyện", "xã", "phường", "quận"})
BELOW = frozenset({"thôn", "bản", "xóm", "tổ", "khu", "khối", "ấp", "khóa", "khoá", "số"})
IN_TWO_WORDS = {"thành": ("phố",), "thị": ("trấn", "xã"), "tiểu": ("khu",), "khu": ("phố", "vực")}
# Words before which a capital word begins a name of two words: `Phòng Hạ tầng`.
TYPES = frozenset("sở phòng ban cục vụ viện hội đoàn tâm trường ty trạm hạt khoa đội tổ và".split())
# What of a body's name is known where all is in capitals.
SHOUTED = TYPES | {"ubnd", "hđnd", "mttq", "ubmttq", "đảng", "ủy", "htx"}


def _bigrams(names: Iterable[str]) -> frozenset[tuple[str, str]]:
    words = (name.replace(",", "").replace(" - ", " ").split() for name in names)
    return frozenset(pair for name in words for pair in pairwise(name))


# The names of authorities, unions, companies and of their fields, each two words of which may follow in small
# letters.
_NAMES = tuple(
    name.strip()
    for name in """
    chủ tịch nước; tịch nước; thường trú; ủy ban nhân dân; uỷ ban nhân dân; hội đồng nhân dân; tỉnh ủy;
    tỉnh uỷ; huyện ủy; huyện uỷ; thành ủy; thành uỷ; thị ủy; đảng ủy; đảng uỷ; quận ủy; ban thường vụ; ban
    chấp hành; thường trực; thường vụ; chuyên trách; ủy ban mặt trận tổ quốc; mặt trận tổ quốc việt nam;
    hội nông dân; hội cựu chiến binh; hội chữ thập đỏ; hội người cao tuổi; hội liên hiệp phụ nữ; liên đoàn
    lao động; đoàn thanh niên; thanh niên cộng sản; tỉnh đoàn; huyện đoàn; thành đoàn; công an; quân sự;
    bộ chỉ huy; biên phòng; công đoàn; quốc hội; chính phủ; trung ương; văn phòng; văn phòng điều phối xây
    dựng nông thôn mới; nông thôn mới; nội vụ; tài chính; ngân sách; tài chính - kế hoạch; kế hoạch và đầu
    tư; nông nghiệp và phát triển nông thôn; nông nghiệp và môi trường; nông nghiệp nông thôn; nông lâm
    nghiệp; lâm nghiệp; tài nguyên và môi trường; công thương; xây dựng; giao thông vận tải; giao thông; y
    tế; giáo dục và đào tạo; lao động; thương binh và xã hội; thương binh xã hội; văn hóa; văn hoá; văn
    hóa và thông tin; văn hóa thông tin; thể thao và du lịch; thể thao; du lịch; thông tin và truyền
    thông; thông tin; truyền thông; khoa học và công nghệ; khoa học; công nghệ; tư pháp; ngoại vụ; thanh
    tra; dân tộc; dân tộc và tôn giáo; tôn giáo; tuyên giáo; dân vận; tổ chức; tổ chức cán bộ; kiểm tra;
    nội chính; thi đua; khen thưởng; bảo hiểm xã hội; bảo hiểm; kho bạc nhà nước; nhà nước; ngân hàng nhà
    nước; ngân hàng chính sách xã hội; chính sách xã hội; ngân hàng nông nghiệp; quản lý; quản lý dự án;
    quản lý dự án đầu tư xây dựng; dự án đầu tư; đầu tư; phát triển; hợp tác xã; hợp tác; liên minh hợp
    tác xã; kiểm lâm; thủy lợi; thuỷ lợi; chăn nuôi; chăn nuôi và thú y; thú y; trồng trọt và bảo vệ thực
    vật; bảo vệ; bảo vệ thực vật; khuyến nông; khuyến công; dịch vụ; dịch vụ nông nghiệp; dịch vụ việc
    làm; việc làm; giáo dục nghề nghiệp; nghề nghiệp; giáo dục thường xuyên; thường xuyên; bệnh viện đa
    khoa; đa khoa; kiểm soát bệnh tật; y tế dự phòng; dân số; an toàn vệ sinh thực phẩm; an toàn thực
    phẩm; an toàn thông tin; an toàn giao thông; trạm y tế; trung tâm; trường tiểu học; tiểu học; trung
    học cơ sở; trung học phổ thông; phổ thông; phổ thông dân tộc nội trú; dân tộc bán trú; nội trú; bán
    trú; mầm non; cao đẳng; đại học; sư phạm; chính trị; chính trị học; nhà trường; chuyển đổi số; chuyển
    đổi số quốc gia; quốc gia; viễn thông; tần số vô tuyến điện; vô tuyến điện; báo chí; phát thanh và
    truyền hình; phát thanh truyền hình; phát thanh; truyền hình; xuất bản; bưu chính; bưu điện; bưu điện
    tỉnh; thông tin điện tử; điện tử; thông tin cơ sở; tin học hóa; tin học; hợp tác quốc tế; quốc tế;
    pháp chế; doanh nghiệp; công nghiệp; công nghiệp nông thôn; kinh tế; kinh tế và hạ tầng; hạ tầng; hạ
    tầng số; đô thị; quản lý đô thị; kinh tế số; xã hội số; đất đai; phát triển quỹ đất; quỹ đất; đăng ký
    đất đai; thống kê; thuế; hải quan; chăm sóc sức khỏe sinh sản; sức khoẻ; kiểm sát nhân dân; tòa án
    nhân dân; toà án nhân dân; nhân dân; thi hành án dân sự; thi hành án; dân sự; quản lý thị trường; thị
    trường; phòng cháy chữa cháy; cảnh sát giao thông; cảnh sát; phòng, chống thiên tai; phòng chống;
    thiên tai; cứu nạn; tìm kiếm cứu nạn; giảm nghèo; giảm nghèo bền vững; bền vững; xóa đói giảm nghèo;
    chỉ đạo; ban chỉ đạo; chỉ huy; chi bộ; chi bộ thôn; chi đoàn; chi hội; chi hội nông dân; chi hội phụ
    nữ; phụ nữ; phụ nữ xã; chi cục; đoàn thể; hội đồng; hội đồng quản trị; quản trị; thành viên; hội đồng
    thành viên; công ty cổ phần; cổ phần; trách nhiệm hữu hạn; hữu hạn; một thành viên; tập đoàn; khai
    thác; khoáng sản; thương mại; thương mại và dịch vụ; sản xuất; sản xuất và thương mại; sản xuất nông
    nghiệp; chế biến; chế biến gỗ; chế biến nông sản; nông sản; miến dong; môi trường; môi trường đô thị;
    điện lực; cấp thoát nước; thoát nước; cấp nước; nước sạch; nước sạch nông thôn; vệ sinh môi trường;
    vườn quốc gia; bảo tồn; bảo tồn thiên nhiên; thiên nhiên; khu bảo tồn; di tích; danh thắng; bảo tàng;
    thư viện; điều hành; kỹ thuật; kinh doanh; kế toán; hành chính; hành chính công; phục vụ hành chính
    công; kiểm soát; thủ tục; kiểm soát thủ tục hành chính; một cửa; ứng dụng; ứng dụng khoa học công
    nghệ; tiêu chuẩn đo lường chất lượng; đo lường chất lượng; chất lượng; đoàn kiểm tra; đoàn công tác;
    đoàn công tác số; đoàn thanh tra; đoàn giám sát; công tác mặt trận; ban công tác mặt trận; mặt trận;
    mặt trận thôn; tổ hợp tác; tổ bảo vệ; tổ công nghệ số cộng đồng; tổ công nghệ số; cộng đồng; tổ dân
    phố; dân phố; tổ quản lý; tổ tiết kiệm và vay vốn; tiết kiệm; vay vốn; đoàn đại biểu quốc hội; đại
    biểu; đại biểu quốc hội; đại biểu chuyên trách; người cao tuổi; khuyến học; cựu thanh niên xung phong;
    thanh niên xung phong; nhà báo; văn học nghệ thuật; văn học; nghệ thuật; văn nghệ; làm vườn; luật gia;
    đông y; nạn nhân chất độc da cam; chất độc; da cam; từ thiện; bảo trợ; bảo trợ xã hội; công tác xã
    hội; công tác; đào tạo; bồi dưỡng; nghiên cứu; nghiên cứu và phát triển; ứng phó; phụ trách; thường
    trực hội đồng nhân dân; thứ nhất; dân quân; quân đội; quân khu; quốc phòng; an ninh; ngoại giao; tham
    mưu; hậu cần; kiểm toán; kiểm toán nhà nước; tổng hợp; kinh tế - tổng hợp; pháp luật; đối ngoại; cơ
    sở; nông dân; hội viên; thanh niên; thiếu niên; tòa soạn; toà soạn; biên tập; tạp chí; chương trình;
    mục tiêu quốc gia; chương trình mục tiêu quốc gia; dân sinh; văn minh; cải cách hành chính; cải cách;
    vật tư nông nghiệp; vật tư; giống cây trồng; cây trồng; giống; vật nuôi; kho bạc; lưu trữ; văn thư;
    lưu trữ lịch sử; lịch sử; xổ số kiến thiết; kiến thiết; cầu đường; đường bộ; quản lý đường bộ; vận
    tải; đăng kiểm; thường trực tỉnh ủy; bộ chính trị; ban bí thư; học tập cộng đồng; hỗ trợ nông dân; trợ
    giúp pháp lý; đấu giá tài sản; y học cổ truyền; y dược cổ truyền; sản nhi; phục hồi chức năng; giám
    định y khoa; pháp y; kiểm nghiệm; kế hoạch hóa gia đình; kế hoạch tổng hợp; quản lý khai thác công
    trình thủy lợi; đê điều; phòng chống thiên tai; thủy sản; quản lý chất lượng nông lâm sản; nông lâm
    sản và thủy sản; định canh định cư; kinh tế hợp tác; dân chủ pháp luật; quản lý ngân sách; quản lý
    doanh nghiệp; hợp tác xã nông nghiệp; hồi sức cấp cứu; nội tổng hợp; ngoại tổng hợp; truyền nhiễm;
    chẩn đoán hình ảnh; thư ký biên tập; quân y; quân lực; tác chiến; bộ đội biên phòng; biên phòng cửa
    khẩu; cảnh sát biển; an ninh nhân dân; cảnh sát nhân dân; cảnh sát điều tra; cảnh sát hình sự; cảnh
    sát cơ động; an ninh mạng; an ninh chính trị; an ninh điều tra; quản lý xuất nhập cảnh; xuất nhập
    cảnh; quản lý hành chính; trật tự xã hội; thi hành án hình sự; đường thủy nội địa; đường sắt; hạ tầng
    kỹ thuật; quy hoạch kiến trúc; phát triển đô thị; quản lý nhà; biến đổi khí hậu; khí tượng thủy văn;
    tài nguyên nước; địa chất khoáng sản; đo đạc bản đồ; quản lý đất đai; sở hữu trí tuệ; đổi mới sáng
    tạo; khởi nghiệp sáng tạo; công nghệ thông tin; báo chí và truyền thông; truyền thông và văn hóa; giao
    dịch điện tử; chứng thực điện tử; di sản văn hóa; văn hóa cơ sở; thể dục thể thao; xúc tiến đầu tư;
    xúc tiến thương mại; xúc tiến du lịch; đầu tư, thương mại và du lịch; phát triển du lịch; khu du lịch;
    giáo dục trung học; giáo dục tiểu học; giáo dục mầm non; giáo dục chính trị; công tác học sinh sinh
    viên; khảo thí; quản lý chất lượng; hướng nghiệp; an toàn lao động; bình đẳng giới; tệ nạn xã hội; khu
    công nghiệp; cụm công nghiệp; điều phối; điều phối nông thôn mới; văn hóa - xã hội; nghiên cứu khoa
    học; khoa học xã hội; khoa học kỹ thuật; liên hiệp các hội khoa học; liên hiệp các tổ chức hữu nghị;
    sinh vật cảnh; người khuyết tật; bảo trợ người khuyết tật; nạn nhân bom mìn; cựu giáo chức; cựu công
    an nhân dân; doanh nhân trẻ; doanh nghiệp nhỏ và vừa; nữ doanh nhân; nữ trí thức; văn hóa các dân tộc;
    văn hóa - nghệ thuật; ca múa nhạc; nghệ thuật dân tộc; chiếu phim; phát hành phim; mỹ thuật nhiếp ảnh;
    quản lý bảo vệ rừng; bảo vệ rừng; phòng hộ; rừng đặc dụng; phòng cháy chữa cháy rừng; tín dụng nhân
    dân; quỹ tín dụng; dịch vụ khách hàng; kỹ thuật hạ tầng; viễn thông di động; nội chính trung ương;
    công tác đại biểu; dân nguyện; kinh tế ngân sách; văn hóa xã hội; tài chính kế hoạch; kinh tế hạ tầng;
    kế hoạch đầu tư; sắp xếp dân cư; ổn định dân cư; phát triển nông thôn; phát triển lâm nghiệp; sử dụng
    và phát triển rừng; địa chính; tư pháp hộ tịch; hộ tịch; địa chính xây dựng; văn phòng thống kê; chữ
    thập đỏ; người mù; hội người mù; đoàn luật sư; đấu thầu; giám sát đầu tư; văn hóa,
    thể thao và du lịch; văn hoá, thể thao và du lịch; văn hóa, thông tin, thể thao và du lịch; văn hóa -
    thông tin; lao động, thương binh và xã hội; giao thông - trật tự; trật tự cơ động; văn hóa, khoa học
    và thông tin; văn hoá - xã hội
    """.replace("\n    ", " ").split(";")
)
GO_ON = _bigrams(_NAMES)
# Between these a comma or a dash stands inside of a name: `Sở Văn hóa, Thể thao và Du lịch`.
LINKED = frozenset(pair for name in _NAMES for pair in re.findall(r"(\w+)(?:,| -) (\w+)", name))
# What a body's name begins with that stands behind a part of it: `Khoa Nội, Bệnh viện Đa khoa`.
WHOLES = {
    "bệnh": ("viện",), "công": ("an", "ty"), "trung": ("tâm",), "chi": ("cục",), "tập": ("đoàn",),
    "bộ": (), "sở": (), "ubnd": (), "trường": (), "cục": (), "ban": (), "hội": (),
}  # fmt: skip
BEGIN = frozenset(tuple(name.split()[:2]) for name in _NAMES) - {("tổ", "chức")}
SECONDS = frozenset(second for _, second in GO_ON) - ABOVE - BELOW - {"phố", "trấn"}
# No name goes on with these: what a person with an office does.
VERBS = frozenset(
    """
    biết bày báo bảo bấm bắt bế bị bồi chia cho chúc chỉ chụp chủ còn có cùng cũng cảm cắm cắt dâng dự ghi
    gia giao giúp giải giới góp gợi gửi hi hy hướng hỏi hỗ khai khi không khảo khẳng kiểm kêu ký kết kể lo
    là làm lên lý lưu mong mà mở mừng nghiên ngồi nhấn nhận nhắc nêu nói phát phân phấn quản ra rà soát sẽ
    tham thay thu thuộc thì thông thăm thừa thực tin tiếp trao triển trong trình trả trồng trực tuyên tâm
    tại tặng từ vui và vào vươn vẫn vận về với vừa xuất xuống xây xúc yêu đang đi điều đào đánh đã đón đôn
    được đầu đến đề để động đứng ủng ứng
    """.split()
)
SAYS = frozenset(
    {
        "cho biết", "cho hay", "chia sẻ", "khẳng định", "nhấn mạnh", "phát biểu", "đề nghị", "yêu cầu",
        "thừa nhận", "chủ trì",
    }
)  # fmt: skip
