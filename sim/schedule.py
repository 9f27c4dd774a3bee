"""When something happens in front of which camera. Pure: the same seed and cameras give the same events, for ever."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from sim.rtsp.clip import EventKind


@dataclass(frozen=True, slots=True)
class EventCamera:
    """A camera in front of which these kinds of events can happen."""

    id: str
    kinds: tuple[EventKind, ...]


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """`starts_at_s` counts from the start of the town; it stays `stand_seconds` unless somebody sees to it."""

    event_id: str
    camera_id: str
    kind: EventKind
    starts_at_s: float
    stand_seconds: float


@dataclass(frozen=True, slots=True)
class Rate:
    """How busy the town is. The first event is a stall, soon, so that a newcomer need not wait.

    By default some fifteen events an hour: a room of two to four operators is busy and not flooded.
    `rest_seconds`: for so long nothing happens again in front of a camera after its last event.
    """

    first_s: float = 30.0
    mean_gap_s: float = 240.0
    shortest_gap_s: float = 60.0
    dumping_share: float = 0.25
    stand_from_s: float = 900.0
    stand_to_s: float = 2400.0
    rest_seconds: float = 600.0

    def __post_init__(self) -> None:
        if not 0 < self.shortest_gap_s <= self.mean_gap_s:
            raise ValueError(f"shortest_gap_s {self.shortest_gap_s} must be above 0 and not over {self.mean_gap_s}")
        if not 0 <= self.dumping_share <= 1:
            raise ValueError(f"dumping_share {self.dumping_share} must be between 0 and 1")
        if not 0 < self.stand_from_s <= self.stand_to_s:
            raise ValueError(f"stand_from_s {self.stand_from_s} must be above 0 and not over {self.stand_to_s}")


DEFAULT_RATE = Rate()


def plan(cameras: Iterable[EventCamera], seed: int, rate: Rate = DEFAULT_RATE) -> Iterator[PlannedEvent]:
    """Events in order of time, without end; none at all when no camera can show any."""
    able = sorted((camera for camera in cameras if camera.kinds), key=lambda camera: camera.id)
    rng = Random(seed)
    busy_until: dict[str, float] = {}
    at, number = rate.first_s, 0
    while able:
        kind: EventKind = "dumping" if number and rng.random() < rate.dumping_share else "stall"
        stand_seconds = rng.uniform(rate.stand_from_s, rate.stand_to_s)
        gap = rate.shortest_gap_s + rng.expovariate(1.0) * (rate.mean_gap_s - rate.shortest_gap_s)
        camera = _choose(able, kind, at, busy_until, rng)
        if camera is not None:
            number += 1
            shown = kind if kind in camera.kinds else camera.kinds[0]
            busy_until[camera.id] = at + stand_seconds + rate.rest_seconds
            yield PlannedEvent(f"event-{number:04d}", camera.id, shown, at, stand_seconds)
        at += gap


def _choose(
    able: list[EventCamera], kind: EventKind, at: float, busy_until: dict[str, float], rng: Random
) -> EventCamera | None:
    """A camera that is free and knows the kind; where no camera knows it at all, one that knows another kind."""
    knowing = [camera for camera in able if kind in camera.kinds] or able
    free = [camera for camera in knowing if busy_until.get(camera.id, 0.0) <= at]
    return rng.choice(free) if free else None
