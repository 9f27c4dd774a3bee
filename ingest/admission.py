"""Who may connect now: not all at once, and not too many at one host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

CONNECTING_AT_ONCE = 64
CONNECTING_PER_HOST = 16
# Cameras are started this many a second at most, in an order and at moments drawn at random.
STARTS_PER_SECOND = 250.0
MAX_SPREAD_SECONDS = 8.0


class Admission:
    """Slots for hand-shakes. A recorder with 64 channels behind one address sees at most 16 at a time."""

    def __init__(self, at_once: int = CONNECTING_AT_ONCE, per_host: int = CONNECTING_PER_HOST) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._per_host = per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def slot(self, url: str) -> AsyncIterator[None]:
        """Waits for a turn at the URL's host, then for one of all."""
        host = urlsplit(url).netloc
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._per_host)), self._all:
            yield


def spread_seconds(streams: int) -> float:
    """Over how long the first connects of so many streams are drawn out."""
    return min(MAX_SPREAD_SECONDS, streams / STARTS_PER_SECOND)
