"""What goes wrong with a picture between the street and the encoder: I420 in, I420 out, the same for the same seed."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

Planar = npt.NDArray[np.uint8]
"""One I420 picture, (height × 3/2, width); black is 16, white 235."""
Image = npt.NDArray[np.uint8]
"""BGR, (height, width, 3)."""


class Spoiling(StrEnum):
    """Faults, and below them what looks like one and is none."""

    BLACK = "black"
    OVEREXPOSED = "overexposed"
    COLOUR_CAST = "colour_cast"
    NOISE = "noise"
    BLURRED = "blurred"
    COVERED = "covered"
    TURNED = "turned"

    FOG = "fog"
    RAIN_ON_LENS = "rain_on_lens"
    LORRY = "lorry"
    INFRARED = "infrared"
    DARK = "dark"
    SUNSET = "sunset"
    WHITE_WALL = "white_wall"


FAULTS = frozenset(list(Spoiling)[: list(Spoiling).index(Spoiling.FOG)])


@dataclass(frozen=True, slots=True)
class Spoilt:
    """`strength` 0 to 1: from what an operator just notices to nothing left to see. `seed` picks direction, colour,
    form. `picture` numbers the pictures: what lives (noise, drops) differs from one to the next."""

    what: Spoiling
    strength: float = 0.7
    seed: int = 0

    def __call__(self, planar: Planar, picture: int = 0) -> Planar:
        """Even width and height. The picture given is not changed."""
        bgr = np.asarray(cv2.cvtColor(planar, cv2.COLOR_YUV2BGR_I420), np.uint8)
        made = _MAKERS[self.what](bgr, self, np.random.default_rng([self.seed, picture]))
        return np.asarray(cv2.cvtColor(made, cv2.COLOR_BGR2YUV_I420), np.uint8)

    def fixed(self) -> np.random.Generator:
        """Randomness that is the same for all pictures."""
        return np.random.default_rng(self.seed)


def _clip(picture: npt.NDArray[np.float32]) -> Image:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _grain(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    return rng.standard_normal(shape, np.float32) * np.float32(sigma)


def _black(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """No signal behind the encoder, or a cap on the lens: what is left is the sensor's own noise."""
    dark = bgr.astype(np.float32) * (0.02 * (1 - spoilt.strength)) + 2.0
    return _clip(dark + _grain(bgr.shape, 0.8, rng))


def _overexposed(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """A stuck iris or exposure."""
    del rng
    return _clip(bgr.astype(np.float32) * (2.5 + 4.0 * spoilt.strength) + 60.0 + 100.0 * spoilt.strength)


def _colour_cast(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """The infrared filter stuck (pink), or a channel lost (green, blue, yellow)."""
    del rng
    gains = [(1.25, 0.7, 1.4), (0.6, 1.3, 0.65), (1.5, 0.85, 0.55), (0.45, 1.05, 1.2)][spoilt.seed % 4]
    pull = 0.55 + 0.45 * spoilt.strength
    factor = np.array([1 + (gain - 1) * pull for gain in gains], np.float32)
    return _clip(bgr.astype(np.float32) * factor + (factor - 1) * 12.0)


def _noise(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Interference on an analogue line, a dying sensor."""
    sigma = 22.0 + 40.0 * spoilt.strength
    return _clip(bgr.astype(np.float32) + _grain((*bgr.shape[:2], 1), sigma, rng))


def _blurred(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Out of focus: grain is added behind the lens, so it stays."""
    sigma = (3.0 + 6.0 * spoilt.strength) * bgr.shape[1] / 640
    return _clip(cv2.GaussianBlur(bgr, (0, 0), sigma).astype(np.float32) + _grain(bgr.shape, 1.2, rng))


def _covered(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """A bag, a hand, a leaf or paint before the lens: far out of focus, some light comes through."""
    height, width = bgr.shape[:2]
    fixed = spoilt.fixed()
    cloth = fixed.uniform(35, 190, 3).astype(np.float32)
    shade = cv2.resize(
        fixed.uniform(0.75, 1.25, (3, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    cover = cloth[None, None] * shade[..., None]
    share = 0.65 + 0.35 * spoilt.strength
    angle = fixed.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)
    edge = float(np.quantile(along, share))
    alpha = 1.0 / (1.0 + np.exp(np.clip((along - edge) * 30, -30, 30)))
    alpha = (alpha * 0.97)[..., None].astype(np.float32)
    return _clip(bgr * (1 - alpha) + cover * alpha + _grain(bgr.shape, 1.0, rng))


def _turned(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """The bracket gave way or somebody pushed it: shifted by 8 to 60 % of the width, and tilted. What comes into
    view is the street mirrored at the edge."""
    del rng
    height, width = bgr.shape[:2]
    fixed = spoilt.fixed()
    across = (0.08 + 0.52 * spoilt.strength) * width * fixed.choice([-1, 1])
    down = fixed.uniform(-0.12, 0.12) * height
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), fixed.uniform(-6, 6) * spoilt.strength, 1.0)
    matrix[:, 2] += (across, down)
    return np.asarray(cv2.warpAffine(bgr, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def _fog(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Koschmieder's law with the far end at the top of the picture: what is far takes the colour of the air."""
    height = bgr.shape[0]
    depth = np.linspace(3.2, 0.5, height, dtype=np.float32)[:, None, None] * (0.6 + 1.6 * spoilt.strength)
    kept = np.exp(-depth)
    return _clip(bgr * kept + 190.0 * (1 - kept) + _grain(bgr.shape, 0.8, rng))


def _rain_on_lens(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Drops that stay for a while: each shows the street small, upside down, soft."""
    del rng
    height, width = bgr.shape[:2]
    fixed, out = spoilt.fixed(), bgr.copy()
    soft = cv2.GaussianBlur(bgr[::-1], (0, 0), 6.0)
    mask = np.zeros((height, width), np.float32)
    for _ in range(int(10 + 30 * spoilt.strength)):
        centre = int(fixed.uniform(0, width)), int(fixed.uniform(0, height))
        cv2.circle(mask, centre, int(fixed.uniform(0.012, 0.04) * width), 1.0, -1)
    alpha = cv2.GaussianBlur(mask, (0, 0), 2.5)[..., None] * 0.9
    return _clip(out * (1 - alpha) + soft * alpha)


def _lorry(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Stands before the camera and hides up to two thirds of the street; sharp, with lettering on its side."""
    height, width = bgr.shape[:2]
    fixed, out = spoilt.fixed(), bgr.copy()
    wide = int(width * (0.3 + 0.35 * spoilt.strength))
    left = int(fixed.uniform(0, width - wide))
    top, bottom = int(height * 0.12), int(height * 0.95)
    side = fixed.uniform(60, 215, 3)
    cv2.rectangle(out, (left, top), (left + wide, bottom - height // 8), side.tolist(), -1)
    for n in range(1, 6):
        x = left + wide * n // 6
        cv2.line(out, (x, top), (x, bottom - height // 8), (side * 0.8).tolist(), 2)
    cv2.putText(
        out,
        "EXPRESS 88",
        (left + wide // 10, (top + bottom) // 2),
        cv2.FONT_HERSHEY_DUPLEX,
        wide / 260,
        (250, 250, 250),
        3,
    )
    for x in (left + wide // 5, left + wide * 4 // 5):
        cv2.circle(out, (x, bottom - height // 12), height // 12, (25, 25, 25), -1)
    return _clip(out.astype(np.float32) + _grain(bgr.shape, 1.0, rng))


def _infrared(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """The camera's own lamp: no colour, bright in the middle and near, plants light."""
    height, width = bgr.shape[:2]
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(np.float32)
    plants = np.clip(bgr[..., 1].astype(np.float32) - (bgr[..., 0].astype(np.float32) + bgr[..., 2]) / 2, 0, 40)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = np.exp(-(((x / width - 0.5) / 0.45) ** 2 + ((y / height - 0.65) / 0.5) ** 2))
    lit = (grey * 0.75 + plants * 2.0) * (0.25 + lamp * 0.95) + 8.0
    lit += _grain(grey.shape, 2.0 + 3.0 * spoilt.strength, rng)
    return np.repeat(_clip(lit)[..., None], 3, axis=2)


def _dark(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """A lane without light but for one lamp and its pool."""
    height, width = bgr.shape[:2]
    fixed = spoilt.fixed()
    cx, cy = fixed.uniform(0.2, 0.8) * width, fixed.uniform(0.15, 0.4) * height
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pool = np.exp(-(((x - cx) / (0.13 * width)) ** 2 + ((y - cy - 0.25 * height) / (0.2 * height)) ** 2))
    lit = bgr.astype(np.float32) * (0.06 + 0.5 * pool[..., None] * (1.1 - 0.6 * spoilt.strength))
    lamp = ((x - cx) ** 2 + (y - cy) ** 2) < (0.012 * width) ** 2
    lit[lamp] = (200, 235, 250)
    return _clip(lit + _grain(bgr.shape, 1.5 + 1.5 * spoilt.strength, rng))


def _sunset(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Low sun over the whole town: warm, everywhere alike."""
    del rng
    factor = np.array([1 - 0.35 * spoilt.strength, 1 - 0.06 * spoilt.strength, 1 + 0.2 * spoilt.strength], np.float32)
    return _clip(bgr * factor)


def _white_wall(bgr: Image, spoilt: Spoilt, rng: np.random.Generator) -> Image:
    """Most of the view is a limewashed wall in the sun, exposed as a camera would."""
    height, width = bgr.shape[:2]
    wall = np.full_like(bgr, 212).astype(np.float32)
    wall += cv2.resize(spoilt.fixed().normal(0, 3.5, (30, 54)).astype(np.float32), (width, height))[..., None]
    out = bgr.astype(np.float32)
    out[: int(height * (0.55 + 0.3 * spoilt.strength))] = wall[: int(height * (0.55 + 0.3 * spoilt.strength))]
    return _clip(out + _grain(bgr.shape, 1.0, rng))


_MAKERS: dict[Spoiling, Callable[[Image, Spoilt, np.random.Generator], Image]] = {
    Spoiling.BLACK: _black,
    Spoiling.OVEREXPOSED: _overexposed,
    Spoiling.COLOUR_CAST: _colour_cast,
    Spoiling.NOISE: _noise,
    Spoiling.BLURRED: _blurred,
    Spoiling.COVERED: _covered,
    Spoiling.TURNED: _turned,
    Spoiling.FOG: _fog,
    Spoiling.RAIN_ON_LENS: _rain_on_lens,
    Spoiling.LORRY: _lorry,
    Spoiling.INFRARED: _infrared,
    Spoiling.DARK: _dark,
    Spoiling.SUNSET: _sunset,
    Spoiling.WHITE_WALL: _white_wall,
}
