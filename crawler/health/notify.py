"""Who is told how crawls went, and the telling: by mail, to a webhook, and to a dead-man's switch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from crawler.health import mail, ping, webhook
from crawler.health.deliver import deliver
from crawler.health.mail import Mail
from crawler.health.news import News, news_of
from crawler.health.web import host_of, usable

if TYPE_CHECKING:
    from crawler.crawl import Crawled

KEYS = ("mail", "webhook", "ping")


@dataclass(frozen=True, slots=True)
class Notify:
    """Who the archivist named: what of schedule.toml stands below [notify]."""

    mail: Mail | None = None
    webhook: str | None = None
    ping: str | None = None

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """What [notify] says. Raises ValueError naming the key, and what to write instead."""
        if unknown := sorted(table.keys() - set(KEYS)):
            raise ValueError(f"notify.{unknown[0]} is no key; there are {', '.join(KEYS)}")
        named = table.get("mail")
        if named is not None and not isinstance(named, Mapping):
            raise ValueError("notify.mail is no table: write [notify.mail], and below it to and host")
        addresses = {key: _address(table, key) for key in ("webhook", "ping")}
        return cls(None if named is None else Mail.of(named), **addresses)


def tell(done: "Sequence[Crawled]", notify: Notify | None, data: Path) -> list[str]:
    """Tell how crawls went: mail and webhook where something is wrong, the ping always.

    Returns a warning for each that could not be told. Raises nothing of theirs.
    """
    return _tell(notify, news_of(data, done), data)


def tell_trouble(portal: str, what: str, notify: Notify | None, data: Path) -> list[str]:
    """Tell what a scheduled crawl could not tell itself: that it was killed, or could not begin."""
    return _tell(notify, news_of(data, troubles=((portal, what),)), data)


def send_test(notify: Notify | None, data: Path) -> list[str]:
    """Send a test to all that are named; the ping is asked as after a crawl without alarm."""
    return _tell(notify, news_of(data, is_test=True), data)


def _tell(notify: Notify | None, news: News, data: Path) -> list[str]:
    return deliver(_ways(notify, news, data)) if notify else []


def _ways(notify: Notify, news: News, data: Path) -> dict[str, Callable[[], None]]:
    """What to do to tell the news, by who is told; of an address its host only, as the rest is a secret."""
    ways: dict[str, Callable[[], None]] = {}
    if notify.mail and (news.is_alarm or news.is_test):
        ways[f"{', '.join(notify.mail.to)} by {notify.mail.host}"] = partial(
            mail.send, notify.mail, news, data
        )
    if notify.webhook and (news.is_alarm or news.is_test):
        ways[f"the webhook at {host_of(notify.webhook)}"] = partial(webhook.send, notify.webhook, news)
    if notify.ping:
        ways[f"the ping address at {host_of(notify.ping)}"] = partial(ping.send, notify.ping, news.is_alarm)
    return ways


def _address(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None or (isinstance(value, str) and usable(value)):
        return value
    raise ValueError(  # the value is not told: it may be a secret
        f'notify.{key} is no address that can be asked: write {key} = "https://…", and no user\'s name in it'
    )
