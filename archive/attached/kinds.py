"""What kind of file it is: by its bytes first, then by what the server said, then by its name."""

import re
from urllib.parse import unquote, urlsplit

from archive.replay.kinds import image_type
from archive.text import one_line

READ = frozenset("pdf docx doc xlsx xls pptx odt ods rtf txt csv".split())
NOT_READ = frozenset("ppt odp zip rar 7z".split())
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = {b"{\\rt": "rtf", b"Rar!": "rar", b"7z\xbc\xaf": "7z"}
_STARTS_BY = 1024  # bytes; so much junk may stand before a PDF
_PARTS = re.compile(rb"PK\x03\x04.{26}(word|xl|ppt)/", re.S)
_OF_PART = {b"word": "docx", b"xl": "xlsx", b"ppt": "pptx"}
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_OF_OPEN_DOCUMENT = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
# Streams of a compound file, whose directory may stand anywhere in it. A workbook may stand in a letter.
_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIMES = {
    "application/pdf": "pdf", "application/x-pdf": "pdf", "application/msword": "doc",
    "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
    f"{_OFFICE}.wordprocessingml.document": "docx", f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}.presentationml.presentation": "pptx", "application/rtf": "rtf", "text/rtf": "rtf",
    "text/csv": "csv", "application/zip": "zip", "application/x-zip-compressed": "zip",
    "application/x-rar-compressed": "rar", "application/vnd.rar": "rar", "application/x-7z-compressed": "7z",
}  # fmt: skip
_EXTENSION = re.compile(r"\.([a-z0-9]{2,4})$", re.I)


def kind_of(body: bytes, mime: str | None, url: str) -> str | None:
    """One of READ or NOT_READ; None for what is no document: a picture, a script, a sound."""
    named = _named(url)
    by_bytes = _by_bytes(body, named)
    if by_bytes or image_type(body):
        return by_bytes
    stated = _MIMES.get((mime or "").partition(";")[0].strip().lower())
    return stated or named


def is_encrypted(body: bytes) -> bool:
    """Whether it is a DOCX, XLSX or PPTX behind a password: a compound file around the real one."""
    return body.startswith(OLE) and _ENCRYPTED in body


def file_name(url: str) -> str:
    """The name of a file as its address has it, for people."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return one_line(unquote(parts.path.rstrip("/").rpartition("/")[2])) or parts.hostname or url


def has_file_name(text: str, url: str) -> bool:
    """Whether the words of a link are no more than the name of the file that it leads to."""
    return text == file_name(url) or bool(_EXTENSION.search(text) and " " not in text)


def _named(url: str) -> str | None:
    found = _EXTENSION.search(file_name(url))
    kind = found[1].lower() if found else ""
    return kind if kind in READ | NOT_READ else None


def _by_bytes(body: bytes, named: str | None) -> str | None:
    if b"%PDF-" in body[:_STARTS_BY]:
        return "pdf"
    if body.startswith(OLE):
        return _compound(body, named)
    if body.startswith(b"PK\x03\x04"):
        return _zipped(body)
    return _MAGIC.get(body[:4])


def _compound(body: bytes, named: str | None) -> str | None:
    if _ENCRYPTED in body:
        return named if named in ("docx", "xlsx", "pptx") else "docx"
    found = [kind for name, kind in _STREAMS.items() if f"{name}\0".encode("utf-16-le") in body]
    return named if named in found else next(iter(found), named)


def _zipped(body: bytes) -> str:
    if found := _OPEN_DOCUMENT.match(body, 38):  # behind the name `mimetype`, which is its first part
        return _OF_OPEN_DOCUMENT[found[1]]
    part = _PARTS.search(body)
    return _OF_PART[part[1]] if part else "zip"
