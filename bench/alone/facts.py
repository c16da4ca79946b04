"""What it costs to read what an article says, in milliseconds of one core.

    python bench/alone/facts.py

Texts of 6,000 characters are made of the replica's articles, which are full of figures (some 50 a text), and of
the real pages in `../shared` where they are (some 15). Each part takes its turn with the others, and
with the ruler that stands last: parsing one of the portals' pages with lxml, which every page must be anyway.
The least of the turns is printed, for a busy machine adds to all others.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "tests")]

from lxml import html
from test_gold_facts import MARKED, SHARED, of_a_file, of_the_replica

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
WHOLE = ("all facts", "sketch for copies", "credits", "language, damage")
PAGE = "<div class=a><p>{}</p></div>"


def pieces(articles: list[Article]) -> list[Article]:
    """Of LENGTH characters, with as many words as those have that they are made of."""
    whole = "\n\n".join(article.body for article in articles)
    texts = [whole[start : start + LENGTH] for start in range(0, len(whole) - LENGTH, LENGTH)]
    return [Article("https://backan.gov.vn/1", "1", "Tin", text) for text in texts]


def main() -> None:
    measure("of the replica", pieces([of_the_replica(path).article for path in MARKED]))
    if SHARED:
        measure("of real pages", pieces([of_a_file(path).article for path in SHARED]))


def measure(name: str, articles: list[Article]) -> None:
    found = [mentions([one.body]) for one in articles]
    pages = [page(one.body) for one in articles]
    parts: dict[str, Callable[[int], object]] = {
        "documents": lambda i: citations(articles[i].body),
        "places": lambda i: mentions([articles[i].body]),
        "figures": lambda i: figures(articles[i].body),
        "people": lambda i: people([articles[i].body], found[i]),
        "standards": lambda i: standards(articles[i].body, found[i][0]),
        "all facts": lambda i: facts_of(articles[i]),
        "sketch for copies": lambda i: sketch(told("Tin", None, articles[i].body).distinct),
        "credits": lambda i: credits_of(None, None, articles[i].body),
        "language, damage": lambda i: (
            language(articles[i].body),
            mended(articles[i].body),
            flaw(articles[i].body),
        ),
        "(a page parsed)": lambda i: html.document_fromstring(pages[i]),
    }
    least = dict.fromkeys(parts, float("inf"))
    for _ in range(TURNS):
        for part, work in parts.items():
            began = process_time()
            for i in range(len(articles)):
                work(i)
            least[part] = min(least[part], (process_time() - began) / len(articles) * 1000)
    told_of = sum(len(facts_of(one).figures) for one in articles) // len(articles)
    print(f"ms for {LENGTH:,} characters {name}: {len(articles)} texts, {told_of} figures each")
    for part, ms in least.items():
        print(f"{part:<20} {ms:6.2f}")
    total = sum(ms for part, ms in least.items() if part in WHOLE)
    print(
        f"{'all of it':<20} {total:6.2f}  (limit {LIMIT}; {total / least['(a page parsed)']:.1f} pages parsed)\n"
    )


def page(text: str) -> bytes:
    """As SharePoint has it: some 100 KB, most of it frame."""
    body = "".join(PAGE.format(line) for line in text.split("\n") if line)
    menu = "".join(f'<li class="static"><a href="/Pages/tin-{i}.aspx">Mục {i}</a></li>' for i in range(900))
    return f"<html><body><ul>{menu}</ul>{body}</body></html>".encode()


if __name__ == "__main__":
    main()
