from spiders.platforms.mic import MicSharePoint


class Mic(MicSharePoint):
    name = "mic"
    title = "Cổng thông tin điện tử Bộ Thông tin và Truyền thông"
    publisher = "Bộ Thông tin và Truyền thông"
    homepage = "https://mic.gov.vn/"
    hosts = ("mic.gov.vn", "m.mic.gov.vn", "english.mic.gov.vn", "cspl.mic.gov.vn", "mic.mediacdn.vn")
    starts = (homepage, "https://cspl.mic.gov.vn/", "https://english.mic.gov.vn/")
    years = "2007-2025"
