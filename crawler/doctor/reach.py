"""Whether each portal answers, and whether its pages are read as they were: one polite request a portal."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

import httpx

from archive.errors import ArchiveError
from archive.model import Kind, Outcome, Page
from crawler.doctor import trouble
from crawler.doctor.ask import Answer, LedAwayError, Route, ask
from crawler.doctor.finding import Finding, Group, Level
from crawler.doctor.newest import Newest
from crawler.portals import Portal
from crawler.wording import counted, printable

UNANSWERED = (
    LedAwayError,
    ArchiveError,
    httpx.HTTPError,
    httpx.InvalidURL,
    OSError,
    ValueError,
    RuntimeError,
)
SLACK = timedelta(minutes=2)  # between two clocks
LAYERS = {  # best first
    Outcome.SELECTORS: "selectors",
    Outcome.LANDMARKS: "landmarks",
    Outcome.WHOLE: "the whole page",
}
RANK = {outcome.value: rank for rank, outcome in enumerate(LAYERS)}


@dataclass(frozen=True, slots=True)
class Patient:
    """A portal to be asked, how, and its newest article, if there is one."""

    portal: type[Portal]
    route: Route
    newest: Newest | None = None

    @property
    def url(self) -> str:
        return self.newest.url if self.newest else self.portal.info().homepage

    def may_follow(self, url: str) -> bool:
        return self.portal.covers(url) and not self.portal.forbidden(url)


@dataclass(frozen=True, slots=True)
class Visit:
    """What asking a portal came to; `off`: how far its clock is ahead of ours."""

    finding: Finding
    off: timedelta | None = None
    answered: bool = True


def reach(patients: list[Patient], told: Callable[[str], object]) -> list[Finding]:
    """Ask all portals side by side; `told` is called with the name of each that is done."""
    visits = asyncio.run(_all(patients, told))
    findings = [visit.finding for visit in visits]
    if len(visits) > 1 and not any(visit.answered for visit in visits):
        what, advice = (
            "none of the portals answers",
            "is this machine online? Then something on its way out is shut",
        )
        findings.insert(0, Finding(Group.PORTALS, Level.BAD, what, advice))
    if any(patient.route.via for patient in patients):
        return findings  # its clock is that of a replay
    return findings + clocks({v.finding.portal or "": v.off for v in visits if v.off is not None})


async def _all(patients: list[Patient], told: Callable[[str], object]) -> list[Visit]:
    async def one(patient: Patient) -> Visit:
        visit = await _visit(patient)
        told(patient.portal.name)
        return visit

    return await asyncio.gather(*(one(patient) for patient in patients))


async def _visit(patient: Patient) -> Visit:
    name = patient.portal.name
    try:
        answer = await ask(patient.url, patient.route, patient.may_follow)
        page = await asyncio.to_thread(patient.portal.read, answer.response)
    except UNANSWERED as error:
        what, advice = trouble.told(error, name, patient.url)
        answered = isinstance(error, LedAwayError)
        return Visit(Finding(Group.PORTALS, Level.BAD, f"{name}: {what}", advice, name), answered=answered)
    level, what, todo = judged(patient, answer, page)
    told = f"{name} answers in {answer.seconds:.1f} s: {what}"
    return Visit(Finding(Group.PORTALS, level, told, todo, name), ahead(answer.date, datetime.now(UTC)))


def judged(patient: Patient, answer: Answer, page: Page) -> tuple[Level, str, str | None]:
    """What an answer is worth: how well, what, and what to do."""
    note = f" ({printable(page.note)})" if page.note else ""
    look = f"run `backan doctor {printable(patient.url)}`"
    if page.outcome == Outcome.CHALLENGE:
        return Level.OK, "with a cookie challenge, which the crawl answers by itself", None
    if page.outcome == Outcome.BLOCKED or answer.exchange.status in (401, 403, 429):
        why = (
            f"HTTP {answer.exchange.status}" if answer.exchange.status != 200 else "a refusal or a login page"
        )
        advice = "wait a day; set BACKAN_CONTACT; try from another network, best one in the country"
        return Level.BAD, f"it refuses us: {why}", advice
    if patient.newest:
        return _article(patient.newest, answer, page, look, note)
    if page.outcome not in (Outcome.LISTING, Outcome.FEED, Outcome.SELECTORS):
        return Level.BAD, f"its front page comes to “{page.outcome}”{note}", look
    articles = sum(link.kind == Kind.ARTICLE for link in page.links)
    if not articles:
        advice = f"{look}: are they written by a script, or have the addresses changed?"
        return Level.WARN, "its front page shows no article that we know by its address", advice
    return Level.OK, f"its front page shows {counted(articles, 'article')}", None


def _article(
    before: Newest, answer: Answer, page: Page, look: str, note: str
) -> tuple[Level, str, str | None]:
    """The newest article, as it is read now and as it was read before."""
    if page.article is None:
        where = f", led on to {printable(answer.url)}" if answer.redirects else ""
        what = f"where its newest article was, it comes to “{page.outcome}”{where}{note}"
        return Level.BAD, what, f"{look}: was it deleted, or has the portal changed?"
    now, was = RANK[page.outcome.value], RANK.get(before.outcome, 0)
    told = f"its newest article was read by {_layer(before.outcome)} in {_month(before.captured_at)}"
    if now > was:
        return Level.BAD, f"{told}, today by {LAYERS[page.outcome]}: the markup has changed", look
    again = "as before" if now == was else f"today by {LAYERS[page.outcome]}, which is better"
    known = (
        f"its newest article is read by {LAYERS[page.outcome]}, as before"
        if now == was
        else f"{told}, {again}"
    )
    return Level.OK, known, None


def _layer(outcome: str) -> str:
    return next((told for known, told in LAYERS.items() if known == outcome), outcome)


def _month(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%B %Y")


def ahead(date: str | None, now: datetime) -> timedelta | None:
    """How far a server's clock is ahead of ours, by the Date header of its answer."""
    try:
        stated = parsedate_to_datetime(date or "")
        return stated.astimezone(UTC) - now if stated.tzinfo else stated.replace(tzinfo=UTC) - now
    except (ValueError, OverflowError):
        return None


def clocks(off: Mapping[str, timedelta]) -> list[Finding]:
    """Whose clock is wrong: ours, where most of the portals say so, else theirs."""
    if not off:
        return []
    wrong = {portal: by for portal, by in off.items() if abs(by) > SLACK}
    if 2 * len(wrong) > len(off) or (wrong and len(off) <= 2):
        by = timedelta(seconds=median(each.total_seconds() for each in wrong.values()))
        what = f"this machine's clock is {_span(by)}, say {len(wrong)} of {counted(len(off), 'portal')}"
        advice = "set it (`timedatectl set-ntp true`): captures bear its time"
        return [Finding(Group.INSTALLATION, Level.BAD, what, advice)]
    good = f"the clock agrees with {len(off) - len(wrong)} of {counted(len(off), 'portal')}"
    return [Finding(Group.INSTALLATION, Level.OK, good)]


def _span(ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    told = counted(minutes, "minute") if minutes < 120 else counted(round(minutes / 60), "hour")
    return f"{told} {'slow' if ahead > timedelta() else 'fast'}"
