from spiders.platforms.sharepoint import BackanOld


class Ict(BackanOld):
    name = "ict"
    title = "Công nghệ thông tin và truyền thông tỉnh Bắc Kạn"
    publisher = "Sở Thông tin và Truyền thông tỉnh Bắc Kạn"
    homepage = "https://ict.backan.gov.vn/"
    hosts = ("ict.backan.gov.vn",)
