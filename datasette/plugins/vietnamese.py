"""Puts Datasette's own words into the reader's language, where its templates state them.

In the source of the templates, before they are compiled: what the archive holds is never touched, and a
phrase that another version words otherwise stays as it is.
"""

import re

from datasette import hookimpl
from jinja2 import Environment
from jinja2.ext import Extension

_COUNT = '{{ "{:,}".format(filtered_table_rows_count) }}'

# As the source has them, with as much of it as tells them from other words.
PHRASES = {
    '<a href="{{ item.href }}">{{ item.label }}</a>':
        '<a href="{{ item.href }}">{{ t("Trang đầu", "Home") if item.label == "home" else item.label }}</a>',
    _COUNT + " row{% if filtered_table_rows_count == 1 %}{% else %}s{% endif %}":
        "{% set n = filtered_table_rows_count|number %}{{ t_text(n ~ ' dòng', n ~ ' rows') }}",
    "{% if human_description_en %}{{ human_description_en }}{% endif %}":
        "{% if human_description_en %}"
        "<small>{{ t(human_description_en|rows_chosen, human_description_en) }}</small>{% endif %}",
    # What metadata.yaml says of tables and columns, in the language of the reader.
    "<h1>{{ metadata.title or table }}{%": "<h1>{{ told(metadata.title or table) }}{%",
    "            {{ metadata.description }}": '            {{ told(metadata.description) }}',
    "<dd>{{ column_description }}</dd>": "<dd>{{ told(column_description) }}</dd>",
    'data-column-description="{{ column.description }}"':
        'data-column-description="{{ told_text(column.description) }}"',
    # A fifth of a page of a table was the space between its cells.
    "{% for cell in row %}\n": "{% for cell in row -%}\n",
    "{{ cell.value }}</td>\n                {% endfor %}": "{{ cell.value }}</td>\n{%- endfor %}",
    "This data as {% for": '{{ t("Dữ liệu", "Data") }}: {% for',
    '(<a href="#export">advanced</a>)': '(<a href="#export">{{ t("chọn thêm", "more") }}</a>)',
    # The fields of a filter stand side by side without a word that says what they are.
    '<select name="_filter_column': '<select aria-label="{{ t_text("Cột", "Column") }}" name="_filter_column',
    '<select name="_filter_op': '<select aria-label="{{ t_text("So sánh", "Comparison") }}" name="_filter_op',
    '<input type="text" name="_filter_value':
        '<input type="text" aria-label="{{ t_text("Giá trị", "Value") }}" name="_filter_value',
    '<select name="_sort"': '<select aria-label="{{ t_text("Xếp theo", "Sort by") }}" name="_sort"',
    '<dl class="column-descriptions">':
        '<dl class="column-descriptions" tabindex="0" aria-label="{{ t_text("Các cột", "Columns") }}">',
    ">Search:</label>": '>{{ t("Tìm", "Search") }}</label>',
    'value="Apply"': 'value="{{ t_text("Lọc", "Apply") }}"',
    ">- column -<": '>– {{ t_text("cột", "column") }} –<',
    ">- remove filter -<": '>– {{ t_text("bỏ lọc", "no filter") }} –<',
    ">Sort...<": '>{{ t_text("Xếp theo", "Sort by") }}…<',
    ">Sort by {{": '>{{ t_text("Xếp theo", "Sort by") }} {{',
    "> descending<": '> {{ t("giảm dần", "descending") }}<',
    ">View and edit SQL<": '>{{ t("Xem và sửa câu SQL", "View and edit SQL") }}<',
    ">Next page</a>": '>{{ t("Trang sau", "Next page") }} →</a>',
    ">Advanced export<": '>{{ t("Tải về", "Export") }}<',
    ">JSON shape:": '>{{ t("Dạng JSON", "JSON shape") }}:',
    "CSV options:": "CSV:",
    "> download file<": '> {{ t("thành tệp", "as a file") }}<',
    "> expand labels<": '> {{ t("kèm tên", "with labels") }}<',
    "> stream all rows<": '> {{ t("mọi dòng", "all rows") }}<',
    'value="Export CSV"': 'value="{{ t_text("Tải CSV", "Export CSV") }}"',
    ">0 records<": '>{{ t("Không có dòng nào.", "No rows.") }}<',
    ">0 results<": '>{{ t("Không có dòng nào.", "No rows.") }}<',
    "<h3>Custom SQL query{%": '<h3>{{ t("Câu SQL", "Custom SQL") }}{%',
    ">Format SQL<": '>{{ t("Định dạng lại câu SQL", "Format SQL") }}<',
    'value="Run SQL"': 'value="{{ t_text("Chạy", "Run SQL") }}"',
}  # fmt: skip


_CHOSEN = re.compile(
    r"(?:where (?P<where>.+?))?(?:\s*sorted by (?P<column>\S+)(?P<down> descending)?)?", re.DOTALL
)


def rows_chosen(english: str) -> str:
    """How the rows of a table were chosen and sorted, which Datasette says in English only."""
    match = _CHOSEN.fullmatch(english.strip())
    if match is None:
        return english
    where = f"với {match['where']}" if match["where"] else ""
    order = f"xếp theo {match['column']}{' giảm dần' if match['down'] else ''}" if match["column"] else ""
    return ", ".join(filter(None, (where, order)))


class InTheReadersLanguage(Extension):
    """Only where our `t` is at hand: in whole pages and what they include, not in macros of other files."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        for phrase, ours in PHRASES.items():
            source = source.replace(phrase, ours)
        return source


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.add_extension(InTheReadersLanguage)
    env.filters["rows_chosen"] = rows_chosen
