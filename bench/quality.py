"""How well the diagnosis of video quality tells faults, and tells them from weather and traffic.

`python -m bench.quality [--scenes N] [--seeds 1] [--cache DIR] [--json]`: a town of the simulator's scenes; over every
condition each fault befalls some cameras while the others stay well. Prints per fault what was found, missed and
raised without cause, per condition what was raised without cause, and CPU-ms a judged picture.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from bench.quality_pictures import frame_of, scene_pictures, seen_by_camera
from sim.picture_faults import FAULTS, Planar, Spoiling, Spoilt
from sim.scenes.catalogue import SCENES
from vision.quality.camera_quality import CameraQuality, Change
from vision.quality.fault import Fault
from vision.quality.neighbours import Neighbours

START = 1_790_000_000.0
STRENGTHS = (0.25, 0.9)
LOOKS = 8
"""Different pictures of a camera in one state."""
CALM, CHANGED, FAULTY, HEALED = 420.0, 600.0, 660.0, 240.0
"""Seconds of each part of a run: all well, under the condition, with the fault, and well again."""
STEP = 15.0
FAULTY_SHARE = 5

CONDITIONS: dict[str, Spoiling | None] = {
    "day": None,
    "infrared": Spoiling.INFRARED,
    "dark": Spoiling.DARK,
    "fog": Spoiling.FOG,
    "rain": Spoiling.RAIN_ON_LENS,
    "sunset": Spoiling.SUNSET,
    "lorries": Spoiling.LORRY,
    "white walls": Spoiling.WHITE_WALL,
}
STREET_WIDE = {"infrared", "dark", "fog", "rain", "sunset"}
"""The others befall single cameras."""
FOUND_BY = {Spoiling(fault): Fault(fault) for fault in FAULTS} | {None: Fault.FROZEN}
UNSEEABLE = {
    "dark": {Fault.COLOUR_CAST, Fault.NOISE, Fault.BLURRED, Fault.COVERED, Fault.TURNED},
    "infrared": {Fault.COLOUR_CAST},
    "fog": {Fault.COLOUR_CAST, Fault.BLURRED, Fault.COVERED, Fault.TURNED},
}
"""Not asked for: a street that shows nothing but a lamp, or nothing at all, cannot look blurred; one without colour
cannot look tinted."""


@dataclass
class Score:
    occasions: int = 0
    found: int = 0
    ended: int = 0
    delays: list[float] = field(default_factory=list)


@dataclass
class Result:
    faults: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(condition, fault) raised without cause."""
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    camera_hours: float = 0.0
    judged: int = 0
    cpu_seconds: float = 0.0


class Camera:
    """One scene with its pictures in each state, made when first needed."""

    def __init__(self, name: str, drawn: list[Planar], seed: int) -> None:
        self.name, self._drawn, self._seed = name, drawn, seed
        self._made: dict[tuple[Spoilt, ...], list[Planar]] = {}

    def picture(self, spoilings: tuple[Spoilt, ...], number: int) -> Planar:
        made = self._made.get(spoilings)
        if made is None:
            rng = np.random.default_rng([self._seed, len(self._made)])
            made = [seen_by_camera(self._drawn[n % len(self._drawn)], spoilings, n, rng) for n in range(LOOKS)]
            if len(self._made) > 12:
                self._made.pop(next(iter(self._made)))
            self._made[spoilings] = made
        return made[number % LOOKS]


class Run:
    """One condition and one fault over one town."""

    def __init__(self, cameras: list[Camera], condition: str, faulty: dict[int, tuple[Spoilt, ...] | None]) -> None:
        self.cameras, self.condition, self.faulty = cameras, condition, faulty
        neighbours = Neighbours({camera.name: None for camera in cameras})
        self.qualities = [CameraQuality(camera.name, neighbours) for camera in cameras]
        self.changes: list[Change] = []
        self.judged, self.cpu = 0, 0.0

    def play(self, seed: int) -> None:
        at, number = START, 0
        end = CALM + CHANGED + FAULTY + HEALED
        while at < START + end:
            for n, (camera, quality) in enumerate(zip(self.cameras, self.qualities, strict=True)):
                if at < quality.due_at:
                    continue
                spoilings, shown = self._state(n, at - START, seed), number
                if n in self.faulty and self.faulty[n] is None and self._in_fault(at - START):
                    shown = 0  # frozen: the same picture again
                frame = frame_of(camera.name, at + n * 0.01, camera.picture(spoilings, shown))
                begun = time.thread_time()
                self.changes += quality.observe(frame)
                self.cpu += time.thread_time() - begun
                self.judged += 1
            at, number = at + STEP, number + 1

    def _state(self, n: int, after: float, seed: int) -> tuple[Spoilt, ...]:
        spoiling = CONDITIONS[self.condition]
        everywhere = self.condition in STREET_WIDE or n % 3 == 0
        here = self.condition == "white walls" or after >= CALM
        state = (Spoilt(spoiling, 0.5, seed * 31 + n),) if spoiling and everywhere and here else ()
        fault = self.faulty.get(n)
        return (*state, *fault) if fault and self._in_fault(after) else state

    @staticmethod
    def _in_fault(after: float) -> bool:
        return CALM + CHANGED <= after < CALM + CHANGED + FAULTY


def _score(run: Run, fault: Fault, result: Result) -> None:
    names = {run.cameras[n].name for n in run.faulty}
    score = result.faults[fault.value]
    asked = fault not in UNSEEABLE.get(run.condition, set())
    start = START + CALM + CHANGED
    for name in names if asked else ():
        began = [one for one in run.changes if one.camera_id == name and one.fault is fault and one.turn == "began"]
        score.occasions += 1
        if began:
            score.found += 1
            score.delays.append(began[0].at - start)
            score.ended += any(
                one.turn == "ended" and one.fault is fault and one.camera_id == name for one in run.changes
            )
        else:
            result.missed[run.condition, fault.value] += 1
    for one in run.changes:
        caused = one.camera_id in names and one.fault is fault and one.at >= start
        if one.turn == "began" and not caused:
            result.false[run.condition, one.fault.value] += 1
    result.camera_hours += len(run.cameras) * (CALM + CHANGED + FAULTY + HEALED) / 3600
    result.judged += run.judged
    result.cpu_seconds += run.cpu


def measure_all(scenes: list[str], seeds: int, cache: Path | None) -> Result:
    """All conditions × faults; in each run a fifth of the cameras have the fault, others in the next."""
    result = Result()
    cameras = [Camera(name, scene_pictures(name, cache), n) for n, name in enumerate(scenes)]
    turn = 0
    for seed in range(seeds):
        for condition in CONDITIONS:
            for spoiling, fault in FOUND_BY.items():
                turn += 1
                faulty: dict[int, tuple[Spoilt, ...] | None] = {}
                for n in range(turn % FAULTY_SHARE, len(cameras), FAULTY_SHARE):
                    strength = STRENGTHS[(n // FAULTY_SHARE + turn) % len(STRENGTHS)]
                    faulty[n] = (Spoilt(spoiling, strength, turn * 100 + n),) if spoiling else None
                run = Run(cameras, condition, faulty)
                run.play(seed)
                _score(run, fault, result)
    return result


def as_data(result: Result) -> dict[str, object]:
    faults = {}
    for name in FOUND_BY.values():
        score = result.faults[name.value]
        false = sum(count for (_, fault), count in result.false.items() if fault == name.value)
        faults[name.value] = {
            "occasions": score.occasions,
            "found": score.found,
            "ended": score.ended,
            "false": false,
            "recall": round(score.found / max(1, score.occasions), 3),
            "precision": round(score.found / max(1, score.found + false), 3),
            "delay_median_s": round(float(np.median(score.delays)), 0) if score.delays else None,
        }
    return {
        "faults": faults,
        "missed": {f"{condition}: {fault}": count for (condition, fault), count in sorted(result.missed.items())},
        "false": {f"{condition}: {fault}": count for (condition, fault), count in sorted(result.false.items())},
        "camera_hours": round(result.camera_hours, 1),
        "judged": result.judged,
        "ms_per_picture": round(result.cpu_seconds / max(1, result.judged) * 1000, 3),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--scenes", type=int, default=len(SCENES), help="how many of the simulator's scenes")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="where drawn pictures are kept")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    cv2.setNumThreads(1)
    data = as_data(measure_all(list(SCENES)[: options.scenes], options.seeds, options.cache))
    if options.json:
        print(json.dumps(data, indent=1))
        return 0
    print(
        f"{'fault':14}{'occasions':>10}{'found':>7}{'ended':>7}{'false':>7}{'recall':>8}{'precision':>10}{'delay':>7}"
    )
    rows = data["faults"]
    assert isinstance(rows, dict)
    for name, row in rows.items():
        print(
            f"{name:14}{row['occasions']:>10}{row['found']:>7}{row['ended']:>7}{row['false']:>7}"
            f"{row['recall']:>8}{row['precision']:>10}{row['delay_median_s'] or '':>7}"
        )
    for key in ("missed", "false", "camera_hours", "judged", "ms_per_picture"):
        print(f"{key}: {data[key]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
