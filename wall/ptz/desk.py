"""Turning domes for people: the lock before, the log after, and the worker in between."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, fields
from typing import Any

from ingest.live import Live, LiveError, PtzReport
from runtime.clock import Clock
from wall.ptz.lock import BY_HAND_S, ROUNDS, Holder, Lock, Locked, Locks
from wall.ptz.log import PtzLog
from wall.ptz.refusal import OUT_OF_RANGE, Words, refused, words_of

logger = logging.getLogger(__name__)

LEASE_S = 0.7
LONGEST_HOLD_S = 3600.0
_TICK_S = 0.5
_STEERED_S = 1.0
"""Steering that nobody repeated for so long is over: the worker's lease was."""
_WATCH_EVERY_S, _WATCH_S = 5.0, 8.0
_OF_THIS_REQUEST = {"not_supported", "fault", OUT_OF_RANGE, "busy"}
"""The dome answers, and not as wanted."""
_STATUS = {field.name for field in fields(PtzReport)} - {"camera_id"}

Told = Callable[[str], None]


@dataclass(slots=True)
class _Steering:
    who: Holder
    began: float
    last: float


class PtzDesk:
    """All calls belong to the event loop. Moves raise Locked, LiveError, DomeCannot (a Conflict), NotPossible (an
    Invalid: outside its limits). `on_change` is told the id of a dome whose lock, offer or problem changed,
    `on_problem` of one that ceases to answer, `on_hand` of one that a person turns, `on_report` each new status."""

    def __init__(self, live: Live, clock: Clock, log: PtzLog) -> None:
        self.locks = Locks(clock)
        self.log = log
        self._live, self._clock = live, clock
        self._newest: dict[str, PtzReport] = {}
        self._can: dict[str, dict[str, Any]] = {}
        self._problems: dict[str, Words] = {}
        self._steering: dict[str, _Steering] = {}
        self._touched: dict[str, float] = {}
        self._moves: Counter[str] = Counter()
        self._began = clock.monotonic()
        self._watched: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_change: list[Told] = []
        self.on_problem: list[Told] = []
        self.on_hand: list[Told] = []
        self.on_report: list[Callable[[PtzReport], None]] = []
        live.on_ptz(self._reported)

    def start(self) -> None:
        self.begin(self._tick())

    async def stop(self) -> None:
        for camera_id, steering in tuple(self._steering.items()):
            with contextlib.suppress(LiveError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._live.request(camera_id, "ptz", do="stop")
            self._steering_ended(camera_id, steering)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.log.settle()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs it beside; cancelled when the desk stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("work for a dome failed", exc_info=problem)

    # Moves.

    async def steer(self, who: Holder, camera_id: str, pan: float, tilt: float, zoom: float) -> None:
        """Holds for `LEASE_S`; all zero is a stop."""
        if pan == tilt == zoom == 0:
            return await self.halt(who, camera_id)
        self._use(camera_id, who)
        now = self._clock.monotonic()
        steering = self._steering.get(camera_id)
        if steering is not None and steering.who.id == who.id:
            steering.last = now
        else:
            self._steering[camera_id] = _Steering(who, now, now)
            self.log.add(camera_id, who, "steer")
        await self._ask(camera_id, "steer", pan=pan, tilt=tilt, zoom=zoom, lease_s=LEASE_S)

    async def halt(self, who: Holder, camera_id: str) -> None:
        """Of whoever holds it, of higher ranks, and of everybody while nobody does. Raises Locked for others."""
        lock = self.locks.of(camera_id)
        if lock is not None and lock.holder.id != who.id and lock.holder.rank >= who.rank:
            raise Locked(lock)
        self._touch(camera_id)
        steering = self._steering.get(camera_id)
        await self._ask(camera_id, "stop")
        if steering is not None:
            self._steering_ended(camera_id, steering, by=who)
        else:
            self.log.add(camera_id, who, "stop")

    async def move(
        self, who: Holder, camera_id: str, do: str, detail: dict[str, Any] | None = None, **given: Any
    ) -> dict[str, Any]:
        """One command for a person, and a row of the log: `given`, or `detail` where that says more. Its answer."""
        self._use(camera_id, who)
        if (steering := self._steering.get(camera_id)) is not None:
            self._steering_ended(camera_id, steering)
        body = await self._ask(camera_id, do, **given)
        self.log.add(camera_id, who, do, **(given if detail is None else detail))
        return body

    async def go_round(
        self, camera_id: str, action: str, do: str, given: dict[str, Any], detail: dict[str, Any] | None
    ) -> bool:
        """Turned by the system itself; False when a hand is on it. `detail` None: no row of the log."""
        if self.hand_on(camera_id):
            return False
        await self._ask(camera_id, do, **given)
        if detail is not None:
            self.log.add(camera_id, ROUNDS, action, **detail)
        return True

    def hand_on(self, camera_id: str) -> bool:
        return self.locks.of(camera_id) is not None or camera_id in self._steering

    def moves_of(self, camera_id: str) -> int:
        """Counts what people did to a dome: the same number, and nobody has touched it since."""
        return self._moves[camera_id]

    def idle_s(self, camera_id: str) -> float:
        """Since a person last turned it, or since this process began."""
        return 0.0 if self.hand_on(camera_id) else self._clock.monotonic() - self._touched.get(camera_id, self._began)

    async def ask(self, camera_id: str, do: str, **given: Any) -> dict[str, Any]:
        """What turns nothing, without lock and log."""
        return await self._ask(camera_id, do, **given)

    # Who may.

    def take(self, who: Holder, camera_id: str, seconds: float, *, take_over: bool) -> Lock:
        """Raises Locked."""
        other = self.locks.take(camera_id, who, min(seconds, LONGEST_HOLD_S), take_over=take_over)
        if other is not None:
            was = {"id": other.holder.id, "name": other.holder.name, "rank": other.holder.rank}
            self.log.add(camera_id, who, "take_over", **{"from": was})
            steering = self._steering.get(camera_id)
            if steering is not None and steering.who.id != who.id:
                self._steering_ended(camera_id, steering, by=who)
                self.begin(self._stop_quietly(camera_id))
        else:
            self.log.add(camera_id, who, "take", seconds=seconds)
        self._tell(camera_id)
        lock = self.locks.of(camera_id)
        assert lock is not None
        return lock

    def give_back(self, who: Holder, camera_id: str) -> None:
        """Also when it was not held; another's lock stands."""
        if self.locks.give_back(camera_id, who.id):
            self._touched[camera_id] = self._clock.monotonic()
            self.log.add(camera_id, who, "release")
            self._tell(camera_id)

    def _use(self, camera_id: str, who: Holder) -> None:
        self.locks.check(camera_id, who)
        before = self.locks.of(camera_id)
        self.locks.take(camera_id, who, BY_HAND_S)
        self._touch(camera_id)
        if before is None:
            self.log.add(camera_id, who, "take", by="hand")
            self._tell(camera_id)

    def _touch(self, camera_id: str) -> None:
        self._moves[camera_id] += 1
        for told in self.on_hand:
            told(camera_id)
        self._touched[camera_id] = self._clock.monotonic()

    # Where they point.

    def newest(self, camera_id: str) -> PtzReport | None:
        """As last reported, which may be long ago while nobody watches."""
        return self._newest.get(camera_id)

    async def status(self, camera_id: str) -> PtzReport:
        """As it is now. Raises LiveError, DomeCannot."""
        body = await self._ask(camera_id, "status")
        report = PtzReport(camera_id, **{key: value for key, value in body.items() if key in _STATUS})
        if (before := self._newest.get(camera_id)) is None or before.at < report.at:
            self._reported(report)
        return report

    async def capabilities(self, camera_id: str, *, anew: bool = False) -> dict[str, Any]:
        """`anew`: from the device itself, which may be another one, unless a hand is on it."""
        found = await self._ask(camera_id, "capabilities", anew=anew)
        if self._can.get(camera_id) != found:
            self._can[camera_id] = found
            self._tell(camera_id)
        return found

    def known_capabilities(self, camera_id: str) -> dict[str, Any] | None:
        """As the device said last; None before it has answered once."""
        return self._can.get(camera_id)

    def problem(self, camera_id: str) -> Words | None:
        """Why it did not answer when it was asked last."""
        return self._problems.get(camera_id)

    def watch(self, camera_id: str) -> None:
        """Somebody looks at its picture: until `unwatch` its status is asked for."""
        self._watched[camera_id] += 1
        if self._watched[camera_id] == 1:
            self.begin(self.keep_watching(camera_id))

    def unwatch(self, camera_id: str) -> None:
        self._watched[camera_id] -= 1
        if self._watched[camera_id] <= 0:
            del self._watched[camera_id]

    def forget(self, camera_id: str) -> None:
        """The dome is not there any more, or not now."""
        self._watched.pop(camera_id, None)
        self._newest.pop(camera_id, None)
        self._can.pop(camera_id, None)
        self._problems.pop(camera_id, None)

    async def keep_watching(self, camera_id: str, seconds: float = _WATCH_S) -> None:
        with contextlib.suppress(LiveError):
            await self._live.request(camera_id, "ptz", do="watch", seconds=seconds)

    def _reported(self, report: PtzReport) -> None:
        self._newest[report.camera_id] = report
        for told in self.on_report:
            told(report)

    # From time to time.

    async def _tick(self) -> None:
        next_watch = 0.0
        while True:
            await self._clock.sleep(_TICK_S)
            now = self._clock.monotonic()
            for camera_id, steering in tuple(self._steering.items()):
                if now - steering.last > _STEERED_S:
                    self._steering_ended(camera_id, steering)
            for camera_id, lock in self.locks.ended():
                if lock.ends > self._touched.get(camera_id, self._began) + 2 * BY_HAND_S:
                    # Held on purpose: the dome was wanted until now, though it was not moved.
                    self._touched[camera_id] = lock.ends
                self.log.add(camera_id, lock.holder, "release", by="time")
                self._tell(camera_id)
            if now >= next_watch:
                next_watch = now + _WATCH_EVERY_S
                for camera_id in tuple(self._watched):
                    self.begin(self.keep_watching(camera_id))

    def _steering_ended(self, camera_id: str, steering: _Steering, by: Holder | None = None) -> None:
        if self._steering.get(camera_id) is not steering:
            return
        del self._steering[camera_id]
        at = self._newest.get(camera_id)
        place = {"pan_deg": at.pan_deg, "tilt_deg": at.tilt_deg, "zoom": at.zoom} if at is not None else {}
        seconds = round(steering.last - steering.began, 1)
        stopped = {"by": by.name} if by is not None and by.id != steering.who.id else {}
        self.log.add(camera_id, steering.who, "steer_end", seconds=seconds, **place, **stopped)

    def _tell(self, camera_id: str) -> None:
        for told in self.on_change:
            told(camera_id)

    async def _stop_quietly(self, camera_id: str) -> None:
        with contextlib.suppress(LiveError):
            await self._live.request(camera_id, "ptz", do="stop")

    async def _ask(self, camera_id: str, do: str, **given: Any) -> dict[str, Any]:
        try:
            body = (await self._live.request(camera_id, "ptz", do=do, **given)).body
        except LiveError as problem:
            if problem.code not in _OF_THIS_REQUEST:
                self._has_problem(camera_id, words_of(problem))
            raise refused(problem) from None
        if do != "watch":
            # A watch is noted, whether the device answers or not.
            self._has_problem(camera_id, None)
        return body

    def _has_problem(self, camera_id: str, problem: Words | None) -> None:
        if self._problems.get(camera_id) == problem:
            return
        if problem is None:
            del self._problems[camera_id]
        else:
            self._problems[camera_id] = problem
            for told in self.on_problem:
                told(camera_id)
        self._tell(camera_id)
