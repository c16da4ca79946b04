"""The password that a whole archive may be closed with, kept as a hash that takes long to make."""

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import scrypt

_FORM = re.compile(r"scrypt\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{86}==")
COST = (2**14, 8, 1)  # n, r, p: 16 MB and some 50 ms a try


def hash_password(password: str, salt: bytes | None = None) -> str:
    """As `scrypt$SALT$HASH`, both in base64."""
    salt = secrets.token_bytes(16) if salt is None else salt
    return "$".join(("scrypt", _text(salt), _text(_digest(password, salt))))


def hashed(text: str) -> str:
    """The hash of a password, or the text itself where it is such a hash."""
    return text if _FORM.fullmatch(text) else hash_password(text)


def verify(password: str, kept: str) -> bool:
    _, salt, digest = kept.split("$")
    return secrets.compare_digest(_digest(password, b64decode(salt)), b64decode(digest))


def told(authorization: bytes) -> str | None:
    """The password in an `Authorization: Basic` header, whatever name is with it; None if there is none."""
    scheme, _, credentials = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[2] or None
    except (Error, UnicodeDecodeError):
        return None


def _digest(password: str, salt: bytes) -> bytes:
    n, r, p = COST
    return scrypt(password.encode(), salt=salt, n=n, r=r, p=p)


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
