"""Asks every dome what it can and where it looks, so that nobody has to open one before it is known."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from incidents.errors import IncidentError
from ingest.live import Live, LiveError
from ingest.state import StreamState, StreamStatus
from runtime.clock import Clock
from wall.ptz.desk import PtzDesk

AT_ONCE = 4
"""Domes that are asked at the same time: some share one slow line."""
STAGES_S = (2.0, 5.0, 15.0, 30.0, 60.0)
"""Between tries of a dome that does not answer. The worker lets the device itself rest longer where it must."""
_APART_S = 0.1
_LOOK_S = 0.5
_AWAY_S = 10.0
"""A picture away for less was a line that stumbled."""


@dataclass(slots=True)
class _Due:
    at: float
    tries: int = 0
    anew: bool = False


class Acquaintance:
    """At the start one after the other; then those that do not answer, again and again; and each whose picture comes
    back after it was away: it may have been restarted, or be another one."""

    def __init__(self, desk: PtzDesk, live: Live, clock: Clock, ids: Callable[[], Iterable[str]]) -> None:
        self._desk, self._clock, self._ids = desk, clock, ids
        self._due: dict[str, _Due] = {}
        self._asking: set[str] = set()
        self._seen: set[str] = set()
        self._shown: set[str] = set()
        """Whose picture was live once; `_away`: since when those of them are not."""
        self._away: dict[str, float] = {}
        live.on_status(self._status)
        desk.on_problem.append(self._lost)

    async def run(self) -> None:
        while True:
            self._look()
            await self._clock.sleep(_LOOK_S)

    def _look(self) -> None:
        now, domes = self._clock.monotonic(), list(self._ids())
        for number, camera_id in enumerate(one for one in domes if one not in self._seen):
            self._due[camera_id] = _Due(now + number * _APART_S)
        self._seen = set(domes)
        waiting = sorted((due.at, camera_id) for camera_id, due in self._due.items() if due.at <= now)
        for _, camera_id in waiting[: max(0, AT_ONCE - len(self._asking))]:
            due = self._due.pop(camera_id)
            if camera_id in self._seen and camera_id not in self._asking:
                self._asking.add(camera_id)
                self._desk.begin(self._ask(camera_id, due))

    async def _ask(self, camera_id: str, due: _Due) -> None:
        answered = False
        try:
            await self._desk.capabilities(camera_id, anew=due.anew)
            with contextlib.suppress(IncidentError):
                await self._desk.status(camera_id)
            answered = True
        except (LiveError, IncidentError):
            pass  # the desk has told it; the worker has logged it
        finally:
            self._asking.discard(camera_id)
        if not answered:
            wait = STAGES_S[min(due.tries, len(STAGES_S) - 1)]
            self._due[camera_id] = _Due(self._clock.monotonic() + wait, due.tries + 1, due.anew)

    def _lost(self, camera_id: str) -> None:
        """Somebody found that it does not answer."""
        if camera_id in self._seen and camera_id not in self._due and camera_id not in self._asking:
            self._due[camera_id] = _Due(self._clock.monotonic() + STAGES_S[0], 1)

    def _status(self, status: StreamStatus) -> None:
        camera_id, now = status.camera_id, self._clock.monotonic()
        if status.profile != "sub" or camera_id not in self._seen:
            return
        if status.state is not StreamState.LIVE:
            if camera_id in self._shown:
                self._away.setdefault(camera_id, now)
            return
        self._shown.add(camera_id)
        if now - self._away.pop(camera_id, now) > _AWAY_S:
            self._due[camera_id] = _Due(now, anew=True)
