"""Fill an archive directly, for searches: `python -m bench.tasks.archive FOLDER COUNT BYTES`."""

import sys
from pathlib import Path

# Of the tests, on whose pages it is as well.
from many_articles import build  # type: ignore[import-not-found]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    build(folder / "archive.db", int(sys.argv[2]), int(sys.argv[3]))


if __name__ == "__main__":
    main()
