"""Which key frames are decoded: decoding them is nearly the whole cost of an estate, so a budget is spent here."""

import threading
from collections import deque
from dataclasses import dataclass
from enum import Enum

from ingest.gop import KeyFrame
from runtime.clock import Clock

COST_PRIOR_SECONDS = 0.006
_COST_SMOOTHING = 0.02
_REBALANCE_SECONDS = 1.0
_GOP_PRIOR_SECONDS = 2.0
CLOSER_SHARE = 0.1
"""Of the budget, kept for what is looked at more closely even where quiet scenes alone would use it up."""


class Level(Enum):
    """How closely a scene is looked at."""

    QUIET = "quiet"
    CANDIDATE = "candidate"  # something new stands still
    BURST = "burst"  # every key frame


@dataclass(slots=True)
class _Watched:
    quiet_seconds: float
    candidate_seconds: float
    level: Level = Level.QUIET
    target: float = 0.0
    gop_seconds: float = _GOP_PRIOR_SECONDS
    pending: KeyFrame | None = None
    last_at: float = 0.0
    achieved: float = 0.0
    worst: float = 0.0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a camera gets. Seconds between pictures looked at, by their arrival: newest and longest; how many."""

    interval_s: float
    worst_s: float
    samples: int


class Schedule:
    """At most one key frame waits for each camera, the newest; cameras take turns. Safe to use from any thread.

    Every camera has a longest interval for each level. All intervals are multiplied by one factor, so that the
    measured cost of a sample times the samples asked for meets `budget_cores`: below 1 there is time to spare and
    small estates have every key frame looked at. Above 1, scenes looked at more closely share what the quiet ones
    leave, and have `CLOSER_SHARE` of the budget to themselves: a few candidates get every key frame on an overloaded
    estate too, and a flood of them makes the quiet ones wait a ninth longer at most. Nothing queues up: who falls
    behind sees a newer picture.
    """

    def __init__(self, budget_cores: float, clock: Clock) -> None:
        self._budget = budget_cores
        self._clock = clock
        self._cameras: dict[str, _Watched] = {}
        self._order: deque[str] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self._cost = COST_PRIOR_SECONDS
        self._stretch = 1.0
        self._closer_stretch = 1.0
        self._rebalance_at = 0.0

    @property
    def stretch(self) -> float:
        """What the intervals of quiet scenes are multiplied by; above 1 the estate is overloaded."""
        return self._stretch

    @property
    def cost_seconds(self) -> float:
        """CPU seconds a sample costs, smoothed."""
        return self._cost

    def add(self, camera_id: str, interval_seconds: float, candidate_interval_seconds: float) -> None:
        """Cameras that are not added are never due."""
        with self._ready:
            self._cameras[camera_id] = _Watched(interval_seconds, candidate_interval_seconds)
            self._rebalance_at = 0.0

    def remove(self, camera_id: str) -> None:
        """Not due any more, not even what waits. Nothing happens for a camera that was not added."""
        with self._ready:
            if self._cameras.pop(camera_id, None) is not None:
                self._rebalance_at = 0.0

    def set_intervals(self, interval_seconds: float, candidate_interval_seconds: float) -> None:
        """Of every camera, from its next key frame on."""
        with self._ready:
            for camera in self._cameras.values():
                camera.quiet_seconds, camera.candidate_seconds = interval_seconds, candidate_interval_seconds
            self._rebalance_at = 0.0

    def set_level(self, camera_id: str, level: Level) -> None:
        """Takes effect with the camera's next key frame. Raises KeyError for a camera that was not added."""
        with self._ready:
            camera = self._cameras[camera_id]
            if camera.level is not level:
                camera.level = level
                camera.target = self._target(camera)
                self._rebalance_at = 0.0

    def offer(self, key: KeyFrame) -> bool:
        """A key frame has come. True when it, rather than a later one, will be looked at."""
        camera = self._cameras.get(key.camera_id)
        if camera is None:
            return False
        if key.gop_seconds:
            camera.gop_seconds = key.gop_seconds
        # The key frame nearest to the due time, not the first after it, keeps the interval on average.
        if key.received_at + camera.gop_seconds / 2 < camera.last_at + camera.target:
            return False
        with self._ready:
            queued = camera.pending is not None
            camera.pending = key
            if not queued:
                self._order.append(key.camera_id)
                self._ready.notify()
        return True

    def take(self, timeout: float) -> KeyFrame | None:
        """The next key frame to look at, or None after `timeout` seconds or when closed."""
        with self._ready:
            if not self._order and not self._closed:
                self._ready.wait(timeout)
            if not self._order or self._closed:
                return None
            camera = self._cameras.get(self._order.popleft())
            if camera is None:
                return None
            key, camera.pending = camera.pending, None
            if key is None:
                return None
            if camera.last_at:
                camera.achieved = key.received_at - camera.last_at
                camera.worst = max(camera.worst, camera.achieved)
            camera.last_at = key.received_at
            camera.taken += 1
            return key

    def done(self, cpu_seconds: float) -> None:
        """What the look at one key frame cost in CPU time (`time.thread_time`), decoding and rules together."""
        with self._ready:
            self._cost += (max(1e-4, cpu_seconds) - self._cost) * _COST_SMOOTHING
            now = self._clock.monotonic()
            if now >= self._rebalance_at:
                self._rebalance_at = now + _REBALANCE_SECONDS
                self._rebalance()

    def _rebalance(self) -> None:
        """What looks closer shares what quiet scenes leave of the budget at their longest interval, or what is kept."""
        cameras = self._cameras.values()
        quiet = sum(self._cost / max(camera.quiet_seconds, 0.05) for camera in cameras)
        closer = sum(self._cost / max(_longest(camera), 0.05) for camera in cameras) - quiet
        self._stretch = max((quiet + closer) / self._budget, 1e-3)
        self._closer_stretch = self._stretch
        if self._budget < quiet + closer:
            kept = max(self._budget - quiet, min(closer, CLOSER_SHARE * self._budget))
            self._stretch = max(1.0, quiet / (self._budget - kept))
            self._closer_stretch = max(1.0, closer / kept) if kept > 0.0 else self._stretch
        for camera in cameras:
            camera.target = self._target(camera)

    def _target(self, camera: _Watched) -> float:
        if camera.level is Level.QUIET:
            return self._stretch * camera.quiet_seconds
        return min(self._closer_stretch * _longest(camera), self._stretch * camera.quiet_seconds)

    def interval(self, camera_id: str) -> float:
        """Seconds that should lie between the pictures of a camera as things are; 0 for one that was not added."""
        camera = self._cameras.get(camera_id)
        return (camera.target or camera.quiet_seconds) if camera is not None else 0.0

    def sampling(self, camera_id: str) -> Sampling:
        """Raises KeyError for a camera that was not added."""
        with self._ready:
            camera = self._cameras[camera_id]
            return Sampling(camera.achieved, camera.worst, camera.taken)

    def forget_worst(self) -> None:
        """Begins a new period for `Sampling.worst_s`."""
        with self._ready:
            for camera in self._cameras.values():
                camera.worst = 0.0

    def waiting(self) -> int:
        """Cameras with a key frame that waits for its turn."""
        return len(self._order)

    def close(self) -> None:
        """Every `take` returns None from now on."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()


def _longest(camera: _Watched) -> float:
    if camera.level is Level.BURST:
        return camera.gop_seconds
    return camera.quiet_seconds if camera.level is Level.QUIET else camera.candidate_seconds
