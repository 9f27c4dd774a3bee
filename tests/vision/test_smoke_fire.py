"""What may be smoke or fire, and what is neither: as a pure rule, and played."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from incidents.report import report_from
from ingest.frame import Frame, frame_from_gray
from tests.vision import scenery
from tests.vision.scenery import HEIGHT, START, STREET, WIDTH, Happening, Picture, Stands, analysis, zone
from tests.vision.test_posed_rules import Drives
from vision.analysis import CameraAnalysis
from vision.area import AreaWatch
from vision.detection import Detection
from vision.evidence import ASPECT_NAMES
from vision.grid import Grid
from vision.look import Look, fiery_places
from vision.rules import smoke_fire
from vision.rules.area_history import AreaHistory, AreaSample, Glow, Plume
from vision.scene import Scene

CALM = scenery.noise(2.0)
WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
TOWER = zone("smoke_fire", 60.0, id="hills", polygon=WHOLE, case_class="04-05")
PLUME = Plume(since=4.0, area=0.01, washed=0.8, stirring=0.3, top=0.5, foot=0.6)
GLOW = Glow(since=4.0, area=0.001, whole=0.9, x=0.5, y=0.3, novelty=0.4)


def history(*seen: Plume | Glow | None, told: str = "") -> AreaHistory:
    """One sample every four seconds, oldest first."""
    samples = [
        AreaSample(
            4.0 * (n + 1),
            4.0,
            plume=one if isinstance(one, Plume) else None,
            glow=one if isinstance(one, Glow) else None,
        )
        for n, one in enumerate(seen)
    ]
    return AreaHistory(tuple(samples), bool(told), told)


def rising(count: int = 16, **changes: Any) -> list[Plume]:
    """From 1 % of the picture to 5 %, upwards."""
    grown = [replace(PLUME, area=0.01 + 0.04 * n / 15, top=0.5 - 0.3 * n / 15) for n in range(count)]
    return [replace(one, **changes) for one in grown]


def flickering(**changes: Any) -> list[Glow]:
    return [replace(GLOW, x=0.5 + 0.004 * (n % 3), **changes) for n in range(16)]


ROWS: dict[str, tuple[AreaHistory, str, str]] = {
    "smoke rises for the whole dwell": (history(*rising()), "begin", "smoke"),
    "not that long": (history(*rising(14)), "watch", ""),
    "a gust hides it for a look": (history(*rising(7), None, None, *rising()[9:]), "begin", "smoke"),
    "it stands still": (history(*rising(stirring=0.01)), "watch", ""),
    "it does not grow": (history(*[PLUME] * 16), "watch", ""),
    "it grows sideways": (history(*rising(top=0.5)), "watch", ""),
    "it rises as a whole": (history(*[replace(one, foot=one.top + 0.1) for one in rising()]), "watch", ""),
    "what is behind it still shows": (history(*rising(washed=0.1)), "watch", ""),
    "a speck": (history(*[replace(one, area=one.area / 20) for one in rising()]), "watch", ""),
    "half the picture": (history(*[replace(one, area=one.area * 10) for one in rising()]), "watch", ""),
    "one after the other": (history(*[replace(one, since=4.0 * n) for n, one in enumerate(rising())]), "watch", ""),
    "nothing": (history(*[None] * 16), "wait", ""),
    "it has come to nothing for long": (history(*[PLUME] * 90), "wait", ""),
    "a flame for the whole dwell": (history(*flickering()), "begin", "fire"),
    "a sign that blinks": (history(*[None if n % 3 else one for n, one in enumerate(flickering())], GLOW), "watch", ""),
    "a lamp that was switched on": (history(*flickering(novelty=0.02)), "watch", ""),
    "glitter on the river": (history(*flickering(whole=0.1)), "watch", ""),
    "headlights in a bend": (
        history(*[replace(GLOW, x=0.5 + 0.05 * (n % 4)) for n in range(16)]),
        "watch",
        "",
    ),
    "told, still burning": (history(*flickering(), told="fire"), "wait", ""),
    "told, hidden for a moment": (history(*flickering(), None, None, told="fire"), "wait", ""),
    "told, out": (history(*flickering(), *[None] * 8, told="fire"), "end", ""),
    "told before a restart, seen once since": (history(None, told="smoke"), "wait", ""),
}


@pytest.mark.parametrize("name", ROWS)
def test_smoke_fire(name: str) -> None:
    facts, decision, aspect = ROWS[name]
    judged = smoke_fire.judge(facts, TOWER)
    assert (judged.decision, judged.aspect) == (decision, aspect)
    assert (judged.confidence > 0.4) == (decision == "begin")


def test_it_never_opens_a_case_unless_the_zone_says_so() -> None:
    assert (TOWER.opens_case, TOWER.level) == (False, 3)
    assert zone("smoke_fire", id="hills", polygon=WHOLE, opens_case=True).opens_case is True


def smoke(
    begins: float, ends: float, level: float = 190.0, speed: float = 3.0, most: float = 170.0, lean: float = 0.3
) -> Happening:
    """Billows from one place, higher every second up to `most` points, wider as they rise."""
    rows, columns = np.mgrid[0 : HEIGHT // 4, 0 : WIDTH // 4].astype(np.float32)

    def happen(picture: Picture, at: float) -> Picture:
        if not begins <= at < ends:
            return picture
        height = min(most, speed * (at - begins)) / 4
        clear, lit = np.ones_like(rows), np.full_like(rows, level)
        for number in range(14):
            way = (number / 14 + 0.11 * at) % 1.0
            x = 85 + lean * way * height + 3.0 * way * np.sin(2.1 * number + 0.9 * at)
            size = 2.0 + 0.12 * way * height
            puff = 0.75 * np.exp(-((columns - x) ** 2 + (rows - 68 + way * height) ** 2) / (2 * size**2))
            clear, lit = clear * (1.0 - puff), lit * (1.0 - puff) + puff * (level + 24.0 * np.sin(5.0 * number))
        clear, lit = (cv2.resize(one, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) for one in (clear, lit))
        return np.asarray(picture * clear + lit * (1.0 - clear), np.float32)

    return happen


def flame(begins: float, ends: float, left: int = 340, foot: int = 250) -> Happening:
    """Tongues of light from one place, another shape at every look."""

    def happen(picture: Picture, at: float) -> Picture:
        if begins <= at < ends:
            rng = np.random.default_rng(int(10 * at))
            for number in range(5):
                tall, x = int(rng.integers(12, 40)), left + 7 * number + int(rng.integers(-3, 4))
                corners = np.array([[x - 6, foot], [x + 6, foot], [x + int(rng.integers(-6, 7)), foot - tall]])
                cv2.fillPoly(picture, [corners], 245.0)
        return picture

    return happen


def neon(begins: float) -> Happening:
    """Letters that come on one after the other, over and over."""

    def happen(picture: Picture, at: float) -> Picture:
        for number in range(int((at - begins) / 2.0) % 5 if at > begins else 0):
            cv2.rectangle(picture, (200 + 30 * number, 60), (220 + 30 * number, 90), 240.0, 5)
        return picture

    return happen


def glitter(begins: float) -> Happening:
    def happen(picture: Picture, at: float) -> Picture:
        if at > begins:
            rng = np.random.default_rng(int(10 * at))
            for x, y in rng.integers((100, 200), (500, 330), (90, 2)):
                picture[y : y + 2, x : x + 5] = 250.0
        return picture

    return happen


def fog(begins: float, seconds: float = 60.0) -> Happening:
    """Over everything, thicker from look to look."""

    def happen(picture: Picture, at: float) -> Picture:
        clear = 1.0 - 0.7 * float(np.clip((at - begins) / seconds, 0.0, 1.0))
        return picture * np.float32(clear) + np.float32(190.0 * (1.0 - clear))

    return happen


def lights_on(begins: float) -> Happening:
    """A car has come to stand with its lamps on."""

    def happen(picture: Picture, at: float) -> Picture:
        if at >= begins:
            for left in (300, 330):
                cv2.circle(picture, (left, 260), 9, 250.0, -1)
        return picture

    return happen


def lorry(begins: float, ends: float) -> Happening:
    """Plain sides, higher than a man; it comes in a second and is loaded."""

    def happen(picture: Picture, at: float) -> Picture:
        if begins <= at < ends:
            picture[150:270, 250:430] = 175.0
            picture[180:270, 430:470] = 90.0
            scenery.person_at(picture, 236, 290, at, sway=5.0)
        return picture

    return happen


def sky(picture: Picture, at: float) -> Picture:
    """In the upper third: bright and plain."""
    picture[:130] = 205.0
    return picture


def drifting_clouds(picture: Picture, at: float) -> Picture:
    """White ones that pass through a grey sky, and their shadows over the ground."""
    for number in range(3):
        x = int((260 * number + 3.5 * at) % 800) - 80
        cv2.ellipse(picture, (x, 50 + 20 * number), (70, 22), 0, 0, 360, 238.0, -1)
        picture[130:, max(0, x - 60) : max(0, x + 60)] *= np.float32(0.75)
    return picture


DARK: Happening = lambda picture, at: picture * np.float32(0.3)  # noqa: E731
Hue = Callable[[Picture, float], tuple[int, int]]
ORANGE, GREY = (70, 180), (128, 128)


def hills() -> Picture:
    """What a tower sees: roofs, trees and fields, all of it rich in detail."""
    rng = np.random.default_rng(4)
    leaves = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 2.0)
    return STREET + leaves * 130.0


HILLS = hills()


def hued(picture: Picture, at: float, fiery: Callable[[Picture, float], Picture] | None) -> Frame:
    gray = frame_from_gray("c1", START + at, np.clip(picture, 0, 255).astype(np.uint8), int(at * 1e6))
    if fiery is None:
        return gray
    orange = fiery(np.zeros((HEIGHT, WIDTH), np.float32), at)[::2, ::2] > 0
    blue, red = (np.where(orange, np.uint8(a), np.uint8(b)) for a, b in zip(ORANGE, GREY, strict=True))
    return replace(gray, chroma=(blue, red))


def watched(
    subject: CameraAnalysis,
    happenings: list[Happening],
    ends: float,
    begins: float = 0.0,
    fiery: Callable[[Picture, float], Picture] | None = None,
) -> list[Detection]:
    """As the schedule does: every 10 s while quiet, every key frame else."""
    told: list[Detection] = []
    at = begins
    while at < ends:
        picture = HILLS.copy()
        for happen in [*happenings, CALM]:
            picture = happen(picture, at)
        seen = subject.observe(hued(picture, at, fiery))
        told += seen.detections
        at += 10.0 if seen.attention == "quiet" and at > 40.0 else 2.0
    return told


EVERYWHERE: Callable[[Picture, float], Picture] = lambda picture, at: picture + 255.0  # noqa: E731

BURNS: dict[str, tuple[list[Happening], Callable[[Picture, float], Picture] | None, str]] = {
    "white smoke": ([smoke(80, 240)], None, "smoke"),
    "black smoke": ([smoke(80, 240, level=25.0)], None, "smoke"),
    "smoke in the wind": ([smoke(80, 240, lean=1.2)], None, "smoke"),
    "smoke under passing clouds": ([smoke(80, 240), scenery.cloud(60.0, 220.0)], None, "smoke"),
    "fire in the dark": ([DARK, flame(80, 240)], None, "fire"),
    "fire by day, in colour": ([flame(80, 240)], flame(80, 240), "fire"),
}


@pytest.mark.parametrize("name", BURNS)
def test_what_burns_is_told_once_and_that_it_is_over(name: str) -> None:
    happenings, fiery, aspect = BURNS[name]
    told = watched(analysis(TOWER), happenings, 330.0, fiery=fiery)
    assert [(one.phase, one.aspect) for one in told] == [("present", aspect), ("gone", aspect)]
    present, gone = told
    assert 45.0 <= present.confirmed_at - START - 80.0 <= 130.0
    assert 240.0 < gone.confirmed_at - START <= 320.0
    assert 0.4 < present.box[0] + present.box[2] / 2 < 0.75
    assert (present.opens_case, report_from(present.to_plain()).aspect) == (False, aspect)
    assert aspect in ASPECT_NAMES


NOT_BURNING: dict[str, tuple[list[Happening], Callable[[Picture, float], Picture] | None]] = {
    "headlights": ([scenery.headlights(12.0)], None),
    "headlights of a car that has come to stand": ([DARK, lights_on(80.0)], None),
    "clouds and their shadows": ([sky, drifting_clouds], None),
    "a cloud over half the picture": ([scenery.cloud(80.0, 220.0)], None),
    "fog over the whole picture": ([fog(80.0)], None),
    "steam": ([smoke(80, 300, speed=20.0, most=50.0)], None),
    "puffs of steam": ([smoke(begins, begins + 14.0, speed=8.0) for begins in range(80, 300, 40)], None),
    "sunset": ([sky, scenery.light(lambda at: float(np.interp(at, [60.0, 280.0], [1.0, 0.4])))], EVERYWHERE),
    "a lorry that is loaded": ([lorry(80.0, 280.0)], None),
    "an orange lorry": ([lorry(80.0, 280.0)], lorry(80.0, 280.0)),
    "a car passes and parks": ([Drives(80.0, 240.0)], None),
    "a swaying tree": ([scenery.foliage(200, 160, 260, 180)], None),
    "a neon sign": ([DARK, neon(80.0)], None),
    "sun glitter": ([glitter(80.0)], glitter(80.0)),
    "glitter of lamps on dark water": ([DARK, glitter(80.0)], None),
    "passers-by and a stall": ([scenery.passers_by(), Stands(300, 180, 80, 90, 80.0)], None),
    "coding of changing quality": ([scenery.pumping()], None),
    "a shaking mast": ([scenery.shake(2)], None),
    "infrared comes on": ([lambda picture, at: 230.0 - 0.7 * picture if at > 120.0 else picture], None),
    "a light jumps on and off": ([scenery.light(lambda at: 1.0 if int(at / 40) % 2 else 0.5)], None),
}


@pytest.mark.parametrize("name", NOT_BURNING)
def test_what_does_not_burn_is_not_told(name: str) -> None:
    happenings, fiery = NOT_BURNING[name]
    assert watched(analysis(TOWER), happenings, 290.0, fiery=fiery) == []


def test_what_is_told_outlives_a_restart() -> None:
    first = analysis(TOWER)
    (present,) = watched(first, [smoke(80, 230)], 200.0)
    again = analysis(TOWER)
    again.restore(first.snapshot())
    told = watched(again, [smoke(80, 230)], 330.0, begins=202.0)
    assert [(one.phase, one.object_id, one.aspect) for one in told] == [("gone", present.object_id, "smoke")]


def test_orange_is_found_at_any_size_and_laid_on_the_background() -> None:
    plain = frame_from_gray("c1", START, np.full((HEIGHT, WIDTH), 120, np.uint8))
    assert fiery_places(plain, Grid(320, 180), (0, 0)) is None
    for size in ((180, 320), (360, 640), (90, 160)):
        blue, red = np.full(size, 128, np.uint8), np.full(size, 128, np.uint8)
        where = slice(size[0] // 3, size[0] // 2), slice(size[1] // 2, 2 * size[1] // 3)
        blue[where], red[where] = ORANGE
        seen = fiery_places(replace(plain, chroma=(blue, red)), Grid(320, 180), (8, -6))
        assert seen is not None
        rows, columns = np.nonzero(seen)
        assert (rows.min(), columns.min()) == pytest.approx((66, 152), abs=2)


@pytest.mark.parametrize(("name", "most_ms"), [("quiet", 0.4), ("much moves", 1.2)])
def test_costs_little(name: str, most_ms: float) -> None:
    grid, picture = Grid(320, 180), np.asarray(STREET[::2, ::2], np.uint8)
    scene = Scene(grid, picture)
    seen = scene.background.compare(np.roll(picture, 3, axis=1) if name == "much moves" else picture)
    watch, times = AreaWatch(TOWER, grid, None), []
    for at in range(60):
        begun = time.thread_time()
        watch.take(Look(seen, None, 0, 1.0 * at, 1.0, lambda: None))
        times.append(time.thread_time() - begun)
    assert 1e3 * float(np.mean(times)) < most_ms, "0.05 and 0.2 ms on a quiet machine"
