"""A dead-man's switch: it sounds where nobody has asked for its address for too long.

As healthchecks.io has it, and those that took over its form: with /fail behind it, it sounds at once.
"""

from urllib.parse import urlsplit

from crawler.health.web import ask


def send(url: str, alarm: bool) -> None:
    """Ask for the address. Raises as `ask` does."""
    ask(address(url, alarm))


def address(url: str, alarm: bool) -> str:
    """What to ask for; a query stays behind the path."""
    if not alarm:
        return url
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()
