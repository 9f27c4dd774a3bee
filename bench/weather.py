"""What a street does to a picture, by name. Every function takes the picture and the second, and may change it."""

from collections.abc import Callable

import cv2
import numpy as np

from bench.streets import HEIGHT, WIDTH, Picture

Condition = Callable[[Picture, float], Picture]
_COLUMNS = np.arange(WIDTH, dtype=np.float32)
_ROWS = np.arange(HEIGHT, dtype=np.float32)


def calm(rng: np.random.Generator) -> Condition:
    return lambda picture, at: picture


def clouds(rng: np.random.Generator) -> Condition:
    """Soft-edged shadows drift over, and the whole sky dims and clears."""
    period, speed = rng.uniform(300, 700), rng.uniform(4, 15)

    def happen(picture: Picture, at: float) -> Picture:
        edge = (at * speed) % (WIDTH * 3) - 80
        ramp = 1.0 - 0.4 * np.clip((edge - np.abs(_COLUMNS - edge)) / 60.0, 0.0, 1.0)
        return picture * ramp[None, :] * np.float32(0.85 + 0.15 * np.cos(at * 2 * np.pi / period))

    return happen


def exposure(rng: np.random.Generator) -> Condition:
    """Gain and gamma jump, as when a white van fills the picture or somebody changes a setting."""
    gains = rng.uniform(0.6, 1.35, 40)
    gammas = rng.uniform(0.8, 1.25, 40)
    step = rng.uniform(90, 240)

    def happen(picture: Picture, at: float) -> Picture:
        index = int(at / step) % 40
        bright = np.clip(picture * np.float32(gains[index]), 0, 255) / 255.0
        return np.asarray(np.power(bright, np.float32(gammas[index])) * 255.0, np.float32)

    return happen


def headlights(rng: np.random.Generator) -> Condition:
    """Night under lamps; beams sweep over the paving."""

    def happen(picture: Picture, at: float) -> Picture:
        dark = picture * np.float32(0.42)
        cycle = (at * 0.9) % 60.0
        if cycle < 4.0:
            x, y = 60 + cycle * 55, 130.0
            glow = np.exp(-(((_COLUMNS - x) / 45) ** 2))[None, :] * np.exp(-(((_ROWS - y) / 28) ** 2))[:, None]
            dark = dark * (1.0 + 1.4 * glow).astype(np.float32)
        return np.asarray(dark, np.float32)

    return happen


def infrared(rng: np.random.Generator) -> Condition:
    """Switches over at some moment: dyes and leaves look different, and the picture gets grainy."""
    dyes = cv2.resize(rng.uniform(0.5, 1.7, (9, 16)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    switch = rng.uniform(1500, 2100)
    grain = rng.normal(0, 4, (7, HEIGHT, WIDTH)).astype(np.float32)
    return lambda picture, at: picture * dyes + grain[int(at * 3) % 7] if at > switch else picture


def shadows(rng: np.random.Generator) -> Condition:
    """Hard shadows of poles and houses creep over the ground."""
    starts, shade = rng.uniform(0, WIDTH, 3), rng.uniform(0.45, 0.65)

    def happen(picture: Picture, at: float) -> Picture:
        for start in starts:
            left = int((start + at * 0.02) % WIDTH)
            picture[70:, left : left + 12] *= np.float32(shade)
        return picture

    return happen


def foliage(rng: np.random.Generator) -> Condition:
    """A tree at the side and one in the middle of the picture."""
    leaves = [cv2.GaussianBlur(rng.normal(0, 1, (60, 70)).astype(np.float32), (0, 0), 1.6) * 90 for _ in range(24)]
    places = [(int(rng.integers(0, 60)), 40), (int(rng.integers(120, 240)), 30)]

    def happen(picture: Picture, at: float) -> Picture:
        index = int(at * 1.7)
        for number, (left, top) in enumerate(places):
            picture[top : top + 60, left : left + 70] += leaves[(index * 7 + number * 5) % 24][:, : WIDTH - left]
        return picture

    return happen


def _falling(rng: np.random.Generator, count: int, length: int, level: float) -> Condition:
    fields = []
    for _ in range(12):
        field = np.zeros((HEIGHT, WIDTH), np.float32)
        for x, y in zip(rng.integers(0, WIDTH, count), rng.integers(0, HEIGHT, count), strict=True):
            field[y : y + length, x : x + 1 + (length < 4)] = level
        fields.append(field)
    return lambda picture, at: np.asarray(picture * 0.94 + fields[int(at * 3.7) % 12], np.float32)


def rain(rng: np.random.Generator) -> Condition:
    return _falling(rng, 260, 9, 38.0)


def snow(rng: np.random.Generator) -> Condition:
    return _falling(rng, 420, 2, 80.0)


def pumping(rng: np.random.Generator) -> Condition:
    """Coding quality that jumps from key frame to key frame."""

    def happen(picture: Picture, at: float) -> Picture:
        quality = (14, 30, 65)[int(at / 2) % 3]
        levels = np.clip(picture, 0, 255).astype(np.uint8)
        _, jpeg = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE), np.float32)

    return happen


def _moved(picture: Picture, right: float, down: float) -> Picture:
    shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.float32)


def shaking(rng: np.random.Generator) -> Condition:
    """A mast in the wind: about a pixel."""
    moves = rng.uniform(-1.0, 1.0, (97, 2))
    return lambda picture, at: _moved(picture, *moves[int(at * 2) % 97])


def knocked(rng: np.random.Generator) -> Condition:
    """Twice in the hour the camera is moved for good, by two to four pixels."""
    first, second = rng.uniform(2, 4, 2) * rng.choice([-1, 1], 2), rng.uniform(2, 4, 2) * rng.choice([-1, 1], 2)
    when, again = rng.uniform(900, 1500), rng.uniform(2200, 2800)

    def happen(picture: Picture, at: float) -> Picture:
        if at < when:
            return picture
        return _moved(picture, *(first if at < again else first + second))

    return happen


CONDITIONS: dict[str, Callable[[np.random.Generator], Condition]] = {
    "calm": calm,
    "clouds": clouds,
    "exposure jumps": exposure,
    "headlights at night": headlights,
    "infrared switch-over": infrared,
    "creeping shadows": shadows,
    "foliage": foliage,
    "rain": rain,
    "snow": snow,
    "compression pumping": pumping,
    "camera shake": shaking,
    "camera knocked": knocked,
    "crowd": calm,
    "hidden for a while": calm,
    "people standing still": calm,
    "vehicles come and go": calm,
}
"""The last four differ by what happens in the street (`bench.scenarios`)."""
