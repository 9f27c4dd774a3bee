"""What cameras see: view sheds of a whole town, and how far off places are before and after calibration.

Poses are those of the simulated estate. "Before" has them told with 1° (heading, tilt, roll) and 0.5 m (along each
axis) of error, one sigma; "after" is calibrated from that and six matches, each clicked 2 pixels of 1280 and read off
the map 0.3 m wrong.
"""

import json
import math
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from api.domes import skyline_of
from config.cameras import Camera, Position, View
from config.load import read_cameras
from gis.camera_calibration import calibrate_camera
from gis.camera_matches import CalibrationRefused, Match
from gis.dome_choice import Skyline
from gis.ground import PoseGround
from gis.plane import Plane
from gis.view_shed import lookout, view_sheds
from sim.geography.town import generate

CAMERAS, EVERY = 1677, 8
MATCHES, PLACES, WITHIN_M = 6, 12, 60.0
TOLD_DEG, TOLD_M, CLICK_PX, MAP_M = 1.0, 0.5, 2.0, 0.3
_WIDTH, _HEIGHT = 1280, 720
_LEAST_APART = 0.12
_DRAWS = 4000


def view_sheds_of_a_town(seed: int) -> dict[str, float]:
    """Seconds for all its cameras among all its buildings, from the configuration to the polygons."""
    with tempfile.TemporaryDirectory() as folder:
        cameras, skyline = _town(seed, Path(folder))
    begun = time.perf_counter()
    standing = {camera.id: at for camera in cameras if (at := lookout(camera)) is not None}
    seen = view_sheds(standing, skyline)
    seconds = time.perf_counter() - begun
    left = sum(area.area for area in seen.values()) / sum(at.area.area for at in standing.values())
    if len(seen) < 0.95 * len(cameras) or not 0.3 < left < 0.98:
        raise RuntimeError(f"{len(seen)} of {len(cameras)} cameras see {left:.0%} of an empty plain: not a town")
    return {"view_sheds": len(seen), "view_sheds_buildings": len(skyline.buildings), "view_sheds_s": round(seconds, 2)}


def geolocation(seed: int) -> dict[str, float]:
    """Metres between where places of the picture are and where they are said to be."""
    with tempfile.TemporaryDirectory() as folder:
        cameras, _ = _town(seed, Path(folder))
    chance, before, after, refused = random.Random(seed), list[float](), list[float](), 0
    for camera in cameras[::EVERY]:
        assert camera.position is not None
        assert camera.view is not None
        true = PoseGround(camera.position, camera.view)
        plane = Plane(camera.position.lon, camera.position.lat)
        matches = _matches(true, plane, chance)
        told = _told(camera.position, camera.view, plane, chance)
        try:
            found = calibrate_camera(matches, *told)
        except CalibrationRefused:
            refused += 1
            continue
        for place in _points(true, chance, PLACES, 0.0):
            before += _missed(true, PoseGround(*told), plane, place)
            after += _missed(true, PoseGround(found.position, found.view), plane, place)
    return {
        "geolocation_cameras": len(cameras[::EVERY]) - refused,
        "geolocation_refused": refused,
        "geolocation_before_median_m": round(statistics.median(before), 3),
        "geolocation_median_m": round(statistics.median(after), 3),
        "geolocation_p90_m": round(statistics.quantiles(after, n=10)[-1], 3),
    }


def _town(seed: int, folder: Path) -> tuple[list[Camera], Skyline]:
    files = generate(seed, CAMERAS, folder)
    buildings = json.loads(files.buildings.read_text(encoding="utf-8"))["features"]
    skyline = skyline_of({"features": buildings})
    assert skyline is not None
    return read_cameras(files.cameras).file.cameras, skyline


def _points(true: PoseGround, chance: random.Random, count: int, apart: float) -> Iterator[tuple[float, float]]:
    """Points of the picture on the ground within 60 m, no two nearer than `apart` of its width."""
    taken: list[tuple[float, float]] = []
    for _ in range(_DRAWS):
        point = chance.uniform(0.03, 0.97), chance.uniform(0.03, 0.97)
        fix = true.place_at(*point)
        if fix is None or _away_m(true, fix) > WITHIN_M or any(math.dist(point, one) < apart for one in taken):
            continue
        taken.append(point)
        yield point
        if len(taken) == count:
            return


def _away_m(true: PoseGround, place: tuple[float, float]) -> float:
    return math.hypot(*Plane(true.position.lon, true.position.lat).to_metres(*place))


def _matches(true: PoseGround, plane: Plane, chance: random.Random) -> list[Match]:
    found = []
    for fx, fy in _points(true, chance, MATCHES, _LEAST_APART):
        place = true.place_at(fx, fy)
        assert place is not None
        east, north = plane.to_metres(*place)
        there = plane.to_degrees(east + chance.gauss(0, MAP_M), north + chance.gauss(0, MAP_M))
        clicked = fx + chance.gauss(0, CLICK_PX / _WIDTH), fy + chance.gauss(0, CLICK_PX / _HEIGHT)
        found.append(Match(clicked, *there))
    return found


def _told(position: Position, view: View, plane: Plane, chance: random.Random) -> tuple[Position, View]:
    lon, lat = plane.to_degrees(chance.gauss(0, TOLD_M), chance.gauss(0, TOLD_M))
    height = max(1.0, position.height_m + chance.gauss(0, TOLD_M))
    turned = {
        "heading_deg": (view.heading_deg + chance.gauss(0, TOLD_DEG)) % 360,
        "tilt_deg": view.tilt_deg + chance.gauss(0, TOLD_DEG),
        "roll_deg": view.roll_deg + chance.gauss(0, TOLD_DEG),
    }
    return Position(lon=lon, lat=lat, height_m=height), view.model_copy(update=turned)


def _missed(true: PoseGround, said: PoseGround, plane: Plane, point: tuple[float, float]) -> list[float]:
    there, here = true.place_at(*point), said.place_at(*point)
    if there is None:
        return []
    # In the sky or out of range is as wrong as can be, and must not be left out.
    return [math.dist(plane.to_metres(*there), plane.to_metres(*here)) if here is not None else math.inf]
