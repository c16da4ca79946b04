"""What people search for: rare and common words, phrases, with and without accents; the same every time."""

import re
from collections import Counter
from itertools import chain, cycle, islice
from random import Random

from crawler.replica.corpus import slug
from crawler.replica.truth import truths

COUNT = 200
COMMONEST = 150  # words that count as common


def queries(count: int = COUNT, seed: int = 1) -> list[str]:
    """A quarter of each kind, in turn; a longer list begins as a shorter one does."""
    random = Random(seed)
    lines = [line for truth in truths() for line in truth.body.lower().splitlines()]
    sentences = [words for line in lines if len(words := re.findall(r"[^\W\d_]+", line)) > 6]
    known = Counter(word for words in sentences for word in words if len(word) > 1)
    ranked = [word for word, _ in known.most_common()]
    rare = [word for word, times in known.items() if times == 1]

    def some(length: int) -> str:
        words = random.choice(sentences)
        start = random.randrange(len(words) - length)
        return " ".join(words[start : start + length])

    def one() -> tuple[str, ...]:
        common = f"{random.choice(ranked[:COMMONEST])} {random.choice(ranked[:COMMONEST])}"
        return (
            random.choice(rare),
            common,
            f'"{some(random.choice((2, 3)))}"',
            slug(some(2)).replace("-", " "),
        )

    found = dict.fromkeys(chain.from_iterable(one() for _ in range(count)))
    return list(islice(cycle(found), count))
