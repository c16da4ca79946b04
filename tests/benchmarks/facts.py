"""What it costs to read what an article says, in milliseconds of one core.

    python tests/benchmarks/facts.py

Texts of 6,000 characters are made of the replica's articles. Each part takes its turn with the others, and
with the ruler that stands last: parsing one of the portals' pages with lxml, which every page must be anyway.
The least of the turns is printed, for a busy machine adds to all others.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from lxml import html
from test_gold_facts import MARKED, of_the_replica

from archive.broken import flaw, mended
from archive.copies import credits_of, sketch, told
from archive.facts import facts_of
from archive.facts.documents import citations
from archive.facts.figures import figures
from archive.facts.people import people
from archive.facts.places import mentions
from archive.facts.standards import standards
from archive.language import language
from archive.model import Article

LENGTH, TURNS, LIMIT = 6_000, 30, 3.0
PAGE = "<div class=a><p>{}</p></div>"


def texts() -> list[str]:
    """Pieces of LENGTH characters, no two with the same articles."""
    whole = "\n\n".join(of_the_replica(path).article.body for path in MARKED)
    return [whole[start : start + LENGTH] for start in range(0, len(whole) - LENGTH, LENGTH)]


def main() -> None:
    articles = [Article("https://backan.gov.vn/1", "1", "Tin", text) for text in texts()]
    found = [mentions([one.body]) for one in articles]
    pages = [page(one.body) for one in articles]
    parts: dict[str, Callable[[int], object]] = {
        "documents": lambda i: citations(articles[i].body),
        "places": lambda i: mentions([articles[i].body]),
        "figures": lambda i: figures(articles[i].body),
        "people": lambda i: people([articles[i].body], found[i]),
        "standards": lambda i: standards(articles[i].body, found[i][0]),
        "all facts": lambda i: facts_of(articles[i]),
        "copies": lambda i: (
            sketch(told("Tin", None, articles[i].body).distinct),
            credits_of(None, None, articles[i].body),
        ),
        "language and damage": lambda i: (
            language(articles[i].body),
            mended(articles[i].body),
            flaw(articles[i].body),
        ),
        "(a page parsed)": lambda i: html.document_fromstring(pages[i]),
    }
    least = dict.fromkeys(parts, float("inf"))
    for _ in range(TURNS):
        for name, part in parts.items():
            began = process_time()
            for i in range(len(articles)):
                part(i)
            least[name] = min(least[name], (process_time() - began) / len(articles) * 1000)
    print(f"ms for {LENGTH:,} characters, {len(articles)} texts")
    for name, ms in least.items():
        print(f"{name:<20} {ms:6.2f}")
    total = sum(least[name] for name in ("all facts", "copies", "language and damage"))
    print(
        f"{'all of it':<20} {total:6.2f}  (limit {LIMIT}; {total / least['(a page parsed)']:.1f} pages parsed)"
    )


def page(text: str) -> bytes:
    """As SharePoint has it: some 100 KB, most of it frame."""
    body = "".join(PAGE.format(line) for line in text.split("\n") if line)
    menu = "".join(f'<li class="static"><a href="/Pages/tin-{i}.aspx">Mục {i}</a></li>' for i in range(900))
    return f"<html><body><ul>{menu}</ul>{body}</body></html>".encode()


if __name__ == "__main__":
    main()
