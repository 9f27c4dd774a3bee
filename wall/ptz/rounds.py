"""What a dome does when nobody turns it: its patrol over presets, or its guard position."""

import asyncio
import logging
from collections.abc import Callable

from incidents.errors import IncidentError
from ingest.live import LiveError
from runtime.clock import Clock
from wall.ptz.desk import PtzDesk
from wall.ptz.keeping import DomeSettings, Guard, Patrol, PtzKeeping
from wall.ptz.presets import Presets

logger = logging.getLogger(__name__)

RESUMES_AFTER_S = 30.0
"""A patrol goes on when nobody has turned the dome for so long; the guard's idle time where one is set."""
_LOOK_S = 0.5
_AFTER_FAILURE_S = 10.0

Tell = Callable[[str, str | None], None]


class Rounds:
    """A task for each dome that has something to do. Every hand goes before it, at once.

    `tell` hears what turns a dome now: `guard`, `patrol` or nothing.
    """

    def __init__(self, desk: PtzDesk, presets: Presets, keeping: PtzKeeping, clock: Clock, tell: Tell) -> None:
        self._desk, self._presets, self._keeping, self._clock, self._tell = desk, presets, keeping, clock, tell
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._started = False
        desk.on_hand.append(lambda camera_id: tell(camera_id, None))

    def start(self) -> None:
        self._started = True
        for camera_id in self._keeping.kept():
            self.changed(camera_id)

    async def stop(self) -> None:
        self._started = False
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def changed(self, camera_id: str) -> None:
        """The settings of a dome are new: it begins anew with them."""
        if (task := self._tasks.pop(camera_id, None)) is not None:
            task.cancel()
        self._tell(camera_id, None)
        settings = self._keeping.settings(camera_id)
        if self._started and (settings.guard or _walks(settings.patrol)):
            self._tasks[camera_id] = asyncio.create_task(self._run(camera_id, settings), name=f"rounds {camera_id}")

    def forget(self, camera_id: str) -> None:
        """The dome is not there any more."""
        if (task := self._tasks.pop(camera_id, None)) is not None:
            task.cancel()

    async def _run(self, camera_id: str, settings: DomeSettings) -> None:
        step, patrol, guard = 0, settings.patrol, settings.guard
        untouched = self._desk.moves_of(camera_id)
        idle_s = guard.idle_s if guard is not None else RESUMES_AFTER_S
        while True:
            try:
                if patrol is not None and _walks(patrol):
                    if self._desk.idle_s(camera_id) >= idle_s or self._desk.moves_of(camera_id) == untouched:
                        step += await self._step(camera_id, patrol, step)
                elif guard is not None and self._desk.idle_s(camera_id) >= idle_s:
                    await self._stand_guard(camera_id, guard)
            except (LiveError, IncidentError) as problem:
                logger.info("rounds of dome %s: %s", camera_id, problem)
                await self._clock.sleep(_AFTER_FAILURE_S)
            await self._clock.sleep(_LOOK_S)

    async def _step(self, camera_id: str, patrol: Patrol, number: int) -> int:
        """1 when it was done to its end, 0 when a hand came between."""
        step = patrol.steps[number % len(patrol.steps)]
        moved = self._desk.moves_of(camera_id)
        if not await self._desk.go_round(camera_id, step.preset, "patrol"):
            return 0
        self._tell(camera_id, "patrol")
        await self._presets.arrived(camera_id)
        ends = self._clock.monotonic() + step.dwell_s
        while (left := ends - self._clock.monotonic()) > 0:
            if self._desk.moves_of(camera_id) != moved or self._desk.hand_on(camera_id):
                self._tell(camera_id, None)
                return 0
            await self._clock.sleep(min(left, _LOOK_S))
        return 1

    async def _stand_guard(self, camera_id: str, guard: Guard) -> None:
        """Goes there once, and stays until somebody turns it."""
        moved = self._desk.moves_of(camera_id)
        if not await self._desk.go_round(camera_id, guard.preset, "guard"):
            return
        self._tell(camera_id, "guard")
        while self._desk.moves_of(camera_id) == moved and not self._desk.hand_on(camera_id):
            await self._clock.sleep(_LOOK_S)
        self._tell(camera_id, None)


def _walks(patrol: Patrol | None) -> bool:
    return patrol is not None and patrol.on and bool(patrol.steps)
