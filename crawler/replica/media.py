"""Pictures made in code: as small as their formats allow, and valid."""

import struct
import zlib
from base64 import b64decode

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
