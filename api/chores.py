"""What is done from time to time, whoever calls."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from runtime.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A synchronous piece of work, run in a thread every so many seconds."""

    name: str
    seconds: float
    work: Callable[[], object]


class Chores:
    def __init__(self, chores: tuple[Chore, ...], clock: Clock) -> None:
        self._chores = chores
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._repeat(chore), name=chore.name) for chore in self._chores]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, chore: Chore) -> None:
        while True:
            await self._clock.sleep(chore.seconds)
            try:
                await run_in_threadpool(chore.work)
            except SQLAlchemyError:
                logger.exception("%s failed; it is tried again in %g s", chore.name, chore.seconds)
