"""What stands between a hostile page in the archive and the reader.

A strict policy on every response: nothing from other hosts, no inline style, no inline script but the
constant ones of Datasette itself, by hash. A response that brings a policy of its own keeps it: a captured
page is shown under one that lets it do nothing at all, but be framed by our page around it.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from datasette import hookimpl
from jinja2 import Environment
from jinja2.ext import Extension

POLICY = b"content-security-policy"
ISOLATION = b"cross-origin-opener-policy"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_INLINE_STYLE = re.compile(r'\sstyle="(?:\{\{.*?\}\}|[^"{])*"|<style>.*?</style>', re.DOTALL)


_FACET = '{{ facet_value.label or "-" }}'  # beside words of Datasette's, which it must not turn


class WithoutInlineStyle(Extension):
    """Leaves the style attributes and elements out of Datasette's templates: our style sheet does their part.

    The other way would be 'unsafe-inline' for the pages that show archived text in tables.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _INLINE_STYLE.sub("", source).replace(_FACET, f"<bdi>{_FACET}</bdi>")


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.add_extension(WithoutInlineStyle)


@hookimpl(trylast=True)  # around all others, so that their answers have the policy too
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    policy = _policy(datasette).encode()
    headers = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        ISOLATION: b"same-origin",
    }

    def wrap(app: Any) -> Any:
        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    others = [(k, v) for k, v in message.get("headers", ()) if k.lower() not in headers]
                    ours = headers
                    if POLICY not in {name.lower() for name, _ in others}:
                        others.append((POLICY, policy))
                    else:  # browsers show nothing that is sandboxed and isolated at once
                        ours = {name: value for name, value in headers.items() if name != ISOLATION}
                    message["headers"] = [*others, *ours.items()]
                await send(message)

            await app(scope, receive, send_with_headers)

        return guarded

    return wrap


def _policy(datasette: Any) -> str:
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in _core_scripts(datasette))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {scripts}",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",  # of our pages only captured ones can be framed, by their `frame-ancestors`
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _core_scripts(datasette: Any) -> Iterator[str]:
    """The inline scripts of Datasette's templates, which are the same on every page and for all data.

    Datasette 1.0 has others, with data in them: they do not run, and its pages do without.
    """
    known = hasattr(datasette, "jinja_env")
    environment = datasette.jinja_env if known else datasette.get_jinja_environment()
    allow_facet = "true" if datasette.setting("allow_facet") else "false"
    for name in ("_close_open_menus.html", "_codemirror_foot.html", "table.html"):
        source, _, _ = environment.loader.get_source(environment, f"default:{name}")
        for script in _SCRIPT.findall(source):
            yield script.replace("{{ datasette_allow_facet }}", allow_facet)


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
