"""Is the thing there, or the ground behind it, or something else in front? Asked of one place in one picture."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from vision.grid import Gray, Mask

Kind = Literal["object", "background", "hidden", "unclear"]

_LEAST_PIXELS = 6
_TELLING_SHARE = 0.25  # of the mask must tell thing from ground, else light or darkness has made them alike
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Sight:
    """`telling`: pixels of the mask that can tell thing from ground at all; `as_object`, `as_background`: those that
    look like the one or the other; shares are of the telling pixels."""

    kind: Kind
    object_share: float
    background_share: float
    telling: Mask
    as_object: Mask
    as_background: Mask


def look(picture: Gray, thing: Gray, ground: Gray, mask: Mask, threshold: Gray) -> Sight:
    """All arguments of one shape, `thing` and `ground` in the picture's light."""
    telling = cv2.bitwise_and(cv2.compare(cv2.absdiff(thing, ground), threshold, cv2.CMP_GT), mask)
    count = cv2.countNonZero(telling)
    if count < max(_LEAST_PIXELS, _TELLING_SHARE * cv2.countNonZero(mask)):
        return untold(mask)
    closer_to_thing = cv2.compare(cv2.absdiff(picture, thing), cv2.absdiff(picture, ground), cv2.CMP_LT)
    like_thing = cv2.compare(outside(picture, thing), threshold, cv2.CMP_LE)
    like_ground = cv2.compare(outside(picture, ground), threshold, cv2.CMP_LE)
    as_object = np.asarray(cv2.bitwise_and(cv2.bitwise_and(telling, closer_to_thing), like_thing), np.uint8)
    as_background = np.asarray(cv2.bitwise_and(cv2.subtract(telling, closer_to_thing), like_ground), np.uint8)
    object_share = cv2.countNonZero(as_object) / count
    background_share = cv2.countNonZero(as_background) / count
    kind = _kind(object_share, background_share)
    return Sight(kind, object_share, background_share, np.asarray(telling, np.uint8), as_object, as_background)


def untold(mask: Mask) -> Sight:
    nothing = np.zeros_like(mask)
    return Sight("unclear", 0.0, 0.0, nothing, nothing, nothing)


def _kind(object_share: float, background_share: float) -> Kind:
    if object_share >= 0.5:
        return "object"
    if object_share >= 0.2 and object_share + background_share >= 0.7:
        return "object"  # part of it has gone
    if object_share >= 0.3 and background_share < 0.3:
        return "object"  # somebody stands in front of part of it
    return "background" if background_share >= 0.65 else "hidden"


def outside(picture: Gray, reference: Gray) -> Gray:
    """How far each pixel lies outside what the reference holds within one pixel."""
    above = cv2.subtract(picture, cv2.dilate(reference, _NEIGHBOURS))
    below = cv2.subtract(cv2.erode(reference, _NEIGHBOURS), picture)
    return np.asarray(cv2.max(above, below), np.uint8)
