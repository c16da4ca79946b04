"""What the project says of itself is so."""

import re
import tomllib
from pathlib import Path

import pytest

from crawler.cli import main

ROOT = Path(__file__).parents[1]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_wheel_holds_every_package_of_ours_and_nothing_else() -> None:
    found = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for folder in ("archive", "crawler", "spiders")
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert set(SETUP["tool"]["setuptools"]["packages"]) == found


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_every_command_stands_in_both_readmes(readme: str) -> None:
    text = (ROOT / readme).read_text()
    assert [name for name in main.commands if f"`backan {name}`" not in text] == []


@pytest.mark.parametrize("page", ["README.md", "README.vi.md", "docs/database.md", "docs/questions.md"])
def test_every_link_and_picture_of_a_document_is_there(page: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", (ROOT / page).read_text())
    assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "requirements-replay.txt"])
def test_every_locked_package_has_hashes_and_no_host_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^\S+==[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+", text, re.M)
    assert len(entries) == len(re.findall(r"^[^\s#]", text, re.M))
    assert "://" not in text


def test_the_lock_holds_every_dependency_that_is_declared() -> None:
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.M))
    declared = {
        re.split(r"[<>=\[; ]", line)[0].replace("_", "-") for line in SETUP["project"]["dependencies"]
    }
    assert declared - locked == set()
