"""Picture ↔ ground: where a foot point in the picture stands on the map, how surely, and the way back.

Picture points are fractions (fx, fy) of width and height from the top left; places are (lon, lat). The ground is taken
as level around the camera: a slope counts as an error of the camera's height.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from config.cameras import Camera, Position, View
from gis.distortion import Distortion
from gis.error_ellipse import ErrorEllipse, ellipse_of
from gis.homography import Homography, fit_homography
from gis.pinhole import Pinhole
from gis.plane import Plane

Box = tuple[float, float, float, float]
"""(x, y, width, height) as fractions of the picture."""

# Feet are found on a picture of 320 × 180 points: half a point each way, one sigma.
_FOOT_ERROR_X = 0.5 / 320
_FOOT_ERROR_Y = 0.5 / 180
_ROLL_ERROR_DEG = 0.5
_MAX_ERROR_SHARE = 1.0
"""A place whose error is as large as its distance is no place."""


@dataclass(frozen=True, slots=True)
class GroundFix:
    """A place on the ground with its error (one sigma, metres, radial) and its distance from the camera's foot.

    `ellipse` is the same error by direction; None where a model knows only how large it is.
    """

    lon: float
    lat: float
    error_m: float
    distance_m: float
    ellipse: ErrorEllipse | None = None


class GroundModel(Protocol):
    """What one camera knows about its ground."""

    def to_ground(self, fx: float, fy: float) -> GroundFix | None:
        """The place seen at a picture point; None above the horizon or out of range."""
        ...

    def place_at(self, fx: float, fy: float) -> tuple[float, float] | None:
        """(lon, lat) seen at a picture point, without the error estimate, which is most of the cost of `to_ground`."""
        ...

    def to_picture(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Where a place appears; may lie outside 0…1. None behind the camera or out of range."""
        ...

    def size_at(self, box: Box) -> tuple[float, float] | None:
        """(width, height) in metres of something upright on the lower edge of the box; None off the ground."""
        ...


def ground_model(camera: Camera, aspect: float = 16 / 9) -> GroundModel | None:
    """The camera's model: its homography before its pose; None when it has neither. `aspect` is width by height.

    Raises ValueError when the homography's points determine none.
    """
    if camera.homography is not None:
        return homography_ground(camera, aspect)
    if camera.position is not None and camera.view is not None:
        return PoseGround(camera.position, camera.view, aspect)
    return None


@dataclass(frozen=True, slots=True)
class PoseGround:
    """Ground model of a camera whose place, height and direction are known."""

    position: Position
    view: View
    aspect: float = 16 / 9
    _plane: Plane = field(init=False)
    _lens: Pinhole = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_plane", Plane(self.position.lon, self.position.lat))
        view = self.view
        bent = Distortion(view.k1, view.k2)
        lens = Pinhole(view.heading_deg, view.tilt_deg, view.roll_deg, view.hfov_deg, self.aspect, bent)
        object.__setattr__(self, "_lens", lens)

    def to_ground(self, fx: float, fy: float) -> GroundFix | None:
        point = self._lens.ground_point(fx, fy, self.position.height_m)
        if point is None:
            return None
        distance = math.hypot(*point)
        if distance > self.view.range_m:
            return None
        moves = self._moves(fx, fy, point)
        if moves is None:
            return None
        ellipse = ellipse_of(moves)
        if ellipse.radial_m > max(distance * _MAX_ERROR_SHARE, 5.0):
            return None
        lon, lat = self._plane.to_degrees(*point)
        return GroundFix(lon, lat, ellipse.radial_m, distance, ellipse)

    def place_at(self, fx: float, fy: float) -> tuple[float, float] | None:
        point = self._lens.ground_point(fx, fy, self.position.height_m)
        if point is None or math.hypot(*point) > self.view.range_m:
            return None
        return self._plane.to_degrees(*point)

    def to_picture(self, lon: float, lat: float) -> tuple[float, float] | None:
        east, north = self._plane.to_metres(lon, lat)
        if math.hypot(east, north) > self.view.range_m:
            return None
        return self._lens.picture_point(east, north, -self.position.height_m)

    def size_at(self, box: Box) -> tuple[float, float] | None:
        x, y, width, height = box
        foot = self._lens.ground_point(x + width / 2, y + height, self.position.height_m)
        if foot is None:
            return None
        distance = math.hypot(*foot)
        if distance > self.view.range_m:
            return None
        scale = self._lens.metres_per_fraction(*foot, -self.position.height_m)
        top = self._lens.height_on_vertical(x + width / 2, y, distance)
        if top is None:
            return width * scale, height * scale / self.aspect
        return width * scale, max(0.0, top + self.position.height_m)

    def span_m(self, lon: float, lat: float) -> float:
        """Metres across, at a place on the ground, that would fill the picture's width."""
        return self._lens.metres_per_fraction(*self._plane.to_metres(lon, lat), -self.position.height_m)

    def horizon(self, steps: int = 24) -> list[tuple[float, float]]:
        """Where level ground ends, from left to right, as picture points; they may lie outside 0…1."""
        reach = min(self.view.hfov_deg / 2 + 8, 85.0)
        bearings = (math.radians(self.view.heading_deg + reach * (2 * n / steps - 1)) for n in range(steps + 1))
        shown = (self._lens.picture_point(math.sin(one), math.cos(one), 0.0) for one in bearings)
        return [point for point in shown if point is not None]

    def _moves(self, fx: float, fy: float, at: tuple[float, float]) -> list[tuple[float, float]] | None:
        """First-order propagation of the errors of direction, height and foot point, which are independent: how far
        one sigma of each moves the place east and north. None where one of them moves it off the ground."""
        view, lens, height = self.view, self._lens, self.position.height_m
        height_error = max(0.2, 0.03 * height)
        moved: list[tuple[float, tuple[float, float] | None]] = []

        def vary(sigma: float, shift: Callable[[float], tuple[float, float] | None]) -> None:
            step = sigma * 0.05
            if step > 0:
                moved.append((sigma / step, shift(step)))

        vary(view.heading_error_deg, lambda d: lens.turned(d, 0, 0).ground_point(fx, fy, height))
        vary(view.tilt_error_deg, lambda d: lens.turned(0, d, 0).ground_point(fx, fy, height))
        vary(_ROLL_ERROR_DEG, lambda d: lens.turned(0, 0, d).ground_point(fx, fy, height))
        vary(height_error, lambda d: lens.ground_point(fx, fy, height + d))
        vary(_FOOT_ERROR_X, lambda d: lens.ground_point(fx + d, fy, height))
        vary(_FOOT_ERROR_Y, lambda d: lens.ground_point(fx, fy + d, height))
        moves = []
        for gain, point in moved:
            if point is None:
                return None
            moves.append((gain * (point[0] - at[0]), gain * (point[1] - at[1])))
        return moves


def homography_ground(camera: Camera, aspect: float) -> "HomographyGround":
    """Ground model from the camera's ground points. Raises ValueError when they determine none."""
    points = camera.homography or []
    place = camera.position
    origin = (place.lon, place.lat) if place else (points[0].lon, points[0].lat)
    plane = Plane(*origin)
    mapping = fit_homography(
        [point.picture for point in points], [plane.to_metres(point.lon, point.lat) for point in points]
    )
    foot = (0.0, 0.0) if place else mapping.forward(0.5, 1.0) or (0.0, 0.0)
    range_m = camera.view.range_m if camera.view else math.inf
    return HomographyGround(mapping, plane, foot, range_m, aspect)


@dataclass(frozen=True, slots=True)
class HomographyGround:
    """Ground model of a camera some of whose picture points are known on the map."""

    mapping: Homography
    plane: Plane
    foot: tuple[float, float]
    """(east, north) on `plane` that distances count from: the camera, or the ground at the picture's lower edge."""
    range_m: float
    aspect: float = 16 / 9

    def to_ground(self, fx: float, fy: float) -> GroundFix | None:
        point = self.mapping.forward(fx, fy)
        if point is None:
            return None
        distance = math.dist(point, self.foot)
        error = self.mapping.error_m(fx, fy, (_FOOT_ERROR_X, _FOOT_ERROR_Y))
        if distance > self.range_m or error > max(distance * _MAX_ERROR_SHARE, 5.0):
            return None
        lon, lat = self.plane.to_degrees(*point)
        return GroundFix(lon, lat, error, distance)

    def place_at(self, fx: float, fy: float) -> tuple[float, float] | None:
        point = self.mapping.forward(fx, fy)
        if point is None or math.dist(point, self.foot) > self.range_m:
            return None
        return self.plane.to_degrees(*point)

    def to_picture(self, lon: float, lat: float) -> tuple[float, float] | None:
        point = self.plane.to_metres(lon, lat)
        if math.dist(point, self.foot) > self.range_m:
            return None
        return self.mapping.backward(*point)

    def size_at(self, box: Box) -> tuple[float, float] | None:
        # Without a pose the height is judged by the scale across: right for a camera that does not look steeply down.
        x, y, width, height = box
        left, right = self.mapping.forward(x, y + height), self.mapping.forward(x + width, y + height)
        if left is None or right is None or self.to_ground(x + width / 2, y + height) is None:
            return None
        width_m = math.dist(left, right)
        return width_m, width_m / width * height / self.aspect if width > 0 else 0.0
