"""What is broken in the texts of a page, put right in its tree before anybody reads it.

It must be done there: blanks and soft hyphens are parts of letters in broken text, and go when it is cleaned.
"""

from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from archive.broken import Damage, flaw, is_suspect, mended
from archive.model import Article
from archive.text import one_line

FEW = 5  # words in all that were broken: fewer may be a name of another language
MOST = 5_000  # texts that are looked at: each takes a tenth of a millisecond, and no page has so many
ATTRIBUTES = ("title", "alt", "content")
MENDED = ", mended"
_ATTRIBUTES = etree.XPath("//@title | //@alt | //@content", smart_strings=False)

Mends = dict[Damage, list[str]]


def mend(tree: HtmlElement) -> Mends:
    """Put right what is certain; returns the texts that were, by what was wrong with them."""
    if not is_suspect("\n".join((tree.text_content(), *_ATTRIBUTES(tree)))):
        return {}  # as on nearly every page, in a tenth of the time
    suspect = (found for found in _texts(tree) if is_suspect(found[-1]))
    found = [(node, place, *mended(text)) for node, place, text in islice(suspect, MOST)]
    mends: Mends = {}
    for _, _, text, damage in found:
        if damage:
            mends.setdefault(damage, []).append(text)
    mends = {damage: texts for damage, texts in mends.items() if sum(len(t.split()) for t in texts) >= FEW}
    for node, place, text, damage in found:
        if damage in mends:
            _put(node, place, text)
    return mends


def damage_of(article: Article, mends: Mends) -> str | None:
    """What was wrong with an article's own text, and not only with the page around it."""
    text = "\n".join((article.title, article.lead or "", article.body))
    for damage, texts in mends.items():
        if any(line in text for line in map(one_line, texts) if line):
            return damage + MENDED
    return flaw(text)


def _texts(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str, str]]:
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style"):
            if node.tail:
                yield node, "tail", node.tail
            continue
        for place, text in (("text", node.text), ("tail", node.tail)):
            if text:
                yield node, place, text
        for name in ATTRIBUTES:
            if text := node.get(name):
                yield node, name, text


def _put(node: HtmlElement, place: str, text: str) -> None:
    if place == "text":
        node.text = text
    elif place == "tail":
        node.tail = text
    else:
        node.set(place, text)
