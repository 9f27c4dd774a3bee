"""What lies flat on the ground: materials, lane marks, zebra stripes, kerbs. All are evaluated in ground metres."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sim.scenes.pinhole import Point2
from sim.scenes.raster import OVERSAMPLING, SHIFT, Canvas, fixed
from sim.scenes.textures import Colour, Plane, noise, rgb, sample


@dataclass(frozen=True)
class Rays:
    """Ground coordinates of every pixel of a window, and how many metres one pixel covers there."""

    x: Plane
    y: Plane
    footprint: Plane


Material = Callable[[Rays], Plane]
"""(h, w) rays → (h, w, 3) BGR."""


def rays(canvas: Canvas, rows: slice, columns: slice, step: int = 1) -> Rays:
    """Of every pixel, or of the middle of every block of `step` × `step` pixels."""
    camera = canvas.camera
    tilt = math.radians(camera.tilt_deg)
    right = ((np.arange(columns.start, columns.stop, step) + step / 2 - camera.width / 2) / camera.focal_px)[None, :]
    down = ((np.arange(rows.start, rows.stop, step) + step / 2 - camera.height / 2) / camera.focal_px)[:, None]
    fall = np.maximum(down * math.cos(tilt) + math.sin(tilt), 1e-3)
    reach = camera.height_m / fall
    x = right * reach
    y = np.broadcast_to((math.cos(tilt) - down * math.sin(tilt)) * reach, x.shape)
    # Between the short side of a pixel's ground patch (across) and its long one (along): what texture may still show.
    footprint = reach / camera.focal_px * step * np.sqrt(np.maximum(reach / camera.height_m, 1.0))
    spread = np.ascontiguousarray(np.broadcast_to(footprint, x.shape), np.float32)
    return Rays(x.astype(np.float32), np.ascontiguousarray(y, np.float32), spread)


def grain(at: Rays, metres: float, cells: int, octaves: int, seed: int = 0) -> Plane:
    """Noise that repeats after `metres`, faded out where its bumps get smaller than a pixel."""
    value = sample(noise(cells, octaves, seed), at.x / metres, at.y / metres)
    bump = metres / cells / 2
    return np.asarray(value * np.clip(bump / at.footprint, 0.0, 1.0), np.float32)


def lines(coordinate: Plane, spacing: float, width: float, footprint: Plane) -> Plane:
    """Coverage 0–1 of lines every `spacing` metres, with analytic edges so that far ones fade and do not flicker."""
    offset = np.abs(np.remainder(coordinate + spacing / 2, spacing) - spacing / 2)
    blur = np.maximum(footprint, 1e-4)
    cover = np.clip((width / 2 - offset) / blur + 0.5, 0.0, 1.0) * np.minimum(1.0, width / blur + 0.15)
    return np.asarray(cover * np.clip(spacing / (2.5 * blur), 0.0, 1.0), np.float32)


def _tone(base: Colour, value: Plane) -> Plane:
    return np.asarray(np.array(base, np.float32) * value[..., None], np.float32)


def _turned(at: Rays, angle_deg: float) -> tuple[Plane, Plane]:
    angle = math.radians(angle_deg)
    sin, cos = np.float32(math.sin(angle)), np.float32(math.cos(angle))
    return at.x * sin + at.y * cos, at.x * cos - at.y * sin


def asphalt(angle_deg: float = 0.0, tone: Colour = (92, 92, 90), lane_v: float | None = None) -> Material:
    """Worn tarmac; `lane_v` puts wheel tracks beside that line across the street."""

    def paint(at: Rays) -> Plane:
        u, v = _turned(at, angle_deg)
        value = (
            1.0 + 0.10 * grain(at, 3.0, 128, 2) + 0.06 * grain(at, 9.0, 24, 3, 1) + 0.055 * grain(at, 38.0, 12, 4, 2)
        )
        long = Rays(u * 0.08, v, at.footprint)
        value += 0.05 * sample(noise(24, 3, 5), long.x / 9, long.y / 9)
        if lane_v is not None:
            value -= 0.05 * np.cos((v - lane_v) * (2 * math.pi / 1.75)) * np.exp(-(((v - lane_v) / 3.0) ** 2))
        crack = sample(noise(8, 4, 7), u / 17, v / 17)
        value -= 0.16 * np.clip(1 - np.abs(crack) / 0.02, 0, 1) * np.clip(0.03 / at.footprint, 0, 1)
        return _tone(tone, value)

    return paint


def concrete(
    angle_deg: float = 0.0, tone: Colour = (158, 164, 166), slab: tuple[float, float] = (5.0, 3.5)
) -> Material:
    def paint(at: Rays) -> Plane:
        u, v = _turned(at, angle_deg)
        value = (
            1.0 + 0.05 * grain(at, 2.5, 128, 2) + 0.05 * grain(at, 11.0, 20, 4, 3) + 0.05 * grain(at, 40.0, 10, 3, 4)
        )
        tiles = np.floor(u / slab[0]) * 7.31 + np.floor(v / slab[1]) * 3.17
        value += 0.025 * np.sin(tiles * 12.9898) - 0.3 * np.maximum(
            lines(u, slab[0], 0.035, at.footprint), lines(v, slab[1], 0.03, at.footprint)
        )
        crack = sample(noise(6, 5, 9), u / 14, v / 14)
        value -= 0.22 * np.clip(1 - np.abs(crack) / 0.018, 0, 1) * np.clip(0.025 / at.footprint, 0, 1)
        return _tone(tone, value)

    return paint


def paving(
    angle_deg: float = 0.0,
    tone: Colour = (150, 158, 166),
    second: Colour = (128, 134, 150),
    side: float = 0.4,
    guide_v: float | None = None,
) -> Material:
    """Pavement slabs in two tones; `guide_v` lays a yellow strip for the blind along the street."""

    def paint(at: Rays) -> Plane:
        u, v = _turned(at, angle_deg)
        fade = np.clip(side / (1.6 * at.footprint), 0.0, 1.0)
        number = np.floor(u / side) * 127.1 + np.floor(v / side) * 311.7
        speckle = np.remainder(np.sin(number) * 43758.5, 1.0).astype(np.float32)
        value = (
            1.0
            + 0.10 * (speckle - 0.5) * fade
            + 0.05 * grain(at, 2.0, 128, 1)
            + 0.06 * grain(at, 14.0, 16, 4, 6)
            + 0.05 * grain(at, 45.0, 10, 3, 8)
        )
        value -= 0.26 * np.maximum(lines(u, side, 0.018, at.footprint), lines(v, side, 0.018, at.footprint))
        share = (np.remainder(np.floor(v / side), 4) < 1).astype(np.float32)[..., None] * np.float32(0.75)
        colour = np.array(tone, np.float32) * (1 - share) + np.array(second, np.float32) * share
        if guide_v is not None:
            strip = np.clip((0.2 - np.abs(v - guide_v)) / at.footprint + 0.5, 0, 1)[..., None]
            colour = colour * (1 - strip) + np.array((92, 160, 182), np.float32) * strip
        return np.asarray(colour * value[..., None], np.float32)

    return paint


def grass(tone: Colour = (62, 112, 92)) -> Material:
    def paint(at: Rays) -> Plane:
        value = 1.0 + 0.20 * grain(at, 2.0, 110, 2) + 0.16 * grain(at, 6.0, 28, 3, 2) + 0.10 * grain(at, 25.0, 12, 3, 3)
        dry = np.clip(0.25 + 0.35 * grain(at, 18.0, 14, 3, 5), 0, 1)[..., None]
        return np.asarray(
            (np.array(tone, np.float32) * (1 - dry) + np.array((78, 132, 138), np.float32) * dry) * value[..., None],
            np.float32,
        )

    return paint


def soil(tone: Colour = (96, 118, 138)) -> Material:
    def paint(at: Rays) -> Plane:
        value = 1.0 + 0.14 * grain(at, 2.0, 100, 2) + 0.14 * grain(at, 7.0, 24, 4, 2) + 0.10 * grain(at, 30.0, 12, 3, 3)
        return _tone(tone, value)

    return paint


def crops(
    angle_deg: float, row: float = 0.6, tone: Colour = (66, 140, 118), earth: Colour = (74, 100, 112)
) -> Material:
    """Rows of plants that close up with distance."""

    def paint(at: Rays) -> Plane:
        _, v = _turned(at, angle_deg)
        fade = np.clip(row / (3 * at.footprint), 0, 1)
        wave = (0.5 + 0.5 * np.cos(v * (2 * math.pi / row) + 0.9 * grain(at, 4.0, 40, 2))) * fade + 0.62 * (1 - fade)
        plant = np.clip(wave * 1.5 - 0.15 + 0.25 * grain(at, 2.0, 90, 2), 0, 1)[..., None]
        value = 1.0 + 0.12 * grain(at, 3.0, 90, 2, 1) + 0.10 * grain(at, 30.0, 14, 4, 3)
        return np.asarray(
            (np.array(earth, np.float32) * (1 - plant) + np.array(tone, np.float32) * plant) * value[..., None],
            np.float32,
        )

    return paint


def area(canvas: Canvas, polygon: Sequence[Point2], material: Material) -> None:
    """Lays a material on a ground polygon, over what was laid before."""
    outline = canvas.ground_outline(polygon)
    window = canvas.window(outline)
    if window is None:
        return
    rows, columns = window
    # Rows at or above the horizon see no ground.
    top = max(rows.start, int(canvas.camera.horizon_px) + 1)
    if top >= rows.stop:
        return
    window = (slice(top, rows.stop), columns)
    inside = canvas.mask(outline, window) > 0
    # Materials fade out what is finer than their pixels, so the final picture's own size is enough for them.
    coarse = np.clip(material(rays(canvas, *window, OVERSAMPLING)), 0, 255).astype(np.uint8)
    height, width = coarse.shape[:2]
    painted = cv2.resize(coarse, (width * OVERSAMPLING, height * OVERSAMPLING), interpolation=cv2.INTER_LINEAR)
    painted = painted[: window[0].stop - window[0].start, : window[1].stop - window[1].start]
    canvas.colour[window][inside] = painted[inside]


WHITE = rgb("#d9dbd6")
YELLOW = rgb("#d8b04a")


def mark(canvas: Canvas, polygon: Sequence[Point2], colour: Colour = WHITE, strength: float = 0.8) -> None:
    """Worn road paint: a translucent, antialiased, patchy polygon."""
    outline = canvas.ground_outline(polygon)
    window = canvas.window(outline)
    if window is None:
        return
    rows, columns = window
    cover = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    cv2.fillPoly(cover, [fixed(outline - [columns.start, rows.start])], 255, cv2.LINE_AA, SHIFT)
    wear = 0.9 + 0.16 * grain(rays(canvas, rows, columns), 4.0, 60, 3, 11)
    share = (cover.astype(np.float32) / 255 * np.clip(wear, 0, 1) * strength)[..., None]
    below = canvas.colour[window].astype(np.float32)
    canvas.colour[window] = (below + (np.array(colour, np.float32) - below) * share).astype(np.uint8)
