"""PDFs as small as the format allows: of Vietnamese text, and of a scanned page."""

import zlib
from collections.abc import Iterable

_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> %s>> >>"
)
_TO_UNICODE = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
{} beginbfchar
{}
endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end
"""
_FIRST = 33  # the code of the first letter; a blank would be one that PDF's own rules treat apart


def pdf_file(lines: Iterable[str]) -> bytes:
    """One page of these lines, which a reader shows in a font of its own."""
    shown = tuple(lines)
    return _file(shown, 770, 10, b"", b"")


def scanned_pdf(line: str) -> bytes:
    """One page that is a grey picture, with one small line upon it that is text."""
    pixels = zlib.compress(bytes(0xF0 - (x * y) % 7 for y in range(117) for x in range(83)), 9)
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 83 /Height 117 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(pixels), pixels)
    )
    return _file((line,), 800, 6, b"/XObject << /Im1 7 0 R >> ", b"q 595 0 0 842 0 0 cm /Im1 Do Q\n", picture)


def _file(lines: tuple[str, ...], top: int, size: int, resources: bytes, below: bytes, *more: bytes) -> bytes:
    """`below` is drawn before the text, whose codes stand for its own letters, in the order they come in."""
    letters = dict.fromkeys("".join(lines))
    codes = {letter: code for code, letter in enumerate(letters, _FIRST)}
    rows = b"".join(
        b"<%s> Tj 0 -%d Td\n" % (bytes(codes[c] for c in line).hex().encode(), size * 2) for line in lines
    )
    content = below + b"BT /F1 %d Tf 56 %d Td\n%sET" % (size, top, rows)
    names = " ".join(f"/uni{ord(letter):04X}" for letter in letters)
    widths = " ".join("250" if letter == " " else "500" for letter in letters)
    pairs = "\n".join(f"<{code:02X}> <{ord(letter):04X}>" for letter, code in codes.items())
    unicode = _TO_UNICODE.format(len(codes), pairs).encode()
    font = (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /TimesNewRoman /FirstChar {_FIRST} "
        f"/LastChar {_FIRST + len(codes) - 1} /Widths [{widths}] "
        f"/Encoding << /Type /Encoding /Differences [{_FIRST} {names}] >> /ToUnicode 6 0 R >>"
    )
    return _written((
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE % resources,
        _stream(content),
        font.encode(),
        _stream(unicode),
        *more,
    ))  # fmt: skip


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    return b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


def _written(objects: Iterable[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", [0]
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets[1:])
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets), len(body))
    return body + b"xref\n0 %d\n" % len(offsets) + table + trailer
