"""The files that articles and the registry offer: small ones of each kind, made in code but for Word 97's."""

import zipfile
from datetime import datetime
from html import escape
from importlib.resources import files
from io import BytesIO

import xlsxwriter

from crawler.replica.exchange import Request, Response
from crawler.replica.pdf_file import pdf_file, scanned_pdf

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument"
_MIMES = {
    "pdf": "application/pdf", "doc": "application/msword", "docx": f"{_TYPES}.wordprocessingml.document",
    "xlsx": f"{_TYPES}.spreadsheetml.sheet",
}  # fmt: skip
ENDINGS = tuple(f".{kind}" for kind in _MIMES)
SIGNED = "-signed.pdf"  # of a scan, upon which the office that signed it has printed a line
_COUNTED = (
    ("Huyện, thành phố", "Tổng số hộ", "Hộ nghèo", "Tỷ lệ (%)", "Thiếu nhà tiêu hợp vệ sinh"),
    ("Pác Nặm", 7104, 3921, 55.2, 3318), ("Ngân Sơn", 7389, 3451, 46.7, 2907),
    ("Na Rì", 9955, 2917, 29.3, 2245),
)  # fmt: skip


def attachment(words: str, request: Request) -> Response:
    """The file asked for, of the kind that its name says; `words` are those of the link that leads to it."""
    name = request.path.rsplit("/", 1)[1]
    kind = name.rpartition(".")[2]
    if name.endswith(SIGNED):
        body = scanned_pdf("Người ký: Ủy ban nhân dân tỉnh Bắc Kạn; thời gian ký: 12.03.2021 10:11:12 +07:00")
    elif kind == "pdf":
        body = pdf_file(_letter(words))
    elif kind == "docx":
        body = _docx(_letter(words))
    elif kind == "xlsx":
        body = _xlsx(_COUNTED)
    else:
        body = files(__package__).joinpath("files", name).read_bytes()
    return Response(body, _MIMES[kind])


def _letter(words: str) -> tuple[str, ...]:
    """What no article says: a form that is there to be filled in, as most of such files are."""
    return (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        words,
        "Điều 1. Ban hành kèm theo văn bản này biểu tổng hợp, phiếu rà soát và sổ giao nhận.",
        "Điều 2. Các cơ quan, đơn vị lập biểu mỗi quý một lần, gửi bản giấy có đóng dấu giáp lai.",
        "Điều 3. Chánh Văn phòng và thủ trưởng các đơn vị chịu trách nhiệm thi hành./.",
    )


def _docx(lines: tuple[str, ...]) -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>',
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, xml in parts.items():  # a time of its own would make each answer another
            file.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}')
    return packed.getvalue()


def _xlsx(rows: tuple[tuple[str | float, ...], ...]) -> bytes:
    packed = BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2021, 12, 28)})
        sheet = workbook.add_worksheet("Hộ nghèo")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return packed.getvalue()
