"""Answers with status 200 that are no page: cookie challenges, rejections, login pages."""

import re

_CHALLENGE = re.compile(rb"document\.cookie\s*=", re.I)
_RELOAD = re.compile(rb"location\s*\.\s*(?:reload|replace|href)|location\s*=", re.I)
_REJECTED = re.compile(
    r"request rejected|the requested url was rejected|access (?:is )?denied|support id(?: is)?\s*:"
    r"|web application firewall|attention required|403 forbidden"
    r"|bị từ chối truy cập|truy cập bị (?:chặn|từ chối)",
    re.I,
)
_LOGIN = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.I)
SMALL = 20_000  # bytes; a refusal has fewer, an article page of these engines several times as many


def is_challenge(body: bytes) -> bool:
    """A page of little but a script that sets a cookie and loads the page again."""
    return len(body) < 4096 and bool(_CHALLENGE.search(body) and _RELOAD.search(body))


def is_blocked(body: bytes, text: str) -> bool:
    """A firewall's rejection, or a login form in place of the page. `text` is the page's visible text."""
    if len(text) < 2000 and _REJECTED.search(text):
        return True
    return len(text) < 1500 and bool(_LOGIN.search(body))
