"""Words that come close to one that no article holds."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from string import ascii_lowercase, digits

from archive.search.index import FOLDED
from archive.search.words import Letters
from archive.text import fold

LONGEST = 12  # letters of a word that a slip made; a syllable has at most seven
MOST = 5_000  # hits of a word are counted up to here
READ, FROM_EACH = 5, 20_000  # texts, and characters of each, that show how a word is spelt

_WORD = re.compile(r"[^\W_]+")


def slips(word: str) -> set[str]:
    """One letter left out, put in, changed or swapped, or a blank forgotten: https://norvig.com/spell-correct.html

    Folded: a wrong accent is no slip.
    """
    word = fold(word)
    if not word.isalnum() or len(word) > LONGEST:
        return set()
    letters = ascii_lowercase + (digits if any(c.isdigit() for c in word) else "")
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    made = {a + b[1:] for a, b in halves if b}
    made |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    made |= {a + c + b[1:] for a, b in halves if b for c in letters}
    made |= {a + c + b for a, b in halves for c in letters}
    made |= {f"{a} {b}" for a, b in halves if len(a) > 1 and len(b) > 1}
    return made - {word, ""}


def joints(words: str, missing: str) -> Iterator[tuple[str, str]]:
    """A blank too many: the missing word with the one before or after, as typed and in one."""
    for (first, first_end), (second, second_end) in pairwise(match.span() for match in _WORD.finditer(words)):
        one, other = words[first:first_end], words[second:second_end]
        if missing in (one, other) and words[first_end:second] == " " and second_end - first <= LONGEST:
            yield words[first:second_end], fold(one + other)


def frequent(connection: sqlite3.Connection, candidates: Iterable[str]) -> list[str]:
    """Those that any article holds, the most frequent first; two words stand together."""
    sql = f"""
        select value, (select count(*) from (
            select 1 from {FOLDED} where {FOLDED} match '"' || value || '"' limit {MOST})) as hits
        from json_each(?) order by hits desc, value"""
    rows = connection.execute(sql, [json.dumps(sorted(candidates))])
    return [word for word, hits in rows if hits]


def spelt(connection: sqlite3.Connection, folded: str) -> str:
    """As the newest articles that hold it write it most often."""
    sql = f"""
        select substr(title || ' ' || coalesce(lead, '') || ' ' || body, 1, {FROM_EACH}) from articles
        where docid in (select rowid from {FOLDED} where {FOLDED} match ? order by rowid desc limit {READ})"""
    wanted = re.compile(rf"(?<![^\W_]){re.escape(folded)}(?![^\W_])")
    spellings, letters = Counter[str](), Letters(exact=False)
    for (text,) in connection.execute(sql, [f'"{folded}"']):
        spellings.update(text[slice(*m.span())] for m in wanted.finditer(text.translate(letters)))
    return max(spellings, key=lambda spelling: (spellings[spelling], spelling), default=folded)
