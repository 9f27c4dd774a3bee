"""The look of a thing, and whether two looks are alike: the two ends of one format."""

import base64
from typing import Any

import cv2
import numpy as np
import pytest

from incidents import appearance as reading
from incidents.appearance import ALIKE, likeness
from ingest.frame import Frame
from tests.vision.scenery import STREET
from vision import appearance as writing
from vision.appearance import describe
from vision.detection import Box, Detection

WIDTH, HEIGHT = 640, 360
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
        picture[top : top + 12, 4 + column * 15 : 15 + column * 15] = rng.integers(20, 240) * np.ones(3) * 0.5
        picture[top : top + 12, 4 + column * 15 : 15 + column * 15] += np.array(colours[1]) * 0.5
    picture[48:] = 50
    for middle in (20, 76):
        cv2.circle(picture, (middle, 54), 9, (15, 15, 15), -1)
    return picture


def street_with(thing: Any, at: tuple[int, int] = PLACE[:2], tint: Any = (1.0, 1.0, 1.0)) -> Any:
    picture = np.repeat(STREET[:, :, None], 3, axis=2).copy()
    picture[at[1] : at[1] + thing.shape[0], at[0] : at[0] + thing.shape[1]] = thing
    return picture * np.array(tint, np.float32)


def framed(bgr: Any, colour: bool = True) -> Frame:
    levels = np.clip(bgr, 0, 255).astype(np.uint8)
    luma, red, blue = cv2.split(cv2.cvtColor(levels, cv2.COLOR_BGR2YCrCb))
    half = (levels.shape[1] // 2, levels.shape[0] // 2)
    planes = tuple(cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (blue, red))
    return Frame("c", 0.0, 0, luma, lambda: levels, planes if colour else None)  # type: ignore[arg-type]


def box_of(left: float, top: float, width: float, height: float) -> Box:
    return left / WIDTH, top / HEIGHT, width / WIDTH, height / HEIGHT


def look(bgr: Any, box: Box | None = None, seen: Any = WHOLE, colour: bool = True) -> bytes:
    found = describe(framed(bgr, colour), box or box_of(*PLACE), seen)
    assert found is not None
    return found


ONE = street_with(cart(RED_CART, 1))
ANOTHER = street_with(cart(GREEN_CART, 2))
SAME_LOOK_OTHER_GOODS = street_with(cart(RED_CART, 8))


def _hidden() -> tuple[Any, Any]:
    """Somebody in front of a third."""
    picture, seen = ONE.copy(), WHOLE.copy()
    picture[170:250, 240:272] = (150, 60, 40)
    seen[:, :32] = 0
    return picture, seen


def _night() -> Any:
    grey = cv2.cvtColor(np.clip(ONE, 0, 255).astype(np.uint8), cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.repeat(grey[:, :, None] * 0.5, 3, axis=2)


SAME: dict[str, bytes] = {
    "dusk: darker, of another curve": look(np.power(np.clip(ONE, 0, 255) / 255, 1.3) * 255 * 0.5),
    "over-exposed a little": look(ONE * 1.25),
    "tinted by lamps": look(ONE * np.array((0.75, 0.95, 1.1), np.float32)),
    "infrared": look(_night()),
    "no colour planes": look(ONE, colour=False),
    "moved by three pixels": look(street_with(cart(RED_CART, 1), (243, 178))),
    "box cut ten per cent wider": look(ONE, box_of(235, 176, 106, 71), cv2.copyMakeBorder(WHOLE, 4, 3, 5, 5, 0)),
    "main stream": look(cv2.resize(ONE, (1920, 1080), interpolation=cv2.INTER_CUBIC)),
    "small stream": look(cv2.resize(ONE, (352, 198), interpolation=cv2.INTER_AREA)),
    "somebody before a third of it": look(_hidden()[0], seen=_hidden()[1]),
    "noise": look(ONE + np.random.default_rng(3).normal(0, 8, ONE.shape)),
}


@pytest.mark.parametrize("condition", SAME)
def test_the_same_cart_again(condition: str) -> None:
    alike = likeness(look(ONE), SAME[condition])
    assert alike is not None
    assert alike >= ALIKE


def test_another_cart_at_the_same_place() -> None:
    for condition, seen in SAME.items():
        alike = likeness(look(ANOTHER), seen)
        assert alike is not None
        assert alike < ALIKE, condition


def test_both_ends_know_one_format() -> None:
    for name in ("VERSION", "CELLS", "DIRECTIONS", "BANDS", "HUES", "SIZE"):
        assert getattr(reading, name) == getattr(writing, name)
    seen = reading.read(look(ONE))
    assert seen is not None
    assert seen.colours is not None
    assert len(look(ONE)) == writing.SIZE <= reading.MOST_BYTES
    assert seen.cover.min() > 0.9
    assert abs(seen.shape - np.log2(96 / 64)) < 0.05
    assert np.allclose(seen.colours.sum(axis=1), 1.0, atol=0.05)
    assert abs(float(seen.brightness[4].mean())) > 0.2  # wheels and shade are darker than the rest


def test_what_cannot_be_compared_is_not_guessed() -> None:
    one = look(ONE)
    assert likeness(one, one) == 1.0
    for other in (None, b"", b"\x01", bytes([2]) + one[1:], one + b"\x00", one[:-1]):
        assert likeness(one, other) is None
        assert likeness(other, one) is None


def test_any_bytes_of_the_right_length_are_read() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        strange = bytes([writing.VERSION]) + rng.integers(0, 256, writing.SIZE - 1, np.uint8).tobytes()
        found = likeness(strange, look(ONE))
        assert found is not None
        assert 0.0 <= found <= 1.0
    assert likeness(bytes([writing.VERSION]) + bytes(writing.SIZE - 1), look(ONE)) == 0.0


@pytest.mark.parametrize(
    "box",
    [(0.5, 0.5, 0.005, 0.2), (0.5, 0.5, 0.2, 0.005), (1.0, 1.0, 0.2, 0.2), (-0.5, 0.0, 0.4, 0.4)],
    ids=["too narrow", "too low", "past the corner", "left of the picture"],
)
def test_too_small_for_a_look(box: Box) -> None:
    assert describe(framed(ONE), box, WHOLE) is None


def test_it_travels_as_base64_only_with_what_has_come() -> None:
    seen = look(ONE)
    detection = Detection(
        "k", "o", "present", "c", "z", "stall", "05-01", 2, True, 1.0, 2.0, (0, 0, 1, 1), (0.5, 0.9), None, None, 0.5
    )
    assert "appearance" not in detection.to_plain()
    told = Detection(**{name: getattr(detection, name) for name in Detection.__slots__} | {"appearance": seen})
    assert base64.b64decode(told.to_plain()["appearance"]) == seen
