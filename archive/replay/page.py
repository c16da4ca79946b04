"""A captured page as parsed, and the addresses on it that are to be looked for in the archive."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from archive.replay import style
from archive.replay.addresses import absolute
from archive.replay.allowed import EMBEDDED, LAZY

# Characters that cannot stand in HTML, or that lxml does not take.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_FATAL = "ERR_RESOURCE_LIMIT"


class Page:
    """`root` is None where there is nothing in it; `cut`: it is nested so deep that the rest was not read."""

    def __init__(self, text: str, url: str) -> None:
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        markup = clean(text).encode()
        self.root: Any = etree.fromstring(markup, parser) if markup.strip() else None
        self.cut = any(entry.type_name == _FATAL for entry in parser.error_log)
        bases = (one.get("href") for one in self._elements() if one.tag == "base" and one.get("href"))
        self.base = absolute(url, next(bases, "")) or url

    def links(self) -> set[str]:
        """Whole addresses that the page leads to."""
        stated = (
            address
            for one in self._elements()
            for address in (
                (one.get("href"),) if one.tag in ("a", "area") else
                (one.get("src"), one.get("data")) if one.tag in EMBEDDED else ()
            )
        )  # fmt: skip
        return self._whole(stated)

    def loads(self) -> set[str]:
        """Whole addresses of the images and style sheets."""
        return self._whole(address for one in self._elements() for address in _loaded(one))

    def _whole(self, stated: Iterator[str | None]) -> set[str]:
        return {whole for one in stated if one and (whole := absolute(self.base, one))}

    def _elements(self) -> Iterator[Any]:
        if self.root is not None:
            yield from (one for one in self.root.iter() if isinstance(one.tag, str))


def clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _loaded(element: Any) -> Iterator[str | None]:
    yield element.get("background")
    yield from style.addresses(element.get("style") or "")
    if element.tag == "img":
        yield from (element.get(name) for name in LAZY)
    elif element.tag == "link":
        yield element.get("href")
    elif element.tag == "style":
        yield from style.addresses(element.text or "")
