"""Calibration by pointing: how a dome's base stands, from places aimed at.

Each aim says that the device told a direction while a known place was at a point of its picture. One aim gives the
heading; two or more in different directions give heading, pitch and roll; three or more the zero of tilt too. Angles
are weighted by what they can know: a place known to a metre says more about the bearing when it is far, and about the
tilt when the ground is seen at a flat angle. Gauss-Newton from the rotation that fits best (Kabsch 1976).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gis.dome import Dome, PointingErrors, unit
from gis.dome_mount import Direction, Mount

Matrix = NDArray[np.float64]

MAX_AIMS = 64
LEAST_APART_DEG = 5.0
"""Aims all nearer to one line than this leave the lean about that line open."""
MOST_LEAN_DEG = 45.0
_MOST_SIGMA_DEG = 3.0
_PLACE_ERROR_M, _PLACE_ERROR_SHARE = 1.0, 0.01
"""One sigma of a known place along each axis, where the aim does not say: a map's, and a share of the distance."""
_BAD_AT_SIGMAS = 5.0
_LEAST_FOR_BAD = 4
_STEEPEST_FOR_HEADING_DEG = 80.0
_NAMES = ("heading", "pitch", "roll", "zero of tilt")
_NAMES_ZH = dict(zip(_NAMES, ("零位朝向", "前后倾", "左右倾", "俯仰零位"), strict=True))


class CalibrationError(ValueError):
    """The aims do not determine how the dome stands; the text says why and what to do, `zh` in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Aim:
    """A known place, and the direction the device told while it was at (fx, fy) of the picture."""

    lon: float
    lat: float
    direction: Direction
    height_m: float = 0.0
    """Of what was aimed at above the ground there."""
    zoom: float = 1.0
    fx: float = 0.5
    fy: float = 0.5
    place_error_m: float | None = None
    """One sigma along each axis of the place; None: 1 m and 1 % of the distance."""


@dataclass(frozen=True, slots=True)
class Residual:
    """What an aim misses its place by under the mount found."""

    error_deg: float
    error_m: float
    """Across the line of sight, at the place."""
    bad: bool
    """Left out: it contradicts the others by more than five sigma."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the base stands, and how surely."""

    mount: Mount
    residuals: tuple[Residual, ...]
    """One for each aim, in their order."""
    covariance: tuple[tuple[float, ...], ...]
    """In squared degrees, of the parameters in the order of `solved`."""
    solved: tuple[str, ...]
    expected_error_deg: float
    """One sigma of pointing at a place 10° below the horizon, all round."""

    @property
    def bad(self) -> tuple[int, ...]:
        """Indexes of aims left out."""
        return tuple(index for index, residual in enumerate(self.residuals) if residual.bad)

    def applied_to(self, dome: Dome) -> Dome:
        """The dome with the mount found, and errors as large as the aims left them."""
        variances = [self.covariance[index][index] for index in range(len(self.solved))]
        lean = math.sqrt(sum(variances[1:]) / 2) if len(variances) > 1 else dome.errors.lean_deg
        errors = PointingErrors(math.sqrt(variances[0]), lean, dome.errors.reading_deg, dome.errors.height_m)
        return replace(dome, mount=self.mount, errors=errors)


def calibrate(dome: Dome, aims: Sequence[Aim], tilt_zero: bool = False) -> Calibration:
    """The mount that the aims tell; of the dome's own only the zero of tilt counts. With four aims or more, one in four
    may be bad.

    With one aim the base is taken as level. `tilt_zero` solves that zero anew, which needs three aims. Raises
    CalibrationError when the aims do not determine the mount.
    """
    if not 1 <= len(aims) <= MAX_AIMS:
        raise CalibrationError(f"needs 1 to {MAX_AIMS} aims, got {len(aims)}", f"需要 1 至 {MAX_AIMS} 个点")
    if tilt_zero and len(aims) < 3:
        raise CalibrationError(f"the zero of tilt needs at least 3 aims, got {len(aims)}", "俯仰零位至少需要 3 个点")
    sight = _sighted(dome, aims)
    count = 1 if len(aims) == 1 else 4 if tilt_zero else 3
    kept = np.ones(len(aims), dtype=bool)
    _check_apart(sight)
    while True:
        angles, covariance = _fit(sight.only(kept), count)
        worst = _contradicting(sight, kept, count)
        if worst is None:
            break
        kept[worst] = False
    _check_sure(angles, covariance)
    heading, pitch, roll, more = angles
    mount = Mount(heading % 360, pitch, roll, dome.mount.tilt_zero_deg + more)
    offs = np.degrees(np.hypot(*sight.missed(angles)))
    residuals = tuple(
        Residual(float(off), float(math.radians(off) * slant), not keep)
        for off, slant, keep in zip(offs, sight.slants, kept, strict=True)
    )
    return Calibration(
        mount,
        residuals,
        tuple(tuple(map(float, row)) for row in covariance),
        _NAMES[:count],
        _expected(angles, covariance),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """Aims as arrays, a row each."""

    seen: Matrix
    """Unit vectors in the base's axes (right, forward, up), before the zero of tilt."""
    rights: Matrix
    """The axis that the dome tilts about, in the base's axes."""
    true: Matrix
    """Unit vectors in the world (east, north, up)."""
    sigmas: Matrix
    """Two columns in radians: across, and up."""
    slants: Matrix

    def only(self, kept: NDArray[np.bool_]) -> "_Sight":
        return _Sight(self.seen[kept], self.rights[kept], self.true[kept], self.sigmas[kept], self.slants[kept])

    def missed(self, angles: Sequence[float]) -> tuple[Matrix, Matrix]:
        """Radians by which the directions seen lie right of and above the true ones under a mount."""
        heading, pitch, roll, zero = angles
        sine, cosine = math.sin(math.radians(zero)), math.cos(math.radians(zero))
        along = (self.rights * self.seen).sum(axis=1, keepdims=True)
        tilted = self.seen * cosine + np.cross(self.rights, self.seen) * sine + self.rights * along * (1 - cosine)
        pointed = tilted @ _axes(heading, pitch, roll)
        bearing = np.arctan2(self.true[:, 0], self.true[:, 1])
        right = np.c_[np.cos(bearing), -np.sin(bearing), np.zeros(len(bearing))]
        up = np.cross(right, self.true)
        across, above = (pointed * right).sum(axis=1), (pointed * up).sum(axis=1)
        off = np.hypot(across, above)
        angle = np.arctan2(off, (pointed * self.true).sum(axis=1))
        # Opposite to the place nothing tells right from up: all of it is taken as right.
        scale = np.where(off > 1e-12, angle / np.maximum(off, 1e-12), 1.0)
        return np.where((off <= 1e-12) & (angle > 1), angle, across * scale), above * scale

    def whitened(self, angles: Sequence[float]) -> Matrix:
        """Misses in sigmas: all across, then all up."""
        across, above = self.missed(angles)
        return np.concatenate([across / self.sigmas[:, 0], above / self.sigmas[:, 1]])


def _sighted(dome: Dome, aims: Sequence[Aim]) -> _Sight:
    seen, rights, true, sigmas, slants = [], [], [], [], []
    level = Mount(tilt_zero_deg=dome.mount.tilt_zero_deg)
    for number, aim in enumerate(aims, 1):
        if not all(map(math.isfinite, (aim.lon, aim.lat, aim.height_m, aim.fx, aim.fy))) or not aim.zoom > 0:
            raise CalibrationError(
                f"aim {number} has a number that is not finite, or a zoom that is not above 0",
                f"第 {number} 个点的数值无效",
            )
        if aim.place_error_m is not None and not 0 <= aim.place_error_m < math.inf:
            raise CalibrationError(
                f"aim {number} has a place_error_m below 0 or not finite", f"第 {number} 个点的位置误差无效"
            )
        vector = dome.vector_to(aim.lon, aim.lat, aim.height_m)
        slant, distance = math.hypot(*vector), math.hypot(*vector[:2])
        if slant < 1.0:
            raise CalibrationError(f"aim {number} is at the dome itself", f"第 {number} 个点就在球机处")
        pan = math.radians(aim.direction.pan_deg)
        lens = level.pinhole(aim.direction, dome.lens.hfov_deg(aim.zoom), dome.lens.aspect)
        seen.append(unit(lens.ray(aim.fx, aim.fy)))
        rights.append((math.cos(pan), -math.sin(pan), 0.0))
        true.append(unit(vector))
        known = aim.place_error_m
        place = known if known is not None else math.hypot(_PLACE_ERROR_M, _PLACE_ERROR_SHARE * distance)
        reading = math.radians(max(dome.errors.reading_deg, 1e-3))
        upwards = math.hypot(place * vector[2] / slant, dome.height_error_m * distance / slant)
        sigmas.append((math.hypot(reading, place / slant), math.hypot(reading, upwards / slant)))
        slants.append(slant)
    arrays = (np.array(each, dtype=np.float64) for each in (seen, rights, true, sigmas, slants))
    return _Sight(*arrays)


def _axes(heading_deg: float, pitch_deg: float, roll_deg: float) -> Matrix:
    """The base's right, forward and up in the world, a row each."""
    mount = Mount(heading_deg, pitch_deg, roll_deg)
    return np.array([mount.to_world(Direction(*each)) for each in ((90.0, 0.0), (0.0, 0.0), (0.0, 90.0))])


def _check_apart(sight: _Sight) -> None:
    if len(sight.seen) == 1:
        if abs(float(sight.true[0, 2])) > math.sin(math.radians(_STEEPEST_FOR_HEADING_DEG)):
            raise CalibrationError(
                "the only aim is straight below: aim at a place farther away", "唯一的点在正下方：请对准更远的点"
            )
        return
    for name, zh, rays in (
        ("the device's directions", "球机的朝向", sight.seen),
        ("the places", "所选的点", sight.true),
    ):
        apart = max(float(np.linalg.norm(np.cross(ray, rays), axis=1).max()) for ray in rays)
        if apart < math.sin(math.radians(LEAST_APART_DEG)):
            degrees = math.degrees(math.asin(min(apart, 1.0)))
            raise CalibrationError(
                f"{name} lie within {degrees:.1f}° of one line through the dome; "
                f"aim at places at least {LEAST_APART_DEG:g}° apart and not opposite each other, best all round",
                f"{zh}几乎在过球机的一条直线上（相差 {degrees:.1f}°）；请选彼此相隔至少 {LEAST_APART_DEG:g}°、"
                "且不正好相对的点，最好四周都有",
            )


def _start(sight: _Sight) -> tuple[float, float, float, float]:
    if len(sight.seen) == 1:
        (x, y, _), (east, north, _) = sight.seen[0], sight.true[0]
        return math.degrees(math.atan2(east, north) - math.atan2(x, y)), 0.0, 0.0, 0.0
    left, _, right = np.linalg.svd(sight.seen.T @ sight.true)
    turn = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))])
    (_, _, right_up), (east, north, up), (_, _, top_up) = left @ turn @ right
    pitch = math.atan2(up, math.hypot(east, north))
    return math.degrees(math.atan2(east, north)), math.degrees(pitch), math.degrees(math.atan2(-right_up, top_up)), 0.0


def _fit(sight: _Sight, count: int) -> tuple[tuple[float, float, float, float], Matrix]:
    """The first `count` angles by least squares, the rest 0; and their covariance in squared degrees."""
    angles = np.array(_start(sight))
    error = sight.whitened(tuple(angles))
    for _ in range(20):
        step, *_ = np.linalg.lstsq(_slopes(sight, angles, count), -error, rcond=None)
        trial_angles = angles.copy()
        trial_angles[:count] += step
        trial = sight.whitened(tuple(trial_angles))
        if float(trial @ trial) >= float(error @ error) * (1 - 1e-12):
            break
        angles, error = trial_angles, trial
    spare = len(error) - count
    scatter = max(1.0, float(error @ error) / spare) if spare else 1.0
    slopes = _slopes(sight, angles, count)
    heading, pitch, roll, zero = map(float, angles)
    covariance: Matrix = np.asarray(np.linalg.pinv(slopes.T @ slopes) * scatter, dtype=np.float64)
    return (heading, pitch, roll, zero), covariance


def _slopes(sight: _Sight, angles: Matrix, count: int) -> Matrix:
    """Central differences: whitened misses for each degree of each angle."""
    columns = []
    for index in range(count):
        step = np.zeros(4)
        step[index] = 1e-4
        columns.append((sight.whitened(tuple(angles + step)) - sight.whitened(tuple(angles - step))) / 2e-4)
    return np.array(columns).T


def _contradicting(sight: _Sight, kept: NDArray[np.bool_], count: int) -> int | None:
    """The aim that the others contradict most, if by more than five sigma; None too when too many are out already."""
    if kept.sum() < _LEAST_FOR_BAD or len(kept) // _LEAST_FOR_BAD <= (~kept).sum():
        return None
    worst, most = None, _BAD_AT_SIGMAS**2
    for index in np.flatnonzero(kept):
        others, alone = kept.copy(), np.zeros(len(kept), dtype=bool)
        others[index], alone[index] = False, True
        try:
            _check_apart(sight.only(others))
        except CalibrationError:
            continue  # the others say nothing without it
        angles, covariance = _fit(sight.only(others), count)
        one = sight.only(alone)
        miss, slopes = one.whitened(angles), _slopes(one, np.array(angles), count)
        contradiction = float(miss @ np.linalg.solve(np.eye(2) + slopes @ covariance @ slopes.T, miss))
        if contradiction > most:
            worst, most = int(index), contradiction
    return worst


def _check_sure(angles: Sequence[float], covariance: Matrix) -> None:
    lean = Mount(0.0, angles[1], angles[2]).to_world(Direction(0.0, 90.0))[2]
    lean_deg = math.degrees(math.acos(max(-1.0, min(1.0, lean))))
    if lean_deg > MOST_LEAN_DEG:
        raise CalibrationError(
            f"the base would lean by {lean_deg:.0f}°: pan or tilt may run the wrong way round (pan_deg, tilt_deg under "
            "ptz), or a place or a reading is wrong",
            f"底座将倾斜 {lean_deg:.0f}°：水平或俯仰方向可能设反（ptz 下的 pan_deg、tilt_deg），或有点位、读数不对",
        )
    for name, variance in zip(_NAMES, np.diag(covariance), strict=False):
        if math.sqrt(float(variance)) > _MOST_SIGMA_DEG:
            raise CalibrationError(
                f"the {name} is known to {math.sqrt(float(variance)):.1f}° only; aim at more places, farther apart",
                f"{_NAMES_ZH[name]}只能定到 {math.sqrt(float(variance)):.1f}°；请再对准几个相隔更远的点",
            )


def _expected(angles: Sequence[float], covariance: Matrix) -> float:
    pans = np.radians(np.arange(0, 360, 10))
    tilt = math.radians(-10)
    seen = np.c_[np.sin(pans) * math.cos(tilt), np.cos(pans) * math.cos(tilt), np.full(len(pans), math.sin(tilt))]
    rights = np.c_[np.cos(pans), -np.sin(pans), np.zeros(len(pans))]
    mounted = _axes(*angles[:3])
    ring = _Sight(seen, rights, seen @ mounted, np.full((len(pans), 2), math.radians(1.0)), np.ones(len(pans)))
    slopes = _slopes(ring, np.array([*angles[:3], 0.0]), len(covariance))
    return math.sqrt(float(np.trace(slopes @ covariance @ slopes.T)) / len(pans))
