"""Files of each kind, sound and hostile, as small as they can be made."""

import zipfile
from io import BytesIO

from crawler.replica.attachments import attachment
from crawler.replica.exchange import Request

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def of_replica(name: str, words: str = "Quyết định số 812/QĐ-UBND") -> bytes:
    return attachment(words, Request(f"https://backan.gov.vn/{name}")).body


def zipped(parts: dict[str, str]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return packed.getvalue()


def docx(body: str, before: str = "", **parts: str) -> bytes:
    document = f"{before}<w:document {WORD}><w:body>{body}</w:body></w:document>"
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **parts})


def spoiled(body: bytes, part: bytes) -> bytes:
    """A zip whose part of that name does not begin as anything packed does."""
    start = body.index(part) + len(part)
    return body[:start] + b"\xff" + body[start + 1 :]


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(cells: str) -> bytes:
    return zipped({
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {SHEET} xmlns:r="{OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{OFFICE}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f"<worksheet {SHEET}><sheetData>{cells}</sheetData></worksheet>",
    })  # fmt: skip


def odt(text: str) -> bytes:
    packed = BytesIO()
    office = "urn:oasis:names:tc:opendocument:xmlns"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        file.writestr(
            "content.xml",
            f'<o:document-content xmlns:o="{office}:office:1.0" xmlns:t="{office}:text:1.0"><o:body><o:text>'
            f"<t:p>{text}<t:span> xã</t:span> Nam<t:tab/>Mẫu</t:p></o:text></o:body></o:document-content>",
        )
    return packed.getvalue()


def pdf(*objects: bytes) -> bytes:
    body, offsets = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return body + b"xref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(body)
    )  # fmt: skip


def pages(count: int) -> bytes:
    """A PDF whose pages are all one and the same line."""
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 800] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    line = b"BT /F1 12 Tf 50 700 Td (mot hai ba) Tj ET"
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(line), line), *[page] * count,
    )  # fmt: skip


def doubling_forms(depth: int) -> bytes:
    """A PDF that draws twice what draws twice what …"""
    drawing = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A %d 0 R >> >> /Length 12 >>\nstream\n/A Do /A Do \nendstream"
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 800] /Contents 4 0 R /Resources << /XObject << /A 5 0 R >> >> >>",
        b"<< /Length 6 >>\nstream\n/A Do \nendstream", *(drawing % (6 + number) for number in range(depth)),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream",
    )  # fmt: skip


def entities() -> str:
    """Ten times ten times ten … of one word."""
    more = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    return f'<!DOCTYPE w:document [<!ENTITY a "ha">{more}]>'


def without_end(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]
