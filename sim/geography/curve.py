"""Lines and outlines that look grown rather than drawn. Local metres: east, north."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Points = NDArray[np.float64]
Point = tuple[float, float]


def rounded(points: Points, times: int = 3) -> Points:
    """Chaikin's corner cutting of an open line; the ends stay."""
    for _ in range(times):
        near, far = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        points = np.r_[points[:1], np.stack([near, far], axis=1).reshape(-1, 2), points[-1:]]
    return points


def wandering(start: Point, end: Point, rng: Generator, sway: float = 0.12, levels: int = 4) -> Points:
    """A line from start to end that sways by about `sway` of its length: midpoint displacement, then rounding."""
    points = np.array([start, end], dtype=np.float64)
    for level in range(levels):
        steps = np.diff(points, axis=0)
        normals = np.c_[-steps[:, 1], steps[:, 0]]
        shift = rng.normal(0.0, sway / (1.0 + 0.7 * level), size=(len(steps), 1))
        middles = (points[:-1] + points[1:]) / 2 + normals * shift
        merged = np.empty((len(points) + len(middles), 2))
        merged[0::2], merged[1::2] = points, middles
        points = merged
    return rounded(points, 2)


def blob(centre: Point, radii: Point, rng: Generator, roughness: float = 0.18, vertices: int = 72) -> Points:
    """A closed outline around `centre`, an ellipse with waves of falling height; the first point is not repeated."""
    angles = np.linspace(0, 2 * math.pi, vertices, endpoint=False)
    factor = np.ones(vertices)
    for wave in range(2, 9):
        factor += roughness / wave * rng.normal() * np.sin(wave * angles + rng.uniform(0, 2 * math.pi))
    turn = rng.uniform(0, math.pi)
    x, y = np.cos(angles) * radii[0] * factor, np.sin(angles) * radii[1] * factor
    outline: Points = np.c_[
        centre[0] + x * math.cos(turn) - y * math.sin(turn), centre[1] + x * math.sin(turn) + y * math.cos(turn)
    ]
    return outline


def bearing(start: Sequence[float], end: Sequence[float]) -> float:
    """Degrees clockwise from north."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1])) % 360
