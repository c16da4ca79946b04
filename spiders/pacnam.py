from spiders.platforms.sharepoint import BackanOld


class Pacnam(BackanOld):
    name = "pacnam"
    title = "Huyện Pác Nặm"
    publisher = "Ủy ban nhân dân huyện Pác Nặm"
    homepage = "https://pacnam.backan.gov.vn/"
    hosts = ("pacnam.backan.gov.vn",)
