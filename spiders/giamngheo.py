from spiders.platforms.sharepoint import BackanOld


class Giamngheo(BackanOld):
    name = "giamngheo"
    title = "Giảm nghèo tỉnh Bắc Kạn"
    publisher = "Ủy ban nhân dân tỉnh Bắc Kạn"
    homepage = "https://giamngheo.backan.gov.vn/"
    hosts = ("giamngheo.backan.gov.vn",)
