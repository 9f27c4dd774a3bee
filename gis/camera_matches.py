"""Picture points with their places, and whether they can tell how a camera stands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.camera_projection import Array
from gis.plane import Plane

LEAST_MATCHES, MOST_MATCHES = 4, 64
_LEAST_WIDE, _LEAST_THICK = 0.10, 0.02
"""Shares of the picture's width that matches must reach along, and across their longest line: root mean squares."""
_LEAST_WIDE_M, _LEAST_THICK_M = 2.0, 0.6


class CalibrationRefused(ValueError):
    """The matches do not tell how the camera stands; the text says why and what to do, `zh` in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Match:
    """A picture point, as fractions from the top left, and the place on the ground that is seen there."""

    picture: tuple[float, float]
    lon: float
    lat: float


def check_spread(matches: Sequence[Match], aspect: float) -> None:
    """Raises CalibrationRefused for too few or too many matches, or such as lie together or, but for one, in a line."""
    if not LEAST_MATCHES <= len(matches) <= MOST_MATCHES:
        raise CalibrationRefused(
            f"{LEAST_MATCHES} to {MOST_MATCHES} matches are needed, got {len(matches)}",
            f"需要 {LEAST_MATCHES} 到 {MOST_MATCHES} 对点，现有 {len(matches)} 对",
        )
    plane = Plane(matches[0].lon, matches[0].lat)
    picture = np.array([(match.picture[0], match.picture[1] / aspect) for match in matches])
    ground = np.array([plane.to_metres(match.lon, match.lat) for match in matches])
    for points, wide, thick, where, ort in (
        (picture, _LEAST_WIDE, _LEAST_THICK, "in the picture", "画面上"),
        (ground, _LEAST_WIDE_M, _LEAST_THICK_M, "on the map", "地图上"),
    ):
        along, across = _extent(points)
        if along < wide:
            raise CalibrationRefused(
                f"the matches lie close together {where}; choose points that span the picture",
                f"各点在{ort}靠得太近，请选分散在整个画面的点",
            )
        if across < thick:
            raise CalibrationRefused(
                f"the matches lie on one line {where}; choose points that span the picture",
                f"各点在{ort}几乎在一条直线上，请选分散在整个画面的点",
            )
        for number in range(len(points)):
            if _extent(np.delete(points, number, axis=0))[1] < thick / 2:
                raise CalibrationRefused(
                    f"all matches but number {number + 1} lie on one line {where}; add one beside that line",
                    f"除第 {number + 1} 点外，其余点在{ort}都在一条直线上，请在线外再加一点",
                )


def _extent(points: Array) -> tuple[float, float]:
    """Root mean square of what points reach along their longest line, and across it."""
    strengths = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) / np.sqrt(len(points))
    return float(strengths[0]), float(strengths[1])
