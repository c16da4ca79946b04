"""The surveys of the files of one crawl, for who takes in several of them: each file is read once."""

from pathlib import Path

from crawler.intake.survey import Portals, Survey, survey


class Surveys:
    """Holds the surveys of one crawl of ours at a time: those of a large archive would fill the memory."""

    def __init__(self, portals: Portals) -> None:
        self.portals = portals
        self._crawl: str | None = None
        self._held: dict[Path, tuple[tuple[int, int], Survey]] = {}

    def of(self, path: Path) -> Survey:
        """The survey of a file, which is read if that has not been done since it was written."""
        stamp, held = self._held.get(path, (None, None))
        if held is None or stamp != _stamp(path):
            held = survey(path, self.portals)
            self.keep(path, held)
        return held

    def keep(self, path: Path, held: Survey) -> None:
        """Keep the survey that somebody has made of a file, if it is of a crawl of ours."""
        if held.own and held.own != self._crawl:
            self._crawl, self._held = held.own, {}
        if held.own:
            self._held[path] = _stamp(path), held


def _stamp(path: Path) -> tuple[int, int]:
    said = path.stat()
    return said.st_size, said.st_mtime_ns
