"""Pages that nest deeper than a parser follows: an editor that never closes a tag soon writes one."""

import re

DEEPEST = 200  # elements one within the other; libxml2 drops all that comes behind the 256th, without a word
_TAG = re.compile(r"<(/?)([a-z][\w:]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.I)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_LOOKS = frozenset("font span b i u em strong big small center s strike tt o:p st1:place".split())


def flattened(html: str) -> str:
    """The page without the tags, farther in, that say nothing but how their text looks, or nothing at all."""
    open_tags: list[tuple[str, bool]] = []  # and whether they are kept
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        name, is_kept = tag[2].lower(), True
        if tag[1]:
            while open_tags and any(name == other for other, _ in open_tags[-DEEPEST:]):
                ended, is_kept = open_tags.pop()
                depth -= is_kept
                if ended == name:
                    break
        elif name not in _VOID and not tag[3].endswith("/"):
            is_kept = depth < DEEPEST or not (name in _LOOKS or (name == "div" and not tag[3].strip()))
            open_tags.append((name, is_kept))
            depth += is_kept
        return tag[0] if is_kept else ""

    return _TAG.sub(keep, html)
