"""Looks after what the workers cannot: cameras that are lost, and the report that is made each day at its hour."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from config.camera_map import CameraMap
from incidents.quality import LOST, Quality
from incidents.quality_report import day_of
from ingest.live import Live, LiveError
from ingest.state import StreamState
from runtime.clock import Clock

logger = logging.getLogger(__name__)

LOST_AFTER_SECONDS = 60.0
BACK_AFTER_SECONDS = 15.0
WATCH_SECONDS = 5.0
REPORT_SECONDS = 60.0
REPORT_HOUR = 8
"""Of the town's clock: the report on the day before is made when the room's day begins."""
WORKER_AWAY = "ingest worker is away"
DAY = 86_400.0


@dataclass
class _Absence:
    since: float
    back_since: float | None = None
    told: bool = False


@dataclass
class QualityWatch:
    """Belongs to the API process's event loop."""

    quality: Quality
    live: Live
    cameras: CameraMap
    zone: ZoneInfo
    clock: Clock
    _absent: dict[str, _Absence] = field(default_factory=dict)
    _taken_up: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        again = ((self.watch, WATCH_SECONDS), (self.report, REPORT_SECONDS))
        self._tasks = [asyncio.create_task(self._repeat(work, every)) for work, every in again]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, work: Callable[[], Awaitable[None]], every: float) -> None:
        while True:
            try:
                await work()
            except (SQLAlchemyError, OSError):
                logger.exception("video quality: it is tried again in %g s", every)
            await self.clock.sleep(every)

    async def watch(self) -> None:
        """Cameras whose video does not come, though their worker is there."""
        if not self._taken_up:
            going_on = await asyncio.to_thread(self.quality.going_on, LOST)
            self._absent = {one: _Absence(since, told=True) for one, since in going_on.items()}
            self._taken_up = True
        now, statuses = self.clock.now(), self.live.statuses()
        for camera_id, camera in tuple(self.cameras.items()):
            status = statuses.get(camera_id)
            if not camera.enabled or status is None or status.error == WORKER_AWAY:
                if not camera.enabled:
                    self._absent.pop(camera_id, None)
                continue
            if status.state is StreamState.LIVE:
                await self._present(camera_id, now)
            else:
                await self._away(camera_id, now)

    async def _away(self, camera_id: str, now: float) -> None:
        absence = self._absent.setdefault(camera_id, _Absence(now))
        absence.back_since = None
        if absence.told or now - absence.since < LOST_AFTER_SECONDS:
            return
        absence.told = True
        healthy = await self._healthy(camera_id)
        await asyncio.to_thread(self.quality.begin, camera_id, LOST, absence.since, now, None, healthy)

    async def _present(self, camera_id: str, now: float) -> None:
        absence = self._absent.get(camera_id)
        if absence is None:
            return
        if not absence.told:
            del self._absent[camera_id]
            return
        if absence.back_since is None:
            absence.back_since = now
        if now - absence.back_since >= BACK_AFTER_SECONDS:
            del self._absent[camera_id]
            await asyncio.to_thread(self.quality.end, camera_id, LOST, absence.back_since)

    async def _healthy(self, camera_id: str) -> bytes | None:
        try:
            reply = await self.live.request(camera_id, "healthy_picture")
        except LiveError:
            return None
        return reply.blobs[0] if reply.blobs else None

    async def report(self) -> None:
        """At the hour, or as soon after it as this runs, the day before is kept to be reported on."""
        now = self.clock.now()
        await asyncio.to_thread(self.quality.end_strays)
        if datetime.fromtimestamp(now, self.zone).hour < REPORT_HOUR:
            return
        midnight = datetime.fromtimestamp(now, self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        yesterday = day_of(midnight.timestamp() - DAY / 2, self.zone)
        if not await asyncio.to_thread(self.quality.day_kept, yesterday):
            await asyncio.to_thread(self.quality.keep_day, yesterday)
            logger.info("the report on video quality of %s is made", yesterday)
