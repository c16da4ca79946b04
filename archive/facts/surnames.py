"""The surnames of Vietnam, and the names after which streets are called."""

# Of the Kinh, and of the peoples of the north: Tày, Nùng, Dao, Mông, Sán Chay, Sán Dìu, Hoa, Mường, Thái;
# some of the highlands. Left out are those that begin other names more often: An, Bình, Long, Xuân, Yên.
SURNAMES = frozenset(
    """
    Biện Bàn Bàng Bành Bá Bùi Bạc Bạch Bế Bồ Bồn Cam Cao Chang Chu Chá Cháng Châu Chúc Chúng Chương Chảo
    Chấu Chẩu Chế Chớ Cung Cà Cát Cù Cư Cấn Cầm Cồ Củng Cứ Diêm Diệp Doãn Dư Dương Giang Giàng Giáng Giáp
    Giảng Hoàng Hoắc Huỳnh Hvăn Hà Hàn Hán Hơ Hạ Hạng Hảng Hầu Hồ Hồng Hờ Hứa Hừ Kha Khang Khiếu Khoàng
    Khuất Khà Khúc Khương Khổng Kim Kiều Kpă Kră Ksor La Liêu Liễu Luân Ly Lành Lâm Lã Lãnh Lèng Lèo Lê Lìm
    Lí Lò Lô Lù Lùng Lý Lăng Lưu Lương Lường Lưỡng Lạc Lại Lầm Lầu Lềnh Lồ Lỗ Lộc Lục Lữ Lự Ma Mai Mao Màng
    Mào Má Mã Mè Mìn Mông Mùa Mùng Múa Mạc Mạch Mẫn Mậu Nay Nghiêm Nghê Nguyễn Ngô Ngôn Ngũ Ngụy Nhan Nhâm
    Nhữ Ninh Niê Nèn Nình Nông Nùng Nịnh Phan Phà Phàn Phá Phí Phù Phùng Phún Phương Phượng Phạm Páo Quan
    Quàng Quách Quản Rah Rmah Rơ Seo Siu Sái Sèn Sì Sìn Sín Sùng Sấn Sầm Sần Sằm Sề Sồng Thiều Thiệu Thàng
    Thào Thái Thân Thôi Thạch Thẩm Thẳm Thền Trang Triệu Trà Tráng Tráp Trương Trần Trịnh Tòng Tô Tôn
    Tông Tăng Tường Tưởng Tạ Tạc Tải Tẩn Tằng Tếnh Tề Tống Tụng Từ Ung Uông Vi Vàng Võ Văn
    Vũ Vương Vạng Vầy Vừ Xa Xá Xồng Y Ân Âu Ôn Đinh Điêu Điền Đoàn Đàm Đào Đái Đèo Đậu Đặng Đồng
    Đổng Đỗ Đới Ứng
    """.split()
)
# People after whom streets, wards, schools and awards are named: persons only with a title.
NAMESAKES = frozenset(
    name.strip()
    for name in """
    Bế Văn Đàn, Cao Thắng, Chu Văn An, Hoàng Diệu, Hoàng Văn Thụ, Hà Huy Tập, Hùng Vương, Kim Đồng, La Văn
    Cầu, Lê Duẩn, Lê Hồng Phong, Lê Lợi, Lê Quý Đôn, Lê Văn Tám, Lý Nam Đế, Lý Thái Tổ, Lý Thường Kiệt, Lý
    Tự Trọng, Lương Ngọc Quyến, Lương Thế Vinh, Lương Văn Tri, Mạc Đĩnh Chi, Nguyễn Bỉnh Khiêm, Nguyễn Chí
    Thanh, Nguyễn Công Trứ, Nguyễn Du, Nguyễn Huệ, Nguyễn Lương Bằng, Nguyễn Thị Minh Khai, Nguyễn Trãi,
    Nguyễn Viết Xuân, Nguyễn Văn Cừ, Nguyễn Văn Thoát, Nguyễn Văn Trỗi, Nguyễn Đức Cảnh, Ngô Gia Tự, Ngô
    Quyền, Nông Văn Dền, Phan Bội Châu, Phan Châu Trinh, Phan Đình Giót, Phan Đình Phùng, Phùng Chí Kiên,
    Phạm Hồng Thái, Phạm Ngũ Lão, Phạm Văn Đồng, Trưng Vương, Trần Hưng Đạo, Trần Phú, Trần Quốc Toản, Trần
    Đăng Ninh, Tô Vĩnh Diện, Tôn Thất Tùng, Tôn Đức Thắng, Võ Nguyên Giáp, Võ Thị Sáu, Vừ A Dính, Đinh Tiên
    Hoàng, Đặng Thùy Trâm
    """.replace("\n    ", " ").split(",")
)
# The president's, in every form, are no mention of a person: slogans, cities, unions and campaigns bear them.
PRESIDENT = ("Hồ Chí Minh", "Hồ Chủ Tịch", "Nguyễn Ái Quốc", "Nguyễn Tất Thành", "Nguyễn Sinh Cung")
