"""From a file's bytes to its text, whatever happens on the way. For the process apart; pure."""

from striprtf.striprtf import rtf_to_text

from archive.attached.found import CUT, MOST_CHARACTERS, TOO_LARGE, Text, TroubleError
from archive.attached.kinds import is_encrypted
from archive.attached.pdf import read_pdf
from archive.attached.sheets import read_sheets
from archive.attached.word97 import read_word97
from archive.attached.zipped import read_zipped
from archive.broken import flaw, mended
from archive.replay.kinds import text_of
from archive.text import normalise, one_line

MOST_OF_RTF = 8 << 20  # pictures in it are letters too; reading it takes a second for each two


def extract(kind: str, body: bytes) -> Text:
    """The text of a file of a kind that is read: normalised, and cut where it is too long. Never raises,
    but for MemoryError.
    """
    try:
        if kind == "rtf" and len(body) > MOST_OF_RTF:
            raise TroubleError(TOO_LARGE)
        if is_encrypted(body):
            raise TroubleError("password")
        found = _read(kind, body)
    except TroubleError as error:
        return Text(trouble=_on_one_line(str(error)))
    except MemoryError:
        raise
    except Exception as error:  # each library has errors of its own: zlib.error is nothing else
        return Text(trouble=_on_one_line(f"damaged: {type(error).__name__}: {error}"))
    text, _ = mended(found.text[: MOST_CHARACTERS + 1])  # of old offices in TCVN3
    text = normalise(text)
    text = text.encode("utf-8", "replace").decode()  # halves of letters, which nothing can store
    if len(found.text) > MOST_CHARACTERS:
        return Text(text[:MOST_CHARACTERS], found.pages, found.trouble or CUT)
    return Text(text, found.pages, found.trouble or (_flaw(text) if text else "no text"))


def _flaw(text: str) -> str | None:
    damage = flaw(text)
    return f"broken: {damage}" if damage else None


def _read(kind: str, body: bytes) -> Text:
    match kind:
        case "pdf":
            return read_pdf(body)
        case "doc":
            return read_word97(body)
        case "xls" | "xlsx" | "ods":
            return read_sheets(body)
        case "docx" | "pptx" | "odt":
            return read_zipped(kind, body)
        case "rtf":
            return Text(rtf_to_text(body.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    return Text(text_of(body, ""))


def _on_one_line(text: str) -> str:
    return one_line(text)[:200]
