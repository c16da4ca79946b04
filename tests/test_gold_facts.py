"""What the rules find in articles that were marked by hand; how, `tests/gold/README.md` says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archive.facts import Facts, facts_of
from archive.model import Article, Image
from crawler.replica.truth import Truth, truths

MARKED = sorted((Path(__file__).parent / "gold").glob("*.json"))
SHARED = sorted((Path(__file__).parents[2] / "shared" / "gold").glob("*.json"))
LIMITS = {
    # kind: (precision, recall)
    "documents": (0.97, 0.93),
    "places": (0.97, 0.93),
    "people": (0.97, 0.93),
    "figures": (0.95, 0.90),
}
FOUND: dict[str, Callable[[Facts], set[str]]] = {
    "documents": lambda facts: {one.number for _, one in facts.documents},
    "places": lambda facts: {f"{one.place.kind} {one.place.name}" for _, one in facts.places},
    "people": lambda facts: {one.name for _, one in facts.people},
    "figures": lambda facts: {f"{float(one.value)} {one.unit}" for _, one in facts.figures},
}
WANTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "documents": lambda mark: mark["number"],
    "places": lambda mark: f"{mark['kind']} {mark['name']}",
    "people": lambda mark: mark if isinstance(mark, str) else mark["name"],
    "figures": lambda mark: f"{float(mark['value'])} {mark['unit']}",
}


@dataclass(frozen=True)
class Marked:
    """An article, and by kind what a person found in it."""

    name: str
    article: Article
    wanted: dict[str, set[str]]


@dataclass
class Score:
    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


@cache
def by_title() -> dict[tuple[str, str], Truth]:
    return {(truth.portal, truth.title): truth for truth in truths()}


def of_the_replica(path: Path) -> Marked:
    mark = json.loads(path.read_text())
    truth = by_title()[mark["portal"], mark["title"]]
    article = Article(
        truth.urls[0], "1", truth.title, truth.body, truth.lead, author=truth.author,
        published_at=truth.published_at, images=tuple(Image("", caption) for caption in truth.captions),
    )  # fmt: skip
    return Marked(f"{mark['half']} {path.stem}", article, _wanted(mark))


def of_a_file(path: Path) -> Marked:
    """A file that has its article in it."""
    mark = json.loads(path.read_text())
    url = "https://mic.gov.vn/" if "mic" in mark.get("host", "") else "https://backan.gov.vn/"
    article = Article(
        url, "1", mark["title"], "\n\n".join(mark["body"]), mark["lead"], author=mark.get("author"),
        published_at=mark["dated"], images=tuple(Image("", caption) for caption in mark["captions"]),
    )  # fmt: skip
    return Marked(path.stem, article, _wanted(mark))


def _wanted(mark: dict[str, Any]) -> dict[str, set[str]]:
    return {kind: set(map(name, mark[kind])) for kind, name in WANTED.items()}


def scores(articles: list[Marked]) -> dict[str, Score]:
    counted = {kind: Score() for kind in FOUND}
    for marked in articles:
        facts = facts_of(marked.article)
        for kind, score in counted.items():
            found, wanted = FOUND[kind](facts), marked.wanted[kind]
            score.right += len(found & wanted)
            score.found += len(found)
            score.wanted += len(wanted)
    return counted


def table(counted: dict[str, Score]) -> Iterator[str]:
    yield "kind       marked  found  precision  recall"
    for kind, score in counted.items():
        yield f"{kind:<10} {score.wanted:>6} {score.found:>6} {score.precision:>10.3f} {score.recall:>7.3f}"


def test_the_rules_find_what_a_person_marked_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    articles = [*map(of_the_replica, MARKED), *map(of_a_file, SHARED)]
    counted = scores(articles)
    with capsys.disabled():
        print(f"\n\nfacts in {len(articles)} articles marked by hand", *table(counted), sep="\n")
    assert len(MARKED) >= 30
    for kind, (precision, recall) in LIMITS.items():
        assert counted[kind].precision >= precision, kind
        assert counted[kind].recall >= recall, kind


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_a_mark_stands_in_its_article(path: Path) -> None:
    """Of a document and a unit, spelled by rule, only what a rule cannot change."""
    mark, article = json.loads(path.read_text()), of_the_replica(path).article
    captions = (image.caption or "" for image in article.images)
    text = "\n".join((article.title, article.lead or "", article.body, article.author or "", *captions))
    for figure in mark["figures"]:
        assert figure["text"] in text
    for person in mark["people"]:
        assert person["name"] in text
        assert (person["office"] or "") in text
    for place in mark["places"]:
        assert place["name"].lower() in text.lower()


if (
    __name__ == "__main__"
):  # `python tests/test_gold_facts.py FILE...` tells where the rules and the marks differ
    import sys

    chosen = [of_a_file(Path(name)) for name in sys.argv[1:]] or [
        *map(of_the_replica, MARKED),
        *map(of_a_file, SHARED),
    ]
    for one in chosen:
        facts = facts_of(one.article)
        for kind, read in FOUND.items():
            for sign, names in (("+", read(facts) - one.wanted[kind]), ("-", one.wanted[kind] - read(facts))):
                for name in sorted(names):
                    print(f"{one.name}: {sign} {kind}: {name}")
    print(*table(scores(chosen)), sep="\n")
