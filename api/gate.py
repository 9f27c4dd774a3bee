"""Bounds how many do something dear at once, and how many wait for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from incidents.errors import Throttled


class Gate:
    """`at_once` inside, `waiting` before it; whoever comes after them is asked to try again."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Raises Throttled when the room before the gate is full."""
        if self._room <= 0:
            raise Throttled(2.0)
        self._room -= 1
        try:
            async with self._inside:
                yield
        finally:
            self._room += 1
