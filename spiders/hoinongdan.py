from spiders.platforms.sharepoint import BackanOld


class Hoinongdan(BackanOld):
    name = "hoinongdan"
    title = "Hội Nông dân tỉnh Bắc Kạn"
    publisher = "Hội Nông dân tỉnh Bắc Kạn"
    homepage = "https://hoinongdan.backan.gov.vn/"
    hosts = ("hoinongdan.backan.gov.vn",)
