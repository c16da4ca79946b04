"""How many requests one address may make."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

MOST_KNOWN = 20_000  # addresses, some 5 MB; the one that has asked for nothing the longest is forgotten


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Rate:
    """A bucket of tokens for each address: a minute's worth at first, and it fills up steadily.

    A page with its frame and its pictures takes several requests at once: the bucket allows for that, where a
    fixed distance between requests would not.
    """

    def __init__(
        self, a_minute: int, known: int = MOST_KNOWN, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.a_minute, self.known, self.clock = a_minute, known, clock
        self.buckets = OrderedDict[str, _Bucket]()

    def wait(self, address: str) -> int:
        """Seconds until this address may ask (again); 0, and one token less, where it may now."""
        key, now, a_second = network(address), self.clock(), self.a_minute / 60
        bucket = self.buckets.setdefault(key, _Bucket(self.a_minute, now))
        self.buckets.move_to_end(key)
        if len(self.buckets) > self.known:
            self.buckets.popitem(last=False)
        bucket.tokens = min(self.a_minute, bucket.tokens + (now - bucket.filled_at) * a_second)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return ceil((1 - bucket.tokens) / a_second)
        bucket.tokens -= 1
        return 0


def network(address: str) -> str:
    """The address itself, but of IPv6 the half that a provider gives out: the other half costs nothing."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:  # a Unix socket has none
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
