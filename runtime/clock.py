"""The only module that reads the wall clock or sleeps; everything else is handed a `Clock`."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Time as the rest of Gridwatch sees it; tests hand in one they can turn."""

    def now(self) -> float:
        """Unix time in seconds. May jump when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start. Never jumps; use it for every interval."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
