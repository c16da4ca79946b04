"""Texts as long and as many as one likes: no copies of each other, and alike every time.

The sentences of the replica's articles, taken apart and put together anew: a word is followed by one that
has followed it there, or, now and then, by any word, as often as it is used. So names, numbers, dates stand
where they do in news, words are as frequent as in the language, hardly two texts share a sentence.
"""

import re
from functools import cache
from random import Random

from crawler.replica.truth import truths

ANY_WORD = 0.12  # so often the next word is any
CLOSE = "./."  # how an article ends, and nothing else
LONGEST = 30  # words in a sentence
IN_PARAGRAPH = (2, 5)  # sentences
IN_TITLE = (7, 14)  # words
_END = re.compile(r"[.!?…]$")


@cache
def _words() -> tuple[dict[str, list[str]], list[str], list[str]]:
    """What follows each word, what begins a sentence, and all words; each as often as it is there."""
    follows: dict[str, list[str]] = {}
    begins, every = list[str](), list[str]()
    for truth in truths():
        before = "."
        for word in truth.body.split():
            if not any(map(str.isalnum, word)) or CLOSE in word:
                continue
            if _END.search(before):
                begins.append(word)
            else:
                follows.setdefault(before, []).append(word)
            every.append(word)
            before = word
    return follows, begins, every


def sentence(random: Random, longest: int = LONGEST) -> str:
    follows, begins, every = _words()
    words = [random.choice(begins)]
    while len(words) < longest and not _END.search(words[-1]):
        onward = follows.get(words[-1])
        words.append(random.choice(every if not onward or random.random() < ANY_WORD else onward))
    told = " ".join(words).rstrip(".,;:!?… ")
    return f"{told[0].upper()}{told[1:]}."


def title(random: Random) -> str:
    return sentence(random, random.randint(*IN_TITLE)).rstrip(".")


def paragraphs(random: Random, words: int) -> list[str]:
    """So many words, or a few more."""
    told, count = list[str](), 0
    while count < words:
        told.append(" ".join(sentence(random) for _ in range(random.randint(*IN_PARAGRAPH))))
        count += told[-1].count(" ") + 1
    return told
