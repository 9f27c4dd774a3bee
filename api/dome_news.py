"""Where domes point, who holds them and what ground they see, as events for the pages."""

import asyncio
from collections.abc import Callable
from typing import Any

from shapely.geometry import mapping

from api.domes import Domes, direction_of, names_of
from config.dome_views import DomeView
from gis.dome import Dome
from gis.dome_ground import wedge
from gis.dome_mount import Direction
from ingest.live import PtzReport
from runtime.clock import Clock
from wall.events import Event
from wall.ptz.desk import PtzDesk

EVERY_S = 0.2
_DIGITS = 6
"""Of longitude and latitude: a tenth of a metre."""


class PtzNews:
    """At most five events a second and dome; the newest always comes. Wedges are worked out in a thread."""

    def __init__(
        self,
        desk: PtzDesk,
        domes: Domes,
        path_of: Callable[[str], str | None],
        publish: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        self._desk, self._domes, self._path_of, self._publish, self._clock = desk, domes, path_of, publish, clock
        self._waiting: set[str] = set()
        self._again: set[str] = set()
        self._told: dict[str, Event] = {}
        self._rounds: dict[str, tuple[str, DomeView | None]] = {}
        desk.on_report.append(lambda report: self.changed(report.camera_id))
        desk.on_change.append(self.changed)

    def changed(self, camera_id: str) -> None:
        """Something about a dome is new."""
        if camera_id not in self._domes:
            return
        if camera_id in self._waiting:
            self._again.add(camera_id)
            return
        self._waiting.add(camera_id)
        self._desk.begin(self._tell(camera_id))

    def on_rounds(self, camera_id: str, what: str | None, view: DomeView | None = None) -> None:
        """`guard`, `patrol`, `watch` or `verify` turns it now, the last two at a view; None: nothing of the kind."""
        new = (what, view) if what is not None else None
        if self._rounds.get(camera_id) != new:
            self._rounds.pop(camera_id, None)
            if new is not None:
                self._rounds[camera_id] = new
            self.changed(camera_id)

    def forget(self, camera_id: str) -> None:
        """The dome is not there any more: nobody is told of it."""
        self._told.pop(camera_id, None)
        self._rounds.pop(camera_id, None)

    def rounds(self, camera_id: str) -> str | None:
        return self._rounds.get(camera_id, (None, None))[0]

    def watching(self, camera_id: str) -> dict[str, Any] | None:
        """The view that rounds have it at, or on its way to."""
        view = self._rounds.get(camera_id, (None, None))[1]
        return {"view": view.id, "name": {"zh": view.name, "en": view.name_en or view.name}} if view else None

    def current(self) -> list[Event]:
        """The newest known of every dome, for a page that begins to listen."""
        return list(self._told.values())

    async def _tell(self, camera_id: str) -> None:
        try:
            while True:
                self._again.discard(camera_id)
                event = await self._event(camera_id)
                if event is not None:
                    self._told[camera_id] = event
                    self._publish(event)
                await self._clock.sleep(EVERY_S)
                if camera_id not in self._again:
                    return
        finally:
            self._waiting.discard(camera_id)

    async def _event(self, camera_id: str) -> Event | None:
        path = self._path_of(camera_id)
        if path is None:
            return None
        report = self._desk.newest(camera_id) or PtzReport(camera_id, None, None, None, None, 0.0)
        view = await self._view(camera_id, report)
        lock, words = self._desk.locks.of(camera_id), self._desk.problem(camera_id)
        data = {
            "camera": camera_id,
            "pan_deg": report.pan_deg,
            "tilt_deg": report.tilt_deg,
            "zoom": report.zoom,
            "moving": report.moving,
            "at": report.at,
            "view": view,
            "lock": lock.plain() if lock is not None else None,
            "rounds": self.rounds(camera_id),
            "watching": self.watching(camera_id),
            "can": names_of(self._desk.known_capabilities(camera_id)),
            "problem": {"code": words.code, "message": {"zh": words.zh, "en": words.en}} if words is not None else None,
        }
        return Event("ptz", data, (path,))

    async def _view(self, camera_id: str, report: PtzReport) -> dict[str, Any] | None:
        pointing = direction_of(report)
        if pointing is None or not self._domes.has_place(camera_id):
            return None
        return await asyncio.to_thread(seen_ground, self._domes.placed(camera_id), *pointing)


def seen_ground(dome: Dome, direction: Direction, zoom: float) -> dict[str, Any]:
    """The wedge of a dome's view, GeoJSON."""
    rings = mapping(wedge(dome, direction, zoom))["coordinates"]
    return {
        "type": "Polygon",
        "coordinates": [[[round(lon, _DIGITS), round(lat, _DIGITS)] for lon, lat in ring] for ring in rings],
    }
