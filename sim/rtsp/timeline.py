"""Which segment a camera shows next: idle until an event is queued, then the event's three parts, then idle again."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from sim.rtsp.clip import PARTS, EventKind
from sim.rtsp.packetise import PacketisedScene, PacketisedSegment


class TimelineError(Exception):
    """The event cannot be shown here or now; the message says why."""


def _ignore(_at: float) -> None: ...


@dataclass(slots=True)
class StagedEvent:
    """An event in front of a camera. `stand_seconds` is its natural end, counted from the moment it stands still.

    `on_placed` and `on_cleared` are called with the Unix time at which the frame showing it was sent.
    """

    event_id: str
    kind: EventKind
    stand_seconds: float
    on_placed: Callable[[float], None] = field(default=_ignore)
    on_cleared: Callable[[float], None] = field(default=_ignore)
    leave_asked: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """A segment to show. `mark` is called when frame `mark_frame` of it has been sent."""

    segment: PacketisedSegment
    mark_frame: int = -1
    mark: Callable[[float], None] = _ignore


class Timeline:
    def __init__(self, scene: PacketisedScene) -> None:
        self.scene = scene
        self._idle_turn = 0
        self._event: StagedEvent | None = None
        self._part = 0
        self._stood_seconds = 0.0

    @property
    def event(self) -> StagedEvent | None:
        return self._event

    def fork(self) -> "Timeline":
        """A timeline that goes on as this one would, for a camera about to see something of its own."""
        fork = Timeline(self.scene)
        fork._idle_turn = self._idle_turn
        return fork

    def beside(self, scene: PacketisedScene) -> "Timeline":
        """The same turns out of another rendering of the scene, with the event that is on; it marks nothing."""
        beside = copy(self)
        beside.scene = scene
        if self._event is not None:
            event = self._event
            beside._event = StagedEvent(event.event_id, event.kind, event.stand_seconds, leave_asked=event.leave_asked)
        return beside

    def stage(self, event: StagedEvent) -> None:
        """Begins at the next segment boundary."""
        if self._event is not None:
            raise TimelineError(f"{self._event.event_id} is still in front of this camera")
        missing = [name for name in PARTS[event.kind] if name not in self.scene.segments]
        if missing or event.kind not in self.scene.truth:
            raise TimelineError(f"scene {self.scene.scene_id} cannot show {event.kind}: no segment {missing}")
        self._event, self._part, self._stood_seconds = event, 0, 0.0

    def next_turn(self) -> Turn:
        if self._event is None:
            return self._idle()
        event, truth = self._event, self.scene.truth[self._event.kind]
        arrive, stay, leave = (self.scene.segments[name] for name in PARTS[event.kind])
        if self._part == 0:
            self._part = 1
            self._stood_seconds = arrive.duration_s - truth.placed_offset_s
            return Turn(arrive, _frame_at(arrive, truth.placed_offset_s), event.on_placed)
        if self._part == 1:
            if not event.leave_asked and self._stood_seconds < event.stand_seconds:
                self._stood_seconds += stay.duration_s
                return Turn(stay)
            self._part = 2
            return Turn(leave, _frame_at(leave, truth.cleared_offset_s), event.on_cleared)
        self._event = None
        return self._idle()

    def _idle(self) -> Turn:
        idle = self.scene.idle
        self._idle_turn += 1
        return Turn(idle[self._idle_turn % len(idle)])


def _frame_at(segment: PacketisedSegment, offset_s: float) -> int:
    return min(max(round(offset_s * segment.fps), 0), len(segment.frames) - 1)
