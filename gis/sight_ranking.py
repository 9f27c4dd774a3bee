"""Who sees a place: fixed cameras and domes in one list, best first.

A fixed camera is judged as a dome is (`gis.dome_choice`): by whether anything stands in between, by how much of its
picture a street there fills, and by how steeply it looks down. Outside its picture it sees nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.cameras import Camera
from gis.dome import Dome
from gis.dome_choice import Sight, SightReason, Skyline, clearness, rank_domes, score_of
from gis.dome_mount import Direction
from gis.ground import GroundModel, PoseGround, ground_model
from gis.plane import distance_m

RECOGNISE_PX_PER_M = 125.0
DETECT_PX_PER_M = 25.0
"""Pixels on a metre from which a person is recognised, and from which it is told that it is one (IEC 62676-4)."""


class Kind(StrEnum):
    FIXED = "fixed"
    DOME = "dome"


class Shows(StrEnum):
    """What can be told from the picture, by the pixels on a metre (IEC 62676-4: detect, observe and recognise)."""

    RECOGNISE = "recognise"
    DETECT = "detect"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class View:
    """What one camera shows of a place now, or as soon as it has turned to it."""

    camera: str
    kind: Kind
    reason: SightReason
    score: float
    """Only orders: 1 could not be better."""
    clear: float
    """How likely nothing stands in between: 0 or 1 where the buildings are known."""
    distance_m: float
    dip_deg: float
    pixels_per_metre: float
    """Of a dome at full zoom."""
    direction: Direction | None = None
    """Where a dome has to turn."""
    point: tuple[float, float] | None = None
    """Where a fixed camera shows it."""
    error_m: float | None = None
    """How far off that point may be on the ground, one sigma; None where it is not known."""

    @property
    def shows(self) -> Shows:
        if self.pixels_per_metre >= RECOGNISE_PX_PER_M:
            return Shows.RECOGNISE
        return Shows.DETECT if self.pixels_per_metre >= DETECT_PX_PER_M else Shows.PRESENCE


def rank_views(
    cameras: Mapping[str, Camera],
    domes: Mapping[str, Dome],
    lon: float,
    lat: float,
    *,
    height_m: float = 0.0,
    skyline: Skyline | None = None,
    widths: Mapping[str, int] | None = None,
    aspects: Mapping[str, float] | None = None,
    now: Mapping[str, Direction] | None = None,
    usual_width: int = 1920,
) -> list[View]:
    """Those that can show the place, best first. `cameras` are the fixed ones; `widths` and `aspects` those of the
    pictures, in pixels and as width by height, where they are known. A place hidden by a building that is known comes
    last, and is told: whoever knows better may look all the same."""
    pixels = widths or {}
    found = []
    for name, camera in cameras.items():
        view = _fixed(name, camera, (lon, lat, height_m), skyline, pixels.get(name, usual_width),
                      (aspects or {}).get(name, 16 / 9))  # fmt: skip
        if view is not None:
            found.append(view)
    for sight in rank_domes(domes, lon, lat, height_m, skyline, now):
        if sight.possible:
            found.append(_turned(sight, pixels.get(sight.dome, usual_width)))
    return sorted(found, key=lambda view: (-view.score, view.distance_m, view.camera))


def _turned(sight: Sight, width_px: int) -> View:
    return View(
        camera=sight.dome,
        kind=Kind.DOME,
        reason=sight.reason,
        score=sight.score,
        clear=sight.clear,
        distance_m=sight.distance_m,
        dip_deg=sight.dip_deg,
        pixels_per_metre=width_px / max(sight.narrowest_m, 1e-6),
        direction=sight.reach.direction,
    )


def _fixed(
    name: str, camera: Camera, place: tuple[float, float, float], skyline: Skyline | None, width_px: int, aspect: float
) -> View | None:
    """None where the place is not in its picture or range."""
    at = camera.position
    if at is None or camera.ptz is not None:
        return None
    lon, lat, height_m = place
    # Most cameras of a town are far away: told before anything is computed of them.
    reach = camera.view.range_m if camera.view is not None else math.inf
    if distance_m(at.lon, at.lat, lon, lat) > reach:
        return None
    try:
        model = ground_model(camera, aspect)
    except ValueError:  # ground points that determine no mapping: as good as none
        return None
    point = _point_of(model, lon, lat) if model is not None else None
    span = _span_m(model, lon, lat, point) if model is not None and point is not None else None
    if model is None or point is None or span is None:
        return None
    # A line of sight needs a place and a height only: of a fixed camera as of a dome.
    eye = Dome(at.lon, at.lat, at.height_m)
    east, north, up = eye.vector_to(lon, lat, height_m)
    distance = math.hypot(east, north)
    dip = math.degrees(math.atan2(-up, distance))
    reason, clear = clearness(eye, place, skyline, None)
    score = score_of(clear, span, dip, height_m < at.height_m / 2)
    fix = model.to_ground(*point)
    error = fix.error_m if fix is not None else None
    sharp = width_px / max(span, 1e-6)
    return View(name, Kind.FIXED, reason, score, clear, distance, dip, sharp, point=point, error_m=error)


def _point_of(model: GroundModel, lon: float, lat: float) -> tuple[float, float] | None:
    """Where a place on the ground is in the picture; None where it is not."""
    point = model.to_picture(lon, lat)
    return point if point is not None and 0 <= point[0] <= 1 and 0 <= point[1] <= 1 else None


def _span_m(model: GroundModel, lon: float, lat: float, point: tuple[float, float]) -> float | None:
    """Metres across, at a place on the ground shown at `point`, that would fill the picture's width."""
    if isinstance(model, PoseGround):
        return model.span_m(lon, lat)
    step = 0.005
    size = model.size_at((point[0] - step, point[1] - step, 2 * step, step))
    return size[0] / (2 * step) if size is not None else None
