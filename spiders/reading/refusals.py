"""Answers with status 200 that are no page: challenges, rejections, login pages, error pages, soft 404s.

They are known by what they call themselves, in title, heading or one line, and by how little else there is;
never by a word in running text, as articles write about such things.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from archive.blocks import Block
from archive.dates import date_line
from archive.model import Page
from archive.text import fold, is_vietnamese, one_line
from spiders.reading.found import Sheet
from spiders.reading.landmarks import END_MARK, ends_article, fits_slug, is_hard_end, is_prose
from spiders.reading.signs import FIREWALL, LENGTHY, LOGIN, SIGNS, Sign

_CHALLENGE = re.compile(rb"document\.cookie\s*=", re.I)
_RELOAD = re.compile(rb"location\s*\.\s*(?:reload|replace|href)|location\s*=", re.I)
_PASSWORD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.I)
_BETWEEN = re.compile(r"\s*[|»«–—]\s*|\s+[-:]\s+")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_SCRIPTS = ("script", "style", etree.Comment, etree.ProcessingInstruction)
SMALL = 20_000  # bytes; a refusal without a frame has fewer, an article page of these engines many more
MOST_WORDS = 600  # on a whole page, frame and all
LONGEST_NAME = 25  # words of what a page calls itself
PROSE = 60  # words of running text: an article has more
LITTLE = 40  # words of running text beside a line that says it all
LEAST = 15  # words of running text under the heading of an error page whose frame tells of other things
TINY = 120  # words on a page without a frame
MANY = 5  # links to articles or documents, on a page that must be a listing


def is_challenge(body: bytes) -> bool:
    """A page of little but a script that sets a cookie and loads the page again."""
    return len(body) < 4096 and bool(_CHALLENGE.search(body) and _RELOAD.search(body))


def is_firewall(body: bytes) -> bool:
    """Whether an answer of status 403 or 503 is a firewall's, not about this page alone."""
    return len(body) < SMALL and bool(FIREWALL.search(fold(body.decode(errors="replace"))))


def refusal(
    tree: HtmlElement, laid_out: Callable[[], Sheet], body: bytes, slug: str | None, listed: int
) -> Page | None:
    """The rejection, login page or error page that this is, its note says which; None where it is none.

    `slug` is what the address of an article tells of its title, None where it is the address of something
    else; `listed` are the links to articles and documents on the page; `laid_out` gives its blocks.
    """
    names = tuple(dict.fromkeys(_names(tree)))
    named = next(filter(None, map(_sign, names)), None)
    if slug is None and (listed >= MANY or (named is None and len(body) > SMALL)):
        return None
    root = tree.body if tree.body is not None else tree
    if slug is None and _is_wordy(root):
        return None
    page = laid_out().blocks  # which are wanted of an article's page in any case
    words = sum(block.words for block in page)
    if slug is not None and (words > MOST_WORDS or _is_wordy(root)):
        return None
    has_password = bool(_PASSWORD.search(body))
    sign = (
        named
        or _sign_in(page, words, slug is not None)
        or (LOGIN if has_password and words < LITTLE else None)
    )
    if (
        sign is None
        or _is_article(page, slug)
        or (sign is LOGIN and words > (MOST_WORDS // 2 if has_password else TINY))
    ):
        return None
    if (
        _prose(page) <= (PROSE if named else LITTLE)
        or _is_lengthy(page)
        or _stands_alone(page, names, listed)
    ):
        return Page(sign[1], note=sign[2])
    return None


def _names(tree: HtmlElement) -> Iterator[str]:
    """What a page calls itself: its title, the parts of that, its headings; SharePoint states it besides."""
    titles = [title.text_content() for title in tree.xpath("//head/title")[:1]]
    headings = tree.xpath("//h1") or tree.xpath("(//h2 | //h3)[1]")
    for text in (*titles, *(heading.text_content() for heading in headings[:3])):
        for name in (text, *_BETWEEN.split(one_line(text))):
            yield _folded(name)
    if tree.xpath("//head/meta[@name='SharePointError']"):
        yield "error"


def _sign(name: str) -> Sign | None:
    if not name or len(name.split()) > LONGEST_NAME:
        return None
    return next((sign for sign in SIGNS if sign[0].fullmatch(name)), None)


def _sign_in(page: Sequence[Block], words: int, of_article: bool) -> Sign | None:
    """One line says it: any that opens with it where there is little else, a plain one within a frame."""
    lines = [block.text for block in page if block.kind in ("p", "h", "li") and block.linked < 0.5]
    if words <= TINY:
        return next(
            filter(None, (_sign(_folded(_SENTENCE.split(line, maxsplit=1)[0])) for line in lines)), None
        )
    if not of_article:
        return None
    plain = (_sign(name) for name in map(_folded, lines) if len(name.split()) >= 4)
    return next((sign for sign in plain if sign and sign is not LOGIN), None)


def _is_article(page: Sequence[Block], slug: str | None) -> bool:
    """Whether it has the marks of one: its address names a line of it, or it ends or is dated as they are."""
    own = [block for block in page if block.kind in ("p", "h") and block.linked < 0.5]
    if any(block.text.endswith(END_MARK) or (slug and fits_slug(block.text, slug)) for block in own):
        return True
    return _prose(page) >= LEAST and any((at := date_line(block.text)) and at.label for block in own)


def _prose(page: Sequence[Block]) -> int:
    return sum(block.words for block in page if is_prose(block) and not ends_article(block))


def _is_lengthy(page: Sequence[Block]) -> bool:
    text = " ".join(block.text for block in page)
    return not is_vietnamese(text) and bool(LENGTHY.search(fold(text)))


def _stands_alone(page: Sequence[Block], names: Sequence[str], listed: int) -> bool:
    """Whether all running text belongs to the frame: the heading has next to none below it, and no date."""
    at = next(
        (i for i, block in enumerate(page) if _folded(block.text) in names and _sign(_folded(block.text))),
        None,
    )
    if at is None or listed < MANY or any(date_line(block.text) for block in page[max(at - 3, 0) : at + 4]):
        return False
    below = takewhile(lambda b: not (b.kind == "h" or is_hard_end(b) or b.linked > 0.5), page[at + 1 :])
    return _prose(list(below)) <= LEAST


def _folded(text: str) -> str:
    return fold(one_line(text)).strip(" .,:;!?…*\"'“”‘’()[]<>-–—|")


def _is_wordy(root: HtmlElement) -> bool:
    """Whether there are more than MOST_WORDS on a page, hidden ones too; most show so many soon."""
    words = 0
    for element in root.iter():
        if element.tag not in _SCRIPTS and element.text:
            words += len(element.text.split())
        if element.tail and element is not root:
            words += len(element.tail.split())
        if words > MOST_WORDS:
            return True
    return False
