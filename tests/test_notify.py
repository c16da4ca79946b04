"""News reaches whom the archivist named, and what cannot be told harms nothing and betrays no secret."""

import json
import logging
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from news_servers import HOST, Inbox, certificate, context_of, mail_server, silent_server, web_server

from archive.alarms import Alarm, Rule
from archive.model import Tally
from crawler.crawl import Crawled
from crawler.health import deliver
from crawler.health.mail import Mail, message_of
from crawler.health.news import news_of
from crawler.health.notify import Notify, send_test, tell, tell_trouble
from crawler.health.ping import address

WELL = Crawled("mic", "mic-1", "finished", Tally(pages=30, new=2))
FEWER = Alarm(Rule.FEWER_PAGES, 40, 100)
BAD = Crawled("backan", "backan-1", "finished", Tally(pages=4, failed=1), alarms=(FEWER,), not_due=3)
BROKEN = Crawled("mst", "mst-1", "cannot write", Tally(), "the disk is full")
ADDRESS = "lan@example.org"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.health.deliver.PAUSES", (0.0, 0.0))


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shows whom this machine trusts."""
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context_of(file)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as found:
        yield found


def by_mail(inbox: Inbox, **more: Any) -> Notify:
    table = {"to": [ADDRESS], "host": HOST, "port": inbox.port, "tls": "none", "from": "desk@example.org"}
    return Notify.of({"mail": table | more})


def test_one_mail_tells_of_all_portals_with_alarms(inbox: Inbox, tmp_path: Path) -> None:
    notify = by_mail(inbox, to=[ADDRESS, "minh@example.org"], language="en")
    assert tell([WELL, BAD, BROKEN], notify, tmp_path) == []
    (mail,) = inbox.mails
    assert inbox.recipients == [ADDRESS, "minh@example.org"]
    assert (mail["From"], mail["To"]) == ("desk@example.org", f"{ADDRESS}, minh@example.org")
    assert mail["Subject"] == "[backan] backan, mst: something is wrong"
    text = mail.get_content()
    assert "! it met with 40 pages only, 100 are usual" in text
    assert "! the disk is full" in text
    assert text.index("backan (finished)") < text.index("mic (finished)"), "alarms stand first"
    assert str(tmp_path) in text


def test_mail_is_in_vietnamese_unless_english_is_asked_for(inbox: Inbox, tmp_path: Path) -> None:
    assert tell([BAD], by_mail(inbox), tmp_path) == []
    (mail,) = inbox.mails
    assert mail["Subject"] == "[backan] backan: có vấn đề"
    assert "Chỉ gặp 40 trang, thường là 100" in mail.get_content()


def test_nobody_gets_mail_where_all_is_well(inbox: Inbox, tmp_path: Path) -> None:
    assert tell([WELL], by_mail(inbox), tmp_path) == []
    assert tell([BAD], None, tmp_path) == []
    assert inbox.mails == []


def test_no_foreign_word_becomes_a_header(tmp_path: Path) -> None:
    alarm = Alarm(Rule.NO_PAGES, 0, detail="x\r\nBcc: all@example.org\r\n\r\nhello")
    evil = Crawled("a\r\nBcc: all@example.org", "a-1", "finished", Tally(), alarms=(alarm,))
    message = message_of(Mail((ADDRESS,), HOST, ADDRESS), news_of(tmp_path, [evil]))
    assert message["Bcc"] is None
    assert b"\nBcc" not in message.as_bytes()


def test_a_mail_that_was_tried_twice_has_one_name(inbox: Inbox, tmp_path: Path) -> None:
    news = news_of(tmp_path, [BAD])
    mail = by_mail(inbox).mail
    assert mail
    assert message_of(mail, news)["Message-ID"] == message_of(mail, news)["Message-ID"]


def test_mail_goes_encrypted_and_with_a_password_out_of_a_file(
    trusted: ssl.SSLContext, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("geheim\n")
    with mail_server(trusted, auth_required=True) as inbox:
        notify = by_mail(inbox, tls="starttls", user="lan", password_file="password")
        assert tell([BAD], notify, tmp_path) == []
    assert (len(inbox.mails), inbox.encrypted, inbox.logins) == (1, [True], [("lan", "geheim")])


def test_mail_goes_to_a_server_that_is_encrypted_from_the_start(
    trusted: ssl.SSLContext, tmp_path: Path
) -> None:
    with mail_server(ssl_context=trusted) as inbox:
        assert tell([BAD], by_mail(inbox, tls="tls"), tmp_path) == []
    assert len(inbox.mails) == 1


def test_a_server_with_a_foreign_certificate_gets_no_password(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim")
    with mail_server(context_of(certificate(tmp_path)), auth_required=True) as inbox:
        notify = by_mail(inbox, tls="starttls", user="lan", password_file="password")
        (warning,) = tell([BAD], notify, tmp_path)
    assert "certificate is not good: self-signed certificate" in warning
    assert (inbox.mails, inbox.logins) == ([], [])


def test_a_server_that_offers_no_encryption_gets_nothing(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim")
    notify = by_mail(inbox, tls="starttls", user="lan", password_file="password")
    (warning,) = tell([BAD], notify, tmp_path)
    assert "STARTTLS extension not supported" in warning
    assert (inbox.mails, inbox.logins) == ([], [])


def test_a_wrong_password_is_offered_once_and_never_told(
    trusted: ssl.SSLContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "password").write_text("stibitzt")
    with mail_server(trusted, auth_required=True) as inbox:
        notify = by_mail(inbox, tls="starttls", user="lan", password_file="password")
        (warning,) = tell([BAD], notify, tmp_path)
    assert "535" in warning
    assert set(inbox.logins) == {("lan", "stibitzt")}
    assert "stibitzt" not in warning + caplog.text
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), ("", "is empty"), (b"\xff", "not UTF-8")]
)
def test_a_password_that_is_not_there_is_told(
    trusted: ssl.SSLContext, tmp_path: Path, content: str | bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "password").write_bytes(content if isinstance(content, bytes) else content.encode())
    with mail_server(trusted) as inbox:
        notify = by_mail(inbox, tls="starttls", user="lan", password_file="password")
        (warning,) = tell([BAD], notify, tmp_path)
    assert said in warning
    assert str(tmp_path / "password") in warning


def test_mail_that_a_server_cannot_take_now_is_offered_again(inbox: Inbox, tmp_path: Path) -> None:
    inbox.answers = ["451 later", "451 later"]
    assert tell([BAD], by_mail(inbox), tmp_path) == []
    assert len(inbox.mails) == 1


@pytest.mark.parametrize("answers", [["554 no"], ["451 later"] * 3])
def test_mail_that_a_server_does_not_take_is_a_warning(
    inbox: Inbox, tmp_path: Path, answers: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    inbox.answers = [*answers]
    (warning,) = tell([BAD], by_mail(inbox), tmp_path)
    assert warning == f"{ADDRESS} by {HOST} was not told: {answers[0]}"
    assert warning in caplog.text
    assert (inbox.mails, inbox.answers) == ([], [])


def test_one_who_is_refused_is_named_and_the_others_get_their_mail(inbox: Inbox, tmp_path: Path) -> None:
    inbox.refuses = "no@example.org"
    (warning,) = tell([BAD], by_mail(inbox, to=["no@example.org", ADDRESS]), tmp_path)
    assert warning.endswith("no@example.org: 550 nobody of that name")
    assert inbox.recipients == [ADDRESS]
    (warning,) = tell([BAD], by_mail(inbox, to="no@example.org"), tmp_path)
    assert "550" in warning


def test_a_webhook_gets_all_there_is_to_know(tmp_path: Path) -> None:
    with web_server() as hook:
        assert tell([WELL, BAD], Notify.of({"webhook": f"{hook.url}/secret?key=1"}), tmp_path) == []
    ((method, path, body),) = hook.asked
    assert (method, path) == ("POST", "/secret?key=1")
    news = json.loads(body)
    assert (news["version"], news["alarm"], news["data"]) == (1, True, str(tmp_path))
    well, bad = news["crawls"]
    assert (well["crawl"], well["portal"], well["outcome"], well["alarms"]) == (
        "mic-1",
        "mic",
        "finished",
        [],
    )
    assert (bad["counts"]["pages"], bad["counts"]["failed"], bad["counts"]["not_due"]) == (4, 1, 3)
    assert bad["alarms"] == [{
        "rule": "fewer-pages", "value": 40, "usual": 100, "detail": None,
        "en": "it met with 40 pages only, 100 are usual", "vi": "Chỉ gặp 40 trang, thường là 100",
    }]  # fmt: skip


def test_a_ping_tells_each_time_and_an_alarm_by_its_path(tmp_path: Path) -> None:
    with web_server() as hook:
        notify = Notify.of({"ping": f"{hook.url}/id", "webhook": f"{hook.url}/hook"})
        for done in ([WELL], [WELL, BAD], [BROKEN]):
            assert tell(done, notify, tmp_path) == []
    assert [path for method, path, _ in hook.asked if method == "GET"] == ["/id", "/id/fail", "/id/fail"]
    assert sum(path == "/hook" for _, path, _ in hook.asked) == 2, "where all is well it hears nothing"


@pytest.mark.parametrize(
    ("url", "asked"),
    [("https://hc.test/id", "https://hc.test/id/fail"), ("https://hc.test/id/", "https://hc.test/id/fail"),
     ("https://hc.test/id?a=b", "https://hc.test/id/fail?a=b"), ("https://hc.test", "https://hc.test/fail")],
)  # fmt: skip
def test_the_path_of_an_alarm_stands_before_a_query(url: str, asked: str) -> None:
    assert address(url, alarm=True) == asked
    assert address(url, alarm=False) == url


def test_an_address_with_a_good_certificate_is_asked_and_with_a_foreign_one_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    with web_server(context_of(file)) as hook:
        notify = Notify.of({"ping": f"{hook.url}/id"})
        (warning,) = tell([WELL], notify, tmp_path)
        assert "certificate is not good" in warning
        assert hook.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert tell([WELL], notify, tmp_path) == []
        assert len(hook.asked) == 1


@pytest.mark.parametrize(
    ("answers", "asked", "said"),
    [([503, 429], 3, None), ([500] * 3, 3, "HTTP 500"), ([404], 1, "HTTP 404"), ([204], 1, None)],
)
def test_what_may_pass_is_tried_again_and_what_will_not_is_not(
    tmp_path: Path, answers: list[int], asked: int, said: str | None
) -> None:
    with web_server() as hook:
        hook.answers = answers
        warnings = tell([BAD], Notify.of({"webhook": f"{hook.url}/x"}), tmp_path)
    assert warnings == ([f"the webhook at {HOST} was not told: {said}"] if said else [])
    assert len(hook.asked) == asked


def test_a_redirect_is_not_followed_but_told(tmp_path: Path) -> None:
    with web_server() as hook, web_server() as other:
        hook.answers, hook.location = [302], f"{other.url}/secret"
        (warning,) = tell([WELL], Notify.of({"ping": f"{hook.url}/id"}), tmp_path)
    assert f"sends on to {HOST}" in warning
    assert other.asked == []


def test_no_proxy_of_the_environment_gets_to_see_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_server() as hook, web_server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert tell([WELL], Notify.of({"ping": f"{hook.url}/id"}), tmp_path) == []
        assert (len(hook.asked), proxy.asked) == (1, [])


def test_no_secret_of_an_address_gets_into_warnings_or_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with silent_server() as nobody:
        pass
    with web_server() as hook:
        hook.answers = [404, 404]
        one, other = f"{hook.url}/sesam", f"http://{HOST}:{nobody}/sesam?oeffne=dich"
        warnings = tell([BAD], Notify.of({"webhook": one, "ping": one}), tmp_path)
        warnings += tell([BAD], Notify.of({"webhook": other, "ping": other}), tmp_path)
    assert len(warnings) == 4
    assert "sesam" not in "".join(warnings) + caplog.text
    assert all(HOST in warning for warning in warnings)


def test_servers_that_never_answer_hold_nothing_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.health.deliver.PATIENCE", 4.0)
    monkeypatch.setattr("crawler.health.web.TIMEOUT", 0.8)  # three of them are over within the patience
    with silent_server() as port, web_server() as hook:
        table = {"to": ADDRESS, "host": HOST, "port": port, "tls": "none"}
        silent = {"mail": table, "webhook": f"http://{HOST}:{port}/", "ping": f"{hook.url}/id"}
        began = monotonic()
        warnings = tell([BAD], Notify.of(silent), tmp_path)
        assert monotonic() - began < 15
    assert sorted(warnings) == [
        f"{ADDRESS} by {HOST} was not told: no answer within 4 seconds",
        f"the webhook at {HOST} was not told: timed out",
    ]
    assert [path for _, path, _ in hook.asked] == ["/id/fail"], "the one who answers is told"


def test_a_mistake_of_ours_is_a_warning_too(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise KeyError("a mistake")

    assert deliver.deliver({"nobody": fail}) == ["nobody was not told: KeyError, see the log"]
    assert "a mistake" in caplog.text


def test_what_a_crawl_could_not_tell_itself_is_told(inbox: Inbox, tmp_path: Path) -> None:
    with web_server() as hook:
        table = {"to": [ADDRESS], "host": HOST, "port": inbox.port, "tls": "none", "language": "en"}
        notify = Notify.of({"mail": table, "webhook": f"{hook.url}/hook", "ping": f"{hook.url}/id"})
        assert tell_trouble("mic", "it was killed", notify, tmp_path) == []
    assert inbox.mails[0]["Subject"] == "[backan] mic: something is wrong"
    assert "mic: it was killed" in inbox.mails[0].get_content()
    asked = {path: body for _, path, body in hook.asked}
    assert asked.keys() == {"/hook", "/id/fail"}
    assert json.loads(asked["/hook"])["troubles"] == [{"portal": "mic", "what": "it was killed"}]
    assert tell_trouble("mic", "it was killed", None, tmp_path) == []


def test_a_test_reaches_all_and_is_no_alarm(inbox: Inbox, tmp_path: Path) -> None:
    with web_server() as hook:
        table = {"to": [ADDRESS], "host": HOST, "port": inbox.port, "tls": "none", "language": "en"}
        notify = Notify.of({"mail": table, "webhook": f"{hook.url}/hook", "ping": f"{hook.url}/id"})
        assert send_test(notify, tmp_path) == []
    assert inbox.mails[0]["Subject"].startswith("[backan] This is a test")
    asked = {path: body for _, path, body in hook.asked}
    assert asked.keys() == {"/hook", "/id"}
    assert (json.loads(asked["/hook"])["test"], json.loads(asked["/hook"])["alarm"]) == (True, False)


MAIL = {"to": [ADDRESS], "host": "mail.example.org"}


@pytest.mark.parametrize(
    ("table", "port", "sender"),
    [
        (MAIL, 587, ADDRESS),
        (MAIL | {"tls": "tls"}, 465, ADDRESS),
        (MAIL | {"tls": "none", "port": 2525}, 2525, ADDRESS),
        (MAIL | {"user": "desk@example.org", "password_file": "p"}, 587, "desk@example.org"),
        (MAIL | {"user": "desk", "password_file": "p", "from": "x@example.org"}, 587, "x@example.org"),
    ],
)
def test_what_is_not_said_of_mail_follows_from_the_rest(table: Any, port: int, sender: str) -> None:
    mail = Notify.of({"mail": table}).mail
    assert mail
    assert (mail.port, mail.sender, mail.to) == (port, sender, (ADDRESS,))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"e-mail": {}}, "notify.e-mail is no key; there are mail, webhook, ping"),
        ({"mail": "lan@example.org"}, "notify.mail is no table: write [notify.mail]"),
        (
            {"mail": {"host": "m"}},
            'notify.mail.to is missing: write who gets the mail, as to = ["a@example.org"]',
        ),
        ({"mail": MAIL | {"to": []}}, "notify.mail.to is missing"),
        ({"mail": MAIL | {"to": ["lan"]}}, "notify.mail.to has 'lan', which is no address"),
        ({"mail": MAIL | {"to": ["a@b\nBcc: c@d"]}}, "which is no address"),
        ({"mail": MAIL | {"to": [3]}}, "which is no address"),
        ({"mail": {"to": ADDRESS}}, "notify.mail.host is missing"),
        ({"mail": MAIL | {"host": ""}}, "notify.mail.host is ''"),
        ({"mail": MAIL | {"from": "a b@c"}}, "notify.mail.from is no address"),
        ({"mail": MAIL | {"port": "587"}}, "notify.mail.port is '587': write a number"),
        ({"mail": MAIL | {"port": 0}}, "notify.mail.port is 0"),
        ({"mail": MAIL | {"port": True}}, "notify.mail.port is True"),
        ({"mail": MAIL | {"tls": "ssl"}}, 'notify.mail.tls is \'ssl\': write "starttls" or "tls" or "none"'),
        ({"mail": MAIL | {"language": "fr"}}, 'write "vi" or "en"'),
        ({"mail": MAIL | {"user": "lan"}}, "user and notify.mail.password_file go together"),
        ({"mail": MAIL | {"password_file": "p"}}, "go together"),
        ({"mail": MAIL | {"tls": "none", "user": "lan", "password_file": "p"}}, "in the clear"),
        ({"mail": MAIL | {"password": "p"}}, "notify.mail.password is no key"),
        ({"webhook": "example.org/hook"}, "notify.webhook is no address that can be asked"),
        ({"webhook": 7}, "notify.webhook is no address"),
        ({"ping": "ftp://example.org/"}, "notify.ping is no address"),
        ({"ping": "https://lan:p@example.org/"}, "notify.ping is no address"),
        ({"ping": "https://example.org/a b"}, "notify.ping is no address"),
        ({"ping": "https://example.org:port/"}, "notify.ping is no address"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(table: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Notify.of(table)


def test_a_refused_address_is_not_told_as_it_may_be_a_secret() -> None:
    with pytest.raises(ValueError, match=r"notify\.ping") as found:
        Notify.of({"ping": "https://example.org/sesam oeffne dich"})
    assert "sesam" not in str(found.value)


def test_who_names_nobody_is_told_nothing(tmp_path: Path) -> None:
    assert Notify.of({}) == Notify(None, None, None)
    assert tell([BAD], Notify.of({}), tmp_path) == []
