"""Data folders for the doctor: one in order, and what is found wrong with it."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from archive.database import open_for_writing
from archive.model import Article, Capture, Ended, Outcome, Page
from archive.store import Archive
from archive.warc.writer import WarcWriter
from crawler.cli import main
from crawler.doctor import checkup
from crawler.doctor.finding import Finding, Level
from crawler.frontier.frontier import Frontier
from crawler.portals import load

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTACT = {"BACKAN_CONTACT": "mai@example.org"}
EVERY = '[portals.mic]\nevery = "6h"\n'
NOTIFIED = f'{EVERY}[notify]\nping = "https://ping.example.org/x"\n'


def backan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["doctor", *(str(argument) for argument in arguments)])


def in_order(folder: Path) -> Path:
    """Make it a data folder with a crawl that ended well, an article, and a frontier."""
    writer = WarcWriter(folder / "warc", "mic-1", {})
    writer.open()
    writer.close()
    with Archive(folder / "archive.db") as archive:
        archive.put_portal(load()["mic"].info())
        archive.start_crawl("mic-1", "mic", "live", "2026-11-20T00:00:00Z")
        url = "https://mic.gov.vn/Pages/TinTuc/1/a.html"
        article = Article(
            url, "mic/mic.gov.vn/article/1", "Một bài", "Thân bài./.", published_at="2026-11-19"
        )
        archive.take_in(
            Capture(url, "mic", "2026-11-20T00:00:01Z", "mic-1", 200), Page(Outcome.SELECTORS, article)
        )
        archive.finish_crawl("mic-1", Ended("2026-11-20T01:00:00Z", "finished"))
    Frontier(folder / "frontier.db", "test", lambda *_: "").close()
    return folder


def found(data: Path, environment: dict[str, str] = CONTACT, now: datetime = NOW) -> list[Finding]:
    """What is not well."""
    findings = checkup.local(data, now, environment, list(load()))
    return [finding for finding in findings if finding.level != Level.OK]


def only(data: Path) -> Finding:
    [finding] = found(data)
    return finding


def scheduled(data: Path, text: str, until: str | None) -> None:
    (data / "schedule.toml").write_text(text)
    with closing(open_for_writing(data / "frontier.db")) as connection, connection:
        if until:
            connection.execute("insert into slots values ('mic', 'every 6h', ?, null)", [until])
