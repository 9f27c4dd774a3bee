"""Where level ground appears to a fixed camera, for many cameras and places at once: what a calibration varies.

A camera is nine numbers (`NAMES`), metres and degrees, the focal length as its natural logarithm in picture widths.
Picture points are counted in widths from the middle, so that an error weighs the same across and down.
"""

import math

import numpy as np
from numpy.typing import NDArray

from gis.distortion import LEAST_SLOPE, straight_from

Array = NDArray[np.float64]

NAMES = ("east", "north", "height", "heading", "tilt", "roll", "focal", "k1", "k2")
EAST, NORTH, HEIGHT, HEADING, TILT, ROLL, FOCAL, K1, K2 = range(9)


def log_focal(hfov_deg: float) -> float:
    return math.log(0.5 / math.tan(math.radians(hfov_deg) / 2))


def hfov_deg(log_focal_: float) -> float:
    return 2 * math.degrees(math.atan(0.5 / math.exp(log_focal_)))


def project(cameras: Array, ground: Array) -> tuple[Array, Array]:
    """`cameras` (…, 9), `ground` (n, 2) east and north metres: points (…, n, 2) and depths (…, n) in metres. Points
    of a depth of 0 or less lie behind and mean nothing."""
    heading, tilt, roll = (np.radians(cameras[..., at, None]) for at in (HEADING, TILT, ROLL))
    east, north = (ground[:, at] - cameras[..., at, None] for at in (EAST, NORTH))
    up = -cameras[..., HEIGHT, None] * np.ones_like(east)
    ahead, level = east * np.sin(heading) + north * np.cos(heading), east * np.cos(heading) - north * np.sin(heading)
    depth = ahead * np.cos(tilt) - up * np.sin(tilt)
    below = -ahead * np.sin(tilt) - up * np.cos(tilt)
    safe = np.maximum(depth, 1e-6)
    x = (level * np.cos(roll) + below * np.sin(roll)) / safe
    y = (-level * np.sin(roll) + below * np.cos(roll)) / safe
    factor = np.exp(cameras[..., FOCAL, None]) * _bent(np.hypot(x, y), cameras)
    return np.stack([x * factor, y * factor], axis=-1), depth


def _bent(radius: Array, cameras: Array) -> Array:
    """By how much farther from the middle a ray of that radius appears."""
    k1, k2 = cameras[..., K1, None], cameras[..., K2, None]
    pairs = zip(np.ravel(k1).tolist(), np.ravel(k2).tolist(), strict=True)
    limits = np.array([straight_from(*pair) for pair in pairs]).reshape(k1.shape)
    inside = np.minimum(radius, limits)
    square = inside * inside
    bent = inside * (1 + square * (k1 + square * k2)) + LEAST_SLOPE * (radius - inside)
    result: Array = np.where(radius > 1e-9, bent / np.maximum(radius, 1e-9), 1.0)
    return result


def slopes(camera: Array, ground: Array, steps: Array) -> tuple[Array, Array]:
    """How the points of `ground` move with the nine numbers, (n, 2, 9), and with the ground's metres, (n, 2, 2)."""
    moved = np.concatenate([camera + np.diag(steps), camera - np.diag(steps)])
    points = project(moved, ground)[0]
    by_number = np.moveaxis((points[:9] - points[9:]) / (2 * steps[:, None, None]), 0, -1)
    # A place moved is the camera moved the other way.
    return by_number, -by_number[:, :, :2]
