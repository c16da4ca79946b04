"""Where in the source a portal's selectors and addresses stand: file and line, for whoever mends them."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from crawler.portals import Portal


@dataclass(frozen=True, slots=True)
class Place:
    file: Path
    line: int

    def __str__(self) -> str:
        return f"{shortened(self.file)}, line {self.line}"


def engine_of(portal: type[Portal], engine: str) -> Place | None:
    """Where an engine is stated."""
    return _find(portal, engine, r"^\w+\s*=\s*Engine\(")


def selector_of(portal: type[Portal], engine: str, selectors: tuple[str, ...]) -> Place | None:
    """Where the first of these selectors stands; where there are none, the engine itself."""
    if selectors:
        return _find(portal, engine, re.escape(f'"{selectors[0]}"'))
    return engine_of(portal, engine)


def own_file(portal: type[Portal]) -> Path:
    return Path(str(sys.modules[portal.__module__].__file__))


def _find(portal: type[Portal], engine: str, pattern: str) -> Place | None:
    """In the file that states the engine, among those of the portal, of its bases, and beside them."""
    stated = re.compile(rf"Engine\(\s*(?:name=)?\"{re.escape(engine)}\"", re.S)
    for module in _modules(portal):
        file = Path(str(module.__file__))
        text = file.read_text(encoding="utf-8")
        if stated.search(text):
            lines = text.splitlines()
            line = next((i for i, each in enumerate(lines, 1) if re.search(pattern, each)), None)
            return Place(file, line) if line else None
    return None


def _modules(portal: type[Portal]) -> list[ModuleType]:
    own = [sys.modules[base.__module__] for base in portal.__mro__]
    around = {module.__name__.rpartition(".")[0] for module in own} - {""}
    beside = [m for name, m in sorted(sys.modules.items()) if name.rpartition(".")[0] in around]
    packages = {"builtins", *(name for name in sys.modules if name.startswith(("scrapy", "typing")))}
    found = [m for m in (*own, *beside) if m.__name__ not in packages and getattr(m, "__file__", None)]
    return [module for module in dict.fromkeys(found) if str(module.__file__).endswith(".py")]


def shortened(file: Path) -> str:
    """As seen from where the command was called, if it is below."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
