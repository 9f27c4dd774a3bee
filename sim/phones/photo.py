"""The picture a grid worker takes when it is done: a street, with place, time and name printed in, as such apps do."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 960, 720
JPEG_QUALITY = 80
_HORIZON = 300
_WHITE, _SHADE = (245, 245, 245), (40, 40, 40)


def draw_photo(place: str, taken_at: float, worker: str, lon: float, lat: float, timezone: str, rng: Random) -> bytes:
    """A JPEG of a cleared street. `taken_at` is Unix seconds; the time is printed in `timezone`."""
    picture = _street(rng)
    when = datetime.fromtimestamp(taken_at, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")
    cv2.rectangle(picture, (0, HEIGHT - 150), (WIDTH, HEIGHT), _SHADE, -1)
    lines = (place or "现场", f"{when}　处置后", f"{worker}　{lon:.5f}, {lat:.5f}")
    face = cv2.FontFace("uni")
    for i, line in enumerate(lines):
        cv2.putText(picture, line, (28, HEIGHT - 108 + i * 42), _WHITE, face, 28)
    encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not encoded:
        raise RuntimeError("the photo could not be encoded")
    return jpeg.tobytes()


def _street(rng: Random) -> NDArray[np.uint8]:
    """Sky, a row of houses, pavement and road, all a little different each time, with a camera's grain."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    fade = np.linspace(0, 1, _HORIZON)[:, None]
    picture[:_HORIZON] = np.array([225.0, 205.0, 180.0]) + fade[:, None] * np.array([-10.0, 20.0, 40.0])
    picture[_HORIZON:] = (128, 130, 132)
    _houses(picture, rng)
    vanishing = (rng.randint(380, 580), _HORIZON)
    kerb = np.array([vanishing, (WIDTH, 520), (WIDTH, HEIGHT), (420, HEIGHT)], np.int32)
    cv2.fillPoly(picture, [kerb], (92, 90, 88))
    cv2.line(picture, vanishing, (420, HEIGHT), (190, 195, 198), 6, cv2.LINE_AA)
    cv2.line(picture, vanishing, (860, HEIGHT), (210, 220, 222), 4, cv2.LINE_AA)
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, 4, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _houses(picture: NDArray[np.uint8], rng: Random) -> None:
    left = 0
    while left < WIDTH:
        width, height = rng.randint(90, 190), rng.randint(110, 230)
        wall = tuple(rng.randint(120, 190) for _ in range(3))
        cv2.rectangle(picture, (left, _HORIZON - height), (left + width, _HORIZON + 20), wall, -1)
        for x in range(left + 14, left + width - 24, 36):
            for y in range(_HORIZON - height + 16, _HORIZON - 40, 44):
                cv2.rectangle(picture, (x, y), (x + 18, y + 24), (96, 84, 72), -1)
        cv2.rectangle(picture, (left + 10, _HORIZON - 34), (left + width - 10, _HORIZON + 20), (70, 66, 62), -1)
        left += width + rng.randint(0, 14)
