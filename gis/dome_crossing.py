"""Where the lines of sight of two or more domes meet: the place of a fire seen from two towers, by day or by night.

Least squares over angles, each weighted by its dome's errors: of two equally good domes the nearer one decides more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.dome import Dome
from gis.dome_ground import ray_sigmas_deg
from gis.dome_mount import Direction
from gis.pinhole import Vector

Matrix = NDArray[np.float64]

MAX_SIGHTS = 16
LEAST_ANGLE_DEG = 3.0
"""Rays all nearer to parallel than this do not cross at a place worth telling."""
_AGREE_AT_SIGMAS = 3.0
_STEP_M = 0.1


class CrossingError(ValueError):
    """The lines of sight give no place; the text says why, `zh` in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class LineOfSight:
    """A dome, where it points, and the point of its picture that shows the thing."""

    dome: Dome
    direction: Direction
    zoom: float = 1.0
    fx: float = 0.5
    fy: float = 0.5


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place with its error: one sigma, as an ellipse on the ground and as one radial number."""

    lon: float
    lat: float
    height_m: float
    """Above the ground there."""
    error_m: float
    major_m: float
    minor_m: float
    major_bearing_deg: float
    """Of the ellipse's long axis, clockwise from north, 0…180."""
    height_error_m: float
    angle_deg: float
    """The widest angle at which two of the rays cross."""
    missed_by_m: tuple[float, ...]
    """How far each line of sight passes the place, in the order given."""
    agree: bool
    """Whether the rays pass as near as their errors allow; if not, they may show different things."""


def cross(sights: Sequence[LineOfSight]) -> Crossing:
    """The place that two to sixteen domes look at. Raises CrossingError when rays are nearly parallel or run apart."""
    if not 2 <= len(sights) <= MAX_SIGHTS:
        few = f"需要 2 至 {MAX_SIGHTS} 条视线，现有 {len(sights)} 条"
        raise CrossingError(f"needs 2 to {MAX_SIGHTS} lines of sight, got {len(sights)}", few)
    rays = [each.dome.ray(each.direction, each.zoom, each.fx, each.fy) for each in sights]
    angle = _widest_angle_deg(rays)
    if angle < LEAST_ANGLE_DEG:
        raise CrossingError(
            f"the lines of sight cross at {angle:.1f}° only, {LEAST_ANGLE_DEG:g}° at least are needed: use another one",
            f"视线夹角仅 {angle:.1f}°，至少需要 {LEAST_ANGLE_DEG:g}°：请换一台球机",
        )
    point, slopes, error = _solved(sights, rays)
    first = sights[0].dome
    lon, lat = first.plane.to_degrees(point[0], point[1])
    vectors = [each.dome.vector_to_level(lon, lat, point[2]) for each in sights]
    for number, (vector, ray) in enumerate(zip(vectors, rays, strict=True), 1):
        if np.dot(vector, ray) <= 0:
            raise CrossingError(
                f"the lines of sight run apart: they would cross behind dome {number}",
                f"视线相背：交点会落在第 {number} 台球机后方",
            )
    scatter = float(error @ error) / (len(error) - 3)
    covariance = np.linalg.inv(slopes.T @ slopes) * max(1.0, scatter)
    (small, large), axes = np.linalg.eigh(covariance[:2, :2])
    radial = math.sqrt(small + large)
    nearest = min(math.hypot(*vector) for vector in vectors)
    if radial > max(nearest, 5.0):
        raise CrossingError(
            f"the place would be wrong by {radial:.0f} m: use domes that look from other sides",
            f"位置误差将达 {radial:.0f} 米：请改用从别的方向看去的球机",
        )
    return Crossing(
        lon,
        lat,
        float(point[2]) - first.foot_level_m - first.ground_m(lon, lat),
        radial,
        math.sqrt(large),
        math.sqrt(max(small, 0.0)),
        math.degrees(math.atan2(axes[0, 1], axes[1, 1])) % 180,
        math.sqrt(float(covariance[2, 2])),
        angle,
        tuple(float(np.linalg.norm(np.cross(ray, vector))) for ray, vector in zip(rays, vectors, strict=True)),
        scatter <= _AGREE_AT_SIGMAS**2,
    )


def _widest_angle_deg(rays: Sequence[Vector]) -> float:
    """The widest angle between two rays as lines: 0…90."""
    sines = [float(np.linalg.norm(np.cross(a, b))) for a in rays for b in rays]
    return math.degrees(math.asin(min(max(sines), 1.0)))


def _solved(sights: Sequence[LineOfSight], rays: Sequence[Vector]) -> tuple[Matrix, Matrix, Matrix]:
    """East and north on the first dome's plane and elevation; with slopes and misses, both in sigmas."""
    point = _start(sights, rays)
    error = _missed(sights, rays, point)
    for _ in range(20):
        step, *_ = np.linalg.lstsq(_slopes(sights, rays, point), -error, rcond=None)
        trial = _missed(sights, rays, point + step)
        if float(trial @ trial) >= float(error @ error) * (1 - 1e-12):
            break
        point, error = point + step, trial
    return point, _slopes(sights, rays, point), error


def _start(sights: Sequence[LineOfSight], rays: Sequence[Vector]) -> Matrix:
    """The point with the least sum of squared distances from all rays, taken as lines on one flat plane."""
    plane = sights[0].dome.plane
    left, right = np.zeros((3, 3)), np.zeros(3)
    for sight, ray in zip(sights, rays, strict=True):
        dome = sight.dome
        eye = (*plane.to_metres(dome.lon, dome.lat), dome.foot_level_m + dome.height_m)
        across = np.eye(3) - np.outer(ray, ray)
        left += across
        right += across @ eye
    return np.asarray(np.linalg.solve(left, right), dtype=np.float64)


def _missed(sights: Sequence[LineOfSight], rays: Sequence[Vector], point: Matrix) -> Matrix:
    """How far right and above of each ray the point is seen, in sigmas of that ray."""
    lon, lat = sights[0].dome.plane.to_degrees(float(point[0]), float(point[1]))
    missed = []
    for sight, ray in zip(sights, rays, strict=True):
        vector = np.array(sight.dome.vector_to_level(lon, lat, float(point[2])))
        bearing = math.atan2(ray[0], ray[1])
        right = np.array((math.cos(bearing), -math.sin(bearing), 0.0))
        along, slant = float(vector @ ray), float(np.linalg.norm(vector))
        dip, across = (math.radians(each) for each in ray_sigmas_deg(sight.dome, ray))
        off = vector - along * np.array(ray)
        height = sight.dome.height_error_m * math.hypot(ray[0], ray[1]) / max(slant, 1.0)
        missed.append(float(off @ right) / max(slant, 1e-9) / across)
        missed.append(float(off @ np.cross(right, ray)) / max(slant, 1e-9) / math.hypot(dip, height))
    return np.array(missed)


def _slopes(sights: Sequence[LineOfSight], rays: Sequence[Vector], point: Matrix) -> Matrix:
    columns = []
    for index in range(3):
        step = np.zeros(3)
        step[index] = _STEP_M
        ahead, behind = _missed(sights, rays, point + step), _missed(sights, rays, point - step)
        columns.append((ahead - behind) / (2 * _STEP_M))
    return np.array(columns).T
