"""Imports follow the data: spiders read, the crawler carries, the archive keeps, Datasette shows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"archive", "crawler", "spiders"}
ALLOWED = {"archive": set(), "spiders": {"archive"}, "crawler": {"archive"}, "datasette/plugins": {"archive"}}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names & OURS


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_layer_imports_only_what_it_may(folder: str) -> None:
    allowed = ALLOWED[folder] | {folder}
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    assert {f: extra for file in files if (extra := imported(file) - allowed) and (f := file.name)} == {}


def test_the_datasette_folder_is_no_package() -> None:
    assert list((ROOT / "datasette").rglob("__init__.py")) == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []
