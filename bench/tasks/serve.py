"""Serve an archive as `backan serve` does, at a port that is free: `python -m bench.tasks.serve FOLDER`."""

import sys
from functools import partial
from pathlib import Path

from archive.serve import serve


def main() -> None:
    serve(Path(sys.argv[1]), port=0, ready=partial(print, flush=True))


if __name__ == "__main__":
    main()
