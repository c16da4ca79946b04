from spiders.platforms.vccorp import VCCorp


class Mst(VCCorp):
    name = "mst"
    title = "Cổng thông tin điện tử Bộ Khoa học và Công nghệ"
    publisher = "Bộ Khoa học và Công nghệ"
    homepage = "https://mst.gov.vn/"
    hosts = ("mst.gov.vn", "mst.mediacdn.vn")
    starts = (homepage, "https://mst.gov.vn/sitemap.xml", "https://mst.gov.vn/rss/home.rss")
    years = "2025-"
