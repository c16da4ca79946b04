"""How templates write what the archive holds: dates, numbers, addresses, what a search found in a text."""

from datasette import hookimpl
from jinja2 import Environment
from markupsafe import Markup

from archive.site import render


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters["highlighted"] = lambda text, spans: Markup(render.highlighted(text, spans))
    env.filters["web_address"] = render.web_address
    env.filters["short_address"] = render.short_address
    env.filters["date"] = render.vietnamese_date
    env.filters["number"] = render.vietnamese_number
