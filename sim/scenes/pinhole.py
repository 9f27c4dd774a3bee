"""The camera model every scene is drawn with: a pinhole without distortion over flat ground, square pixels, no roll.

Camera-local ground coordinates: x right, y forward, z up, in metres; the lens stands at (0, 0, height). Picture
coordinates are continuous with the origin at the top-left corner of the top-left pixel, so a fraction is pixel / size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

WIDTH = 640
HEIGHT = 360

Floats = npt.NDArray[np.float64]
Point2 = tuple[float, float]


@dataclass(frozen=True)
class Pinhole:
    """`height_m` of the lens, `tilt_deg` downwards from the horizon, `hfov_deg` across the width of the picture."""

    height_m: float
    tilt_deg: float
    hfov_deg: float
    width: int = WIDTH
    height: int = HEIGHT

    @cached_property
    def focal_px(self) -> float:
        return self.width / 2 / math.tan(math.radians(self.hfov_deg) / 2)

    @property
    def horizon_px(self) -> float:
        """Row of the horizon; negative when it lies above the picture."""
        return self.height / 2 - self.focal_px * math.tan(math.radians(self.tilt_deg))

    def scaled(self, factor: int) -> "Pinhole":
        """The same view on a picture `factor` times as wide and high."""
        return Pinhole(self.height_m, self.tilt_deg, self.hfov_deg, self.width * factor, self.height * factor)

    def camera_axes(self, points: npt.ArrayLike) -> Floats:
        """(n, 3) world points → (n, 3) in camera axes: right, down, depth along the optical axis."""
        turn, shift = self._axes
        return np.asarray(np.asarray(points, dtype=np.float64).reshape(-1, 3) @ turn + shift)

    @cached_property
    def _axes(self) -> tuple[Floats, Floats]:
        """Rotation (to multiply from the right) and offset of the camera axes."""
        tilt = math.radians(self.tilt_deg)
        sin, cos = math.sin(tilt), math.cos(tilt)
        turn = np.array([[1.0, 0.0, 0.0], [0.0, -sin, cos], [0.0, -cos, -sin]])
        return turn, np.array([0.0, self.height_m * cos, self.height_m * sin])

    def on_picture(self, axes: Floats) -> Floats:
        """(n, 3) camera axes with positive depth → (n, 2) pixels."""
        return np.asarray(axes[:, :2] * (self.focal_px / axes[:, 2:]) + (self.width / 2, self.height / 2))

    def project(self, points: npt.ArrayLike) -> Floats:
        """(n, 3) world points in front of the lens → (n, 2) pixels."""
        return self.on_picture(self.camera_axes(points))

    def depth(self, x: float, y: float, z: float = 0.0) -> float:
        """Metres along the optical axis."""
        tilt = math.radians(self.tilt_deg)
        return y * math.cos(tilt) + (self.height_m - z) * math.sin(tilt)

    def fraction(self, x: float, y: float, z: float = 0.0) -> Point2:
        """A world point as fractions of the picture; raises ValueError behind the lens."""
        if self.depth(x, y, z) <= 0:
            raise ValueError(f"({x}, {y}, {z}) lies behind the lens")
        u, v = self.project([[x, y, z]])[0]
        return float(u) / self.width, float(v) / self.height

    def ground(self, fraction_x: float, fraction_y: float) -> Point2:
        """The ground point seen at a picture point; raises ValueError at or above the horizon."""
        tilt = math.radians(self.tilt_deg)
        right = (fraction_x - 0.5) * self.width / self.focal_px
        down = (fraction_y - 0.5) * self.height / self.focal_px
        fall = down * math.cos(tilt) + math.sin(tilt)
        if fall <= 1e-6:
            raise ValueError(f"({fraction_x}, {fraction_y}) does not look at the ground")
        reach = self.height_m / fall
        return right * reach, (math.cos(tilt) - down * math.sin(tilt)) * reach

    def ground_polygon(self, points: Sequence[Point2]) -> tuple[Point2, ...]:
        """A ground polygon in metres as fractions of the picture, each held within [0, 1]."""
        held = []
        for x, y in points:
            fx, fy = self.fraction(x, y)
            held.append((round(min(max(fx, 0.0), 1.0), 4), round(min(max(fy, 0.0), 1.0), 4)))
        return tuple(held)
