"""News by e-mail, through the SMTP server that the archivist names."""

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from crawler.health.deliver import RefusedError
from crawler.health.news import News

ADDRESS = re.compile(r"""[^@\s<>()\[\],;:"\\]+@[^@\s<>()\[\],;:"\\]+""", re.ASCII)
PORTS = {"starttls": 587, "tls": 465, "none": 25}  # what a server listens at, by its kind of encryption
LANGUAGES = ("vi", "en")
KEYS = ("to", "host", "port", "tls", "user", "password_file", "from", "language")
TIMEOUT = 20.0  # seconds for each answer of the server


@dataclass(frozen=True, slots=True)
class Mail:
    """Who gets mail, from whom, and which server takes it.

    `password_file` holds the password of `user` in its first line; relative to the data folder.
    """

    to: tuple[str, ...]
    host: str
    sender: str
    port: int = PORTS["starttls"]
    tls: str = "starttls"
    user: str | None = None
    password_file: Path | None = None
    language: str = "vi"

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """What [notify.mail] says. Raises ValueError with what to write instead."""
        if unknown := sorted(table.keys() - set(KEYS)):
            raise ValueError(f"notify.mail.{unknown[0]} is no key; there are {', '.join(KEYS)}")
        to = _addresses(table.get("to"))
        host = _text(table, "host", "the name of the server that takes the mail")
        if host is None:
            raise ValueError(
                'notify.mail.host is missing: write the mail server, as host = "mail.example.org"'
            )
        tls = _one_of(table, "tls", tuple(PORTS))
        user = _text(table, "user", "the name to log in with")
        file = _text(table, "password_file", "the file that holds the password")
        if (user is None) != (file is None):
            raise ValueError("notify.mail.user and notify.mail.password_file go together: write both or none")
        if user and tls == "none" and not is_here(host):
            raise ValueError(
                'notify.mail.tls = "none" would send the password in the clear: write "starttls" or "tls"'
            )
        sender = _text(table, "from", "one address")
        if sender is not None and not ADDRESS.fullmatch(sender):
            raise ValueError(f'notify.mail.from is no address: {sender!r}; write from = "a@example.org"')
        own = user if user and ADDRESS.fullmatch(user) else to[0]
        return cls(
            to, host, sender or own, _port(table.get("port", PORTS[tls])), tls, user,
            Path(file) if file else None, _one_of(table, "language", LANGUAGES),
        )  # fmt: skip


def send(mail: Mail, news: News, data: Path) -> None:
    """Send the news. Raises RefusedError, or OSError where it is worth to try again."""
    password = _password(mail, data)
    try:
        with _connected(mail) as server:
            if mail.user and password:
                server.login(mail.user, password)
            refused = server.send_message(message_of(mail, news), mail.sender, mail.to)
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(f"its certificate is not good: {error.verify_message}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedError(
            f'the server cannot do what notify.mail asks of it (tls = "{mail.tls}"): {error}'
        ) from error
    except smtplib.SMTPResponseException as error:
        if error.smtp_code >= 500:  # to offer a wrong password again would lock its owner out
            raise RefusedError(_said(error.smtp_code, error.smtp_error)) from error
        raise OSError(_said(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise (OSError if max(codes) < 500 else RefusedError)(_refused(error.recipients)) from error
    if refused:
        raise RefusedError(_refused(refused))


def message_of(mail: Mail, news: News) -> EmailMessage:
    """The mail as it is sent, the same on each try; foreign words in it cannot become headers."""
    message = EmailMessage(policy=SMTP)
    english = mail.language == "en"
    text = news.text(english)
    name = sha256(f"{news.at} {text}".encode()).hexdigest()[:32]  # one that came twice is shown once
    message["Subject"] = news.subject(english)
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message["Date"] = datetime.fromisoformat(news.at)
    message["Message-ID"] = f"<{name}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers
    message.set_content(text, cte="quoted-printable")
    return message


def _connected(mail: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.tls == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
    if mail.tls == "starttls":
        try:
            server.starttls(context=context)  # raises where the server offers none: never in the clear
        except BaseException:
            server.close()
            raise
    return server


def _said(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {said}"[:300]


def _refused(recipients: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{who}: {_said(*why)}" for who, why in sorted(recipients.items()))


def is_here(host: str) -> bool:
    """Whether a host is this machine, so that no network hears what is sent there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password(mail: Mail, data: Path) -> str | None:
    if mail.password_file is None:
        return None
    file = data / mail.password_file
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise RefusedError(f"the password cannot be read: {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RefusedError(f"the password cannot be read: {file} is not UTF-8") from error
    if not lines or not lines[0].strip():
        raise RefusedError(f"{file} is empty: write the password into its first line")
    return lines[0].strip()


def _addresses(value: object) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found:
        raise ValueError('notify.mail.to is missing: write who gets the mail, as to = ["a@example.org"]')
    for one in found:
        if not isinstance(one, str) or not ADDRESS.fullmatch(one):
            raise ValueError(f'notify.mail.to has {one!r}, which is no address: write to = ["a@example.org"]')
    return tuple(found)


def _text(table: Mapping[str, Any], key: str, what: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"notify.mail.{key} is {value!r}: write {what}, in quotes")
    return value


def _one_of(table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
    value = table.get(key, known[0])
    if value not in known:
        choices = " or ".join(f'"{one}"' for one in known)
        raise ValueError(f"notify.mail.{key} is {value!r}: write {choices}")
    return str(value)


def _port(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
        raise ValueError(f"notify.mail.port is {value!r}: write a number from 1 to 65535, as port = 587")
    return value
