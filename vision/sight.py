"""Is the thing there, or the ground behind it, or something else in front? Asked of one place in one picture."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grid import Floats, Gray, Mask

Kind = Literal["object", "background", "hidden", "unclear"]

_LEAST_PIXELS = 6
_TELLING_SHARE = 0.25  # of the mask must tell thing from ground, else light or darkness has made them alike
_NEIGHBOURS = np.ones((3, 3), np.uint8)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sight:
    """`telling`: pixels of the mask that can tell thing from ground at all; `as_object`, `as_background`: those that
    look like the one or the other; shares are of the telling pixels."""

    kind: Kind
    object_share: float
    background_share: float
    telling: Flags
    as_object: Flags
    as_background: Flags


def look(picture: Gray, appearance: Floats, background: Floats, mask: Mask, threshold: Gray) -> Sight:
    """All arguments of one shape, `appearance` and `background` in the picture's light."""
    inside = mask > 0
    thing, ground = _as_gray(appearance), _as_gray(background)
    telling = inside & (cv2.absdiff(thing, ground) > threshold)
    count = int(telling.sum())
    if count < max(_LEAST_PIXELS, _TELLING_SHARE * int(inside.sum())):
        return untold(mask)
    to_thing, to_ground = cv2.absdiff(picture, thing), cv2.absdiff(picture, ground)
    closer_to_thing = to_thing < to_ground
    as_object = telling & closer_to_thing & (_outside(picture, thing) <= threshold)
    as_background = telling & ~closer_to_thing & (_outside(picture, ground) <= threshold)
    object_share = int(as_object.sum()) / count
    background_share = int(as_background.sum()) / count
    return Sight(
        _kind(object_share, background_share), object_share, background_share, telling, as_object, as_background
    )


def untold(mask: Mask) -> Sight:
    nothing = np.zeros(mask.shape, np.bool_)
    return Sight("unclear", 0.0, 0.0, nothing, nothing, nothing)


def _kind(object_share: float, background_share: float) -> Kind:
    if object_share >= 0.5:
        return "object"
    if object_share >= 0.2 and object_share + background_share >= 0.7:
        return "object"  # part of it has gone
    if object_share >= 0.3 and background_share < 0.3:
        return "object"  # somebody stands in front of part of it
    return "background" if background_share >= 0.65 else "hidden"


def _outside(picture: Gray, reference: Gray) -> Gray:
    """How far each pixel lies outside what the reference holds within one pixel."""
    above = cv2.subtract(picture, cv2.dilate(reference, _NEIGHBOURS))
    below = cv2.subtract(cv2.erode(reference, _NEIGHBOURS), picture)
    return np.asarray(cv2.max(above, below), np.uint8)


def _as_gray(levels: Floats) -> Gray:
    return np.asarray(np.clip(levels, 0.0, 255.0), np.uint8)
