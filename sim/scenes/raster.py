"""Draws still 3-D polygons into a picture with a depth buffer, at twice the size of the final picture."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from sim.scenes.pinhole import Floats, Pinhole, Point2
from sim.scenes.textures import Colour, Image, Plane

OVERSAMPLING = 2
NEAR_M = 0.4
SHIFT = 4
"""Fractional bits of the polygon corners handed to OpenCV."""


def clip_near(axes: Floats) -> Floats:
    """A polygon in camera axes cut at the near plane (Sutherland–Hodgman); may be empty."""
    kept: list[Floats] = []
    for first, second in zip(axes, np.roll(axes, -1, axis=0), strict=True):
        inside, next_inside = first[2] > NEAR_M, second[2] > NEAR_M
        if inside:
            kept.append(first)
        if inside != next_inside:
            kept.append(first + (second - first) * ((NEAR_M - first[2]) / (second[2] - first[2])))
    return np.array(kept) if len(kept) >= 3 else np.zeros((0, 3))


def fixed(points: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Pixel corners as OpenCV's fixed point; OpenCV counts from pixel centres."""
    return np.round((np.asarray(points) - 0.5) * (1 << SHIFT)).astype(np.int32)


class Canvas:
    """`colour` (BGR), `nearness` (1/depth of standing things, 0 where ground or sky shows), `glow` (light sources)."""

    def __init__(self, camera: Pinhole) -> None:
        self.camera = camera.scaled(OVERSAMPLING)
        height, width = self.camera.height, self.camera.width
        self.colour: Image = np.zeros((height, width, 3), np.uint8)
        self.nearness: Plane = np.zeros((height, width), np.float32)
        self.glow: Image = np.zeros((height, width, 3), np.uint8)
        self.sway: Plane = np.zeros((height, width), np.float32)

    def outline(self, points: npt.ArrayLike) -> Floats:
        """The visible outline of a 3-D polygon in pixels; empty when it lies behind the lens."""
        axes = clip_near(self.camera.camera_axes(points))
        return self.camera.on_picture(axes) if len(axes) else np.zeros((0, 2))

    def window(self, outline: Floats, margin: int = 1) -> tuple[slice, slice] | None:
        """Rows and columns of the picture that the outline touches."""
        if not len(outline):
            return None
        low = np.floor(outline.min(axis=0)).astype(int) - margin
        high = np.ceil(outline.max(axis=0)).astype(int) + margin
        left, top = max(int(low[0]), 0), max(int(low[1]), 0)
        right, bottom = min(int(high[0]), self.camera.width), min(int(high[1]), self.camera.height)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def mask(self, outline: Floats, window: tuple[slice, slice]) -> Image:
        rows, columns = window
        mask: Image = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        cv2.fillPoly(mask, [fixed(outline - [columns.start, rows.start])], 255, cv2.LINE_8, SHIFT)
        return mask

    def plane_nearness(self, points: Floats, window: tuple[slice, slice]) -> Plane:
        """1/depth of the polygon's plane at every pixel of the window."""
        axes = self.camera.camera_axes(points)
        normal = _normal(axes)
        distance = float(normal @ axes[0])
        if abs(distance) < 1e-9:
            distance = 1e-9
        rows, columns = window
        u = (
            np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5 - self.camera.width / 2
        ) / self.camera.focal_px
        v = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5 - self.camera.height / 2) / self.camera.focal_px
        nearness = (normal[0] * u[None, :] + normal[1] * v[:, None] + normal[2]) / distance
        return np.asarray(nearness, np.float32)

    def polygon(self, points: npt.ArrayLike, colour: Colour, *, glow: Colour | None = None) -> None:
        """A flat coloured polygon, hidden where something nearer stands already."""
        world = np.asarray(points, dtype=np.float64)
        outline = self.outline(world)
        window = self.window(outline)
        if window is None:
            return
        near = self.plane_nearness(world, window)
        seen = (self.mask(outline, window) > 0) & (near > self.nearness[window])
        self.colour[window][seen] = np.clip(colour, 0, 255)
        self.nearness[window][seen] = near[seen]
        self.glow[window][seen] = glow if glow is not None else 0

    def picture(
        self,
        corner: Sequence[float],
        along: Sequence[float],
        up: Sequence[float],
        image: Image,
        glow: Image | None = None,
    ) -> None:
        """An image on the parallelogram whose top-left corner is `corner + up`, top-right `corner + along + up`."""
        base, side, rise = (np.asarray(vector, dtype=np.float64) for vector in (corner, along, up))
        world = np.array([base, base + side, base + side + rise, base + rise])
        outline = self.outline(world)
        window = self.window(outline)
        if window is None:
            return
        near = self.plane_nearness(world, window)
        seen = (self.mask(outline, window) > 0) & (near > self.nearness[window])
        if not seen.any():
            return
        for target, source in ((self.colour, image), (self.glow, glow)):
            if source is None:
                target[window][seen] = 0
                continue
            warped = self._warped(base, side, rise, source, outline, window)
            target[window][seen] = warped[seen]
        self.nearness[window][seen] = near[seen]

    def _warped(
        self, base: Floats, side: Floats, rise: Floats, image: Image, outline: Floats, window: tuple[slice, slice]
    ) -> Image:
        area = abs(float(cv2.contourArea(outline.astype(np.float32))))
        density = min(1.0, max(0.02, (area / (image.shape[0] * image.shape[1])) ** 0.5 * 1.15))
        if density < 0.9:
            image = np.asarray(cv2.resize(image, None, fx=density, fy=density, interpolation=cv2.INTER_AREA), np.uint8)
        rows, columns = window
        height, width = image.shape[:2]
        origin = self.camera.camera_axes([[0.0, 0.0, 0.0]])[0]
        axes = [self.camera.camera_axes([vector])[0] - origin for vector in (side, -rise)]
        start = self.camera.camera_axes([base + rise])[0]
        lens = np.array(
            [
                [self.camera.focal_px, 0, self.camera.width / 2 - columns.start],
                [0, self.camera.focal_px, self.camera.height / 2 - rows.start],
                [0, 0, 1],
            ]
        )
        texel_to_pixel = lens @ np.stack([axes[0] / width, axes[1] / height, start], axis=1)
        half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
        matrix = half @ texel_to_pixel @ np.linalg.inv(half)
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return np.asarray(
            cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )

    def ground_outline(self, polygon: Sequence[Point2]) -> Floats:
        return self.outline([(x, y, 0.0) for x, y in polygon])


def _normal(axes: Floats) -> Floats:
    """Unit normal by Newell's method, which bears nearly collinear corners."""
    following = np.roll(axes, -1, axis=0)
    normal = np.cross(axes - axes.mean(axis=0), following - axes.mean(axis=0)).sum(axis=0)
    length = float(np.linalg.norm(normal))
    return np.asarray(normal / length) if length > 1e-12 else np.array([0.0, 0.0, 1.0])
