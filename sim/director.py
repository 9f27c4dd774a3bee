"""Brings events in front of the cameras, as planned or on request, and writes down what really happened."""

import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gis.plane import Plane, distance_m
from runtime.clock import Clock
from sim.rtsp.clip import EventKind
from sim.rtsp.estate import Estate
from sim.rtsp.timeline import StagedEvent, TimelineError
from sim.schedule import EventCamera, PlannedEvent
from sim.truth import EventState, TownEvent, TruthLog

_log = logging.getLogger(__name__)

STAND_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class CameraPose:
    """Where a camera stands and its heading, clockwise from north."""

    lon: float
    lat: float
    heading_deg: float

    def place(self, right_m: float, ahead_m: float) -> tuple[float, float]:
        """(lon, lat) of a point on the ground, given as the camera sees it."""
        heading = math.radians(self.heading_deg)
        east = right_m * math.cos(heading) + ahead_m * math.sin(heading)
        north = ahead_m * math.cos(heading) - right_m * math.sin(heading)
        return Plane(self.lon, self.lat).to_degrees(east, north)


class UnknownEvent(Exception):
    """There is no event of this id."""


class Director:
    """`run_name` begins every event id, so that events of two runs of a town differ."""

    def __init__(
        self, estate: Estate, poses: Mapping[str, CameraPose], truth: TruthLog, clock: Clock, run_name: str
    ) -> None:
        self._estate, self._poses, self._truth, self._clock = estate, poses, truth, clock
        self._run_name = run_name
        self._asked = 0
        self._events: dict[str, TownEvent] = {}

    def event_cameras(self) -> list[EventCamera]:
        return [EventCamera(camera.id, camera.kinds()) for camera in self._estate.cameras.values() if camera.kinds()]

    def events(self) -> list[TownEvent]:
        return list(self._events.values())

    def event(self, event_id: str) -> TownEvent:
        if event_id not in self._events:
            raise UnknownEvent(f"there is no event {event_id}")
        return self._events[event_id]

    async def run(self, planned: Iterable[PlannedEvent]) -> None:
        """Stages the plan as time goes by; an event whose camera is taken (by one asked for) is left out."""
        began, began_at = self._clock.monotonic(), self._clock.now()
        for event in planned:
            await self._clock.sleep(max(0.0, began + event.starts_at_s - self._clock.monotonic()))
            planned_at = began_at + event.starts_at_s
            try:
                self._stage(event.event_id, event.camera_id, event.kind, planned_at, event.stand_seconds)
            except TimelineError as error:
                _log.info("%s at %s is left out: %s", event.event_id, event.camera_id, error)

    def start(self, camera_id: str, kind: EventKind, stand_seconds: float = STAND_SECONDS) -> TownEvent:
        """Begins an event now, at the camera's next segment. Raises TimelineError, KeyError for no such camera."""
        self._asked += 1
        return self._stage(f"asked-{self._asked:04d}", camera_id, kind, self._clock.now(), stand_seconds)

    def clear(self, event_id: str) -> TownEvent:
        """Tells whoever it is to go; done when the state is `gone`. Asking again changes nothing."""
        event = self.event(event_id)
        if event.state in (EventState.COMING, EventState.STANDING):
            self._estate.cameras[event.camera_id].ask_to_leave(event_id)
            event.asked_to_leave_at = self._clock.now()
            self._change(event, EventState.LEAVING)
        return event

    def nearest(self, lon: float, lat: float, radius_m: float) -> TownEvent | None:
        """The nearest event that has not gone; what somebody who stands there would see."""
        there = [
            (distance_m(lon, lat, event.lon, event.lat), event)
            for event in self._events.values()
            if event.state is not EventState.GONE and event.lon is not None and event.lat is not None
        ]
        within = [pair for pair in there if pair[0] <= radius_m]
        return min(within, key=lambda pair: pair[0])[1] if within else None

    def _stage(self, name: str, camera_id: str, kind: EventKind, planned_at: float, stand_seconds: float) -> TownEvent:
        camera = self._estate.cameras[camera_id]
        if kind not in camera.kinds():
            raise TimelineError(f"nothing of the kind {kind} can happen in front of {camera_id}")
        truth, pose = camera.feeds["sub"].scene.truth[kind], self._poses.get(camera_id)
        lon, lat = pose.place(*truth.ground_xy_m) if pose else (None, None)
        event_id = f"{self._run_name}-{name}"
        event = TownEvent(event_id, camera_id, kind, planned_at, stand_seconds, truth.box, lon, lat)

        def placed(at: float) -> None:
            event.placed_at = at
            self._change(event, EventState.STANDING if event.asked_to_leave_at is None else EventState.LEAVING)

        def cleared(at: float) -> None:
            event.cleared_at = at
            self._change(event, EventState.GONE)

        camera.stage(StagedEvent(event_id, kind, stand_seconds, placed, cleared))
        self._events[event_id] = event
        self._change(event, EventState.COMING)
        return event

    def _change(self, event: TownEvent, state: EventState) -> None:
        event.state = state
        self._truth.write(event)
        _log.info("%s: %s in front of %s is %s", event.event_id, event.kind, event.camera_id, state)
