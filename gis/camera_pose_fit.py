"""Least squares of a camera's nine numbers over matches of its picture and level ground."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gis.camera_matches import CalibrationRefused
from gis.camera_projection import FOCAL, HEADING, HEIGHT, Array, log_focal, project, slopes
from gis.homography import fit_homography

_WEIGHINGS, _STEPS, _BEGINNINGS = 4, 25, 3
_HFOVS_DEG = (25.0, 40.0, 55.0, 70.0, 85.0, 100.0, 115.0)
_STEP_SHARES = np.array([1e-3, 1e-3, 1e-3, 1e-4, 1e-4, 1e-4, 1e-6, 1e-5, 1e-5])
"""Numeric slopes are taken over these: metres, degrees, and numbers without a unit."""
_CLOSE = 1e-5
_STEEPEST = 1e3
"""Picture widths by which a metre moves a place that is all but beside the lens: it says nothing there, and more would
be lost in rounding."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the nine numbers before: `posed` when it is good enough to begin from."""

    centre: Array
    sigmas: Array
    posed: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """`cost` is what is left over, squared and in sigmas: of the matches (`chi2`, one each) and of what was known."""

    camera: Array
    covariance: Array
    chi2: Array
    cost: float

    @property
    def sigmas(self) -> Array:
        result: Array = np.sqrt(np.diag(self.covariance))
        return result

    def by_place(self, ground: Array) -> Array:
        """How picture points move with the ground's metres, (n, 2, 2)."""
        return slopes(self.camera, ground, _STEP_SHARES)[1]

    def ground_covariance(self, ground: Array) -> Array:
        """(n, 2, 2), east and north in m², of places told from the picture because the camera is not known exactly."""
        by_number, by_place = slopes(self.camera, ground, _STEP_SHARES)
        moved = np.linalg.solve(by_place, by_number)
        result: Array = moved @ self.covariance @ np.swapaxes(moved, 1, 2)
        return result


def picture_widths(points: Sequence[tuple[float, float]], aspect: float) -> Array:
    """Fractions of the picture as widths from its middle."""
    return np.array([(fx - 0.5, (fy - 0.5) / aspect) for fx, fy in points])


def best_fit(points: Array, ground: Array, known: Known, picture_error: float, place_error_m: float) -> Fit:
    """The best of what is found from several beginnings. Raises CalibrationRefused where matches lie behind in all."""
    begun = [*_beginnings(points, ground, known)]
    rated = sorted((_first_cost(camera, points, ground, known), at) for at, camera in enumerate(begun))
    best: Fit | None = None
    for first_cost, at in rated[:_BEGINNINGS]:
        if math.isfinite(first_cost):
            try:
                fit = _fitted(begun[at], points, ground, known, picture_error, place_error_m)
            except np.linalg.LinAlgError:  # it led to where the numbers mean nothing
                continue
            twice = best is not None and abs(fit.cost - best.cost) < 0.5
            best = fit if best is None or fit.cost < best.cost else best
            if twice or best.cost <= 2 * len(points):
                break
    if best is None:
        raise CalibrationRefused(
            "no camera sees all these places at these points; check for points that are mixed up",
            "没有摄像机能在这些画面点看到这些地点：请检查点对是否配错",
        )
    return best


def _beginnings(points: Array, ground: Array, known: Known) -> Iterator[Array]:
    """The camera as known, and those that a homography of the matches stands for, one for each of several lenses."""
    yield known.centre
    try:
        # Widths are at most about half a unit: the homography's own rules hold for them as for fractions.
        matrix = fit_homography([(x + 0.5, y + 0.5) for x, y in points.tolist()], ground.tolist()).matrix
    except (ValueError, np.linalg.LinAlgError):
        return
    to_picture = np.linalg.inv(matrix @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]]))
    for hfov in (None, *_HFOVS_DEG):
        focal = known.centre[FOCAL] if hfov is None else log_focal(hfov)
        camera = _of_homography(to_picture, float(np.exp(focal)), ground)
        if camera is not None:
            yield np.array([*camera, focal, 0.0, 0.0])


def _of_homography(to_picture: Array, focal: float, ground: Array) -> Array | None:
    """(east, north, height, heading, tilt, roll) of the camera of that focal length that shows level ground as the
    homography does, as nearly as there is one (Zhang 2000); None where it would hang below the ground."""
    columns = np.diag([1 / focal, 1 / focal, 1.0]) @ to_picture
    columns = columns / np.sqrt(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1]))
    if float((columns @ np.array([*ground.mean(axis=0), 1.0]))[2]) < 0:
        columns = -columns
    across = np.cross(columns[:, 0], columns[:, 1])
    left, _, right = np.linalg.svd(np.column_stack([columns[:, 0], columns[:, 1], across]))
    turn = left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right
    place = -turn.T @ columns[:, 2]
    if place[2] <= 0:
        return None
    forward, level, down = turn[2], turn[0], turn[1]
    heading, tilt = np.arctan2(forward[0], forward[1]), np.arcsin(np.clip(-forward[2], -1, 1))
    flat = np.array([np.cos(heading), -np.sin(heading), 0.0])
    roll = np.arctan2(-down @ flat, level @ flat)
    return np.array([*place, *np.degrees([heading, tilt, roll])])


def _first_cost(camera: Array, points: Array, ground: Array, known: Known) -> float:
    """Ratings before the weights are known: errors in the picture, a hundredth of its width for one sigma."""
    seen, depth = project(camera, ground)
    if bool((depth <= 0).any()) or camera[HEIGHT] <= 0:
        return math.inf
    return float((((seen - points) / 0.01) ** 2).sum() + (_off(camera, known) ** 2).sum())


def _off(camera: Array, known: Known) -> Array:
    """How far the numbers are from what was known, in sigmas."""
    difference = camera - known.centre
    difference[HEADING] = (difference[HEADING] + 180) % 360 - 180
    result: Array = difference / known.sigmas
    return result


def _fitted(
    begun: Array, points: Array, ground: Array, known: Known, picture_error: float, place_error_m: float
) -> Fit:
    """Levenberg-Marquardt. The weights follow the camera, and are held while it is sought."""
    camera = begun
    for _ in range(_WEIGHINGS):
        before, weights = camera, _weights(camera, ground, picture_error, place_error_m)
        camera = _sought(camera, points, ground, known, weights)
        if float(np.abs((camera - before) / known.sigmas).max()) < 1e-2:
            break
    weights = _weights(camera, ground, picture_error, place_error_m)
    missed = _missed(camera, points, ground, weights)
    assert missed is not None  # it never steps to where a match lies behind
    by_number = weights @ slopes(camera, ground, _STEP_SHARES)[0]
    flat = by_number.reshape(-1, 9)
    covariance: Array = np.asarray(np.linalg.inv(flat.T @ flat + np.diag(known.sigmas**-2.0)), dtype=np.float64)
    chi2: Array = (missed**2).sum(axis=1)
    return Fit(camera, covariance, chi2, float(chi2.sum() + (_off(camera, known) ** 2).sum()))


def _sought(camera: Array, points: Array, ground: Array, known: Known, weights: Array) -> Array:
    damping, cost = 1e-3, _cost(camera, points, ground, known, weights)
    for _ in range(_STEPS):
        missed = _missed(camera, points, ground, weights)
        assert missed is not None  # it never steps to where a match lies behind
        # In sigmas of what was known: one damping then suits metres, degrees and the lens.
        rows = (weights @ slopes(camera, ground, _STEP_SHARES)[0]).reshape(-1, 9) * known.sigmas
        normal, slope = rows.T @ rows + np.eye(9), rows.T @ missed.ravel() + _off(camera, known)
        for _ in range(8):
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -slope) * known.sigmas
            trial = _cost(camera + step, points, ground, known, weights)
            if trial < cost:
                break
            damping *= 10
        else:
            return camera
        gained, camera, cost, damping = cost - trial, camera + step, trial, damping / 10
        if gained < _CLOSE * (1 + cost):
            break
    return camera


def _cost(camera: Array, points: Array, ground: Array, known: Known, weights: Array) -> float:
    missed = _missed(camera, points, ground, weights)
    return math.inf if missed is None else float((missed**2).sum() + (_off(camera, known) ** 2).sum())


def _missed(camera: Array, points: Array, ground: Array, weights: Array) -> Array | None:
    """What is left over in sigmas, (n, 2); None where a match lies behind the camera."""
    seen, depth = project(camera, ground)
    if bool((depth <= 0).any()) or camera[HEIGHT] <= 0:
        return None
    result: Array = (weights @ (seen - points)[:, :, None])[:, :, 0]
    return result


def _weights(camera: Array, ground: Array, picture_error: float, place_error_m: float) -> Array:
    """(n, 2, 2) that turn what is left over into sigmas: of the click, and of the place as the picture shows it."""
    by_place = np.clip(slopes(camera, ground, _STEP_SHARES)[1], -_STEEPEST, _STEEPEST) * place_error_m
    spread = by_place @ np.swapaxes(by_place, 1, 2) + np.eye(2) * picture_error**2
    result: Array = np.linalg.inv(np.linalg.cholesky(spread))
    return result
