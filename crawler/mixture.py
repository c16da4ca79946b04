"""Keep what the demo invents and what real sites have said out of one archive."""

from pathlib import Path

from archive.errors import ArchiveError
from archive.store import Archive

REAL = (("live", "warc", "wayback", "commoncrawl"), "articles of real sites")
INVENTED = (("demo",), "the demo's inventions")


def refuse_mixture(data: Path, source: str) -> None:
    """Raise ArchiveError where the archive holds what a source, as `crawls` names it, must not join."""
    (_, new), (foreign, held) = (INVENTED, REAL) if source == "demo" else (REAL, INVENTED)
    with Archive(data / "archive.db") as archive:
        marks = ", ".join("?" for _ in foreign)
        if archive.db.table("crawls").count_where(f"source in ({marks})", foreign):
            raise ArchiveError(
                f"{data} holds {held}, and {new} must not be mixed with them: "
                "choose another folder with --data, or remove it"
            )
