"""The text of a PDF, page by page, and whether its pages are pictures."""

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from archive.attached.found import Gathered, Text, TroubleError

MOST_PAGES = 5_000
SCANNED_BELOW = 200  # letters; so many a signing office prints upon the picture of a page
_LINE_BREAK = "\ufffe"  # PDFium's mark of a hyphen at the end of a line
_DEEP = 3  # forms within forms in which the picture of a page may stand


def read_pdf(body: bytes) -> Text:
    """Raises TroubleError where PDFium cannot open it."""
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        raise TroubleError("password" if "password" in str(error) else f"damaged: {error}") from error
    pages, gathered, scanned, empty = len(document), Gathered(), 0, 0
    for number in range(min(pages, MOST_PAGES)):
        if gathered.is_full:
            break
        text, is_picture = _page(document, number)
        gathered.add(f"{text}\n\n")
        scanned += is_picture
        empty += not text.strip()
    document.close()
    return Text(gathered.text, pages, _trouble(pages, scanned, empty))


def _page(document: pdfium.PdfDocument, number: int) -> tuple[str, bool]:
    """The text of a page, and whether it is the picture of one."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return "", False
    try:
        words = page.get_textpage()
        text = words.get_text_range().replace(_LINE_BREAK, "")
        words.close()
        if sum(map(str.isalnum, text[: 10 * SCANNED_BELOW])) >= SCANNED_BELOW:
            return text, False
        pictures = page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=_DEEP)
        return text, next(iter(pictures), None) is not None
    except pdfium.PdfiumError:
        return "", False
    finally:
        page.close()


def _trouble(pages: int, scanned: int, empty: int) -> str | None:
    if pages > MOST_PAGES:
        return f"cut: only its first {MOST_PAGES:,} pages of {pages:,}"
    if scanned:
        return "no text: scanned" if scanned == pages else f"no text on {scanned} of {pages} pages: scanned"
    return "no text" if empty == pages else None
