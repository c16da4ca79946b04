"""Style sheets in which nothing is loaded but what the archive holds.

The tokens are those of tinycss2, which reads CSS as browsers do, escapes and all. What cannot load anything,
as most sheets and attributes cannot, passes as it is: that is a hundred times faster.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import tinycss2

LONGEST = 400_000  # characters that are read, of a sheet or of all that stands in a page: more takes seconds
DEEPEST = 64  # blocks within blocks: some ten thousand crash Chromium
# From a captured address, as the sheet states it, to one of ours; None where it is not held.
Find = Callable[[str], str | None]

_NEEDS_READING = re.compile(
    r"[\\<]|url|src\s*\(|image|cross-fade|@import|@namespace|@font-face|@document|expression|behavior|binding",
    re.I,
)
_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"'()\s]+)""", re.I)
_BRACKET = re.compile(r"[(){}\[\]]")
_LOADING = frozenset({"url", "src"})
_DROPPED_FUNCTIONS = frozenset(
    """image-set -webkit-image-set image cross-fade -webkit-cross-fade expression element -moz-element
    paint""".split()
)
_DROPPED_NAMES = frozenset(("behavior", "-ms-behavior", "-moz-binding"))
_DROPPED_RULES = frozenset(("import", "namespace", "font-face", "document", "-moz-document", "charset"))
_NOTHING = "none"


def addresses(css: str) -> Iterator[str]:
    """What a sheet may load, as it states it. What is missed here is not looked for, so not shown."""
    return (found[1] for found in _ADDRESS.finditer(css[:LONGEST]))


def is_read(css: str) -> bool:
    """Whether it is such that it must be read, as it might load something."""
    return _NEEDS_READING.search(css) is not None


def safe(css: str, image: Find, sheet: Find = lambda _: None, most: int = LONGEST) -> str:
    """The same sheet, or the same declarations of an attribute; without `<` where it could begin a tag.

    Raises ValueError where it is nested too deep, or must be read and is longer than `most` characters.
    """
    if _depth(css) > DEEPEST:
        raise ValueError("a style sheet that is nested too deep")
    if not is_read(css):
        return css
    if len(css) > most:
        raise ValueError(f"a style sheet of {len(css)} characters")
    tokens = _without_rules(tinycss2.parse_component_value_list(css, skip_comments=True), sheet)
    _rewrite(tokens, image)
    text = tinycss2.serialize(tokens)
    return re.sub(r"<(?![\s\d=])", r"\\3c ", text)


def _depth(css: str) -> int:
    """At most so many blocks are open at one place; those in strings and comments count too."""
    depth = deepest = 0
    for bracket in _BRACKET.finditer(css):
        depth += 1 if bracket[0] in "({[" else -1 if depth else 0
        deepest = max(deepest, depth)
    return deepest


def quoted(address: str) -> str:
    return quote(address, safe="/?=&:;,+%-._~")


def _without_rules(tokens: list[Any], sheet: Find) -> list[Any]:
    """An @import leads to a sheet that is held, or goes; other rules that load go with all they hold."""
    kept: list[Any] = []
    rest = iter(tokens)
    for token in rest:
        if token.type != "at-keyword" or token.lower_value not in _DROPPED_RULES:
            kept.append(token)
            continue
        rule = []
        for part in rest:
            if part.type == "{} block" or part == ";":
                break
            rule.append(part)
        address = _address(rule) if token.lower_value == "import" else None
        if address and (ours := sheet(address)):
            kept += tinycss2.parse_component_value_list(f'@import "{quoted(ours)}";')
    return kept


def _address(rule: list[Any]) -> str | None:
    """The address of an @import."""
    first = next((part for part in rule if part.type != "whitespace"), None)
    if first is not None and first.type in ("string", "url"):
        return str(first.value)
    return _argument(first) if first is not None and first.type == "function" else None


def _argument(function: Any) -> str | None:
    return next((str(part.value) for part in function.arguments if part.type == "string"), None)


def _rewrite(tokens: list[Any], image: Find) -> None:
    """In place, block by block."""
    waiting = [tokens]
    while waiting:
        level = waiting.pop()
        level[:] = [_rewritten(token, image) for token in level if token.type != "error"]
        for token in level:
            if token.type == "function":
                waiting.append(token.arguments)
            elif hasattr(token, "content"):
                token.content = _without_rules(token.content, lambda _: None)
                waiting.append(token.content)


def _rewritten(token: Any, image: Find) -> Any:
    kind, name = token.type, getattr(token, "lower_name", getattr(token, "lower_value", ""))
    if kind == "url":
        return _loaded(token.value, image)
    if kind == "function" and name in _LOADING:
        return _loaded(_argument(token) or "", image)
    if (kind == "function" and name in _DROPPED_FUNCTIONS) or (kind == "ident" and name in _DROPPED_NAMES):
        return tinycss2.parse_one_component_value(_NOTHING)
    return token


def _loaded(address: str, image: Find) -> Any:
    ours = image(address)
    return tinycss2.parse_one_component_value(f'url("{quoted(ours)}")' if ours else _NOTHING)
