"""Streets drawn at the analysis's working size: cheap enough for hundreds of hours. Everything follows from a seed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from config.cameras import Camera, Position, Stream, Streams, View, Zone
from gis.ground import GroundModel, ground_model

WIDTH, HEIGHT = 320, 180
HORIZON = 62
Picture = NDArray[np.float32]

STALL_ZONE = [(0.02, 0.5), (0.55, 0.5), (0.55, 1.0), (0.02, 1.0)]
DUMPING_ZONE = [(0.57, 0.5), (0.98, 0.5), (0.98, 1.0), (0.57, 1.0)]


def camera(dwell: float) -> Camera:
    """Six metres up, looking down the street; a stall zone on the left, a dumping zone on the right."""
    zones = [
        {"id": "stall", "rule": "stall", "polygon": STALL_ZONE, "dwell_seconds": dwell, "case_class": "05-01"},
        {"id": "dumping", "rule": "dumping", "polygon": DUMPING_ZONE, "dwell_seconds": dwell, "case_class": "01-03"},
    ]
    return Camera(
        id="street",
        name="street",
        area="0",
        streams=Streams(sub=Stream(url="rtsp://192.0.2.1/street")),
        position=Position(lon=120.4, lat=30.0, height_m=6.0),
        view=View(heading_deg=0, tilt_deg=18.0, hfov_deg=70.0, range_m=80.0),
        zones=[Zone.model_validate(zone) for zone in zones],
    )


class Scale:
    """How large a thing of so many metres is at a foot point, by the camera's own ground model."""

    def __init__(self, ground: GroundModel | None) -> None:
        assert ground is not None
        self._ground = ground

    def pixels(self, width_m: float, height_m: float, x: float, foot: float) -> tuple[int, int]:
        probe = (x / WIDTH - 0.02, foot / HEIGHT - 0.06, 0.04, 0.06)
        size = self._ground.size_at(probe)
        assert size is not None
        width = width_m / size[0] * 0.04 * WIDTH
        height = height_m / size[1] * 0.06 * HEIGHT
        return max(2, round(width)), max(2, round(height))


def scale_of(camera: Camera) -> Scale:
    return Scale(ground_model(camera))


def street(rng: np.random.Generator) -> Picture:
    """Houses with windows above, paving and a kerb below."""
    picture = np.full((HEIGHT, WIDTH), rng.uniform(95, 150), np.float32)
    picture[:HORIZON] = rng.uniform(120, 190)
    left = 0
    while left < WIDTH:
        wide = int(rng.integers(24, 60))
        picture[8:HORIZON, left : left + wide] = rng.uniform(90, 190)
        for window in range(left + 4, left + wide - 6, 12):
            for row in (16, 34):
                picture[row : row + 10, window : window + 7] = rng.uniform(40, 90)
        left += wide
    step = int(rng.integers(9, 16))
    for row in range(HORIZON + 6, HEIGHT, step):
        picture[row] -= rng.uniform(8, 22)
    for column in range(0, WIDTH, int(rng.integers(14, 26))):
        picture[HORIZON:, column] -= rng.uniform(6, 18)
    kerb = int(rng.integers(HORIZON + 4, HORIZON + 14))
    picture[kerb : kerb + 2] += rng.uniform(20, 45)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.2)
    return np.asarray(picture + grain * np.float32(rng.uniform(6, 16)), np.float32)


def plates(rng: np.random.Generator, width: int, height: int, rows: int, columns: int) -> Picture:
    """Something made: patches of several tones."""
    tones = rng.integers(15, 245, (rows, columns)).astype(np.float32)
    texture = cv2.resize(tones, (max(1, width), max(1, height)), interpolation=cv2.INTER_NEAREST)
    return np.asarray(texture + rng.normal(0, 4, texture.shape), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """Grey levels and where they cover, one shape; stands on its lower edge."""

    levels: Picture
    cover: NDArray[np.bool_]


def stall_sprite(rng: np.random.Generator, scale: Scale, x: float, foot: float) -> Sprite:
    """A cart of 1.5 to 2.4 m, half of them under a sunshade."""
    wide = rng.uniform(1.5, 2.4)
    width, low = scale.pixels(wide, rng.uniform(0.9, 1.2), x, foot)
    _, height = scale.pixels(wide, rng.uniform(2.0, 2.4), x, foot)
    shaded = rng.random() < 0.5
    height = height if shaded else low
    levels = np.zeros((height, width), np.float32)
    cover = np.zeros((height, width), np.bool_)
    levels[height - low :] = plates(rng, width, low, 3, 4)
    cover[height - low :] = True
    if shaded:
        roof = max(2, height // 6)
        levels[:roof], cover[:roof] = rng.choice([30.0, 60.0, 215.0, 235.0]), True
        pole = slice(width // 2, width // 2 + 2)
        levels[:, pole], cover[:, pole] = 60.0, True
    return Sprite(levels, cover)


def bags_sprite(rng: np.random.Generator, scale: Scale, x: float, foot: float) -> Sprite:
    """A heap of bags, 0.6 to 1.6 m wide."""
    width, height = scale.pixels(rng.uniform(0.6, 1.6), rng.uniform(0.4, 0.8), x, foot)
    levels = plates(rng, width, height, 2, 3)
    dark = rng.random() < 0.5
    levels = levels * np.float32(0.3) if dark else levels
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    heap = ((columns - (width - 1) / 2) / (width / 2)) ** 2 + ((height - 1 - rows) / height) ** 2 <= 1.05
    return Sprite(levels, heap)


def vehicle_sprite(rng: np.random.Generator, scale: Scale, x: float, foot: float) -> Sprite:
    """A car or a van seen from the side, 4.2 to 5.2 m."""
    width, height = scale.pixels(rng.uniform(4.2, 5.2), rng.uniform(1.5, 2.1), x, foot)
    levels = np.full((height, width), rng.choice([35.0, 70.0, 190.0, 225.0]), np.float32)
    glass = slice(height // 8, max(height // 8 + 1, height // 2))
    levels[glass, width // 6 : width - width // 8] = 45.0
    levels[-max(1, height // 6) :] = 25.0
    return Sprite(levels + rng.normal(0, 3, levels.shape).astype(np.float32), np.ones(levels.shape, np.bool_))


def person_sprite(rng: np.random.Generator, scale: Scale, x: float, foot: float) -> Sprite:
    width, height = scale.pixels(0.55, rng.uniform(1.55, 1.8), x, foot)
    width, height = max(3, width), max(6, height)
    levels = np.empty((height, width), np.float32)
    head, waist = height // 6, height // 2
    levels[:head], levels[head:waist], levels[waist:] = 60.0, rng.uniform(20, 230), rng.uniform(15, 120)
    cover = np.ones((height, width), np.bool_)
    cover[:head, : width // 4] = cover[:head, width - width // 4 :] = False
    return Sprite(levels + rng.normal(0, 5, levels.shape).astype(np.float32), cover)


def paint(picture: Picture, sprite: Sprite, x: float, foot: float, shade: float = 1.0, tilt: float = 0.0) -> None:
    """Sprite with its middle at `x`, standing at row `foot`; `shade` below 1 casts a shadow to the side by `tilt`."""
    height, width = sprite.levels.shape
    left, top = round(x - width / 2), round(foot) - height
    if shade < 1.0:
        _shadow(picture, left, round(foot), width, height, shade, tilt)
    rows = slice(max(0, top), min(HEIGHT, top + height))
    columns = slice(max(0, left), min(WIDTH, left + width))
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return
    part = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    cover = sprite.cover[part]
    picture[rows, columns][cover] = sprite.levels[part][cover]


def _shadow(picture: Picture, left: int, foot: int, width: int, height: int, shade: float, tilt: float) -> None:
    reach = round(height * tilt)
    corners = np.array(
        [[left, foot - 1], [left + width, foot - 1], [left + width + reach, foot - 6], [left + reach, foot - 6]],
        np.int32,
    )
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(mask, corners, 255)
    picture[mask > 0] *= np.float32(shade)
