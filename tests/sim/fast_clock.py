"""A clock on which everything happens faster, for tests over real sockets."""

import asyncio
import time


class FastClock:
    """`speed` seconds pass in one."""

    def __init__(self, speed: float = 10.0) -> None:
        self._speed = speed
        self._began, self._began_at = time.monotonic(), time.time()
        self._jumped = 0.0

    def jump(self, seconds: float) -> None:
        """As when the machine stood still for so long."""
        self._jumped += seconds

    def now(self) -> float:
        return self._began_at + self.monotonic()

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * self._speed + self._jumped

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
