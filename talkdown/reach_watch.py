"""Which loudspeakers answer, asked now and then, so that a map says it before somebody needs one."""

import asyncio

from config.loudspeakers import Loudspeaker
from runtime.clock import Clock
from talkdown.desk import TalkDesk
from talkdown.reason import EXPECTED, reason_of

EVERY_SECONDS = 120.0
AT_ONCE = 8
KNOCK_SECONDS = 3.0


class ReachWatch:
    """Knocks at every loudspeaker nobody speaks at: a connection that is closed without a word."""

    def __init__(self, desk: TalkDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="loudspeakers in reach")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self.run_once()
            await self._clock.sleep(EVERY_SECONDS)

    async def run_once(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        listed = [one for one in self._desk.speakers.all() if one.enabled and self._desk.at(one.id) is None]
        await asyncio.gather(*(self._knock(gate, one) for one in listed))

    async def _knock(self, gate: asyncio.Semaphore, speaker: Loudspeaker) -> None:
        async with gate:
            try:
                async with asyncio.timeout(KNOCK_SECONDS):
                    await self._desk.ways.knock(speaker)
            except EXPECTED as problem:
                self._desk.tried(speaker.id, reason_of(problem))
            else:
                self._desk.tried(speaker.id, None)
