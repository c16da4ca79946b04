"""Pictures and documents made in code: as small as their formats allow, and valid."""

import struct
import zlib
from base64 import b64decode
from collections.abc import Iterable

from crawler.replica.exchange import Request, Response

# A grey JPEG of 1 x 1 pixel.
_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQ"
    "CgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k="
)


def picture(colour: int, request: Request) -> Response:
    """A picture of the kind asked for; `colour` (0xRRGGBB) tells one PNG from another."""
    if request.path.endswith(".png"):
        return Response(_png(colour), "image/png")
    return Response(_JPEG, "image/jpeg")


def _png(colour: int, width: int = 8, height: int = 6) -> bytes:
    row = b"\0" + colour.to_bytes(3) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def pdf(request: Request) -> Response:
    """One page with the name of the file on it (ASCII: the base fonts of PDF have no Vietnamese)."""
    name = request.path.rsplit("/", 1)[1]
    text = f"BT /F1 14 Tf 56 770 Td ({name}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return Response(_pdf_file(objects), "application/pdf")


def _pdf_file(objects: Iterable[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", [0]
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets[1:])
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets), len(body))
    return body + b"xref\n0 %d\n" % len(offsets) + table + trailer
