"""Carts in colour on the drawn street, and frames as a decoder gives them."""

from typing import Any

import cv2
import numpy as np

from ingest.frame import Frame
from tests.vision.scenery import HEIGHT, STREET, WIDTH
from vision.appearance import describe
from vision.detection import Box

PLACE = (240, 180, 96, 64)
WHOLE = np.full((64, 96), 255, np.uint8)
RED_CART = ((40, 60, 190), (30, 160, 220), (200, 200, 200))
GREEN_CART = ((60, 150, 50), (120, 90, 30), (40, 40, 40))


def cart(colours: Any, seed: int) -> Any:
    """BGR, 96 x 64: a roof, a body of boxes, wheels."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((64, 96, 3), np.float32)
    picture[:14] = colours[0]
    picture[14:48] = colours[2]
    for column in range(6):
        top = 18 + int(rng.integers(0, 14))
        box = picture[top : top + 12, 4 + column * 15 : 15 + column * 15]
        box[:] = rng.integers(20, 240) * 0.5 + np.array(colours[1]) * 0.5
    picture[48:] = 50
    for middle in (20, 76):
        cv2.circle(picture, (middle, 54), 9, (15, 15, 15), -1)
    return picture


def street_with(thing: Any, at: tuple[int, int] = PLACE[:2]) -> Any:
    picture = np.repeat(STREET[:, :, None], 3, axis=2).copy()
    picture[at[1] : at[1] + thing.shape[0], at[0] : at[0] + thing.shape[1]] = thing
    return picture


def framed(bgr: Any, colour: bool = True) -> Frame:
    levels = np.clip(bgr, 0, 255).astype(np.uint8)
    luma, red, blue = cv2.split(cv2.cvtColor(levels, cv2.COLOR_BGR2YCrCb))
    half = (levels.shape[1] // 2, levels.shape[0] // 2)
    planes: Any = tuple(cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (blue, red))
    return Frame("c", 0.0, 0, np.asarray(luma, np.uint8), lambda: levels, planes if colour else None)


def box_of(left: float, top: float, width: float, height: float) -> Box:
    return left / WIDTH, top / HEIGHT, width / WIDTH, height / HEIGHT


def look(bgr: Any, box: Box | None = None, seen: Any = WHOLE, colour: bool = True) -> bytes:
    found = describe(framed(bgr, colour), box or box_of(*PLACE), seen)
    assert found is not None
    return found


ONE = street_with(cart(RED_CART, 1))
ANOTHER = street_with(cart(GREEN_CART, 2))
