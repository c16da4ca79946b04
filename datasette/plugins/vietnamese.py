"""Puts Datasette's own words into the reader's language, where its templates state them.

In the source of the templates, before they are compiled: what the archive holds is never touched, and a
phrase that another version words otherwise stays as it is.
"""

import re
from typing import Any

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
        "<small>{{ t(human_description_en|rows_chosen(filters, sort, sort_desc), human_description_en) }}"
        "</small>{% endif %}",
    "{% if human_description_en %} {{ human_description_en }}{% endif %}":  # in the title
        "{% if human_description_en %} "
        "{{ t_text(human_description_en|rows_chosen(filters, sort, sort_desc), human_description_en) }}"
        "{% endif %}",
    "selected{% endif %}>{{ display }}</option>":
        "selected{% endif %}>"
        "{{ t_text(compared[display], display) if display in compared else display }}</option>",
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


# How Datasette compares: in its list, and where it says what was chosen. Signs such as ≥ need no words.
COMPARED = {
    "contains": "chứa",
    "does not contain": "không chứa",
    "ends with": "kết thúc bằng",
    "starts with": "bắt đầu bằng",
    "like": "khớp mẫu like",
    "not like": "không khớp mẫu like",
    "glob": "khớp mẫu glob",
    "in": "là một trong",
    "not in": "không thuộc",
    "array contains": "mảng có chứa",
    "array does not contain": "mảng không chứa",
    "date": "vào ngày",
    "is on date": "vào ngày",
    "is null": "không có giá trị",
    "is not null": "có giá trị",
    "is blank": "để trống",
    "is not blank": "không để trống",
}
_COMPARED = re.compile(rf" (?P<words>{'|'.join(sorted(COMPARED, key=len, reverse=True))})(?= |$)")
_SEARCHED = re.compile(r'search (?:column "(?P<column>[^"]+)" )?matches(?= ")')


def rows_chosen(english: str, filters: Any, sort: str | None, sort_desc: str | None) -> str:
    """How the rows of a table were chosen and sorted, which Datasette says in English only.

    What was typed may read as words of Datasette's: so its clauses are taken off the end, one by one.
    """
    compared = filters._filters_by_key
    chosen = [
        (column, compared[lookup].human_clause(column, value))
        for column, lookup, value in filters.selections()
        if lookup in compared
    ]
    order, said, rest = "", list[str](), english.removeprefix("where ")
    stated = f"sorted by {sort or sort_desc}{' descending' if sort_desc else ''}"
    if rest.endswith(stated) and not (chosen and rest.endswith(chosen[-1][1])):
        rest = rest.removesuffix(stated).removesuffix(" ")
        order = f"xếp theo {sort or sort_desc}{' giảm dần' if sort_desc else ''}"
    for column, clause in reversed(chosen):
        rest = rest.removesuffix(clause).removesuffix(", " if said else " and ")
        said.insert(0, _clause(column, clause))
    if rest:
        said.insert(0, _SEARCHED.sub(_searched, rest, count=1) if _SEARCHED.match(rest) else rest)
    where = " và ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
    return ", ".join(filter(None, (where and f"với {where}", order)))


def _clause(column: str, english: str) -> str:
    """One comparison; Datasette puts some columns in quotes."""
    begin = column if english.startswith(f"{column} ") else f'"{column}"'
    match = _COMPARED.match(english, len(begin))
    return f"{begin} {COMPARED[match['words']]}{english[match.end() :]}" if match else english


def _searched(match: re.Match[str]) -> str:
    return f"cột {match['column']} có từ khóa" if match["column"] else "từ khóa"


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
    env.globals["compared"] = COMPARED
