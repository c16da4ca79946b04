"""Articles that tell one story in the same words: who published it first, who copied it, what was cut, and
whom the copies credit.

`shingles.py` reads a text, `sketches.py` draws it, `compare.py` says whether two are copies: pure functions.
`meeting.py` finds whom to compare, `groups.py` who was first, `rows.py` stores. Not to be confused with
`archive/stories.py`: one article under several addresses of one host.
"""

from archive.copies.compare import Likeness, copied
from archive.copies.credits import Credit, credits_of
from archive.copies.cut import difference
from archive.copies.outlets import Outlet, outlet
from archive.copies.shingles import Told, told
from archive.copies.sketches import sketch

__all__ = [
    "Credit", "Likeness", "Outlet", "Told", "copied", "credits_of", "difference", "outlet", "sketch", "told",
]  # fmt: skip
