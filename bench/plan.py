"""How much of everything a run of the suite measures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """`size` is that of the large archives, in short articles; crawls are of `pages` heavy ones, what takes
    too long for so many is of `few`: three of each look and markup. Everything is written below `folder`."""

    folder: Path
    tell: Callable[[str], object]
    size: int = 6_000
    pages: int = 400
    few: int = 81
    rounds: int = 3

    @property
    def small(self) -> int:
        """What the large size is compared with: 10,000 articles, or a fifth where that is less."""
        return min(10_000, self.size // 5)

    @property
    def searched(self) -> int:
        """An archive to search is filled directly, which takes a tenth of the time."""
        return max(self.size, 1) if self.size >= 100_000 else self.size * 10
