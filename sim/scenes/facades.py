"""House fronts painted flat: plaster, windows, shop fronts with their signs; and which parts shine at night."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np

from sim.scenes.lettering import signboard, write
from sim.scenes.textures import TILE, Colour, Image, Plane, mix, noise, rgb, times

PIXELS_PER_METRE = 36

Style = Literal["shops", "flats", "farmhouse", "works", "wall", "hall", "office", "plain"]


@dataclass(frozen=True)
class Facade:
    style: Style
    colour: Colour = rgb("#cfc8ba")
    signs: tuple[str, ...] = ()
    sign_colours: tuple[Colour, ...] = field(
        default=tuple(map(rgb, ("#b3261e", "#1d5fa8", "#1f7a4a", "#d08a1a", "#6a2c7a", "#20639b", "#c0392b")))
    )
    storey_m: float = 3.2
    lit: float = 0.0
    """Share of windows with light in them; above 0 the shop fronts shine too."""
    seed: int = 0


@dataclass
class _Sheet:
    """A front being painted; all sizes in metres from its lower left corner."""

    colour: Image
    glow: Image
    width: float
    height: float
    rng: np.random.Generator

    def box(self, left: float, low: float, right: float, high: float) -> tuple[int, int, int, int]:
        scale = PIXELS_PER_METRE
        return (
            round(left * scale),
            round((self.height - high) * scale),
            round(right * scale),
            round((self.height - low) * scale),
        )

    def fill(
        self, left: float, low: float, right: float, high: float, colour: Colour, glow: Colour | None = None
    ) -> None:
        x0, y0, x1, y1 = self.box(left, low, right, high)
        cv2.rectangle(self.colour, (x0, y0), (x1 - 1, y1 - 1), colour, -1)
        if glow is not None:
            cv2.rectangle(self.glow, (x0, y0), (x1 - 1, y1 - 1), glow, -1)

    def shade(self, left: float, low: float, right: float, high: float, factor: float) -> None:
        x0, y0, x1, y1 = self.box(left, low, right, high)
        part = self.colour[max(y0, 0) : y1, max(x0, 0) : x1]
        part[:] = np.clip(part.astype(np.float32) * factor, 0, 255).astype(np.uint8)

    def paste(self, image: Image, left: float, high: float, glow: float = 0.0) -> None:
        x0, y0 = round(left * PIXELS_PER_METRE), round((self.height - high) * PIXELS_PER_METRE)
        part = self.colour[max(y0, 0) : y0 + image.shape[0], max(x0, 0) : x0 + image.shape[1]]
        part[:] = image[: part.shape[0], : part.shape[1]]
        if glow > 0:
            lit = self.glow[max(y0, 0) : y0 + image.shape[0], max(x0, 0) : x0 + image.shape[1]]
            lit[:] = (image[: part.shape[0], : part.shape[1]] * glow).astype(np.uint8)


def _weathered(width: int, height: int, seed: int) -> Plane:
    """Stains that run down the wall, and dirt at its foot."""
    tile = noise(24, 4, seed % 5)
    long = cv2.resize(tile[: TILE // 6], (TILE, TILE * 3), interpolation=cv2.INTER_LINEAR)
    rows, columns = np.arange(height) % (TILE * 3), (np.arange(width) + seed * 37) % TILE
    value = 1.0 + 0.028 * long[np.ix_(rows, columns)] + 0.03 * tile[np.ix_(rows % TILE, columns)]
    foot = np.clip(1 - (height - np.arange(height)) / (1.2 * PIXELS_PER_METRE), 0, 1)
    return np.asarray(value * (1 - 0.16 * foot[:, None]), np.float32)


def paint(facade: Facade, width: float, height: float) -> tuple[Image, Image]:
    """(colour, glow) pictures of a front `width` × `height` metres."""
    size = max(8, round(height * PIXELS_PER_METRE)), max(8, round(width * PIXELS_PER_METRE))
    seed = zlib.crc32(f"{facade.style}{facade.signs}{width:.1f}{facade.seed}".encode())
    sheet = _Sheet(
        np.empty((*size, 3), np.uint8), np.zeros((*size, 3), np.uint8), width, height, np.random.default_rng(seed)
    )
    sheet.colour[:] = np.array(facade.colour)
    weather = _weathered(size[1], size[0], seed % 97)
    sheet.colour[:] = np.clip(sheet.colour * weather[..., None], 0, 255).astype(np.uint8)
    _STYLES[facade.style](sheet, facade)
    return sheet.colour, sheet.glow


def _window(
    sheet: _Sheet, facade: Facade, left: float, low: float, width: float, height: float, panes: int = 2
) -> None:
    glass = mix(rgb("#33424c"), rgb("#6d8796"), float(sheet.rng.uniform(0, 0.8)))
    lit = bool(sheet.rng.random() < facade.lit)
    warm = mix(rgb("#ffd596"), rgb("#f4f1e4"), float(sheet.rng.random()))
    glow = times(warm, float(sheet.rng.uniform(0.3, 0.62))) if lit else None
    frame = rgb("#e4e6e4") if sheet.rng.random() < 0.75 else rgb("#6c7478")
    sheet.fill(left - 0.07, low - 0.07, left + width + 0.07, low + height + 0.07, frame)
    sheet.shade(left - 0.1, low - 0.2, left + width + 0.1, low - 0.08, 0.78)
    for pane in range(panes):
        x = left + width * pane / panes
        sheet.fill(x + 0.03, low, x + width / panes - 0.03, low + height, glass, glow)
        sheet.shade(x + 0.03, low + height * 0.72, x + width / panes - 0.03, low + height, 0.7)
        sheet.shade(x + 0.03, low, x + width / panes - 0.03, low + height * 0.3, 1.25)
    if not lit and sheet.rng.random() < 0.4:
        curtain = mix(rgb("#d8cfc0"), rgb("#8fa3b8"), float(sheet.rng.random()))
        sheet.fill(left + 0.03, low, left + width * 0.28, low + height, times(curtain, 0.75))


def _air_conditioner(sheet: _Sheet, left: float, low: float) -> None:
    sheet.shade(left - 0.05, low - 0.75, left + 0.8, low, 0.88)
    sheet.fill(left, low, left + 0.75, low + 0.55, rgb("#d9dad6"))
    x0, y0, x1, y1 = sheet.box(left + 0.08, low + 0.06, left + 0.5, low + 0.49)
    cv2.circle(sheet.colour, ((x0 + x1) // 2, (y0 + y1) // 2), (x1 - x0) // 2, rgb("#8b8f90"), -1, cv2.LINE_AA)


def _storeys(
    sheet: _Sheet, facade: Facade, from_z: float, bay: float, window: tuple[float, float], *, bands: bool = True
) -> None:
    """Rows of windows from `from_z` up to the top."""
    z = from_z
    count = max(1, round(sheet.width / bay))
    step = sheet.width / count
    while z + facade.storey_m * 0.8 < sheet.height:
        if bands:
            sheet.shade(0, z - 0.08, sheet.width, z + 0.1, 0.88)
        for k in range(count):
            left = step * k + (step - window[0]) / 2
            _window(sheet, facade, left, z + 0.95, *window, panes=3 if window[0] > 2 else 2)
            if sheet.rng.random() < 0.45 and step - window[0] > 0.9:
                _air_conditioner(sheet, step * k + step - 0.85, z + 0.35)
        z += facade.storey_m
    sheet.shade(0, sheet.height - 0.35, sheet.width, sheet.height, 0.9)
    sheet.fill(0, sheet.height - 0.12, sheet.width, sheet.height, times(facade.colour, 0.8))


def _shop(sheet: _Sheet, facade: Facade, left: float, width: float, number: int) -> None:
    """One shop front 3.5 m high: glass or an open shutter with goods behind, and its sign."""
    rng = sheet.rng
    shine = facade.lit > 0
    right = left + width
    inside = rgb("#4a4238") if rng.random() < 0.5 else rgb("#57606a")
    sheet.fill(left + 0.15, 0, right - 0.15, 2.7, times(inside, 1.5) if shine else inside)
    kind = rng.random()
    if kind < 0.25 and not shine:
        for row in np.arange(0.1, 2.7, 0.12):
            sheet.fill(left + 0.2, float(row), right - 0.2, float(row) + 0.09, rgb("#a9afb2"))
    else:
        for shelf in (0.35, 0.95, 1.5):
            for x in np.arange(left + 0.3, right - 0.5, 0.28):
                tone = tuple(float(v) for v in rng.uniform(50, 190, 3))
                wide, tall = float(rng.uniform(0.14, 0.26)), float(rng.uniform(0.18, 0.45))
                sheet.fill(
                    float(x), shelf, float(x) + wide, shelf + tall, mix((tone[0], tone[1], tone[2]), inside, 0.35)
                )
        doors = max(2, int(width // 1.1))
        for k in range(doors + 1):
            x = left + 0.15 + (width - 0.3) * k / doors
            sheet.fill(x - 0.035, 0, x + 0.035, 2.7, rgb("#8f9698"))
        sheet.shade(left + 0.15, 2.1, right - 0.15, 2.7, 0.6)
    if shine:
        _lit_inside(sheet, left + 0.15, right - 0.15, float(rng.uniform(0.75, 1.1)))
    colour = facade.sign_colours[(number + facade.seed) % len(facade.sign_colours)]
    text = facade.signs[number % len(facade.signs)] if facade.signs else ""
    ink = rgb("#fff8e0") if number % 3 != 1 else rgb("#ffe14d")
    board = signboard(text, round((width - 0.16) * PIXELS_PER_METRE), round(0.85 * PIXELS_PER_METRE), colour, ink)
    sheet.paste(board, left + 0.08, 3.6, 0.7 if shine else 0.0)
    sheet.shade(left, 2.62, right, 2.76, 0.6)


def _lit_inside(sheet: _Sheet, left: float, right: float, strength: float) -> None:
    """What is behind the glass, as the shop's own lamps show it: brightest under the ceiling."""
    x0, y0, x1, y1 = sheet.box(left, 0, right, 2.7)
    inside = sheet.colour[y0:y1, x0:x1].astype(np.float32)
    fall = np.linspace(1.25, 0.55, y1 - y0, dtype=np.float32)[:, None, None]
    warm = np.array([0.72, 0.92, 1.05], np.float32)
    sheet.glow[y0:y1, x0:x1] = np.clip((inside * 0.95 + 45) * fall * warm * strength, 0, 235).astype(np.uint8)


def _shops(sheet: _Sheet, facade: Facade) -> None:
    count = max(1, round(sheet.width / 4.0))
    step = sheet.width / count
    for k in range(count):
        _shop(sheet, facade, k * step, step, k)
        sheet.fill(k * step - 0.12, 0, k * step + 0.12, 2.75, times(facade.colour, 0.86))
    _storeys(sheet, facade, 3.7, 4.0, (1.9, 1.5))
    for k in range(count):
        if sheet.rng.random() < 0.35 and sheet.height > 6:
            _blade(sheet, facade, k * step + 0.1, k)


def _blade(sheet: _Sheet, facade: Facade, left: float, number: int) -> None:
    """A narrow vertical sign between the windows."""
    text = facade.signs[(number + 2) % len(facade.signs)] if facade.signs else ""
    colour = facade.sign_colours[(number + 3) % len(facade.sign_colours)]
    sheet.fill(left, 3.9, left + 0.6, 6.4, colour, times(colour, 0.6) if facade.lit > 0 else None)
    for index, letter in enumerate(text[:4]):
        x0, y0, x1, y1 = sheet.box(left, 5.8 - 0.6 * index, left + 0.6, 6.36 - 0.6 * index)
        write(sheet.colour, letter, (x0, y0, x1 - x0, y1 - y0), rgb("#fff6dc"))


def _flats(sheet: _Sheet, facade: Facade) -> None:
    sheet.fill(0, 0, sheet.width, 0.7, times(facade.colour, 0.62))
    count = max(1, round(sheet.width / 5.2))
    step = sheet.width / count
    z = 0.3
    while z + 2.6 < sheet.height:
        for k in range(count):
            left = k * step
            if k % 2 == 0:
                sheet.fill(left + 0.5, z + 0.25, left + step - 0.5, z + 1.15, times(facade.colour, 1.08))
                sheet.shade(left + 0.5, z + 0.1, left + step - 0.5, z + 0.25, 0.6)
                _window(sheet, facade, left + 0.6, z + 1.2, step - 1.2, 1.35, panes=4)
                if sheet.rng.random() < 0.5:
                    for item in np.arange(left + 0.8, left + step - 1.0, 0.42):
                        tone = mix(rgb("#c9cdd2"), rgb("#a2505a"), float(sheet.rng.random()))
                        sheet.fill(float(item), z + 1.3, float(item) + 0.3, z + 1.9, tone)
            else:
                _window(sheet, facade, left + step / 2 - 0.8, z + 1.0, 1.6, 1.4)
                _air_conditioner(sheet, left + step / 2 + 1.0, z + 0.5)
        z += 3.0
    sheet.fill(0, sheet.height - 0.15, sheet.width, sheet.height, times(facade.colour, 0.75))


def _farmhouse(sheet: _Sheet, facade: Facade) -> None:
    middle = sheet.width / 2
    sheet.fill(0, 0, sheet.width, 0.8, rgb("#8d8f8e"))
    sheet.fill(middle - 1.1, 0, middle + 1.1, 2.6, rgb("#7a3a2a"))
    sheet.fill(middle - 1.0, 0.05, middle - 0.03, 2.5, rgb("#93492f"))
    sheet.fill(middle + 0.03, 0.05, middle + 1.0, 2.5, rgb("#93492f"))
    for side in (-1, 1):
        sheet.fill(middle + side * 1.45 - 0.17, 0.5, middle + side * 1.45 + 0.17, 2.5, rgb("#c8281e"))
        text = "春满乾坤福满门" if side < 0 else "天增岁月人增寿"
        for index, letter in enumerate(text):
            x0, y0, x1, y1 = sheet.box(
                middle + side * 1.45 - 0.17, 2.18 - 0.28 * index, middle + side * 1.45 + 0.17, 2.46 - 0.28 * index
            )
            write(sheet.colour, letter, (x0, y0, x1 - x0, y1 - y0), rgb("#f2c84a"))
    for left in (0.9, sheet.width - 2.7):
        if abs(left + 0.9 - middle) > 2.4:
            _window(sheet, facade, left, 1.0, 1.8, 1.5)
    z = facade.storey_m
    while z + 2.4 < sheet.height:
        sheet.fill(0, z - 0.12, sheet.width, z + 0.08, times(facade.colour, 0.86))
        for left in (0.9, middle - 0.9, sheet.width - 2.7):
            _window(sheet, facade, left, z + 0.8, 1.8, 1.6)
        for x in np.arange(middle - 1.6, middle + 1.6, 0.2):
            sheet.fill(float(x), z + 0.1, float(x) + 0.06, z + 0.85, rgb("#c4c8c8"))
        z += facade.storey_m


def _works(sheet: _Sheet, facade: Facade) -> None:
    """Ribbed steel sheet over a brick plinth with a strip of windows."""
    ribs = 1.0 + 0.05 * np.sin(np.arange(sheet.colour.shape[1]) * (2 * np.pi / (0.22 * PIXELS_PER_METRE)))
    sheet.colour[:] = np.clip(sheet.colour * ribs[None, :, None], 0, 255).astype(np.uint8)
    sheet.fill(0, 0, sheet.width, 1.1, rgb("#9c948a"))
    for x in np.arange(0.8, sheet.width - 2.2, 3.0):
        _window(sheet, facade, float(x), 1.6, 2.2, 1.2, panes=3)
        if sheet.height > 6.5:
            _window(sheet, facade, float(x), 4.6, 2.2, 1.0, panes=3)
    if facade.signs:
        x0, y0, x1, y1 = sheet.box(sheet.width * 0.1, sheet.height - 1.6, sheet.width * 0.9, sheet.height - 0.4)
        write(sheet.colour, facade.signs[0], (x0, y0, x1 - x0, y1 - y0), rgb("#b3261e"))
    sheet.fill(0, sheet.height - 0.25, sheet.width, sheet.height, rgb("#2d5f9a"))


def _wall(sheet: _Sheet, facade: Facade) -> None:
    """A garden wall with a dark coping and, where given, a painted slogan."""
    sheet.fill(0, 0, sheet.width, 0.35, times(facade.colour, 0.7))
    for x in np.arange(0, sheet.width, 4.0):
        sheet.fill(float(x), 0, float(x) + 0.36, sheet.height, times(facade.colour, 0.9))
    sheet.fill(0, sheet.height - 0.18, sheet.width, sheet.height, rgb("#5c5f60"))
    if facade.signs:
        letters = facade.signs[0]
        step = min(1.7, (sheet.width - 1) / max(len(letters), 1))
        start = (sheet.width - step * len(letters)) / 2
        for index, letter in enumerate(letters):
            x0, y0, x1, y1 = sheet.box(
                start + step * index, sheet.height * 0.25, start + step * (index + 1), sheet.height * 0.85
            )
            write(sheet.colour, letter, (x0, y0, x1 - x0, y1 - y0), rgb("#b02a22"))


def _hall(sheet: _Sheet, facade: Facade) -> None:
    """A wide market front: dark open bays between pillars under one long sign."""
    count = max(2, round(sheet.width / 4.5))
    step = sheet.width / count
    sheet.fill(0, 0, sheet.width, 3.3, rgb("#3a3f42"), times(rgb("#ffe6b8"), 0.25) if facade.lit > 0 else None)
    for k in range(count):
        for x in np.arange(k * step + 0.5, (k + 1) * step - 0.6, 0.34):
            tone = tuple(float(v) for v in sheet.rng.uniform(40, 150, 3))
            high = float(sheet.rng.uniform(0.7, 1.3))
            sheet.fill(float(x), 0, float(x) + 0.3, high, (tone[0], tone[1], tone[2]))
        sheet.fill(k * step + 0.6, 2.6, k * step + step - 0.6, 2.72, rgb("#e8e8d8"))
    for k in range(count + 1):
        sheet.fill(k * step - 0.3, 0, k * step + 0.3, 3.4, times(facade.colour, 0.95))
    sheet.fill(0, 3.3, sheet.width, 4.7, facade.sign_colours[facade.seed % len(facade.sign_colours)])
    if facade.signs:
        x0, y0, x1, y1 = sheet.box(0.5, 3.35, sheet.width - 0.5, 4.65)
        write(sheet.colour, facade.signs[0], (x0, y0, x1 - x0, y1 - y0), rgb("#fff0c0"))
    _storeys(sheet, facade, 4.9, 4.5, (2.4, 1.4))


def _office(sheet: _Sheet, facade: Facade) -> None:
    """Bands of glass between bands of tile."""
    z = 0.9
    while z + 1.8 < sheet.height:
        sheet.fill(0.5, z, sheet.width - 0.5, z + 1.8, rgb("#41596a"))
        for x in np.arange(0.5, sheet.width - 1.2, 1.2):
            lit = sheet.rng.random() < facade.lit
            tone = mix(rgb("#3d5464"), rgb("#8fb0c2"), float(sheet.rng.random()) * 0.7)
            sheet.fill(float(x) + 0.05, z + 0.04, float(x) + 1.15, z + 1.76, tone, rgb("#d8d2b0") if lit else None)
        z += facade.storey_m
    if facade.signs:
        x0, y0, x1, y1 = sheet.box(1, sheet.height - 1.3, sheet.width - 1, sheet.height - 0.2)
        write(sheet.colour, facade.signs[0], (x0, y0, x1 - x0, y1 - y0), rgb("#a8261e"))


def _plain(sheet: _Sheet, facade: Facade) -> None:
    _storeys(sheet, facade, 0.4, 6.5, (1.2, 1.3), bands=False)


_STYLES: dict[str, Callable[[_Sheet, Facade], None]] = {
    "shops": _shops,
    "flats": _flats,
    "farmhouse": _farmhouse,
    "works": _works,
    "wall": _wall,
    "hall": _hall,
    "office": _office,
    "plain": _plain,
}
