"""A stage and its movers → frames of a segment. What segments share (still phases, movers' pictures) is drawn once."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

import cv2
import numpy as np

from sim.scenes.encode import Planar
from sim.scenes.events import Segments, dump_segments, stall_segments
from sim.scenes.layout import PERIOD_S, Layout, Moment, Mover
from sim.scenes.motion import place, pose
from sim.scenes.offstage import from_off_stage
from sim.scenes.pinhole import HEIGHT, WIDTH, Pinhole
from sim.scenes.solid import Solid
from sim.scenes.sprite import Patch, Place, shadow_and_picture
from sim.scenes.stage import Stage, build
from sim.scenes.textures import Image, Plane, noise, sample

PHASE_S = 4.0
"""Leaves and water repeat after this long; it divides the period."""
STEAM_S = 3.0
FADE_S = 0.4
LIGHT_GRID = (80, 45)
GRAINS = 12


class Film:
    """One scene ready to be shot at `fps`; the period holds a whole number of frames."""

    def __init__(self, camera: Pinhole, layout: Layout, fps: float) -> None:
        self.layout, self.fps, self.camera = layout, fps, camera
        self.frames = round(PERIOD_S * fps)
        self.stage: Stage = build(camera, layout)
        self.phases = _phases(self.stage, round(PHASE_S * fps))
        self._lights = _Lights(camera, layout, self.frames)
        self._grain = _grain(layout.light.noise)
        self._drawn: dict[tuple[int, int], tuple[Patch, ...]] = {}
        self.casts = self._casts()

    def _casts(self) -> dict[str, tuple[Mover, ...]]:
        """Who plays in which segment."""
        layout, backdrop = self.layout, self.stage.backdrop
        always = tuple(from_off_stage(mover, backdrop) for mover in layout.always)
        first, second, third = (tuple(from_off_stage(mover, backdrop) for mover in crowd) for crowd in layout.crowds)
        casts = {"idle": (*always, *first), "idle-2": (*always, *second)}
        extras = {"stall_arrive": second, "stall_serve": third, "stall_leave": first, "dump_rest": first}
        events: Segments = {}
        if layout.stall is not None:
            events |= stall_segments(layout.stall)
        if layout.dump is not None:
            events |= dump_segments(layout.dump)
        for name, cast in events.items():
            players = tuple(from_off_stage(mover, backdrop) if mover.passes_by else mover for mover in cast)
            casts[name] = (*always, *extras.get(name, ()), *players)
        return casts

    def shoot(self, segment: str) -> Iterator[Planar]:
        cast = self.casts[segment]
        for number in range(self.frames):
            yield self._finish(self._composed(cast, number), number)

    def composed(self, segment: str, number: int) -> Image:
        """One BGR frame before grading and noise."""
        return self._composed(self.casts[segment], number)

    def graded(self, segment: str, number: int) -> Image:
        planar = self._finish(self._composed(self.casts[segment], number), number)
        return np.asarray(cv2.cvtColor(planar, cv2.COLOR_YUV2BGR_I420), np.uint8)

    def _composed(self, cast: Sequence[Mover], number: int) -> Image:
        frame = self.phases[number % len(self.phases)].copy()
        patches = [patch for mover in cast for patch in self._patches(mover, number)]
        for patch in patches:
            if patch.add is None:
                patch.lay(frame)
        for patch in sorted((p for p in patches if p.add is not None), key=lambda p: -p.depth):
            patch.lay(frame)
        return frame

    def _patches(self, mover: Mover, number: int) -> tuple[Patch, ...]:
        if mover.slow:
            number -= number % 3
        elif self._crawls(mover, number):
            number -= number % 2
        t = self._time(mover, number)
        if not 0 <= t <= mover.route.duration + 1e-6:
            return ()
        key = (id(mover), -1 if mover.still else number)
        if key not in self._drawn:
            self._drawn[key] = self._draw(mover, t)
        found = self._drawn[key]
        return (*found, *self._steam(mover, number)) if mover.steam else found

    def _time(self, mover: Mover, number: int) -> float:
        t = number / self.fps - mover.start_s
        return t % PERIOD_S if mover.wraps else t

    def _crawls(self, mover: Mover, number: int) -> bool:
        """So far off or slow that it moves by hardly a pixel a frame: every other frame is enough."""
        t = self._time(mover, number - number % 2)
        if mover.still or not 0 <= t <= mover.route.duration:
            return False
        x, y, _, _, speed = place(mover.route, t)
        depth = self.camera.depth(x, y)
        step_px = speed * self.camera.focal_px / depth / self.fps
        return depth > 11 and step_px < (2.5 if depth < 40 else 5.5)

    def _draw(self, mover: Mover, t: float) -> tuple[Patch, ...]:
        x, y, heading, distance, speed = pose(mover.route, t)
        solid = mover.look(Moment(t, distance, speed))
        backdrop, spot = self.stage.backdrop, Place(x, y, heading)
        found = list(shadow_and_picture(solid, backdrop, spot))
        if mover.headlights:
            found += _headlights(self.stage, solid, spot)
        seen = min(t, mover.route.duration - t) / FADE_S if mover.fades else 1.0
        return tuple(patch.faded(seen) for patch in found if patch is not None)

    def _steam(self, mover: Mover, number: int) -> list[Patch]:
        """Puffs above a stall; none at the borders of the segment, for the next one may have no steam."""
        _, x, y = mover.route.points[0]
        t = number / self.fps
        ramp = min(t, PERIOD_S - t, 1.0)
        level = float(np.mean(self.layout.light.at(x, y)))
        puffs = []
        for k in range(5):
            age = (t / STEAM_S + k / 5) % 1.0
            centre = (x + 0.25 * math.sin(5 * age + k) * age + 0.2 * age, y, 1.05 + 1.3 * age)
            strength = 0.28 * ramp * math.sin(math.pi * age) ** 0.8
            puffs.append(_puff(self.camera, centre, 0.1 + 0.32 * age, strength, 225 * min(level, 1.1)))
        return [puff for puff in puffs if puff is not None]

    def _finish(self, frame: Image, number: int) -> Planar:
        planar = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420)
        luma = planar[:HEIGHT]
        cv2.multiply(luma, self._lights.at(number), dst=luma, scale=1 / 200)
        cv2.addWeighted(luma, 1.0, self._grain[number % GRAINS], 1.0, -128.0, dst=luma)
        return np.asarray(planar, np.uint8)


class _Lights:
    """Vignette times drifting cloud shadow, 200 meaning unchanged; returns to its start after the period."""

    def __init__(self, camera: Pinhole, layout: Layout, frames: int) -> None:
        self.frames, self.clouds = frames, layout.light.clouds
        self._grids: dict[int, Image] = {}
        columns, rows = LIGHT_GRID
        u = ((np.arange(columns) + 0.5) / columns - 0.5)[None, :]
        v = ((np.arange(rows) + 0.5) / rows - 0.5)[:, None]
        self.vignette = (1 - 0.36 * (u**2 + v**2)).astype(np.float32)
        down = v * camera.height / camera.focal_px
        tilt = math.radians(camera.tilt_deg)
        reach = camera.height_m / np.maximum(down * math.cos(tilt) + math.sin(tilt), 0.06)
        self.x = (u * camera.width / camera.focal_px * reach / 85).astype(np.float32)
        self.y = np.broadcast_to((math.cos(tilt) - down * math.sin(tilt)) * reach / 85, self.x.shape).astype(np.float32)

    def at(self, number: int) -> Image:
        if number not in self._grids:
            self._grids[number] = self._grid(number)
        return np.asarray(cv2.resize(self._grids[number], (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)

    def _grid(self, number: int) -> Image:
        share = number / self.frames
        pattern = np.tanh(1.6 * sample(noise(2, 3, 8), self.x + np.float32(share), self.y + np.float32(0.31)))
        breath = 1 + 0.25 * self.clouds * math.sin(2 * math.pi * share)
        grid = self.vignette * (1 - self.clouds * 0.5 * (1 - pattern)) * np.float32(breath * (1 + self.clouds * 0.4))
        return np.asarray(np.clip(grid * 222, 0, 255), np.uint8)


@cache
def _white_noise() -> tuple[Plane, ...]:
    rng = np.random.default_rng(77)
    sheets = []
    for _ in range(GRAINS):
        fine = rng.standard_normal((HEIGHT, WIDTH), dtype=np.float32)
        coarse = cv2.resize(rng.standard_normal((HEIGHT // 2, WIDTH // 2), dtype=np.float32), (WIDTH, HEIGHT))
        sheets.append(np.asarray(fine + 0.35 * coarse, np.float32))
    return tuple(sheets)


def _grain(sigma: float) -> list[Image]:
    """Sensor noise around 128."""
    return [np.asarray(np.clip(sheet * sigma + 128.5, 0, 255), np.uint8) for sheet in _white_noise()]


def _phases(stage: Stage, count: int) -> list[Image]:
    """The still picture at `count` moments of the swaying of leaves and the running of ripples."""
    moving = np.argwhere(np.maximum(stage.sway, stage.water) > 0.02)
    if not len(moving):
        return [stage.still]
    (top, left), (bottom, right) = moving.min(axis=0), moving.max(axis=0) + 1
    window = slice(int(top), int(bottom)), slice(int(left), int(right))
    y, x = np.mgrid[window].astype(np.float32)
    gusts = [sample(noise(9, 3, k), x / 700 + 0.2 * k, y / 700) * 2.2 for k in (41, 42, 43)]
    sway, water = stage.sway[window], stage.water[window]
    ripples = _Ripples(stage, x, y) if water.any() else None
    phases = []
    for k in range(count):
        turn = 2 * math.pi * k / count
        dx = sway * (0.75 * np.sin(turn + gusts[0]) + 0.5 * np.sin(2 * turn + gusts[1]))
        dy = sway * 0.4 * np.sin(3 * turn + gusts[2])
        if ripples is not None:
            bend = ripples.at(k / count)
            dx, dy = dx + bend * water * 1.6, dy + bend * water * 2.2
        frame = stage.still.copy()
        shifted = cv2.remap(
            stage.still,
            x + dx.astype(np.float32),
            y + dy.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        if ripples is not None:
            shifted = np.clip(shifted * (1 + 0.055 * bend * water)[..., None], 0, 255).astype(np.uint8)
        frame[window] = shifted
        phases.append(frame)
    return phases


class _Ripples:
    """Waves on the water in ground metres, two sets running against each other, that repeat exactly."""

    def __init__(self, stage: Stage, x: Plane, y: Plane) -> None:
        camera = stage.backdrop.camera
        tilt = math.radians(camera.tilt_deg)
        down = (y + 0.5 - camera.height / 2) / camera.focal_px
        reach = camera.height_m / np.maximum(down * math.cos(tilt) + math.sin(tilt), 0.03)
        self.x = ((x + 0.5 - camera.width / 2) / camera.focal_px * reach).astype(np.float32)
        self.y = ((math.cos(tilt) - down * math.sin(tilt)) * reach).astype(np.float32)
        self.fade = np.clip(14 / reach, 0.15, 1).astype(np.float32)

    def at(self, share: float) -> Plane:
        first = sample(noise(24, 3, 51), self.x / 9 + np.float32(share), self.y / 16)
        second = sample(noise(24, 3, 52), self.x / 13 - np.float32(share), self.y / 11 + np.float32(share))
        return np.asarray((first + second) * 0.6 * self.fade, np.float32)


def _puff(
    camera: Pinhole, centre: tuple[float, float, float], radius_m: float, strength: float, white: float
) -> Patch | None:
    depth = camera.depth(*centre)
    if depth < 1 or strength <= 0.01:
        return None
    u, v = camera.project([centre])[0]
    radius = max(2.0, radius_m * camera.focal_px / depth)
    left, top = int(u - radius * 2), int(v - radius * 2)
    right, bottom = int(u + radius * 2) + 1, int(v + radius * 2) + 1
    if left < 0 or top < 0 or right > camera.width or bottom > camera.height:
        return None
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    alpha = strength * np.exp(-((x - u) ** 2 + (y - v) ** 2) / (radius * radius))
    keep = np.repeat(np.round(255 * (1 - alpha))[..., None], 3, axis=2).astype(np.uint8)
    return Patch(left, top, keep, np.repeat((alpha * white)[..., None], 3, axis=2).astype(np.uint8), depth - 0.5)


def _headlights(stage: Stage, solid: Solid, place: Place) -> list[Patch | None]:
    """The pool of light ahead of a vehicle on the ground, and the dazzle of lamps that point to the camera."""
    camera = stage.backdrop.camera
    angle = math.radians(place.turn_deg)
    ahead, across = (math.sin(angle), math.cos(angle)), (math.cos(angle), -math.sin(angle))
    far = float(solid.arrays.points[:, 1].max())

    def at(forward: float, side: float, z: float) -> tuple[float, float, float]:
        return place.x + ahead[0] * forward + across[0] * side, place.y + ahead[1] * forward + across[1] * side, z

    shape = ((0.2, -0.5), (8.0, -2.6), (9.5, 0.0), (8.0, 2.6), (0.2, 0.5))
    found: list[Patch | None] = [_pool(stage, [at(far + forward, side, 0.0) for forward, side in shape])]
    if ahead[1] < -0.1:
        for side in (-0.6, 0.6) if len(solid.faces) > 60 else (0.0,):
            lamp = at(far, side, 0.68)
            if camera.depth(*lamp) > 2:
                found.append(_puff(camera, lamp, 0.3, 0.95, 255))
    return found


def _pool(stage: Stage, cone: list[tuple[float, float, float]]) -> Patch | None:
    camera = stage.backdrop.camera
    axes = camera.camera_axes(cone)
    if axes[:, 2].min() < 1:
        return None
    pixels = camera.on_picture(axes)
    low = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 16, 0)
    high = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 16, [camera.width, camera.height])
    if (low >= high).any():
        return None
    window = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    mask: Image = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
    cv2.fillPoly(mask, [np.round(pixels - low).astype(np.int32)], 255, cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), 7).astype(np.float32)[..., None] / 255
    soft = soft * (stage.backdrop.nearness[window] == 0)[..., None]
    add = stage.bare[window].astype(np.float32) * soft * np.array([0.34, 0.42, 0.46], np.float32)
    keep = np.full((*mask.shape, 3), 255, np.uint8)
    return Patch(int(low[0]), int(low[1]), keep, np.clip(add, 0, 255).astype(np.uint8), 1e6)
