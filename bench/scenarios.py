"""Hours in drawn streets: stalls and bags come and go among passers-by, in every named condition; all from seeds.

An hour is played as the schedule would: a picture every 10 s while quiet, every 2 s while something new stands there.
One detection for one event is right; any other, a second one of the same event too, is false.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bench.streets import (
    HEIGHT,
    WIDTH,
    Picture,
    Scale,
    Sprite,
    bags_sprite,
    camera,
    paint,
    person_sprite,
    scale_of,
    stall_sprite,
    street,
    vehicle_sprite,
)
from bench.weather import CONDITIONS, Condition
from gis.ground import ground_model
from ingest.frame import Frame, frame_from_gray
from vision.analysis import CameraAnalysis
from vision.confirming.confirmer import Confirmer
from vision.detection import Box, Detection

START = 1_790_000_000.0
HOUR = 3600.0
KEY_SECONDS, QUIET_SECONDS, RING_SECONDS = 2.0, 10.0, 20.0
DWELL = 180.0
GRACE_SECONDS = 60.0  # beyond the dwell time a thing must stand to count as missed
LEAST_IOU = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """Something that stands still between two seconds; `rule` names what it should be told as, empty: nothing."""

    rule: str
    sprite: Sprite
    x: float
    foot: float
    begins: float
    ends: float

    @property
    def box(self) -> Box:
        height, width = self.sprite.levels.shape
        return (self.x - width / 2) / WIDTH, (self.foot - height) / HEIGHT, width / WIDTH, height / HEIGHT

    def draw(self, picture: Picture, at: float, light: tuple[float, float]) -> None:
        if self.begins <= at < self.ends:
            paint(picture, self.sprite, self.x, self.foot, *light)


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Somebody walks or drives along a row, or (`pause`) stops at a place for a while and sways."""

    sprite: Sprite
    foot: float
    begins: float
    speed: float
    pause_x: float = -1.0
    pause: float = 0.0
    phase: float = 0.0

    def x(self, at: float) -> float:
        since = at - self.begins
        start = -20.0 if self.speed > 0 else WIDTH + 20.0
        if self.pause:
            reached = (self.pause_x - start) / self.speed
            since = since if since < reached else max(reached, since - self.pause)
        return start + self.speed * since

    def draw(self, picture: Picture, at: float, light: tuple[float, float]) -> None:
        x = self.x(at)
        if at < self.begins or not -20.0 <= x <= WIDTH + 20.0:
            return
        sway = 0.9 * np.sin(at * 0.31 + self.phase) + 0.7 * np.sin(at * 0.83 + 2 * self.phase)
        height = self.sprite.levels.shape[0]
        for part, lean in ((slice(0, height // 3), sway), (slice(height // 3, height), 0.4 * sway)):
            piece = Sprite(self.sprite.levels[part], self.sprite.cover[part])
            low = self.foot if part.stop == height else self.foot - height + height // 3
            paint(picture, piece, x + lean, low, *(light if part.stop == height else (1.0, 0.0)))


@dataclass(frozen=True, slots=True)
class Hour:
    """`light`: how dark shadows are and how far they reach to the side."""

    condition: str
    seed: int
    base: Callable[[float], Picture]
    weather: Condition
    actors: list[Stay | Walk]
    light: tuple[float, float]

    def picture(self, at: float) -> Picture:
        picture = self.base(at)
        for actor in self.actors:
            actor.draw(picture, at, self.light)
        return self.weather(picture, at)

    @property
    def events(self) -> list[Stay]:
        return [actor for actor in self.actors if isinstance(actor, Stay) and actor.rule]


def hour_of(condition: str, seed: int, base: Callable[[float], Picture] | None = None) -> Hour:
    """The same for the same seed. `base`: what the empty street looks like; by default one is drawn."""
    rng = np.random.default_rng([seed, *condition.encode()])
    scale = scale_of(camera(DWELL))
    drawn = street(rng)
    actors: list[Stay | Walk] = [*_stall(rng, scale), *_bags(rng, scale), *_passers(rng, scale, condition)]
    if condition == "hidden for a while":
        actors += _hiding(rng, scale, [actor for actor in actors if isinstance(actor, Stay)])
    if condition == "people standing still":
        actors += [_standing(rng, scale, begins) for begins in np.arange(200.0, HOUR - 400, 300.0)]
    if condition == "vehicles come and go":
        actors += _vehicles(rng, scale)
    actors.sort(key=lambda actor: actor.foot)
    weather = CONDITIONS[condition](rng)
    light = (float(rng.uniform(0.5, 0.75)), float(rng.uniform(-0.8, 0.8))) if rng.random() < 0.6 else (1.0, 0.0)
    return Hour(condition, seed, base or (lambda at: drawn.copy()), weather, actors, light)


def _stall(rng: np.random.Generator, scale: Scale) -> list[Stay | Walk]:
    x, foot = float(rng.uniform(45, 140)), float(rng.uniform(112, 165))
    begins = float(rng.uniform(300, 1500))
    ends = begins + float(rng.uniform(500, 1500))
    stall = Stay("stall", stall_sprite(rng, scale, x, foot), x, foot, begins, ends)
    vendor = person_sprite(rng, scale, x, foot)
    beside = x + stall.sprite.levels.shape[1] / 2 + vendor.levels.shape[1]
    people: list[Stay | Walk] = [_halting(rng, vendor, beside, foot - 1, begins - 4.0, ends - begins)]
    for at in rng.uniform(begins, ends, 6):
        pause = float(rng.uniform(20, 90))
        people.append(_halting(rng, person_sprite(rng, scale, x, foot), x, foot + 2, float(at), pause))
    return [stall, *people]


def _bags(rng: np.random.Generator, scale: Scale) -> list[Stay | Walk]:
    x, foot = float(rng.uniform(200, 295)), float(rng.uniform(105, 168))
    begins = float(rng.uniform(300, 1800))
    ends = begins + float(rng.uniform(500, 1600))
    bags = Stay("dumping", bags_sprite(rng, scale, x, foot), x, foot, begins, ends)
    bringer = person_sprite(rng, scale, x, foot)
    stays = float(rng.uniform(5, 25))
    return [bags, _halting(rng, bringer, x - bags.sprite.levels.shape[1] / 2 - 3, foot - 1, begins - stays / 2, stays)]


def _halting(rng: np.random.Generator, sprite: Sprite, x: float, foot: float, arrives: float, stays: float) -> Walk:
    speed = float(rng.uniform(14, 26) * rng.choice([-1.0, 1.0]))
    start = -20.0 if speed > 0 else WIDTH + 20.0
    return Walk(sprite, foot, arrives - (x - start) / speed, speed, x, stays, float(rng.uniform(0, 6)))


def _passers(rng: np.random.Generator, scale: Scale, condition: str) -> list[Stay | Walk]:
    every = 7.0 if condition == "crowd" else 60.0
    begins = np.cumsum(rng.exponential(every, int(2 * HOUR / every)))
    walks: list[Stay | Walk] = []
    for at in begins[begins < HOUR]:
        foot = float(rng.uniform(95, 176))
        speed = float(rng.uniform(12, 30) * rng.choice([-1.0, 1.0]))
        walks.append(Walk(person_sprite(rng, scale, 160, foot), foot, float(at), speed, phase=float(rng.uniform(0, 6))))
    return walks


def _standing(rng: np.random.Generator, scale: Scale, begins: float) -> Walk:
    """Somebody waits for one to three minutes, more often than not in a zone."""
    x, foot = float(rng.uniform(30, 300)), float(rng.uniform(105, 170))
    return _halting(rng, person_sprite(rng, scale, x, foot), x, foot, float(begins), float(rng.uniform(60, 170)))


def _hiding(rng: np.random.Generator, scale: Scale, stays: list[Stay]) -> list[Stay | Walk]:
    """Somebody stands in front of a part of it, a van stops in front of all of it."""
    hiding: list[Stay | Walk] = []
    for stay in stays:
        foot = min(176.0, stay.foot + 6)
        person = person_sprite(rng, scale, stay.x, foot)
        hiding.append(_halting(rng, person, stay.x, foot, stay.begins + 60, 80.0))
        van = vehicle_sprite(rng, scale, stay.x, foot)
        hiding.append(Stay("", van, stay.x, foot, stay.begins + 300, stay.begins + 300 + float(rng.uniform(30, 100))))
    return hiding


def _vehicles(rng: np.random.Generator, scale: Scale) -> list[Stay | Walk]:
    """Parked at first and leaves (a ghost), comes and stays, stops for a minute: all in the zones."""
    spans = [(-100.0, 200.0), (2900.0, HOUR + 100.0), (2300.0, 2380.0), (2500.0, 2590.0), (2700.0, 2750.0)]
    stays: list[Stay | Walk] = []
    for begins, ends in spans:
        x, foot = float(rng.uniform(60, 260)), float(rng.uniform(115, 160))
        stays.append(Stay("", vehicle_sprite(rng, scale, x, foot), x, foot, begins, ends))
    return stays


@dataclass(slots=True)
class Score:
    """What became of one hour, or of many."""

    hours: int = 0
    events: dict[str, int] = field(default_factory=lambda: {"stall": 0, "dumping": 0})
    found: dict[str, int] = field(default_factory=lambda: {"stall": 0, "dumping": 0})
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    dating_s: list[float] = field(default_factory=list)
    pictures: int = 0
    vision_s: float = 0.0

    def add(self, other: "Score") -> None:
        self.hours += other.hours
        for rule in self.events:
            self.events[rule] += other.events[rule]
            self.found[rule] += other.found[rule]
        self.false += other.false
        self.missed += other.missed
        self.dating_s += other.dating_s
        self.pictures += other.pictures
        self.vision_s += other.vision_s

    @property
    def recall(self) -> float:
        return sum(self.found.values()) / max(1, sum(self.events.values()))

    @property
    def precision(self) -> float:
        right = sum(self.found.values())
        return right / max(1, right + len(self.false))

    def plain(self) -> dict[str, Any]:
        return {
            "hours": self.hours,
            "stalls": self.events["stall"],
            "stalls_found": self.found["stall"],
            "dumping": self.events["dumping"],
            "dumping_found": self.found["dumping"],
            "false": len(self.false),
            "recall": round(self.recall, 3),
            "precision": round(self.precision, 3),
            "dated_early_s_max": round(-min(self.dating_s, default=0.0), 1),
            "dated_late_s_max": round(max(self.dating_s, default=0.0), 1),
            "pictures": self.pictures,
            "vision_ms_per_picture": round(1000 * self.vision_s / max(1, self.pictures), 3),
        }


def play(hour: Hour, confirmer: Confirmer | None = None) -> tuple[list[Detection], int, float]:
    """Detections, pictures looked at, and CPU seconds of the analysis."""
    place = camera(DWELL)
    count = iter(range(1, 100_000))
    town = ZoneInfo("Asia/Shanghai")
    subject = CameraAnalysis(place, ground_model(place), town, lambda: f"object-{next(count)}", None, confirmer)
    shown: deque[tuple[float, Frame]] = deque(maxlen=int(RING_SECONDS / KEY_SECONDS))
    told: list[Detection] = []
    at, looked, spent = 0.0, 0, 0.0
    while at < HOUR:
        frame = _frame(hour, at)
        shown.append((at, frame))
        began = time.thread_time()
        seen = subject.observe(frame)
        spent += time.thread_time() - began
        if seen.wants_past:
            past = _past(hour, at, dict(shown))
            began = time.thread_time()
            subject.look_back(past)
            spent += time.thread_time() - began
        looked += 1
        told += [found for found in seen.detections if found.phase == "present"]
        at += QUIET_SECONDS if seen.attention == "quiet" else KEY_SECONDS
    return told, looked, spent


def _past(hour: Hour, at: float, shown: dict[float, Frame]) -> list[Frame]:
    """The ring's key frames before `at`; those nobody looked at are drawn now."""
    times = [at - RING_SECONDS + index * KEY_SECONDS for index in range(int(RING_SECONDS / KEY_SECONDS))]
    return [shown.get(past) or _frame(hour, past) for past in times if past >= 0.0]


def _frame(hour: Hour, at: float) -> Frame:
    luma = np.clip(hour.picture(at), 0, 255).astype(np.uint8)
    return frame_from_gray("street", START + at, luma)


def judge(hour: Hour, told: Iterable[Detection]) -> Score:
    score = Score(hours=1)
    found: set[int] = set()
    for detection in told:
        at = detection.confirmed_at - START
        met = [
            index
            for index, event in enumerate(hour.events)
            if event.rule == detection.rule
            and event.begins <= at <= event.ends + 30.0
            and _meets(detection.box, event.box)
        ]
        if met and met[0] not in found:
            found.add(met[0])
            event = hour.events[met[0]]
            score.dating_s.append(detection.first_seen_at - START - event.begins)
            score.found[event.rule] += 1
        else:
            box = ",".join(f"{value:.2f}" for value in detection.box)
            score.false.append(f"{hour.condition} {hour.seed}: {detection.rule} at {at:.0f} s, {box}")
    for index, event in enumerate(hour.events):
        stood = min(event.ends, HOUR) - event.begins
        if index in found or stood >= DWELL + GRACE_SECONDS:
            score.events[event.rule] += 1
            if index not in found:
                score.missed.append(f"{hour.condition} {hour.seed}: {event.rule} from {event.begins:.0f} s")
    return score


def _meets(first: Box, second: Box) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = first, second
    if bx <= ax + aw / 2 <= bx + bw and by <= ay + ah / 2 <= by + bh:
        return True
    shared = max(0.0, min(ax + aw, bx + bw) - max(ax, bx)) * max(0.0, min(ay + ah, by + bh) - max(ay, by))
    return shared / (aw * ah + bw * bh - shared) >= LEAST_IOU


def measure(hours: int, first_seed: int, conditions: Iterable[str] = tuple(CONDITIONS)) -> dict[str, Any]:
    """So many hours, each of the conditions in turn."""
    names = list(conditions)
    scores = {name: Score() for name in names}
    for number in range(hours):
        hour = hour_of(names[number % len(names)], first_seed + number // len(names))
        scores[hour.condition].add(scored(hour))
    return in_all(scores)


def scored(hour: Hour, confirmer: Confirmer | None = None) -> Score:
    """An hour played and judged."""
    told, looked, spent = play(hour, confirmer)
    score = judge(hour, told)
    score.pictures, score.vision_s = looked, spent
    return score


def in_all(scores: Mapping[str, Score]) -> dict[str, Any]:
    """All conditions together, and each."""
    total = Score()
    for score in scores.values():
        total.add(score)
    return total.plain() | {
        "conditions": {name: score.plain() for name, score in scores.items()},
        "missed": total.missed,
        "false_alarms": total.false,
    }
