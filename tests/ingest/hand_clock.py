"""A clock that tests turn by hand."""

import asyncio


class HandClock:
    """`sleep` returns once the clock has been turned that far."""

    def __init__(self, at: float = 1_790_000_000.0) -> None:
        self._at = at
        self._sleepers: list[tuple[float, asyncio.Event]] = []
        self.slept: list[float] = []

    def now(self) -> float:
        return self._at

    def monotonic(self) -> float:
        return self._at - 1_000_000_000.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken = asyncio.Event()
        self._sleepers.append((self._at + seconds, woken))
        await woken.wait()

    def turn(self, seconds: float) -> None:
        self._at += seconds
        for due, woken in self._sleepers:
            if due <= self._at:
                woken.set()
