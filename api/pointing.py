"""Pointing domes: at a point of their picture, at a place on the map; and back from the picture to the map."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from api.domes import Domes, direction_of
from gis.dome import Dome
from gis.dome_calibration import Aim, Calibration, CalibrationError, calibrate
from gis.dome_choice import Sight, SightReason, Skyline, rank_domes
from gis.dome_crossing import CrossingError, LineOfSight, cross
from gis.dome_ground import DomeFix, ground_fix
from gis.dome_mount import Direction
from gis.ground import Box
from incidents.errors import IncidentError
from ingest.live import LiveError
from wall.ptz.desk import PtzDesk
from wall.ptz.keeping import Calibrated
from wall.ptz.lock import Holder
from wall.ptz.refusal import DomeCannot, NotPossible, Words, words_of

WIDTH_M = 15.0
"""What fills the picture when nobody says how wide the thing is: a crossing, with what goes on about it."""

REASONS: Mapping[SightReason, tuple[str, str]] = {
    SightReason.CLEAR: ("视线无遮挡", "nothing stands in between"),
    SightReason.LIKELY_CLEAR: ("多半可见", "most likely in sight"),
    SightReason.LIKELY_HIDDEN: ("可能被遮挡", "may be hidden"),
    SightReason.HIDDEN_BY_BUILDING: ("被建筑遮挡", "hidden by a building"),
    SightReason.HIDDEN_BY_GROUND: ("被地形遮挡", "hidden by the ground"),
    SightReason.PAN_LIMIT: ("超出水平转动范围", "outside its pan"),
    SightReason.TILT_TOO_HIGH: ("超出仰角范围", "above its tilt"),
    SightReason.TILT_TOO_LOW: ("超出俯角范围", "below its tilt"),
    SightReason.TOO_FAR: ("超出有效距离", "beyond its range"),
}


@dataclass(frozen=True, slots=True)
class Place:
    lon: float
    lat: float
    height_m: float = 0.0
    width_m: float | None = None


@dataclass(frozen=True, slots=True)
class Pointed:
    """`problem` says why a dome was not sent."""

    camera: str
    direction: Direction
    distance_m: float
    zoom: float
    reason: SightReason | None = None
    sent: bool = False
    problem: Words | None = None


class Pointing:
    """Raises what `PtzDesk.move` does, and DomeCannot where a dome has no position or does not say where it points."""

    def __init__(self, desk: PtzDesk, domes: Domes, skyline: Skyline | None = None) -> None:
        self._desk, self._domes, self._skyline = desk, domes, skyline

    async def centre(self, who: Holder, camera_id: str, x: float, y: float) -> Direction:
        """A point of the present picture into its middle."""
        direction, zoom = await self._pointing(camera_id)
        reach = self._domes.turning(camera_id).centring(direction, zoom, x, y)
        await self._go(who, camera_id, reach.direction, None, direction, {"centre": [x, y]})
        return reach.direction

    async def frame(self, who: Holder, camera_id: str, box: Box) -> tuple[Direction, float]:
        """A box drawn in the present picture becomes the picture."""
        direction, zoom = await self._pointing(camera_id)
        try:
            framing = self._domes.turning(camera_id).framing(direction, zoom, box)
        except ValueError as problem:
            raise NotPossible(str(problem), "框选范围无效", "box") from None
        await self._go(who, camera_id, framing.reach.direction, framing.zoom, direction, {"frame": list(box)})
        return framing.reach.direction, framing.zoom

    async def point(self, who: Holder, camera_id: str, place: Place) -> Pointed:
        """This dome at a place; told and not sent where it cannot look there."""
        dome = self._domes.placed(camera_id)
        now = direction_of(self._desk.newest(camera_id))
        reach = dome.direction_to(place.lon, place.lat, place.height_m, now[0] if now else None)
        distance = math.hypot(*dome.plane.to_metres(place.lon, place.lat))
        zoom = dome.zoom_to_show(place.lon, place.lat, place.width_m or WIDTH_M, place.height_m)
        if reach.problem is not None:
            zh, en = REASONS[SightReason(reach.problem.value)]
            return Pointed(camera_id, reach.direction, distance, zoom, problem=Words(reach.problem.value, zh, en))
        await self._send(who, camera_id, reach.direction, zoom, place, None)
        return Pointed(camera_id, reach.direction, distance, zoom, sent=True)

    async def point_best(
        self, turning: Mapping[str, Holder], place: Place, *, every: bool, case_id: str | None
    ) -> list[Pointed]:
        """The best of these domes that can be had now, or all; best first, those not sent with the reason."""
        domes = {id_: self._domes.placed(id_) for id_ in turning if self._domes.has_place(id_)}
        standing = {id_: at[0] for id_ in domes if (at := direction_of(self._desk.newest(id_))) is not None}
        sights = await asyncio.to_thread(
            rank_domes, domes, place.lon, place.lat, place.height_m, self._skyline, standing
        )
        if every:
            sending = (self._send_if(turning, domes, sight, place, case_id) for sight in sights)
            return list(await asyncio.gather(*sending))
        found: list[Pointed] = []
        for sight in sights:
            enough = any(one.sent for one in found)
            found.append(await self._send_if(turning, domes, sight, place, case_id, enough=enough))
        return found

    async def _send_if(
        self,
        turning: Mapping[str, Holder],
        domes: Mapping[str, Dome],
        sight: Sight,
        place: Place,
        case_id: str | None,
        *,
        enough: bool = False,
    ) -> Pointed:
        dome, id_ = domes[sight.dome], sight.dome
        zoom = dome.zoom_to_show(place.lon, place.lat, place.width_m or WIDTH_M, place.height_m)
        looked = Pointed(id_, sight.reach.direction, sight.distance_m, zoom, sight.reason)
        if not sight.possible:
            zh, en = REASONS[sight.reason]
            return replace(looked, problem=Words(sight.reason.value, zh, en))
        if enough:
            return looked
        try:
            await self._send(turning[id_], id_, sight.reach.direction, zoom, place, case_id)
        except (IncidentError, LiveError) as problem:
            return replace(looked, problem=words_of(problem))
        return replace(looked, sent=True)

    async def place(self, camera_id: str, x: float, y: float) -> DomeFix | None:
        """The ground at a point of the picture now; None in the sky, out of range, or too uncertain to tell."""
        dome = self._domes.placed(camera_id)
        direction, zoom = await self._pointing(camera_id)
        return await asyncio.to_thread(ground_fix, dome, direction, zoom, x, y)

    async def crossing(self, sights: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
        """Where two or more domes look. Raises NotPossible with the reason when their sights give no place."""
        lines = []
        for camera_id, x, y in sights:
            dome = self._domes.placed(camera_id)
            lines.append(LineOfSight(dome, *await self._pointing(camera_id), x, y))
        try:
            return asdict(await asyncio.to_thread(cross, lines))
        except CrossingError as problem:
            raise NotPossible(str(problem), problem.zh, "sights", "no_crossing") from None

    async def calibration(self, camera_id: str, aims: Sequence[Aim]) -> Calibration:
        """Raises NotPossible with the reason when the aims do not tell how the dome stands."""
        dome = self._domes.configured(camera_id)
        try:
            return await asyncio.to_thread(calibrate, dome, aims)
        except CalibrationError as problem:
            raise NotPossible(str(problem), problem.zh, "aims", "no_calibration") from None

    def calibrated(self, camera_id: str, found: Calibration, who: Holder, at: float) -> Calibrated:
        """As it is kept."""
        errors, mount = found.applied_to(self._domes.placed(camera_id)).errors, found.mount
        turned = (mount.heading_deg, mount.pitch_deg, mount.roll_deg, mount.tilt_zero_deg)
        return Calibrated(*turned, errors.heading_deg, errors.lean_deg, at, who.id, who.name, len(found.residuals))

    async def _send(
        self, who: Holder, camera_id: str, direction: Direction, zoom: float, place: Place, case_id: str | None
    ) -> None:
        detail: dict[str, Any] = {"lon": place.lon, "lat": place.lat, "zoom": round(zoom, 2)}
        detail |= {"case": case_id} if case_id is not None else {}
        now = direction_of(self._desk.newest(camera_id))
        await self._go(who, camera_id, direction, zoom, now[0] if now else None, detail)

    async def _go(
        self,
        who: Holder,
        camera_id: str,
        to: Direction,
        zoom: float | None,
        now: Direction | None,
        detail: dict[str, Any],
    ) -> None:
        """By an absolute move; by a relative one where the device has no other and told where it is."""
        can = self._desk.known_capabilities(camera_id) or await self._desk.capabilities(camera_id)
        where = {"pan_deg": to.pan_deg, "tilt_deg": to.tilt_deg}
        detail = {"pan_deg": round(to.pan_deg, 2), "tilt_deg": round(to.tilt_deg, 2), **detail}
        if can["absolute"] or now is None:
            await self._desk.move(who, camera_id, "absolute", detail, **where, zoom=zoom, speed=None)
            return
        at = self._desk.newest(camera_id)
        closer = zoom - at.zoom if zoom is not None and at is not None and at.zoom is not None else 0.0
        turn = self._domes.turning(camera_id).limits.turn_deg(now, to)
        by = {"pan_deg": turn, "tilt_deg": to.tilt_deg - now.tilt_deg, "zoom": closer}
        await self._desk.move(who, camera_id, "relative", detail, **by)

    async def _pointing(self, camera_id: str) -> tuple[Direction, float]:
        found = direction_of(await self._desk.status(camera_id))
        if found is None:
            raise DomeCannot("this dome does not say where it points", "球机不报告自身朝向", "no_position")
        return found
