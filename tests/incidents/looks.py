"""How things look, as a camera would tell it: real descriptors of drawn things."""

from base64 import b64encode
from functools import cache

import cv2
import numpy as np

from ingest.frame import Frame
from vision.appearance import describe

WIDTH, HEIGHT = 640, 360


@cache
def look(seed: int, brightness: float = 1.0) -> str:
    """Base64 of the look of thing number `seed`: blocks of its own, on a street."""
    rng = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    blocks = rng.integers(10, 245, (4, 6, 3)).astype(np.uint8)
    picture[180:244, 240:336] = cv2.resize(blocks, (96, 64), interpolation=cv2.INTER_NEAREST)
    levels = np.clip(picture * brightness, 0, 255).astype(np.uint8)
    luma, red, blue = cv2.split(cv2.cvtColor(levels, cv2.COLOR_BGR2YCrCb))
    half = (WIDTH // 2, HEIGHT // 2)
    chroma = tuple(cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (blue, red))
    frame = Frame("c", 0.0, 0, luma, lambda: levels, chroma)  # type: ignore[arg-type]
    found = describe(frame, (240 / WIDTH, 180 / HEIGHT, 96 / WIDTH, 64 / HEIGHT), np.full((64, 96), 255, np.uint8))
    assert found is not None
    return b64encode(found).decode()
