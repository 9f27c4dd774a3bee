"""Small synthetic street pictures: a base and a list of things that happen to it. Times are seconds from the start."""

import functools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from config.cameras import Camera, Stream, Streams, Zone
from ingest.frame import Frame, frame_from_gray
from vision.analysis import CameraAnalysis
from vision.detection import Box, Detection
from vision.observation import Observation

WIDTH, HEIGHT = 640, 360
START = 1_790_000_000.0
KEY_SECONDS = 2.0
RING_SECONDS = 20.0
SHANGHAI = ZoneInfo("Asia/Shanghai")

Picture = Any
Happening = Callable[[Picture, float], Picture]


def street() -> Picture:
    """A wall with windows above, paving with joints below; grey levels as float32."""
    rng = np.random.default_rng(7)
    picture = np.full((HEIGHT, WIDTH), 120.0, np.float32)
    picture[:140] = 150.0
    for left in range(20, WIDTH, 80):
        picture[30:90, left : left + 40] = 70.0 + 10.0 * (left % 3)
        picture[30:90:12, left : left + 40] = 175.0
    for row in range(150, HEIGHT, 26):
        picture[row : row + 2] -= 22.0
    for column in range(0, WIDTH, 44):
        picture[140:, column : column + 2] -= 18.0
    grain = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.5)
    return picture + grain * 18.0


def thing_texture(width: int, height: int, seed: int = 3) -> Picture:
    """Something made: plates, stripes, dark and bright."""
    rng = np.random.default_rng(seed)
    plates = rng.integers(20, 245, (5, 4)).astype(np.float32)
    texture = cv2.resize(plates, (width, height), interpolation=cv2.INTER_NEAREST)
    texture[::9] *= 0.6
    return np.asarray(np.clip(texture, 5, 250), np.float32)


def resized(picture: Picture) -> Picture:
    """A coarse field of values spread over the whole picture."""
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)


STREET = street()


@dataclass(frozen=True)
class Stands:
    """A thing between two times at a place in pixels of 640x360."""

    left: int
    top: int
    width: int
    height: int
    begins: float = 0.0
    ends: float = 1e9
    seed: int = 3
    absent: tuple[float, ...] = ()  # flickers away at these times

    @property
    def box(self) -> Box:
        return self.left / WIDTH, self.top / HEIGHT, self.width / WIDTH, self.height / HEIGHT

    def __call__(self, picture: Picture, at: float) -> Picture:
        if self.begins <= at < self.ends and not any(abs(at - moment) < 0.5 for moment in self.absent):
            rows, columns = slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)
            shown = picture[rows, columns]
            shown[:] = thing_texture(self.width, self.height, self.seed)[: shown.shape[0], : shown.shape[1]]
        return picture


def person_at(picture: Picture, left: float, foot: float, at: float, sway: float = 0.0) -> Picture:
    """A walker of 24x70 pixels; `sway` in pixels moves head and arms."""
    swing = round(sway * np.sin(at * 1.7) + sway * 0.6 * np.sin(at * 0.77))
    x, bottom = int(left), int(foot)
    texture = thing_texture(24, 70, 11)
    for part, (first, last) in enumerate(((0, 22), (22, 44), (44, 70))):
        shift = (swing, -swing // 2, swing // 2)[part]
        where = slice(max(0, bottom - 70 + first), max(0, bottom - 70 + last))
        span = slice(max(0, x + shift), max(0, min(WIDTH, x + shift + 24)))
        wide = span.stop - span.start
        if wide > 0:
            picture[where, span] = texture[first:last, :wide]
    return picture


def passers_by(period: float = 14.0, foot: int = 300, speed: float = 60.0) -> Happening:
    def happen(picture: Picture, at: float) -> Picture:
        return person_at(picture, (at % period) * speed - 30.0, foot, at, sway=3.0)

    return happen


def stands_swaying(begins: float, ends: float, left: int = 300, foot: int = 300) -> Happening:
    def happen(picture: Picture, at: float) -> Picture:
        return person_at(picture, left, foot, at, sway=4.0) if begins <= at < ends else picture

    return happen


def light(gain: Callable[[float], float]) -> Happening:
    return lambda picture, at: picture * np.float32(gain(at))


def gamma(begins: float, exponent: float) -> Happening:
    def happen(picture: Picture, at: float) -> Picture:
        if at < begins:
            return picture
        return np.power(np.clip(picture, 0, 255) / 255.0, exponent) * 255.0

    return happen


def cloud(begins: float, ends: float, speed: float = 12.0, shade: float = 0.6) -> Happening:
    """A soft-edged shadow that drifts in and covers up to half the picture."""

    def happen(picture: Picture, at: float) -> Picture:
        if not begins <= at < ends:
            return picture
        edge = min((at - begins) * speed, 330.0)
        ramp = np.clip((edge - np.arange(WIDTH, dtype=np.float32)) / 60.0, 0.0, 1.0)
        return picture * (1.0 - (1.0 - shade) * ramp)[None, :]

    return happen


def pole_shadow(speed: float) -> Happening:
    """A hard shadow 26 pixels wide that creeps across the paving."""

    def happen(picture: Picture, at: float) -> Picture:
        left = int(200 + at * speed)
        picture[160:340, left : left + 26] *= 0.6
        return picture

    return happen


def glow(left: int, top: int, strength: float = 35.0, width: float = 40.0) -> Picture:
    """Light thrown on the ground by a window: it ends nowhere in particular."""
    across = np.exp(-(((np.arange(WIDTH, dtype=np.float32) - left) / width) ** 2) / 2)
    down = np.exp(-(((np.arange(HEIGHT, dtype=np.float32) - top) / width) ** 2) / 2)
    return np.asarray(strength * down[:, None] * across[None, :], np.float32)


def foliage(left: int, top: int, width: int, height: int) -> Happening:
    rng = np.random.default_rng(5)
    leaves = rng.normal(0, 45, (40, height, width)).astype(np.float32)
    leaves = np.stack([cv2.GaussianBlur(leaf, (0, 0), 3) * 4.0 for leaf in leaves])

    def happen(picture: Picture, at: float) -> Picture:
        picture[top : top + height, left : left + width] += leaves[int(at / KEY_SECONDS) * 7 % 40]
        return picture

    return happen


@functools.cache
def _fields(sigma: float) -> np.ndarray:
    return np.random.default_rng(2).normal(0, sigma, (9, HEIGHT, WIDTH)).astype(np.float32)


def noise(sigma: float) -> Happening:
    return lambda picture, at: picture + _fields(sigma)[int(at * 3) % 9]


def shake(pixels: int) -> Happening:
    def happen(picture: Picture, at: float) -> Picture:
        step = int(at / KEY_SECONDS)
        across, down = (step * 7919 % (2 * pixels + 1)) - pixels, (step * 104729 % (2 * pixels + 1)) - pixels
        return np.roll(picture, (down, across), axis=(0, 1))

    return happen


def falling(count: int, length: int, width: int, level: float) -> Happening:
    """Rain streaks or snow flakes, other ones in every picture."""
    rng = np.random.default_rng(8)
    fields = np.zeros((9, HEIGHT, WIDTH), np.float32)
    for field_ in fields:
        for x, y in zip(rng.integers(0, WIDTH, count), rng.integers(0, HEIGHT, count), strict=True):
            field_[y : y + length, x : x + width] = level
    return lambda picture, at: picture * 0.94 + fields[int(at / KEY_SECONDS) * 4 % 9]


def headlights(period: float = 22.0) -> Happening:
    """Night under lamps; a beam sweeps over the paving and is in the picture for one key frame or two."""

    def happen(picture: Picture, at: float) -> Picture:
        dark = picture * 0.4
        since = at % period
        if since < 4.0:
            dark = dark * (1.0 + 1.5 * glow(int(120 + since * 110), 270, 1.0, 70.0))
        return np.asarray(dark, np.float32)

    return happen


def knocked(at_second: float, right: int, down: int) -> Happening:
    """The camera is moved for good."""
    return lambda picture, at: np.roll(picture, (down, right), axis=(0, 1)) if at >= at_second else picture


def pumping(low: int = 18, high: int = 60) -> Happening:
    """Coding quality that jumps from picture to picture, as under rate control."""

    def happen(picture: Picture, at: float) -> Picture:
        quality = low if int(at / KEY_SECONDS) % 3 else high
        _, jpeg = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
        return cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE).astype(np.float32)

    return happen


def replaced(begins: float, ends: float, by: Picture) -> Happening:
    return lambda picture, at: by.copy() if begins <= at < ends else picture


def frame_at(at: float, happenings: Sequence[Happening], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Frame:
    picture = STREET.copy()
    for happen in happenings:
        picture = happen(picture, at)
    luma = np.clip(picture, 0, 255).astype(np.uint8)
    if size != (WIDTH, HEIGHT):
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
    return frame_from_gray("c1", START + at, luma, int(at * 1e6))


def zone(rule: str = "stall", dwell: float = 30.0, **changes: Any) -> Zone:
    values: dict[str, Any] = {
        "id": f"no-{rule}",
        "rule": rule,
        "polygon": [(0.0, 0.4), (1.0, 0.4), (1.0, 1.0), (0.0, 1.0)],
        "dwell_seconds": dwell,
        "case_class": "05-01" if rule == "stall" else "01-03",
    }
    return Zone.model_validate(values | changes)


def camera(*zones: Zone) -> Camera:
    return Camera(
        id="c1",
        name="北门口",
        area="330621104001",
        streams=Streams(sub=Stream(url="rtsp://10.0.0.1/sub")),
        zones=list(zones),
    )


def counted_ids() -> Callable[[], str]:
    count = iter(range(1, 10_000))
    return lambda: f"object-{next(count)}"


def analysis(*zones: Zone) -> CameraAnalysis:
    return CameraAnalysis(camera(*zones), None, SHANGHAI, counted_ids())


@dataclass
class Player:
    """Plays happenings to an analysis as the schedule would: sparsely when quiet, every key frame otherwise."""

    subject: CameraAnalysis
    happenings: Sequence[Happening]
    quiet_seconds: float = 10.0
    at: float = 0.0
    detections: list[Detection] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    ring: deque[Frame] = field(default_factory=lambda: deque(maxlen=int(RING_SECONDS / KEY_SECONDS)))
    _next_at: float = 0.0

    def until(self, end: float) -> "Player":
        while self.at < end:
            frame = frame_at(self.at, self.happenings)
            self.ring.append(frame)
            if self.at >= self._next_at:
                self._look(frame)
            self.at += KEY_SECONDS
        return self

    def _look(self, frame: Frame) -> None:
        seen = self.subject.observe(frame)
        self.observations.append(seen)
        self.detections.extend(seen.detections)
        if seen.wants_past:
            self.subject.look_back(list(self.ring)[:-1])
        self._next_at = self.at + (self.quiet_seconds if seen.attention == "quiet" else KEY_SECONDS)

    def of(self, phase: str) -> list[Detection]:
        return [detection for detection in self.detections if detection.phase == phase]


def overlap(first: Box, second: Box) -> float:
    """Intersection over union."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)
