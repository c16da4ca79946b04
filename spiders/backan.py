from spiders.platforms.sharepoint import BackanBoth


class Backan(BackanBoth):
    name = "backan"
    title = "Cổng thông tin điện tử tỉnh Bắc Kạn"
    publisher = "Ủy ban nhân dân tỉnh Bắc Kạn"
    homepage = "https://backan.gov.vn/"
    hosts = ("backan.gov.vn",)
    years = "2012-2025"
