"""Why a portal did not answer, in plain words, and what to do."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from archive.errors import ArchiveError
from crawler.doctor.ask import LedAwayError
from crawler.wording import printable

# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
EXPIRED, NOT_YET, SELF_SIGNED, SELF_SIGNED_ABOVE, NO_ISSUER, NO_FIRST = 10, 9, 18, 19, 20, 21
OTHER_NAME, OTHER_ADDRESS = 62, 64
GONE = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
WHY = {
    EXPIRED: "its certificate has expired",
    NOT_YET: "its certificate is not valid yet: is this machine's clock right?",
    SELF_SIGNED: "its certificate is signed by nobody but itself",
    SELF_SIGNED_ABOVE: "its certificate is signed by an authority that this machine does not trust",
    NO_ISSUER: "it does not send the certificate between its own and the authority's (an incomplete chain)",
    NO_FIRST: "it does not send the certificate between its own and the authority's (an incomplete chain)",
    OTHER_NAME: "its certificate is for another name",
    OTHER_ADDRESS: "its certificate is for another name",
}


def told(error: BaseException, portal: str, url: str) -> tuple[str, str]:
    """What happened, and what to do."""
    host = urlsplit(url).hostname or url
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, LedAwayError):
            return _led_away(str(cause), portal)
        if isinstance(cause, ArchiveError):
            return printable(str(cause)), "until then no crawl of it begins"
        if isinstance(cause, socket.gaierror):
            return _no_name(cause, host, portal)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, host, portal)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _old_tls(cause, portal)
        if isinstance(cause, TimeoutError | httpx.TimeoutException):
            return (
                "does not answer in time",
                "it may be down, slow, or drop what comes from abroad or from data centres: try again later, "
                "and from another network",
            )
        if isinstance(cause, ConnectionRefusedError):
            return "refuses connections", "it may be down: try again later, and open it in a browser"
    what = printable(f"{type(error).__name__}: {error}".rstrip(": "))[:200]
    return f"no answer that can be understood: {what}", "try again later; a crawl tries three times by itself"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that is behind it: what happened is deep below what httpx raises."""
    seen = set[int]()
    queue = [error]
    while queue:
        one = queue.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        queue += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def _led_away(target: str, portal: str) -> tuple[str, str]:
    host = printable(urlsplit(target).hostname or target)
    return (
        f"leads away to {host}, which is no host of it: {printable(target)[:100]}",
        f"if the portal has moved there, add that host to `hosts` in spiders/{portal}.py; what it was before "
        f"stands in web archives: `backan backfill {portal} --from wayback`",
    )


def _no_name(error: socket.gaierror, host: str, portal: str) -> tuple[str, str]:
    if error.errno in GONE:
        return (
            f"the name {host} is not found",
            f"if you are online: `backan backfill {portal} --from wayback`",
        )
    return f"{host} cannot be looked up just now", "is this machine online? Then its name server is to blame"


def _certificate(error: ssl.SSLCertVerificationError, host: str, portal: str) -> tuple[str, str]:
    why = WHY.get(error.verify_code, printable(error.verify_message))
    return f"{why}, so no crawl trusts {host}", _mending(error.verify_code, host, portal)


def _mending(code: int, host: str, portal: str) -> str:
    """The ways to mend it, in schedule.toml; commands on lines of their own."""
    unsafe = (
        f"The other way, below [portals.{portal}]: `verify = false` checks nothing. Anybody on the "
        "way can then "
        "alter what is archived, and the WARC files say for good that nobody looked."
    )
    connect = f"openssl s_client -connect {host}:443 -servername {host} </dev/null"
    bundle = f'Then in schedule.toml, below [portals.{portal}]: ca_bundle = "{portal}.pem"'
    if code in (NO_ISSUER, NO_FIRST):
        lines = [
            "Find the address of the missing one, and fetch it into the data folder:",
            f"$ {connect} | openssl x509 -noout -text | grep 'CA Issuers'",
            f"$ curl ADDRESS | openssl x509 -inform der -out {portal}.pem",
        ]
    elif code in (SELF_SIGNED, SELF_SIGNED_ABOVE):
        lines = [
            "If you have made sure that it is theirs, put it into the data folder:",
            f"$ {connect} | openssl x509 -out {portal}.pem",
        ]
    else:
        return f"Wait until they have renewed it, or tell them.\n{unsafe}"
    return "\n".join([*lines, bundle, unsafe])


def _old_tls(error: ssl.SSLError, portal: str) -> tuple[str, str]:
    reason = (error.reason or str(error)).replace("_", " ").lower()
    return (
        f"no safe connection comes about: {printable(reason)}",
        f"its server may be too old for this machine's OpenSSL: try `http://`, or `backan backfill {portal} "
        "--from wayback`",
    )
