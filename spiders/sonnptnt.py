from spiders.platforms.sharepoint import BackanOld


class Sonnptnt(BackanOld):
    name = "sonnptnt"
    title = "Sở Nông nghiệp và Phát triển nông thôn tỉnh Bắc Kạn"
    publisher = "Sở Nông nghiệp và Phát triển nông thôn tỉnh Bắc Kạn"
    homepage = "https://sonnptnt.backan.gov.vn/"
    hosts = ("sonnptnt.backan.gov.vn",)
