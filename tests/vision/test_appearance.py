"""The look of a thing, and whether two looks are alike: the two ends of one format."""

import base64
from typing import Any

import cv2
import numpy as np
import pytest

from incidents import appearance as reading
from incidents.appearance import ALIKE, likeness
from tests.vision.carts import ANOTHER, ONE, RED_CART, WHOLE, box_of, cart, framed, look, street_with
from vision import appearance as writing
from vision.appearance import CELLS, describe
from vision.detection import Box, Detection


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
    for name in ("VERSION", "CELLS", "DIRECTIONS", "SIZE"):
        assert getattr(reading, name) == getattr(writing, name)
    seen = reading.read(look(ONE))
    assert seen is not None
    assert seen.colours is not None
    assert len(look(ONE)) == writing.SIZE <= reading.MOST_BYTES
    assert seen.cover.min() > 0.9
    assert np.allclose(seen.sides - np.log2(1024), np.log2([96 / 640, 64 / 360]), atol=0.03)
    assert seen.colours[2, 1] > 0.3  # the roof is red
    assert np.abs(seen.colours[-CELLS:]).max() < 0.1  # the wheels are grey
    brightness = seen.brightness.reshape(CELLS, CELLS)
    assert brightness[4].mean() < brightness[2].mean()  # and dark


def test_what_cannot_be_compared_is_not_guessed() -> None:
    one = look(ONE)
    assert likeness(one, one) == pytest.approx(1.0, abs=0.01)
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
