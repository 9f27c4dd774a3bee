"""How surely a thing is known again on another day, and how rarely another thing there is taken for it.

`python -m bench.appearance --json` sets vendors' carts into the simulated town's scenes, drawn anew by every light and
weather, and lets the shipped analysis find and describe them: the cart of a first, overcast day against the same cart
in each condition (`known`, the share at or above `ALIKE`) and against other carts at the same spot in that condition
(`mistaken`): of another make, and of the same make in other colours. `--streets` does the same in the drawn grey
streets of `bench.scenarios` with their weathers.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_args
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.scenarios import Hour, Stay, Walk
from bench.streets import Picture, Sprite, person_sprite, scale_of, stall_sprite, street
from bench.streets import camera as street_camera
from bench.weather import CONDITIONS as WEATHERS
from config.cameras import Camera, Position, Stream, Streams, View, Zone
from gis.ground import ground_model
from incidents.appearance import ALIKE, likeness
from ingest.frame import Frame, frame_from_gray
from sim.scenes.catalogue import SCENES, Scene
from sim.scenes.figures import Look, Stance, figure, passer
from sim.scenes.light import AFTERNOON, DUSK, HAZY, MORNING, NIGHT, OVERCAST, SUNNY, Lamp, Light
from sim.scenes.places import layout_of
from sim.scenes.solid import Solid
from sim.scenes.sprite import Place, shadow_and_picture
from sim.scenes.stage import Stage, build
from sim.scenes.stalls import Design, Form, cart
from sim.scenes.textures import Colour, rgb
from vision.analysis import CameraAnalysis
from vision.detection import Detection

START = 1_790_000_000.0
KEY_SECONDS, COMES, DWELL, LONGEST = 2.0, 24.0, 24.0, 100.0
PLACES = ("market-street", "crossing-main", "crossing-factory", "school-gate", "factory-gate", "square", "bus-stop")
PAINTS = ("#2f6fb0", "#b4282e", "#3f8a4c", "#d8a11f", "#7a6a58", "#e6e2d6", "#3a3d42", "#8660a0")
PARASOLS = ("#8a4fa0", "#d22f2f", "#2d6fb5", "#f0c020", "#2f8f5f", "#ece6f0", "#e8743b", "#2c3e50")

Colours = NDArray[np.uint8]
Change = Callable[[Colours, float], Colours]


@dataclass(frozen=True)
class Condition:
    """How a later day differs: its light, what happens to the picture, where the cart stands, who stands about."""

    light: Light = OVERCAST
    change: Change = lambda picture, at: picture
    aside_m: float = 0.0
    turned_deg: float = 0.0
    people: tuple[tuple[float, float], ...] = ()
    """Metres to the right of the cart and nearer to the camera."""


def _scaled(width: int, height: int) -> Change:
    def change(picture: Colours, at: float) -> Colours:
        how = cv2.INTER_CUBIC if width > picture.shape[1] else cv2.INTER_AREA
        return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)

    return change


def _toned(gain: float, gamma: float) -> Change:
    curve = np.clip(255.0 * gain * (np.arange(256) / 255.0) ** gamma, 0, 255).astype(np.uint8)
    return lambda picture, at: np.asarray(cv2.LUT(picture, curve), np.uint8)


def _infrared(picture: Colours, at: float) -> Colours:
    """Dyes look otherwise: red and green are bright, blue is not; the lamp lights the middle; grain."""
    levels = picture.astype(np.float32) @ np.array([0.1, 0.35, 0.55], np.float32)
    height, width = levels.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = np.exp(-(((columns - width / 2) / (0.7 * width)) ** 2) - ((rows - 0.7 * height) / (0.8 * height)) ** 2)
    grain = np.random.default_rng(int(at)).normal(0, 4, levels.shape)
    grey = np.clip(0.85 * levels * lamp + grain, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _compressed(picture: Colours, at: float) -> Colours:
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, (14, 25, 50)[int(at / 2) % 3]])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


def _raining(picture: Colours, at: float) -> Colours:
    rng = np.random.default_rng(int(at))
    wet = np.asarray(cv2.convertScaleAbs(picture, alpha=0.9), np.uint8)
    for x, y in zip(rng.integers(0, 640, 500), rng.integers(0, 360, 500), strict=True):
        cv2.line(wet, (int(x), int(y)), (int(x) + 1, int(y) + 14), (205, 205, 205), 1)
    return wet


def _shaken(picture: Colours, at: float) -> Colours:
    right, down = np.random.default_rng(int(at)).uniform(-2, 2, 2)
    shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.warpAffine(picture, shift, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


CONDITIONS: dict[str, Condition] = {
    "the same light": Condition(),
    "sunny": Condition(SUNNY),
    "low sun in the morning": Condition(MORNING),
    "low sun in the afternoon": Condition(AFTERNOON),
    "haze": Condition(HAZY),
    "dusk": Condition(DUSK),
    "night under a lamp": Condition(NIGHT),
    "infrared": Condition(OVERCAST, _infrared),
    "dark exposure": Condition(OVERCAST, _toned(0.55, 1.2)),
    "bright exposure": Condition(OVERCAST, _toned(1.3, 0.85)),
    "rain": Condition(OVERCAST, _raining),
    "compression pumping": Condition(OVERCAST, _compressed),
    "camera shake": Condition(OVERCAST, _shaken),
    "half a metre aside, turned by 8°": Condition(aside_m=0.5, turned_deg=8.0),
    "main stream": Condition(OVERCAST, _scaled(1920, 1080)),
    "small stream": Condition(OVERCAST, _scaled(352, 198)),
    "somebody in front": Condition(people=((-0.5, 0.9),)),
    "vendor beside": Condition(people=((1.1, -0.3), (-1.2, 0.4))),
    "all together: low sun, aside, vendor": Condition(MORNING, aside_m=0.4, turned_deg=-6.0, people=((1.1, -0.3),)),
}


def design_of(rng: np.random.Generator, other_than: Design | None = None, like: Design | None = None) -> Design:
    """`other_than`: another make. `like`: the same make, in other colours."""
    forms = [form for form in get_args(Form) if other_than is None or form != other_than.form]
    form: Form = like.form if like is not None else forms[int(rng.integers(len(forms)))]
    used = {like.paint, *like.parasol} if like is not None else set()
    paint, first, second = (_pick(rng, row, used) for row in (PAINTS, PARASOLS, PARASOLS))
    return Design(form, paint, (first, second), Look())


def _pick(rng: np.random.Generator, row: Iterable[str], used: set[Colour]) -> Colour:
    left = [colour for colour in map(rgb, row) if colour not in used]
    return left[int(rng.integers(len(left)))]


@cache
def _stage(name: str, light: Light) -> Stage:
    scene = SCENES[name]
    if light.night:
        x, y = _spot(scene)
        light = replace(light, lamps=(Lamp(x + 3.0, y + 2.0, 6.0, power=1.1), Lamp(x - 6.0, y + 9.0, 6.0)))
    return build(scene.camera, replace(layout_of(scene), light=light))


def _spot(scene: Scene) -> tuple[float, float]:
    assert scene.stall is not None
    return scene.frame.at(scene.stall.u, scene.stall.v)


def _watching(scene: Scene) -> CameraAnalysis:
    zone = {"id": "stall", "rule": "stall", "polygon": scene.stall_zone, "dwell_seconds": DWELL, "case_class": "05-01"}
    camera = Camera(
        id=scene.id,
        name=scene.id,
        area="0",
        streams=Streams(sub=Stream(url="rtsp://192.0.2.1/street")),
        position=Position(lon=120.4, lat=30.0, height_m=scene.height_m),
        view=View(heading_deg=0, tilt_deg=scene.tilt_deg, hfov_deg=scene.hfov_deg, range_m=scene.range_m),
        zones=[Zone.model_validate(zone)],
    )
    count = iter(range(1, 10_000))
    return CameraAnalysis(camera, ground_model(camera), ZoneInfo("Asia/Shanghai"), lambda: f"object-{next(count)}")


def town_look(place: str, design: Design, condition: Condition) -> bytes | None:
    """How the shipped analysis describes the cart that day; None where it did not tell of it, or without its look."""
    told = town_detection(place, design, condition)
    return None if told is None else told.appearance


def town_detection(place: str, design: Design, condition: Condition) -> Detection | None:
    """What the shipped analysis tells of the cart that day."""
    scene = SCENES[place]
    stage = _stage(place, condition.light)
    x, y = _spot(scene)
    turn = scene.frame.angle_deg + condition.turned_deg
    there: list[tuple[Solid, Place]] = [(cart(design, 1.0), Place(x + condition.aside_m, y, turn))]
    for number, (right, nearer) in enumerate(condition.people):
        person = figure(passer(number + 3), Stance())
        there.append((person, Place(x + condition.aside_m + right, y - nearer, 160.0)))
    there.sort(key=lambda one: -one[1].y)
    filled = stage.still.copy()
    for solid, where in there:
        for patch in shadow_and_picture(solid, stage.backdrop, where):
            if patch is not None:
                patch.lay(filled)
    analysis = _watching(scene)
    rng = np.random.default_rng(7)
    noise = [rng.normal(0, 2.0, stage.still.shape).astype(np.float32) for _ in range(5)]

    def frame(at: float) -> Frame:
        clean = filled if at >= COMES else stage.still
        grainy = np.clip(clean + noise[int(at / KEY_SECONDS) % 5], 0, 255).astype(np.uint8)
        return _coloured(condition.change(grainy, at), START + at)

    return _told(analysis, frame, 0.0)


def _coloured(picture: Colours, at: float) -> Frame:
    """With its planes as a decoder gives them: chroma half as wide and high."""
    height, width = picture.shape[:2]
    planes = cv2.cvtColor(picture[: height // 2 * 2, : width // 2 * 2], cv2.COLOR_BGR2YUV_I420)
    luma = planes[: height // 2 * 2]
    blue, red = planes[height // 2 * 2 :].reshape(2, height // 2, width // 2)
    return Frame("street", at, 0, np.asarray(luma, np.uint8), lambda: picture, (blue, red))


def _told(analysis: CameraAnalysis, frame: Callable[[float], Frame], begins: float) -> Detection | None:
    at = begins
    while at < begins + LONGEST:
        seen = analysis.observe(frame(at))
        told: list[Detection] = [one for one in seen.detections if one.phase == "present" and one.rule == "stall"]
        if told:
            return told[0]
        at += KEY_SECONDS
    return None


def street_look(seed: int, sprite: Sprite, weather: str, moved: tuple[float, float]) -> bytes | None:
    """The same of a cart in a drawn street, in an hour of that weather; passers-by are others every day."""
    rng = np.random.default_rng([seed, *weather.encode(), int(1000 + 10 * moved[0])])
    place = street_camera(DWELL)
    ground, scale = street(np.random.default_rng(seed)), scale_of(place)
    x, foot, begins = 90.0 + moved[0], 140.0 + moved[1], 2280.0
    stall = Stay("stall", sprite, x, foot, begins + COMES, begins + 10 * LONGEST)
    vendor = person_sprite(rng, scale, x, foot)
    beside = x + sprite.levels.shape[1] / 2 + vendor.levels.shape[1]
    people = [Walk(vendor, foot - 1, begins + COMES - 4 - (beside + 20) / 20, 20.0, beside, 200.0, rng.uniform(0, 6))]
    for at in rng.uniform(begins, begins + LONGEST, 12 if weather == "crowd" else 3):
        walker = person_sprite(rng, scale, 160, 170)
        people.append(Walk(walker, rng.uniform(100, 176), at, rng.uniform(12, 30), phase=rng.uniform(0, 6)))
    if weather == "hidden for a while":
        people.append(
            Walk(person_sprite(rng, scale, x, foot), foot + 4, begins + 30 - (x + 20) / 20, 20.0, x - 6, 100.0)
        )

    def empty(at: float) -> Picture:
        return ground.copy()

    hour = Hour(weather, seed, empty, WEATHERS[weather](rng), [stall, *people], (1.0, 0.0))
    count = iter(range(1, 10_000))
    analysis = CameraAnalysis(place, ground_model(place), ZoneInfo("Asia/Shanghai"), lambda: f"object-{next(count)}")

    def frame(at: float) -> Frame:
        return frame_from_gray("street", START + at, np.clip(hour.picture(at), 0, 255).astype(np.uint8))

    told = _told(analysis, frame, begins)
    return None if told is None else told.appearance


@dataclass(slots=True)
class Tally:
    """Likenesses of a condition; `untold`: days on which the cart was not told, or not its look."""

    same: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    recoloured: list[float] = field(default_factory=list)
    untold: int = 0

    def add(self, row: list[float], first: bytes | None, second: bytes | None) -> None:
        alike = likeness(first, second)
        if alike is None:
            self.untold += 1
        else:
            row.append(alike)

    def plain(self) -> dict[str, Any]:
        return {
            "pairs": len(self.same),
            "known": _share(self.same, ALIKE),
            "least_alike": round(min(self.same, default=0.0), 2),
            "other_makes": len(self.others),
            "mistaken": _share(self.others, ALIKE),
            "most_alike": round(max(self.others, default=0.0), 2),
            "recoloured": len(self.recoloured),
            "recoloured_mistaken": _share(self.recoloured, ALIKE),
            "untold": self.untold,
        }


def _share(values: list[float], bound: float) -> float | None:
    return round(sum(value >= bound for value in values) / len(values), 3) if values else None


def in_town(seeds: range) -> dict[str, Tally]:
    """Each seed is a cart at one of the places, with one of another make and one repainted."""
    tallies = {name: Tally() for name in CONDITIONS}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        place = PLACES[seed % len(PLACES)]
        mine = design_of(rng)
        other, repainted = design_of(rng, other_than=mine), design_of(rng, like=mine)
        first = town_look(place, mine, CONDITIONS["the same light"])
        for name, condition in CONDITIONS.items():
            tally = tallies[name]
            tally.add(tally.same, first, town_look(place, mine, condition))
            tally.add(tally.others, first, town_look(place, other, condition))
            tally.add(tally.recoloured, first, town_look(place, repainted, condition))
    return tallies


def in_streets(seeds: range) -> dict[str, Tally]:
    tallies = {name: Tally() for name in WEATHERS}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        scale = scale_of(street_camera(DWELL))
        mine, other = stall_sprite(rng, scale, 90, 140), stall_sprite(rng, scale, 90, 140)
        first = street_look(seed, mine, "calm", (0.0, 0.0))
        for name, tally in tallies.items():
            moved = (float(rng.uniform(-4, 4)), float(rng.uniform(-2, 2)))
            tally.add(tally.same, first, street_look(seed, mine, name, moved))
            tally.add(tally.others, first, street_look(seed, other, name, moved))
    return tallies


def report(tallies: dict[str, Tally]) -> dict[str, Any]:
    """All, each condition, and what other thresholds would have given."""
    whole = Tally()
    for tally in tallies.values():
        whole.same += tally.same
        whole.others += tally.others
        whole.recoloured += tally.recoloured
        whole.untold += tally.untold
    bounds = [round(bound, 2) for bound in np.arange(0.4, 0.91, 0.05)]
    return {
        "alike": ALIKE,
        "all": whole.plain(),
        "conditions": {name: tally.plain() for name, tally in tallies.items()},
        "thresholds": {
            f"{bound:.2f}": [_share(row, bound) for row in (whole.same, whole.others, whole.recoloured)]
            for bound in bounds
        },
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.appearance", description=__doc__)
    parser.add_argument("--seeds", type=int, default=14, help="carts, each in every condition")
    parser.add_argument(
        "--first-seed", type=int, default=200, help="0 to 13 chose the weights, 100 to 113 the threshold"
    )
    parser.add_argument("--streets", action="store_true", help="in drawn grey streets instead of the town's scenes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    cv2.setNumThreads(1)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    found = report((in_streets if options.streets else in_town)(seeds))
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for name, row in [*found["conditions"].items(), ("all", found["all"])]:
        print(f"{name:38} known {row['known']} of {row['pairs']} (least {row['least_alike']}), mistaken", end=" ")
        print(f"{row['mistaken']} (most {row['most_alike']}), recoloured {row['recoloured_mistaken']}", end=" ")
        print(f"untold {row['untold']}")
    for bound, shares in found["thresholds"].items():
        print(bound, *shares)
    return 0


if __name__ == "__main__":
    sys.exit(main())
