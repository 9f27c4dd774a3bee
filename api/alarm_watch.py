"""From cases that change to alarms: the feed tells, a thread does the work, in order and one at a time."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from incidents.feed import Change, Feed
from runtime.clock import Clock
from wall.alarms import Alarms

logger = logging.getLogger(__name__)
RETRY_SECONDS = 2.0


class AlarmWatch:
    def __init__(self, feed: Feed, alarms: Alarms, clock: Clock) -> None:
        self._feed = feed
        self._alarms = alarms
        self._clock = clock
        # By case: of one that changes twice before its turn the newest is enough.
        self._waiting: dict[str, Change] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def hand_over(change: Change) -> None:
            if change.topic == "case" and not loop.is_closed():
                loop.call_soon_threadsafe(self._put, change)

        self._stop_listening = self._feed.listen(hand_over)
        self._task = asyncio.create_task(self._run(), name="alarms")

    async def stop(self) -> None:
        if self._stop_listening:
            self._stop_listening()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _put(self, change: Change) -> None:
        self._waiting[change.data.id] = change
        self._wake.set()

    async def _run(self) -> None:
        await self._insist(self._alarms.recover)
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                change = self._waiting.pop(next(iter(self._waiting)))
                await self._insist(lambda change=change: self._alarms.take(change.data, change.paths[0]))  # type: ignore[misc]

    async def _insist(self, work: Callable[[], None]) -> None:
        """Until the store takes it."""
        while True:
            try:
                return await run_in_threadpool(work)
            except SQLAlchemyError:
                logger.exception("an alarm could not be stored; it is tried again in %g s", RETRY_SECONDS)
                await self._clock.sleep(RETRY_SECONDS)
