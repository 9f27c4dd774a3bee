"""Reads the sockets of streams somebody watches: soon, but many at a time.

A wake-up of the event loop costs more than reading a picture. So the sockets stand in a selector of their own, which
the loop watches as one: the first picture after a pause is read at once, and from then on all that has come is read
every GATHER_SECONDS, for as long as anything comes.
"""

import asyncio
import contextlib
import selectors
import socket

from ingest.sweep import Swept
from runtime.clock import Clock

GATHER_SECONDS = 0.02


class PromptReader:
    """Belongs to one event loop, which must be running at the first `add`."""

    def __init__(self, clock: Clock, gather_seconds: float = GATHER_SECONDS) -> None:
        self._clock = clock
        self._gather = gather_seconds
        self._selector = selectors.DefaultSelector()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._selector.get_map())

    def add(self, sock: socket.socket, stream: Swept) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        if not len(self) and self._timer is None:
            self._loop.add_reader(self._selector, self._read)
        self._selector.register(sock, selectors.EVENT_READ, stream)

    def remove(self, sock: socket.socket) -> None:
        """To be called while the socket is open; one that is not here is no error."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(sock)
        if not len(self):
            self._rest()

    def close(self) -> None:
        """Reads no more. To be called when every socket has been removed."""
        self._rest()
        self._selector.close()

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._loop is not None:
            self._loop.remove_reader(self._selector)

    def _read(self) -> None:
        ready = self._selector.select(0)
        loop = self._loop
        assert loop is not None
        if not ready:
            # A pause: the loop wakes us again at the first byte.
            self._timer = None
            loop.add_reader(self._selector, self._read)
            return
        if self._timer is None:
            loop.remove_reader(self._selector)
        self._timer = loop.call_later(self._gather, self._read)
        wall, now = self._clock.now(), self._clock.monotonic()
        for key, _ in ready:
            key.data.sweep(wall, now)
