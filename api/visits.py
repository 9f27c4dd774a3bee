"""Which of its views each dome of a worker stands at now. Only then are its pictures looked at.

Whoever sends the dome (`wall.ptz.watch`) says that it has come, and says it again while it stays; what it does is
judged here, by every command that passes and by what the device tells.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.aspect import aspect_of
from api.view_ground import mounted
from config.cameras import Camera
from config.dome_views import DomeView
from gis.dome import dome_of
from gis.dome_mount import Direction
from gis.dome_view import DomeGround
from gis.ground import GroundModel
from ingest.live import LiveError, PtzReport, Reply
from ingest.state import StreamStatus
from runtime.clock import Clock

log = logging.getLogger(__name__)

SETTLES_S = 1.5
"""After arriving: the lens focuses, and pictures of the turn are still on their way."""
LONGEST_S = 30.0
ZOOM_OFF = 0.03
_SPARES = frozenset({"status", "watch", "capabilities", "stop", "presets", "set_preset", "remove_preset"})
"""Requests that change nothing of the picture."""

Ask = Callable[[str, dict[str, Any]], Awaitable[Reply]]
Arrived = Callable[[str, GroundModel | None], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Visit:
    """`since` is Unix time, from when pictures count; `ends` by the clock that never jumps."""

    view: DomeView
    since: float
    ends: float
    direction: Direction
    zoom: float


class Visits:
    """`at` may be called from any thread, all else in the event loop. `ask` asks a dome's control; `arrived` takes the
    name of a view's analysis and the ground it sees, waits for a look under way, and says how the analysis is.
    """

    def __init__(
        self, ask: Ask, arrived: Arrived, status_of: Callable[[str], StreamStatus | None], clock: Clock
    ) -> None:
        self._ask, self._arrived, self._status_of, self._clock = ask, arrived, status_of, clock
        self._cameras: dict[str, Camera] = {}
        self._visits: dict[str, Visit] = {}
        self._turns: dict[str, int] = {}

    def change(self, cameras: Sequence[Camera]) -> None:
        """Makes these the cameras. Whatever dome is configured otherwise now stands at none of its views."""
        now = {one.id: one for one in cameras if one.views and one.enabled}
        for camera_id in tuple(self._visits):
            if now.get(camera_id) != self._cameras.get(camera_id):
                self._end(camera_id)
        self._cameras = now

    def at(self, camera_id: str) -> Visit | None:
        """The view it stands at; pictures from `since` on count."""
        visit = self._visits.get(camera_id)
        return visit if visit is not None and self._clock.monotonic() < visit.ends else None

    def turned(self, camera_id: str, do: str) -> None:
        """A command is about to go to the dome."""
        if do not in _SPARES:
            self._turns[camera_id] = self._turns.get(camera_id, 0) + 1
            self._end(camera_id)

    def reported(self, report: PtzReport) -> None:
        visit = self._visits.get(report.camera_id)
        if visit is not None and (report.moving or _off(visit.view, visit.direction, visit.zoom, report) is not None):
            log.info("dome %s left its view %s without our doing", report.camera_id, visit.view.id)
            self._end(report.camera_id)

    async def visit(self, camera_id: str, given: dict[str, Any]) -> Reply:
        """The dome is said to stand at `view`, for `seconds` more, on a base that stands as `mount` says (None: as
        configured). The answer: `standing`, else why not; `ready`, `attention` and `objects` of the view's analysis.

        Raises LiveError."""
        camera, view = self._view_of(camera_id, str(given.get("view")))
        turns = self._turns.get(camera_id, 0)
        status = (await self._ask(camera_id, {"do": "status"})).body
        await self._ask(camera_id, {"do": "watch", "seconds": _seconds(given)})
        if self._turns.get(camera_id, 0) != turns:
            return Reply({"standing": False, "why": "turned"})
        pan, tilt, zoom, moving = (status.get(name) for name in ("pan_deg", "tilt_deg", "zoom", "moving"))
        report = PtzReport(camera_id, pan, tilt, zoom, moving, float(status.get("at") or 0.0))
        visit = self.at(camera_id)
        if visit is not None and visit.view.id != view.id:
            visit = None
        found = self._judged(view, visit, report)
        if isinstance(found, str):
            self._end(camera_id)
            return Reply({"standing": False, "why": found})
        ends = self._clock.monotonic() + _seconds(given)
        name = subject_of(camera_id, view)
        if visit is None:
            self._end(camera_id)
            # The ground is that of the middle of where it comes to; the picture is laid over what was learnt there.
            ground = self._ground(camera, view, found, given.get("mount"))
            state = await asyncio.to_thread(self._arrived, name, ground)
            if self._turns.get(camera_id, 0) != turns:
                return Reply({"standing": False, "why": "turned"})
            self._visits[camera_id] = Visit(view, self._clock.now() + SETTLES_S, ends, *found)
        else:
            state = await asyncio.to_thread(self._arrived, name, None)
            if self._visits.get(camera_id) is visit:
                self._visits[camera_id] = replace(visit, ends=ends)
        return Reply({"standing": True, **state})

    def _judged(self, view: DomeView, visit: Visit | None, report: PtzReport) -> tuple[Direction, float] | str:
        """Where it stands, or why that is not the view."""
        if report.pan_deg is None or report.tilt_deg is None:
            return "does_not_tell"
        if report.moving:
            return "moving"
        here = Direction(report.pan_deg, report.tilt_deg), max(report.zoom or 1.0, 1.0)
        wanted = here
        if visit is not None:
            wanted = visit.direction, visit.zoom
        elif view.aim is not None:
            wanted = Direction(view.aim.pan_deg, view.aim.tilt_deg), view.aim.zoom
        return _off(view, *wanted, report) or here

    def _ground(
        self, camera: Camera, view: DomeView, found: tuple[Direction, float], mount: dict[str, float] | None
    ) -> GroundModel | None:
        dome = dome_of(camera, aspect_of(self._status_of(camera.id)))
        if dome is None:
            return None
        dome = mounted(dome, mount)
        if view.aim is not None:
            return DomeGround(dome, Direction(view.aim.pan_deg, view.aim.tilt_deg), view.aim.zoom)
        return DomeGround(dome, *found)

    def _view_of(self, camera_id: str, view_id: str) -> tuple[Camera, DomeView]:
        camera = self._cameras.get(camera_id)
        views = camera.views if camera is not None else ()
        for view in views:
            if camera is not None and view.id == view_id:
                return camera, view
        raise LiveError(f"camera {camera_id} has no view {view_id!r}")

    def _end(self, camera_id: str) -> None:
        self._visits.pop(camera_id, None)


def subject_of(camera_id: str, view: DomeView) -> str:
    """The name of a view's analysis. No id of a camera has a dot."""
    return f"{camera_id}.{view.id}"


def _off(view: DomeView, direction: Direction, zoom: float, report: PtzReport) -> str | None:
    """None near the direction, else by how much it is off."""
    if report.pan_deg is None or report.tilt_deg is None:
        return "does_not_tell"
    off = direction.angle_to(Direction(report.pan_deg, report.tilt_deg))
    if off > view.tolerance_deg:
        return f"{off:.2f} degrees beside it"
    seen = max(report.zoom or 1.0, 1.0)
    return None if abs(math.log(seen / zoom)) <= ZOOM_OFF else f"at a magnification of {seen:.2f}, not {zoom:.2f}"


def _seconds(given: dict[str, Any]) -> float:
    return min(max(float(given.get("seconds", 0.0)), 0.0), LONGEST_S)
