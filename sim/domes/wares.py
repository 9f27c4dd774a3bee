"""What stands in the street for a while, as a dome sees it: a stall under its sunshade, a heap of rubbish.

Boxes drawn with their facing sides and top, and a shadow on the ground. Local metres.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]
Colour = tuple[float, float, float]
WareKind = Literal["stall", "dumping"]

_NEAREST_M = 3.0
_SMALLEST_PIXELS = 2.0
_SHADOW = 0.55
_SUN_AWAY = (math.sin(math.radians(30.0)), math.cos(math.radians(30.0)))
"""Where shadows fall: the sun of the drawn town stands in the south-south-west."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A box: middle right and ahead of the ware's own, width, depth, from `low` up to `high`."""

    right: float
    ahead: float
    width: float
    depth: float
    low: float
    high: float
    colour: Colour


_PARTS: dict[WareKind, tuple[_Part, ...]] = {
    "stall": (
        _Part(0.0, 0.0, 2.2, 1.1, 0.0, 0.9, (60, 70, 190)),
        _Part(-0.5, 0.0, 0.7, 0.7, 0.9, 1.2, (210, 225, 230)),
        _Part(-0.6, 0.0, 1.2, 2.0, 2.1, 2.3, (40, 190, 240)),
        _Part(0.6, 0.0, 1.2, 2.0, 2.1, 2.3, (235, 235, 235)),
    ),
    "dumping": (
        _Part(-0.35, 0.0, 0.8, 0.8, 0.0, 0.55, (46, 44, 42)),
        _Part(0.4, 0.2, 0.7, 0.6, 0.0, 0.45, (225, 225, 220)),
        _Part(0.1, -0.4, 0.5, 0.5, 0.0, 0.4, (120, 150, 60)),
    ),
}


@dataclass(frozen=True, slots=True)
class Ware:
    """`x`, `y` of its middle; `turned_deg` clockwise from north of its back."""

    kind: WareKind
    x: float
    y: float
    turned_deg: float = 0.0


class Wares:
    """What stands there now, shared by all domes. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._standing: dict[str, Ware] = {}
        self.now: tuple[Ware, ...] = ()

    def put(self, name: str, ware: Ware) -> None:
        with self._lock:
            self._standing[name] = ware
            self.now = tuple(self._standing.values())

    def standing(self) -> list[tuple[str, Ware]]:
        with self._lock:
            return list(self._standing.items())

    def take_near(self, x: float, y: float, radius_m: float) -> str | None:
        """The name of the nearest, which is gone now; None where nothing is so near."""
        near = [(math.hypot(one.x - x, one.y - y), name) for name, one in self.standing()]
        away, name = min(near, default=(math.inf, ""))
        if away > radius_m:
            return None
        self.take(name)
        return name

    def take(self, name: str) -> None:
        """Also when it is not there."""
        with self._lock:
            self._standing.pop(name, None)
            self.now = tuple(self._standing.values())


def draw_ware(image: Image, ware: Ware, eye: Floats, focal: float, local: Floats, on_picture: Floats) -> None:
    """`local` and `on_picture` are `outline(ware)` as the view tells them."""
    if local[:, 2].min() < _NEAREST_M or 2.2 * focal < _SMALLEST_PIXELS * local[0, 2]:
        return
    corners = outline(ware)
    parts = _PARTS[ware.kind]
    for number in range(len(parts)):
        _shade(image, on_picture[12 * number + 8 : 12 * number + 12])
    order = sorted(range(len(parts)), key=lambda n: (parts[n].low, -float(local[12 * n : 12 * n + 8, 2].mean())))
    for number in order:
        first = 12 * number
        for face, colour in _faces(corners[first : first + 8], eye, parts[number].colour):
            pixels = np.round((on_picture[first + np.array(face)] - 0.5) * 16).clip(-60000, 60000).astype(np.int32)
            cv2.fillConvexPoly(image, pixels, colour, cv2.LINE_AA, 4)


def outline(ware: Ware) -> Floats:
    """(12 a part, 3): four corners below, four above, four of the shadow on the ground."""
    angle = math.radians(ware.turned_deg)
    right, ahead = np.array([math.cos(angle), -math.sin(angle)]), np.array([math.sin(angle), math.cos(angle)])
    found = []
    for part in _PARTS[ware.kind]:
        middle = np.array([ware.x, ware.y]) + part.right * right + part.ahead * ahead
        half_wide, half_deep = part.width / 2 * right, part.depth / 2 * ahead
        ring = np.array([middle + a * half_wide + b * half_deep for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
        fallen = ring + np.array(_SUN_AWAY) * part.high * 0.8
        found += [np.c_[ring, np.full(4, part.low)], np.c_[ring, np.full(4, part.high)], np.c_[fallen, np.zeros(4)]]
    return np.concatenate(found)


def _shade(image: Image, pixels: Floats) -> None:
    low = np.floor(pixels.min(axis=0)).astype(int).clip(0, (image.shape[1], image.shape[0]))
    high = np.ceil(pixels.max(axis=0)).astype(int).clip(0, (image.shape[1], image.shape[0]))
    if (high <= low).any():
        return
    part = image[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round((pixels - low - 0.5) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    part[:] = (part * (1 - (1 - _SHADOW) * (mask[:, :, None] / 255.0))).astype(np.uint8)


def _faces(corners: Floats, eye: Floats, colour: Colour) -> Iterator[tuple[tuple[int, ...], list[float]]]:
    """Corners of each face that looks at the eye, and its colour: sides first, then top or bottom."""
    middle = corners.mean(axis=0)
    for side in range(4):
        following = (side + 1) % 4
        face = (side, following, following + 4, side + 4)
        outward = corners[list(face)].mean(axis=0) - middle
        if (eye - corners[list(face)].mean(axis=0)) @ outward > 0:
            light = 0.55 + 0.3 * max(0.0, -float(outward[:2] @ _SUN_AWAY) / max(float(np.hypot(*outward[:2])), 1e-6))
            yield face, [value * light for value in colour]
    level = (4, 5, 6, 7) if eye[2] > corners[4, 2] else (0, 1, 2, 3)
    yield level, [value * (1.0 if level[0] == 4 else 0.4) for value in colour]
