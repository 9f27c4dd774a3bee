"""A plane-to-plane mapping from point pairs, with the covariance of its parameters.

Least squares after a direct linear transform with normalised points (Hartley and Zisserman, Multiple View Geometry,
4.1, 4.4, 5.2): the error of a mapped point then grows as it should away from the points that were measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

POINT_ERROR_M = 0.5
"""Least error (one sigma) of a point read off a map: four points fit exactly, and are not exact for that."""
_LEAST_SCALE = 1e-3


@dataclass(frozen=True, slots=True)
class Homography:
    """Picture fractions to metres; `matrix` is scaled so that its divisor is positive where the points were taken."""

    matrix: Matrix
    inverse: Matrix
    covariance: Matrix
    """8 × 8, of the first eight entries of `matrix` divided by the ninth."""
    residual_m: float

    def forward(self, fx: float, fy: float) -> tuple[float, float] | None:
        """(east, north) of a picture point; None on or beyond the horizon."""
        x, y, divisor = self.matrix @ (fx, fy, 1.0)
        if divisor <= _LEAST_SCALE:
            return None
        return float(x / divisor), float(y / divisor)

    def backward(self, east: float, north: float) -> tuple[float, float] | None:
        """The picture point of a place; None behind the camera."""
        x, y, divisor = self.inverse @ (east, north, 1.0)
        if abs(divisor) < 1e-12:
            return None
        point = float(x / divisor), float(y / divisor)
        return point if self.forward(*point) is not None else None

    def error_m(self, fx: float, fy: float, foot_error: tuple[float, float]) -> float:
        """One sigma of a mapped point, radial, from the measured points' error and the foot's in the picture."""
        own = _parameter_slopes(self.matrix, np.array([[fx, fy]]))
        variance = float(np.trace(own @ self.covariance @ own.T))
        here = self.forward(fx, fy)
        for moved, sigma in (((fx + 1e-5, fy), foot_error[0]), ((fx, fy + 1e-5), foot_error[1])):
            there = self.forward(*moved)
            if here is None or there is None:
                return math.inf
            variance += (math.dist(here, there) / 1e-5 * sigma) ** 2
        return math.sqrt(variance)


def fit_homography(picture: Sequence[tuple[float, float]], ground: Sequence[tuple[float, float]]) -> Homography:
    """Fit from four or more pairs. Raises ValueError when the points do not determine a mapping."""
    source, target = np.array(picture, dtype=np.float64), np.array(ground, dtype=np.float64)
    if len(source) < 4 or len(source) != len(target):
        raise ValueError("needs at least four ground points")
    matrix = _direct_linear_transform(source, target)
    divisors = np.c_[source, np.ones(len(source))] @ matrix[2]
    if np.any(divisors * divisors[0] <= 0):
        raise ValueError("the ground points lie on both sides of the horizon; one of them is wrong")
    if abs(matrix[2, 2]) < 1e-9:
        raise ValueError("the horizon goes through the corner of the picture; add ground points")
    matrix = matrix / matrix[2, 2]
    matrix, residuals = _refined(matrix, source, target)
    slopes = _parameter_slopes(matrix, source)
    spare = 2 * len(source) - 8
    measured = math.sqrt(float(residuals @ residuals) / spare) if spare else 0.0
    sigma = max(POINT_ERROR_M, measured)
    covariance = np.linalg.pinv(slopes.T @ slopes) * sigma**2
    residual = math.sqrt(float(residuals @ residuals) / len(source))
    sign = 1.0 if float((source[0] @ matrix[2, :2]) + matrix[2, 2]) > 0 else -1.0
    inverse: Matrix = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    return Homography(matrix * sign, inverse, np.asarray(covariance, dtype=np.float64), residual)


def _normaliser(points: Matrix) -> Matrix:
    centre = points.mean(axis=0)
    spread = float(np.sqrt(((points - centre) ** 2).sum(axis=1)).mean())
    if spread < 1e-9:
        raise ValueError("the ground points all lie at one place")
    scale = math.sqrt(2) / spread
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])


def _direct_linear_transform(source: Matrix, target: Matrix) -> Matrix:
    left, right = _normaliser(source), _normaliser(target)
    a = np.c_[source, np.ones(len(source))] @ left.T
    b = np.c_[target, np.ones(len(target))] @ right.T
    zero = np.zeros_like(a)
    rows = np.r_[np.c_[a, zero, -a * b[:, :1]], np.c_[zero, a, -a * b[:, 1:2]]]
    _, strengths, directions = np.linalg.svd(rows)
    if strengths[7] < 1e-6 * strengths[0]:
        raise ValueError("three or more of the ground points lie on one line; choose points that span the picture")
    matrix: Matrix = np.linalg.inv(right) @ directions[-1].reshape(3, 3) @ left
    if abs(np.linalg.det(directions[-1].reshape(3, 3))) < 1e-7:
        raise ValueError("three or more of the ground points lie on one line; choose points that span the picture")
    return matrix


def _refined(matrix: Matrix, source: Matrix, target: Matrix) -> tuple[Matrix, Matrix]:
    """Gauss-Newton on the distance over ground, which is what the user measures; and the residuals in metres."""
    homogeneous = np.c_[source, np.ones(len(source))]

    def residuals(candidate: Matrix) -> Matrix:
        mapped = homogeneous @ candidate.T
        result: Matrix = (mapped[:, :2] / mapped[:, 2:] - target).T.ravel()
        return result

    best, error = matrix, residuals(matrix)
    for _ in range(10):
        step, *_ = np.linalg.lstsq(_parameter_slopes(best, source), -error, rcond=None)
        candidate = best.copy()
        candidate.ravel()[:8] += step
        trial = residuals(candidate)
        if float(trial @ trial) >= float(error @ error):
            break
        best, error = candidate, trial
    return best, error


def _parameter_slopes(matrix: Matrix, points: Matrix) -> Matrix:
    """How mapped points move with the first eight entries of matrix / matrix[2, 2]: rows all east, then all north."""
    matrix = matrix / matrix[2, 2]
    homogeneous = np.c_[points, np.ones(len(points))]
    mapped = homogeneous @ matrix.T
    divisor = mapped[:, 2:]
    scaled, zero = homogeneous / divisor, np.zeros_like(homogeneous)
    east = np.c_[scaled, zero, -scaled[:, :2] * mapped[:, :1] / divisor]
    north = np.c_[zero, scaled, -scaled[:, :2] * mapped[:, 1:2] / divisor]
    slopes: Matrix = np.r_[east, north]
    return slopes
