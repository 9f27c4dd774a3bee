"""What a dome sees: the town through a pinhole at its mount, drawn anew only when it has moved.

Pictures are BGR. A picture costs some milliseconds: the ground is one or two warps of its painting, buildings are boxes
from far to near, of which only those large enough to be seen are drawn.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from sim.domes.dome import Aim, DomeLimits
from sim.domes.mount import Mount
from sim.domes.plate import FOOT_M, HEIGHT_M, SIDE_M, Plate, board
from sim.domes.townscape import Townscape
from sim.domes.wares import Ware, Wares, draw_ware, outline

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""West, south, east, north."""

FARTHEST_M = 5500.0
MOST_BUILDINGS = 220
_SMALLEST_PIXELS = 3.5
_FLOORS_FROM_PIXELS, _MOST_WITH_FLOORS = 60, 14
_GROUND_PIXELS_M = (2.5, 10.0)
_NEAREST_M = 3.0
_PATCH_M = 700.0
_PATCH_PIXELS = 720
_SMALLEST_PIXEL_M = 0.1
_SKY, _HAZE = (226, 196, 158), (222, 214, 204)
_SUN = (math.sin(math.radians(210.0)), math.cos(math.radians(210.0)))
_HAZE_M = 5000.0
_LEGIBLE_PIXELS = 6.0
"""A side of a plate narrower than this is drawn as a grey board: no cell of its code would be seen."""


@dataclass(frozen=True)
class _Painting:
    """A piece of ground from above; `north`, `west` of its top left corner."""

    image: Image
    west: float
    north: float
    pixel_m: float

    def holds(self, box: Box, pixel_m: float) -> bool:
        """Whether it covers the box, in pixels of about that size."""
        west, south, east, north = box
        rows, columns = self.image.shape[:2]
        inside = west >= self.west and east <= self.west + columns * self.pixel_m
        inside = inside and north <= self.north and south >= self.north - rows * self.pixel_m
        return inside and 0.45 <= self.pixel_m / pixel_m <= 1.6

    def to_ground(self) -> Floats:
        """Pixels of the painting to metres, homogeneous."""
        half = self.pixel_m / 2
        return np.array([[self.pixel_m, 0, self.west + half], [0, -self.pixel_m, self.north - half], [0, 0, 1]])


class Ground:
    """The paintings of the whole town, made once and shared by all domes, and what stands in its streets."""

    def __init__(self, town: Townscape, wares: Wares | None = None) -> None:
        self.town = town
        self.wares = wares or Wares()
        west, south, east, north = town.bounds
        fine, coarse = _GROUND_PIXELS_M
        columns, rows = math.ceil((east - west) / fine), math.ceil((north - south) / fine)
        image = town.paint(west, north, columns, rows, fine)
        ratio = round(coarse / fine)
        size = (columns // ratio, rows // ratio)
        small = cv2.resize(image[: size[1] * ratio, : size[0] * ratio], size, interpolation=cv2.INTER_AREA)
        self.levels = (_Painting(image, west, north, fine), _Painting(small.astype(np.uint8), west, north, coarse))


class View:
    """A pinhole: where it stands, its axes in the world, its focal length in pixels."""

    def __init__(self, mount: Mount, aim: Aim, hfov_deg: float, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.eye = np.array([mount.x, mount.y, mount.height_m])
        self.axes = mount.camera_axes(aim)
        self.focal = width / 2 / math.tan(math.radians(hfov_deg) / 2)

    @property
    def matrix(self) -> Floats:
        return np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]])

    def local(self, points: Floats) -> Floats:
        """(…, 3) world points to right, down, ahead of the eye."""
        return np.asarray((points - self.eye) @ self.axes.T)

    def on_picture(self, local: Floats) -> Floats:
        """(…, 3) right, down, ahead with ahead > 0 to (…, 2) pixels, continuous from the top left corner."""
        return np.asarray(local[..., :2] * (self.focal / local[..., 2:]) + (self.width / 2, self.height / 2))

    def from_ground(self) -> Floats:
        """Homogeneous metres on the ground to pixels, whose middles are at whole numbers as OpenCV counts."""
        shift = np.array([[1.0, 0, -0.5], [0, 1.0, -0.5], [0, 0, 1.0]])
        onto = np.c_[self.axes[:, :2], -self.axes @ self.eye]
        return np.asarray(shift @ self.matrix @ onto)

    def up(self) -> Floats:
        """(3,) so that `up · (x, y, 1)` is the upward part of the ray through a pixel, its part ahead being 1."""
        right, down, ahead = self.axes[:, 2]
        half = (self.width / 2, self.height / 2)
        return np.array(
            [right / self.focal, down / self.focal, ahead - (right * half[0] + down * half[1]) / self.focal]
        )


class Picture:
    """One dome's view in one size. Not for two threads at once."""

    def __init__(self, ground: Ground, mount: Mount, limits: DomeLimits, width: int, height: int) -> None:
        self._ground, self._town, self._mount, self._limits = ground, ground.town, mount, limits
        self._width, self._height = width, height
        self._patch: _Painting | None = None
        self._last: tuple[Aim, tuple[Ware, ...], Image] | None = None
        bases = self._town.corners.mean(axis=1)
        self._middles = np.c_[bases, self._town.heights / 2]
        self._reaches = np.hypot(*(self._town.corners[:, 0] - bases).T) + self._town.heights / 2
        self._feet = np.array([[one.x, one.y, 1.5] for one in self._town.plates]).reshape(-1, 3)
        self.drawn = 0

    def at(self, aim: Aim) -> Image:
        """The picture, the same one again while nothing has changed. Do not write into it."""
        wares = self._ground.wares.now
        if self._last is None or self._last[:2] != (aim, wares):
            self._last = (aim, wares, self._draw(aim, wares))
            self.drawn += 1
        return self._last[2]

    def _draw(self, aim: Aim, wares: tuple[Ware, ...]) -> Image:
        view = View(self._mount, aim, self._limits.hfov_deg(aim.zoom), self._width, self._height)
        image = np.empty((self._height, self._width, 3), np.uint8)
        self._draw_ground(view, image)
        _draw_sky(view, image)
        self._draw_standing(view, image, wares)
        return image

    def _draw_ground(self, view: View, image: Image) -> None:
        box, pixel_m = self._seen(view)
        if max(box[2] - box[0], box[3] - box[1]) <= _PATCH_M:
            grown, pixel_m = _with_margin(box, pixel_m)
            if self._patch is None or not self._patch.holds(box, pixel_m):
                self._patch = self._paint_patch(grown, pixel_m)
            _warp(self._patch, view, image, 0, self._height)
            return
        fine, coarse = self._ground.levels
        # Down to the row where a pixel of the picture covers as much as one of the coarse painting.
        row = _row_of(view, math.sqrt(coarse.pixel_m * view.eye[2] * view.focal / 2.5))
        _warp(coarse, view, image, 0, row)
        _warp(fine, view, image, row, self._height)

    def _seen(self, view: View) -> tuple[Box, float]:
        """The box around the ground that is seen, and how much of it across a pixel in the middle covers."""
        pixels = np.array([[x, y] for y in (0, view.height / 2, view.height) for x in (0, view.width / 2, view.width)])
        local = np.c_[(pixels - (view.width / 2, view.height / 2)) / view.focal, np.ones(len(pixels))]
        rays = local @ view.axes
        reach = np.where(rays[:, 2] < -1e-6, view.eye[2] / np.maximum(-rays[:, 2], 1e-6), FARTHEST_M)
        # A pixel's ray has a part ahead of 1, so reach is the depth.
        places = view.eye[:2] + rays[:, :2] * np.minimum(reach, FARTHEST_M)[:, None]
        west, south = places.min(axis=0)
        east, north = places.max(axis=0)
        return (float(west), float(south), float(east), float(north)), float(min(reach[4], FARTHEST_M) / view.focal)

    def _paint_patch(self, box: Box, pixel_m: float) -> _Painting:
        west, south, east, north = box
        columns, rows = math.ceil((east - west) / pixel_m), math.ceil((north - south) / pixel_m)
        return _Painting(self._town.paint(west, north, columns, rows, pixel_m), west, north, pixel_m)

    def _draw_standing(self, view: View, image: Image, wares: tuple[Ware, ...]) -> None:
        """Buildings, plates and wares from far to near."""
        chosen, depth = self._in_view(view)
        boxes = _Boxes(view, self._town.corners[chosen], self._town.heights[chosen], self._town.roofs[chosen])
        order: list[tuple[float, int | Plate | Ware]] = [(away, n) for n, away in enumerate(depth.tolist())]
        order += self._plates_in_view(view)
        order += [(float(view.local(np.array([ware.x, ware.y, 0.0]))[2]), ware) for ware in wares]
        for _, one in sorted(order, key=lambda one: -one[0]):
            if isinstance(one, Plate):
                _draw_plate(view, image, one)
            elif isinstance(one, Ware):
                local = view.local(outline(one))
                pixels = view.on_picture(np.maximum(local, [-np.inf, -np.inf, 1.0]))
                draw_ware(image, one, view.eye, view.focal, local, pixels)
            else:
                boxes.draw(image, one)

    def _plates_in_view(self, view: View) -> list[tuple[float, Plate]]:
        if not self._town.plates:
            return []
        local = view.local(self._feet)
        half = np.array([view.width, view.height]) / 2 / view.focal
        ahead = local[:, 2]
        inside = (np.abs(local[:, :2]) < ahead[:, None] * half + 2 * HEIGHT_M).all(axis=1)
        large = SIDE_M * view.focal > 1.5 * ahead
        return [(float(ahead[n]), self._town.plates[n]) for n in np.flatnonzero(inside & large & (ahead > _NEAREST_M))]

    def _in_view(self, view: View) -> tuple[npt.NDArray[np.int64], Floats]:
        """Indices of the buildings worth drawing and their depths; the largest on the picture where there are many."""
        local = view.local(self._middles)
        ahead = local[:, 2]
        half = np.array([view.width, view.height]) / 2 / view.focal
        slack = self._reaches * np.sqrt(1 + half**2)[:, None]
        near = (ahead > _NEAREST_M + self._reaches) & (ahead < FARTHEST_M)
        inside = (np.abs(local[:, :2].T) < ahead * half[:, None] + slack).all(axis=0)
        size = view.focal * self._town.heights / np.maximum(ahead, 1.0)
        chosen = np.flatnonzero(near & inside & (size > _SMALLEST_PIXELS))
        if len(chosen) > MOST_BUILDINGS:
            chosen = chosen[np.argpartition(-size[chosen], MOST_BUILDINGS)[:MOST_BUILDINGS]]
        return chosen, ahead[chosen]


def _with_margin(box: Box, pixel_m: float) -> tuple[Box, float]:
    """So that a slow turn does not need another painting at once; and a size of pixels that keeps it small."""
    west, south, east, north = box
    margin = 0.3 * max(east - west, north - south)
    grown = (west - margin, south - margin, east + margin, north + margin)
    longest = max(east - west, north - south) + 2 * margin
    return grown, max(pixel_m, _SMALLEST_PIXEL_M, longest / _PATCH_PIXELS)


class _Boxes:
    """Buildings on the picture: their corners in sixteenths of a pixel, which walls face the eye, and shades."""

    def __init__(self, view: View, corners: Floats, heights: Floats, roofs: Floats) -> None:
        count = len(corners)
        feet = np.concatenate([corners, np.zeros((count, 4, 1))], axis=2)
        tops = np.concatenate([corners, np.repeat(heights[:, None, None], 4, axis=1)], axis=2)
        local = [view.local(points) for points in (feet, tops)]
        self._whole = (local[0][..., 2].min(axis=1) > 1.0) & (local[1][..., 2].min(axis=1) > 1.0)
        pixels = [np.clip(view.on_picture(np.maximum(one, [-np.inf, -np.inf, 1.0])), -4000, 4000) for one in local]
        feet2, tops2 = (np.round((one - 0.5) * 16).astype(np.int32) for one in pixels)
        self._tops = list(tops2)
        following = [np.roll(one, -1, axis=1) for one in (feet2, tops2)]
        self._walls = [list(one) for one in np.stack([feet2, following[0], following[1], tops2], axis=2)]
        along = np.roll(corners, -1, axis=1) - corners
        outward = np.stack([along[..., 1], -along[..., 0]], axis=2)
        outward /= np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 1e-6)
        facing = ((view.eye[:2] - corners) * outward).sum(axis=2) > 0
        self._facing = [[wall for wall in range(4) if row[wall]] for row in facing.tolist()]
        light = 0.62 + 0.3 * np.clip(outward @ np.array(_SUN), -0.6, 1.0)
        away = np.linalg.norm(corners.mean(axis=1) - view.eye[:2], axis=1)
        haze = 1 - np.exp(-away / _HAZE_M)
        plaster = np.array([196.0, 204.0, 210.0]) * 0.6 + roofs * 0.4
        walls = plaster[:, None, :] * light[..., None]
        self._wall_shades = _hazed(walls, haze[:, None, None]).tolist()
        self._roof_shades = _hazed(roofs * 1.1, haze[:, None]).tolist()
        self._floors = np.maximum(np.round(heights / 3.0), 1).astype(int)
        high = feet2[..., 1].max(axis=1) - tops2[..., 1].min(axis=1)
        largest = np.sort(high)[-_MOST_WITH_FLOORS] if count > _MOST_WITH_FLOORS else 0
        self._tall = (high > _FLOORS_FROM_PIXELS * 16) & (high >= largest)

    def draw(self, image: Image, index: int) -> None:
        if not self._whole[index]:
            return
        smooth = cv2.LINE_AA if self._tall[index] else cv2.LINE_8
        for wall in self._facing[index]:
            shade = self._wall_shades[index][wall]
            cv2.fillConvexPoly(image, self._walls[index][wall], shade, smooth, 4)
            if self._tall[index]:
                self._draw_floors(image, index, wall, shade)
        cv2.fillConvexPoly(image, self._tops[index], self._roof_shades[index], smooth, 4)

    def _draw_floors(self, image: Image, index: int, wall: int, shade: list[float]) -> None:
        foot, next_foot, next_top, top = self._walls[index][wall].astype(np.float64)
        floors = int(self._floors[index])
        dark = [value * 0.6 for value in shade]
        low = ((np.arange(floors) + 0.35) / floors)[:, None]
        high = low + 0.4 / floors
        left, right = top - foot, next_top - next_foot
        ends = np.stack([foot + left * low, next_foot + right * low, next_foot + right * high, foot + left * high], 1)
        ends += (ends[:, [1, 0, 3, 2]] - ends) * 0.06
        for band in np.round(ends).astype(np.int32):
            cv2.fillConvexPoly(image, band, dark, cv2.LINE_AA, 4)


def _hazed(colours: Floats, haze: Floats) -> Floats:
    return np.asarray(colours * (1 - haze) + np.array(_HAZE) * haze).clip(0, 255)


def _warp(painting: _Painting, view: View, image: Image, top: int, bottom: int) -> None:
    """The painting as seen, into the rows from `top` to `bottom`."""
    if bottom <= top:
        return
    shift = np.array([[1.0, 0, 0], [0, 1.0, -top], [0, 0, 1.0]])
    onto = shift @ view.from_ground() @ painting.to_ground()
    rows = image[top:bottom]
    size = (rows.shape[1], rows.shape[0])
    cv2.warpPerspective(painting.image, onto, size, rows, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT, _HAZE)


def _row_of(view: View, distance_m: float) -> int:
    """The row in which the ground is so far away, in the middle column."""
    _, slope, rest = view.up()
    middle = view.up()[0] * view.width / 2
    if abs(slope) < 1e-9:
        return 0
    row = (-view.eye[2] / distance_m - rest - middle) / slope
    return round(min(max(row, 0.0), float(view.height))) if slope < 0 else 0


def _draw_sky(view: View, image: Image) -> None:
    """Haze from where the ground ends up to the horizon, sky above; also hides what a warp shows behind the horizon."""
    for rise, colour in ((-view.eye[2] / FARTHEST_M, _HAZE), (0.03, _SKY)):
        above = _clipped(view, rise)
        if len(above) >= 3:
            cv2.fillConvexPoly(image, np.round(above).astype(np.int32), colour)


def _clipped(view: View, rise: float) -> Floats:
    """The part of the picture whose rays rise more than so much."""
    corners = np.array([[0.0, 0.0], [view.width, 0.0], [view.width, view.height], [0.0, view.height]])
    value = corners @ view.up()[:2] + view.up()[2] - rise
    found = []
    for n in range(4):
        following = (n + 1) % 4
        if value[n] >= 0:
            found.append(corners[n])
        if (value[n] >= 0) != (value[following] >= 0):
            share = value[n] / (value[n] - value[following])
            found.append(corners[n] + (corners[following] - corners[n]) * share)
    return np.array(found).reshape(-1, 2)


def _draw_plate(view: View, image: Image, plate: Plate) -> None:
    for side in range(4):
        normal_deg = math.radians(plate.turned_deg + 90 * side)
        normal = np.array([math.sin(normal_deg), math.cos(normal_deg)])
        middle = np.array([plate.x, plate.y]) + normal * SIDE_M / 2
        if (view.eye[:2] - middle) @ normal <= 0:
            continue
        # As one sees who stands in front of it: its left is to the right of the normal.
        left = np.array([-normal[1], normal[0]]) * -SIDE_M / 2
        ends = [middle + left, middle - left, middle - left, middle + left]
        heights = (FOOT_M + HEIGHT_M, FOOT_M + HEIGHT_M, FOOT_M, FOOT_M)
        corners = np.array([[*end, height] for end, height in zip(ends, heights, strict=True)])
        _draw_side(view, image, view.local(corners), board(plate.code))


def _draw_side(view: View, image: Image, local: Floats, sizes: tuple[Image, ...]) -> None:
    if local[:, 2].min() < _NEAREST_M:
        return
    corners = view.on_picture(local)
    wide = float(np.linalg.norm(corners[1] - corners[0]))
    if wide < _LEGIBLE_PIXELS:
        cv2.fillConvexPoly(image, np.round(corners * 16).astype(np.int32), (170, 170, 170), cv2.LINE_AA, 4)
        return
    low = np.floor(corners.min(axis=0)).astype(int).clip(0, (view.width, view.height))
    high = np.ceil(corners.max(axis=0)).astype(int).clip(0, (view.width, view.height))
    if (high <= low).any():
        return
    texture = next((one for one in reversed(sizes) if one.shape[1] >= wide), sizes[0])
    rows, columns = texture.shape[:2]
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
    target = (corners - low - 0.5).astype(np.float32)
    onto = cv2.getPerspectiveTransform(source, target)
    part = image[low[1] : high[1], low[0] : high[0]]
    size = (part.shape[1], part.shape[0])
    flat = cv2.warpPerspective(texture, onto, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(target * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = mask[:, :, None].astype(np.float32) / 255
    part[:] = (flat * share + part * (1 - share)).astype(np.uint8)
