from spiders.platforms.sharepoint import BackanOld


class Ubmttq(BackanOld):
    name = "ubmttq"
    title = "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Bắc Kạn"
    publisher = "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Bắc Kạn"
    homepage = "https://ubmttq.backan.gov.vn/"
    hosts = ("ubmttq.backan.gov.vn",)
