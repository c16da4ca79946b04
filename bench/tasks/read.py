"""Read the same pages in turn by us, by trafilatura and by bare lxml: `python -m bench.tasks.read COUNT`.

Tells each one's milliseconds of a processor a page, ours for each look of the pages too, and the F1 of the
words of lead and body against what the article really says.
"""

import json
import sys
from collections.abc import Callable
from statistics import mean
from time import process_time

from lxml import html
from scrapy.http import HtmlResponse
from trafilatura import bare_extraction

from bench.f1 import f1
from bench.pages import HOST, SKINS, Heavy, Made
from bench.portal import Bench

PARSER = html.HTMLParser(encoding="utf-8")
HEADERS = {"Content-Type": "text/html; charset=utf-8"}


def ours(made: Made) -> str:
    article = Bench.read(HtmlResponse(_url(made), body=made.html, headers=HEADERS)).article
    return f"{article.lead or ''} {article.body}" if article else ""


def trafilatura(made: Made) -> str:
    document = bare_extraction(made.html, url=_url(made), with_metadata=True)
    return str(getattr(document, "text", None) or "")


def lxml(made: Made) -> str:
    html.document_fromstring(made.html, parser=PARSER)
    return ""


READERS: dict[str, Callable[[Made], str]] = {"ours": ours, "trafilatura": trafilatura, "lxml": lxml}


def main() -> None:
    pages = list(Heavy(int(sys.argv[1])).articles())
    for read in READERS.values():
        read(pages[0])  # what is worked out once in a process is no part of it
    spent, looks = dict.fromkeys(READERS, 0.0), dict.fromkeys(SKINS, 0.0)
    scores: dict[str, list[float]] = {"ours": [], "trafilatura": []}
    for number, made in enumerate(pages):
        for name, read in READERS.items():
            began = process_time()
            found = read(made)
            took = process_time() - began
            spent[name] += took
            if name == "ours":
                looks[SKINS[number % len(SKINS)]] += took
            if name in scores:
                scores[name].append(f1(f"{made.lead} {made.body}", found))
    told = {name: 1000 * seconds / len(pages) for name, seconds in spent.items()}
    told |= {f"ours, {name}": 1000 * seconds / (len(pages) / len(SKINS)) for name, seconds in looks.items()}
    size = sum(len(made.html) for made in pages) / len(pages)
    print(json.dumps({"ms": told, "f1": {name: mean(of) for name, of in scores.items()}, "bytes": size}))


def _url(made: Made) -> str:
    return f"http://{HOST}{made.path}"


if __name__ == "__main__":
    main()
