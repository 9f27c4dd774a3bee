"""How a fixed camera stands, and what its lens is, from points of its picture whose places are known.

Each match is weighed by what it can know: a place read off a map to half a metre says much about the direction when it
is far, and little when it is near. What the configuration says already counts as a measurement with its own error, so
that few matches change what they can tell and leave the rest. Levenberg-Marquardt from several beginnings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.cameras import Position, View
from gis.camera_matches import CalibrationRefused, Match, check_spread
from gis.camera_pose_fit import Fit, Known, best_fit, picture_widths
from gis.camera_projection import (
    EAST,
    FOCAL,
    HEADING,
    HEIGHT,
    K1,
    K2,
    NAMES,
    NORTH,
    ROLL,
    TILT,
    Array,
    hfov_deg,
    log_focal,
    project,
)
from gis.plane import Plane

PICTURE_ERROR = 2 / 1280
"""One sigma of a point clicked in the picture, along each axis, in widths."""
PLACE_ERROR_M = 0.5
"""One sigma of a place read off a map, along each axis."""

_SUSPECT_CHI2 = 18.4
"""A match that is right misses by so much, squared and in sigmas, once in ten thousand (χ², two degrees of freedom)."""
_TOLD_APART = 9.0
"""The next likely culprit must fit worse by so much before one match is said to be the wrong one."""
_MOST_WRONG, _TRIED = 4, 6
"""So many are left out at most, each one of so many that fit worst: 64 matches must not take minutes."""
_CONTRADICTED = 30.0
"""Nine numbers told rightly are off by so much, squared and in sigmas, once in two thousand times."""
_LEAST_FOR_LENS = 6
_LEAST_ERROR_DEG = 0.05


@dataclass(frozen=True, slots=True)
class MatchResidual:
    """How well one match agrees: on the ground from its place, in the picture from its point."""

    metres: float
    """Infinite where the picture point does not meet the ground."""
    pixels: float
    suspect: bool
    """It does not agree with the others, and was not used where `CameraCalibration.agree`."""


@dataclass(frozen=True, slots=True)
class CameraCalibration:
    """A pose with its lens. `residuals` in the order of the matches."""

    position: Position
    view: View
    residuals: tuple[MatchResidual, ...]
    solved: tuple[str, ...]
    """Of `NAMES` those that the matches determine better than was known before."""
    agree: bool
    """False: they contradict each other, and which of the suspects is wrong cannot be told from them."""
    rms_m: float
    """Over the matches used."""
    rms_pixels: float
    errors: "PoseErrors"


@dataclass(frozen=True, slots=True)
class PoseErrors:
    """One sigma of each number as the matches and what was known before leave it."""

    position_m: float
    """Radial."""
    height_m: float
    heading_deg: float
    tilt_deg: float
    roll_deg: float
    hfov_deg: float
    k1: float
    k2: float


def calibrate_camera(
    matches: Sequence[Match],
    position: Position | None,
    view: View | None,
    aspect: float = 16 / 9,
    *,
    width_px: int = 1280,
    picture_error: float = PICTURE_ERROR,
    place_error_m: float = PLACE_ERROR_M,
) -> CameraCalibration:
    """`position` and `view` are what was known before. Raises CalibrationRefused, which says why and what to do."""
    check_spread(matches, aspect)
    plane = Plane(position.lon, position.lat) if position else Plane(matches[0].lon, matches[0].lat)
    ground = np.array([plane.to_metres(match.lon, match.lat) for match in matches])
    points = picture_widths([match.picture for match in matches], aspect)
    known = _believed(points, ground, position, view, picture_error, place_error_m)
    fit, used, suspects = _without_the_wrong(points, ground, known, picture_error, place_error_m)
    agree = len(used) + len(suspects) == len(matches)
    lon, lat = plane.to_degrees(float(fit.camera[EAST]), float(fit.camera[NORTH]))
    try:
        place = Position(lon=round(lon, 7), lat=round(lat, 7), height_m=round(float(fit.camera[HEIGHT]), 3))
        looks = _view(fit, view, _direction_errors(fit, ground[used]))
    except ValueError:
        raise CalibrationRefused(
            "the camera that fits these matches is none: check for points of the picture and the map that are mixed up",
            "按这些点解出的摄像机不合理：请检查画面点和地图点是否配错",
        ) from None
    residuals = _residuals(fit, points, ground, suspects, width_px)
    kept = [residuals[at] for at in used]
    return CameraCalibration(
        position=place,
        view=looks,
        residuals=tuple(residuals),
        solved=tuple(name for at, name in enumerate(NAMES) if fit.sigmas[at] < 0.5 * known.sigmas[at]),
        agree=agree,
        rms_m=math.sqrt(sum(one.metres**2 for one in kept) / len(kept)),
        rms_pixels=math.sqrt(sum(one.pixels**2 for one in kept) / len(kept)),
        errors=_pose_errors(fit),
    )


def _pose_errors(fit: Fit) -> PoseErrors:
    """A field of view changes with the logarithm of the focal length by minus its own sine."""
    sigma, hfov = fit.sigmas, math.radians(hfov_deg(float(fit.camera[FOCAL])))
    return PoseErrors(
        position_m=math.hypot(float(sigma[EAST]), float(sigma[NORTH])),
        height_m=float(sigma[HEIGHT]),
        heading_deg=float(sigma[HEADING]),
        tilt_deg=float(sigma[TILT]),
        roll_deg=float(sigma[ROLL]),
        hfov_deg=math.degrees(math.sin(hfov)) * float(sigma[FOCAL]),
        k1=float(sigma[K1]),
        k2=float(sigma[K2]),
    )


def _believed(
    points: Array,
    ground: Array,
    position: Position | None,
    view: View | None,
    picture_error: float,
    place_error_m: float,
) -> Known:
    """What may be taken as known: a view or a place that contradicts all matches together was told wrongly itself."""
    told = ((position, view), (position, None), (None, None))
    for place, looks in told[:-1]:
        known = _known(len(points), place, looks)
        fit = best_fit(points, ground, known, picture_error, place_error_m)
        if fit.cost - float(fit.chi2.sum()) <= _CONTRADICTED:
            return known
    return _known(len(points), *told[-1])


def _known(count: int, position: Position | None, view: View | None) -> Known:
    """What is known before the matches, with one sigma of each number."""
    lens_known = count < _LEAST_FOR_LENS
    centre, sigmas = np.zeros(9), np.array([60.0, 60.0, 4.0, 1e4, 30.0, 3.0, 0.5, 0.15, 0.05])
    centre[HEIGHT], centre[TILT], centre[FOCAL] = 7.0, 20.0, log_focal(75.0)
    if position is not None:
        centre[HEIGHT] = position.height_m
        sigmas[[EAST, NORTH]] = 2.0
        sigmas[HEIGHT] = max(1.0, 0.15 * position.height_m)
    if view is not None:
        centre[[HEADING, TILT, ROLL]] = view.heading_deg, view.tilt_deg, view.roll_deg
        centre[[FOCAL, K1, K2]] = log_focal(view.hfov_deg), view.k1, view.k2
        sigmas[[HEADING, TILT, FOCAL]] = 20.0, 10.0, 0.15
    if lens_known:
        sigmas[[K1, K2]] = 0.02, 0.01
    return Known(centre, sigmas, posed=position is not None and view is not None)


def _without_the_wrong(
    points: Array, ground: Array, known: Known, picture_error: float, place_error_m: float
) -> tuple[Fit, list[int], set[int]]:
    """The fit, the matches it was made from, and those that are wrong or may be. Wrong ones go one at a time, up to a
    third of all: the one without which the others agree best, where that is clear."""
    used, wrong = list(range(len(points))), set[int]()

    def fitted(these: list[int]) -> Fit:
        return best_fit(points[these], ground[these], known, picture_error, place_error_m)

    fit = fitted(used)
    while not _agree(fit, len(used)):
        if len(wrong) >= min(len(points) // 3, _MOST_WRONG) or len(used) <= 4:
            return fit, used, wrong | set(_worst(fit, used, 2))
        trials = [(fitted([one for one in used if one != at]), at) for at in _worst(fit, used, _TRIED)]
        (best, culprit), (second, other) = sorted(trials, key=lambda pair: pair[0].cost)[:2]
        if second.cost - best.cost < _TOLD_APART:
            return fit, used, wrong | {culprit, other}
        fit, used = best, [one for one in used if one != culprit]
        wrong.add(culprit)
    return fit, used, wrong


def _agree(fit: Fit, count: int) -> bool:
    """Whether what is left over is chance: about a χ² of two degrees a match, as what was known counts too."""
    freedom = 2 * count
    total_limit = freedom + 3.1 * math.sqrt(2 * freedom) + 3
    return fit.cost <= total_limit and float(fit.chi2.max()) <= _SUSPECT_CHI2


def _worst(fit: Fit, used: Sequence[int], count: int) -> list[int]:
    return [used[at] for at in np.argsort(-fit.chi2)[:count].tolist()]


def _direction_errors(fit: Fit, ground: Array) -> tuple[float, float]:
    """Sigmas of heading and tilt in degrees that put places as far off, across and along, as all nine numbers together
    do: an error of the heading that one of the position takes back again is none on the ground."""
    away = ground - fit.camera[[EAST, NORTH]]
    distance = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1.0)
    ahead = away / distance[:, None]
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    covariance = fit.ground_covariance(ground)
    along, across = (np.sqrt(np.einsum("ni,nij,nj->n", each, covariance, each)) for each in (ahead, aside))
    height = fit.camera[HEIGHT]
    tilted = along * height / (height**2 + distance**2)
    return math.degrees(float(np.median(across / distance))), math.degrees(float(np.median(tilted)))


def _view(fit: Fit, before: View | None, errors_deg: tuple[float, float]) -> View:
    camera = fit.camera
    return View(
        heading_deg=round(float(camera[HEADING]) % 360, 3) % 360,
        tilt_deg=round(float(camera[TILT]), 3),
        roll_deg=round(float(camera[ROLL]), 3),
        hfov_deg=round(hfov_deg(float(camera[FOCAL])), 3),
        range_m=before.range_m if before is not None else View.model_fields["range_m"].default,
        heading_error_deg=round(max(errors_deg[0], _LEAST_ERROR_DEG), 3),
        tilt_error_deg=round(max(errors_deg[1], _LEAST_ERROR_DEG), 3),
        k1=round(float(camera[K1]), 5),
        k2=round(float(camera[K2]), 5),
    )


def _residuals(fit: Fit, points: Array, ground: Array, suspects: set[int], width_px: int) -> list[MatchResidual]:
    """Metres by the slopes of the picture where the match is near, which is where they matter."""
    seen, depth = project(fit.camera, ground)
    missed = seen - points
    found = []
    for at in range(len(points)):
        metres = math.inf
        if depth[at] > 0:
            step = np.linalg.lstsq(fit.by_place(ground[at : at + 1])[0], missed[at], rcond=None)[0]
            metres = float(np.hypot(*step))
        pixels = float(np.hypot(*missed[at])) * width_px if depth[at] > 0 else math.inf
        found.append(MatchResidual(metres, pixels, at in suspects))
    return found
