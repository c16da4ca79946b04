from spiders.platforms.sharepoint import BackanOld


class Sonoivu(BackanOld):
    name = "sonoivu"
    title = "Sở Nội vụ tỉnh Bắc Kạn"
    publisher = "Sở Nội vụ tỉnh Bắc Kạn"
    homepage = "https://sonoivu.backan.gov.vn/"
    hosts = ("sonoivu.backan.gov.vn", "sonv.backan.gov.vn")
