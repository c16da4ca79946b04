"""What the SharePoint engines share: one form around the whole page, with ASP.NET's hidden state in it."""

import random
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from crawler.replica.exchange import Request, Response, html
from crawler.replica.pages.engine import Engine, render


@dataclass(frozen=True, slots=True)
class State:
    """ASP.NET's hidden fields of one page: what a post back must return."""

    view: str
    validation: str


class SharePoint(Engine):
    """A site on any version of SharePoint."""

    def page(self, template: str, request: Request, seed: str = "", **context: Any) -> Response:
        """The page in SharePoint's frame; what decides its hidden state is `seed`, else its address."""
        seed = seed or f"{request.host}{request.path}"
        digest = random.Random(f"digest {seed}").randbytes(64).hex().upper()
        frame = {"site": self.site, "today": self.today, "state": state(seed), "digest": digest}
        return html(render(template, request=request, **frame, **context))


def state(seed: str) -> State:
    """Hidden state of 5 to 20 kilobytes, the same for the same seed."""
    dice = random.Random(f"state {seed}")
    view = b"\xff\x01" + dice.randbytes(dice.randrange(4_000, 15_000))
    return State(b64encode(view).decode(), b64encode(dice.randbytes(180)).decode())
