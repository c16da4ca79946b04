"""News as a JSON document, for a program of the archivist's."""

import json

from crawler.health.news import News
from crawler.health.web import ask


def send(url: str, news: News) -> None:
    """POST the news. Raises as `ask` does."""
    body = json.dumps(news.document(), ensure_ascii=False).encode()
    ask(url, body, {"Content-Type": "application/json; charset=utf-8"})
