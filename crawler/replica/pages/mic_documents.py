"""A legal document of the ministry, as its page shows it."""

from dataclasses import dataclass

from crawler.replica.corpus import slug


@dataclass(frozen=True, slots=True)
class Document:
    id: int
    host: str
    number: str
    issued: str
    kind: str
    issuer: str
    signer: str
    abstract: str

    @classmethod
    def parse(cls, line: str, id: int, host: str) -> "Document":
        """From a line `number | issued | kind | issuing body | signer | abstract` of a site's facts."""
        return cls(id, host, *map(str.strip, line.split("|")))

    @property
    def url(self) -> str:
        return f"https://{self.host}/Pages/VanBan/{self.id}/{self.number.replace('/', '-')}.html"

    @property
    def file(self) -> str:
        return f"https://{self.host}/Upload/VanBan/{slug(self.number)}.pdf"

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Names and values of its table, but for the file."""
        return (
            ("Số ký hiệu", self.number),
            ("Trích yếu", self.abstract),
            ("Ngày ban hành", self.issued),
            ("Tình trạng hiệu lực", "Còn hiệu lực"),
            ("Loại văn bản", self.kind),
            ("Cơ quan ban hành", self.issuer),
            ("Người ký", self.signer),
        )
