"""The offices that a text names, each from its head to the end of its body: `Phó Chủ tịch UBND tỉnh`.

A head is one of the words for an office. What follows belongs to it while it is written with a capital, is a
level (`tỉnh`, `xã`), or goes on as the names of authorities and of their fields do; a verb does not. Further
heads behind a comma, a dash or `kiêm` are of the same office.
"""

from collections.abc import Sequence

from archive.facts.bodies import (
    ABOVE,
    BEFORE_HEAD,
    BEGIN,
    BELOW,
    FIRST,
    GO_ON,
    HEADS,
    IN_TWO_WORDS,
    LINKED,
    LONGEST_HEAD,
    SAYS,
    SECONDS,
    SHOUTED,
    TYPES,
    VERBS,
    WHOLES,
)
from archive.facts.titles import TITLES

_REACH = 240  # characters that the offices of one person take
_HEAD_REACH = 48  # and those of the longest head, with what may stand before it
_FIRST_REACH = 16  # and those of its first word
_MARKS = ".,;:!?)]}…”\"'’|"

_LINK = frozenset({"-", "–", "—"})
_INSIDE = _LINK | {"và", "&", "của", "and", "of", "the", "for"}  # which no office ends with
_MOST_LEFT = 6
_BROAD = frozenset({"UBND", "HĐND", "Ủy", "Uỷ", "ủy", "uỷ"})  # which are no part of a company or a school


def head(words: Sequence[str], first: int) -> int:
    """How many words from `first` on are the head of an office; 0 where none begins."""
    if first >= len(words) or words[first].lower() not in FIRST:
        return 0
    core = first
    while core < len(words) and words[core].lower() in BEFORE_HEAD:
        core += 1
    last = first
    for begin in (first, core) if core > first else (first,):
        said = " ".join(words[begin : begin + LONGEST_HEAD]).lower()
        for end in range(min(begin + LONGEST_HEAD, len(words)), last, -1):
            if said.rstrip(_MARKS) in HEADS:
                last = end
                break
            said = said.rpartition(" ")[0]
    return last - first


def office_at(text: str, start: int, limit: int) -> int | None:
    """Where the offices end that begin at `start`, at most at `limit`; None where none begins there."""
    # Most words begin no office, and most that may do not; that is seen cheaply.
    first = text[start : min(limit, start + _FIRST_REACH)].split(None, 1)
    if not first or first[0].lower() not in FIRST:
        return None
    if not head(text[start : min(limit, start + _HEAD_REACH)].split(), 0):
        return None
    stop = min(limit, start + _REACH, len(text))
    line = text.find("\n", start, stop)
    words = text[start : stop if line < 0 else line].split()
    if not (at := head(words, 0)):
        return None
    *others, last = words[: _end(words, at)]
    for word in others:
        start = text.index(word, start) + len(word)
    return text.index(last, start) + len(last.rstrip(_MARKS))


def _end(words: Sequence[str], at: int) -> int:
    """The number of words that the offices take whose first head ends before `at`."""
    is_shout = at > 1 and all(word.isupper() for word in words[:at])
    last = at  # behind the last word that an office may end with
    while at < len(words):
        tail = words[at - 1][len(words[at - 1].rstrip(_MARKS)) :]
        if tail not in ("", ",") and not _is_short(words[at - 1]):
            break
        if more := _more(words, at, tail):
            at = last = more
            continue
        is_linked = tail != "," or (words[at - 1].rstrip(",").lower(), words[at].lower()) in LINKED
        if not is_linked or not (step := _step(words, at, is_shout)):
            break
        at += step
        if words[at - 1].lower() not in _INSIDE:
            last = at
    return last


def _is_short(word: str) -> bool:
    return word.lower() in ("tp.", "t.p.", "h.", "p.", "tx.", "tt.", "t.p", "q.")


def _more(words: Sequence[str], at: int, tail: str) -> int:
    """Behind which word the head of a further office ends that begins at `at`, or a body that is named on."""
    link = words[at].lower()
    begin = at + 1 if link in _LINK or link in ("kiêm", "|") else at
    if begin == at and tail != ",":
        return 0
    if count := head(words, begin):
        return begin + count
    return _whole(words, at) if tail == "," else 0


def _whole(words: Sequence[str], at: int) -> int:
    """Behind the first words of a body: `Cục An toàn thông tin, Bộ Thông tin và Truyền thông`."""
    seconds = WHOLES.get(words[at].lower())
    if seconds is None or not words[at][0].isupper():
        return 0
    begin = at + 1
    if seconds:
        if begin == len(words) or words[begin] not in seconds:
            return 0
        begin += 1
    is_of_many = words[at] not in ("Bộ", "Sở", "UBND") and not _BROAD.isdisjoint(words[:at])
    is_named = begin < len(words) and (words[begin][0].isupper() or words[begin].rstrip(_MARKS) in ABOVE)
    return begin if is_named and not is_of_many else 0


def _step(words: Sequence[str], at: int, is_shout: bool) -> int:
    """How many words from `at` on go on with the body's name."""
    bare = words[at].rstrip(_MARKS)
    word, before = bare.lower(), words[at - 1].lower()
    then = words[at + 1].rstrip(_MARKS) if at + 1 < len(words) else ""
    if not bare or (word in TITLES and word != "em"):
        return 0
    if word in ("of", "the", "for"):
        return 1 if then == "the" or then[:1].isupper() else 0
    if word in _LINK and (before, then.lower()) in LINKED:
        return 1
    if word in ("và", "&", "and") or word in _LINK:
        is_inside = (
            words[at - 1][0].isupper() or (before, "và") in GO_ON or (at > 1 and words[at - 2][0].isupper())
        )
        goes_on = then[:1].isupper() or (word, then.lower()) in GO_ON
        is_inside = is_inside and not head(words, at + 1) and then.lower() not in TITLES
        return 1 if is_inside and goes_on else 0
    if bare[0].isupper() and not is_shout:
        return 0 if word in FIRST and before not in TYPES and head(words, at) else 1
    if word in ABOVE or (before, word) in GO_ON or (is_shout and word in SHOUTED):
        return 1
    if before not in ABOVE and word not in VERBS and (word, then.lower()) in BEGIN:
        return 2
    if word == "của":
        return 1 if then in ("Quốc", "Chính", "Ủy", "Tỉnh", "HĐND", "UBND", "Đảng", "Bộ", "Sở") else 0
    if word in IN_TWO_WORDS and then.lower() in IN_TWO_WORDS[word]:
        return 2
    if word in BELOW or word.isdigit():
        named = (
            before in BELOW or before == "quân" if word.isdigit() else then[:1].isupper() or then.isdigit()
        )
        return 1 if named or not then else 0
    if _is_second(words, at, word):
        return 1
    return 0 if is_shout or before in ABOVE or words[at - 1][0].isupper() else _rest(words, at)


def _rest(words: Sequence[str], at: int) -> int:
    """How many words are left of a name that ends with them: `Quỹ Dịch vụ viễn thông công ích;`."""
    for count, word in enumerate(words[at : at + _MOST_LEFT], 1):
        bare = word.rstrip(_MARKS)
        if f"{word} {words[at + count].rstrip(_MARKS) if at + count < len(words) else ''}" in SAYS:
            return count - 1 if count > 2 else 0
        if bare.lower() in VERBS or bare.lower() in TITLES or not bare.isalpha() or not bare.islower():
            return 0
        if bare != word or at + count == len(words):
            return count if count > 1 else 0
    return 0


def _is_second(words: Sequence[str], at: int, word: str) -> bool:
    """Whether it ends a name of two words that nobody has listed: `Phòng Quy hoạch`."""
    if at < 2 or word in VERBS or not word.isalpha():
        return False
    first, kind = words[at - 1], words[at - 2].lower()
    is_first = kind in TYPES or kind in SECONDS or kind in _LINK
    return is_first and first[0].isupper() and not first.isupper() and first.isalpha()
