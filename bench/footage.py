"""The shipped analysis over clips of fixed cameras, judged by what was truly left behind in them.

The truth is a JSON object: clip name → list of objects with `placed`, `owner_left`, `removed` (seconds, the last two
may be null), `box` [x, y, width, height] in the clip's pixels, and where it moves later `box_after_<seconds>`.
"""

import json
import statistics
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import numpy as np

from config.cameras import Camera, Stream, Streams, Zone
from ingest.frame import ColourImage, Frame, GrayImage, frame_from_gray
from vision.analysis import CameraAnalysis
from vision.confirming.detector import ObjectDetector
from vision.detection import Box, Detection

START = 1_790_000_000.0
RING_SECONDS = 20.0
LEAST_SIDE = 24
LEAST_IOU = 0.3
BEFORE_PLACED_SECONDS = 2.0  # the lead-in ends so long before something is put down
WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
SUFFIXES = {".avi", ".mp4", ".mkv", ".mov", ".mpg", ".webm"}


class TruthError(ValueError):
    """The file of events cannot be used; the message says where."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One for all clips. Seconds; `lead_in` is filled with event-free pictures from the beginning of the same clip."""

    interval: float = 1.0
    dwell: float = 8.0
    lead_in: float = 20.0
    rules: tuple[str, ...] = ("dumping",)


@dataclass(frozen=True, slots=True)
class LeftObject:
    """`boxes`: (from second, box in pixels), in order."""

    name: str
    placed: float
    owner_left: float | None
    removed: float | None
    boxes: tuple[tuple[float, tuple[float, float, float, float]], ...]

    @property
    def is_24px(self) -> bool:
        return min(self.boxes[0][1][2:]) >= LEAST_SIDE

    def is_met_by(self, box: Box, at: float, width: int, height: int) -> bool:
        """Whether a detection made `at` shows it, by overlap or by its middle, wherever it has stood so far."""
        if at < self.placed or (self.removed is not None and at > self.removed):
            return False
        places = [place for begins, place in self.boxes if begins <= at]
        return any(_meets(box, (x / width, y / height, w / width, h / height)) for x, y, w, h in places)


@dataclass(frozen=True, slots=True)
class Clip:
    """`pictures` are (second, grey picture) at the rate of key frames; `width` and `height` those of the file.
    `colours`: the same in BGR by the `id` of the grey picture, since the lead-in shows pictures again; may be empty."""

    name: str
    width: int
    height: int
    pictures: list[tuple[float, GrayImage]]
    colours: dict[int, ColourImage] = field(default_factory=dict)

    def frame(self, at: float, luma: GrayImage) -> Frame:
        frame = frame_from_gray("footage", at, luma)
        colour = self.colours.get(id(luma))
        return frame if colour is None else replace(frame, colour=lambda: colour)


@dataclass(frozen=True, slots=True)
class Told:
    """One `present` detection, `at` in seconds of the clip (negative in the lead-in)."""

    at: float
    rule: str
    box: Box
    seen_as: tuple[str, ...] = ()


def read_events(path: Path) -> dict[str, list[LeftObject]]:
    """Raises `TruthError`."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise TruthError(f"{path}: {problem}") from problem
    if not isinstance(plain, dict):
        raise TruthError(f"{path}: expected an object with a list for each clip")
    return {
        name: [_left_object(item, f"{path}: {name}[{index}]") for index, item in enumerate(items)]
        for name, items in plain.items()
        if not name.startswith("_")
    }


def _left_object(item: Any, where: str) -> LeftObject:
    try:
        first = (float(item["placed"]), _box(item["box"]))
        later = [
            (float(key.removeprefix("box_after_")), _box(value))
            for key, value in item.items()
            if key.startswith("box_after_")
        ]
        owner_left, removed = (None if item.get(key) is None else float(item[key]) for key in ("owner_left", "removed"))
        return LeftObject(str(item.get("obj", "")), first[0], owner_left, removed, (first, *sorted(later)))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise TruthError(f"{where}: {type(problem).__name__}: {problem}") from problem


def _box(values: Any) -> tuple[float, float, float, float]:
    x, y, width, height = (float(value) for value in values)
    if width <= 0 or height <= 0:
        raise ValueError(f"box without extent: {values}")
    return x, y, width, height


def _meets(first: Box, second: Box) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = first, second
    middle_x, middle_y = ax + aw / 2, ay + ah / 2
    if bx <= middle_x <= bx + bw and by <= middle_y <= by + bh:
        return True
    shared = max(0.0, min(ax + aw, bx + bw) - max(ax, bx)) * max(0.0, min(ay + ah, by + bh) - max(ay, by))
    return shared / (aw * ah + bw * bh - shared) >= LEAST_IOU


def read_clip(path: Path, interval: float, *, colour: bool = False) -> Clip:
    """The first picture at or after every multiple of `interval`, as a camera's key frames would come."""
    pictures: list[tuple[float, GrayImage]] = []
    colours: dict[int, ColourImage] = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        begins: float | None = None
        for number, frame in enumerate(container.decode(stream)):
            at = float(frame.time) if frame.time is not None else number / float(stream.average_rate or 25)
            begins = at if begins is None else begins
            if at - begins >= len(pictures) * interval - 1e-6:
                pictures.append((at - begins, _luma(frame)))
                if colour:
                    colours[id(pictures[-1][1])] = frame.to_ndarray(format="bgr24")
        return Clip(path.name, stream.width, stream.height, pictures, colours)


def _luma(frame: av.VideoFrame) -> GrayImage:
    if not frame.format.name.startswith(("yuv", "nv12", "gray")):
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return np.ascontiguousarray(rows[: frame.height, : frame.width])


def lead_in(clip: Clip, objects: Sequence[LeftObject], setting: Setting) -> list[GrayImage]:
    """Pictures to go before the clip: its own event-free beginning, played to and fro so that nothing jumps."""
    until = min((thing.placed for thing in objects), default=float("inf")) - BEFORE_PLACED_SECONDS
    free = [luma for at, luma in clip.pictures if at <= min(until, setting.lead_in)]
    wanted = round(setting.lead_in / setting.interval)
    if len(free) < 2:
        return []
    there_and_back = free[1:] + free[-2:0:-1] + free[:1]
    repeated = there_and_back * (wanted // len(there_and_back) + 1)
    return repeated[:wanted][::-1]


def play(
    clip: Clip, objects: Sequence[LeftObject], setting: Setting, detector: ObjectDetector | None = None
) -> tuple[list[Told], float, int]:
    """What is told, CPU seconds of the analysis beside decoding, and how many pictures it was shown."""
    subject = CameraAnalysis(_camera(setting), None, ZoneInfo("Asia/Shanghai"), _numbered(), None, detector)
    before = lead_in(clip, objects, setting)
    begins = START + len(before) * setting.interval
    timed = [(START + index * setting.interval, luma) for index, luma in enumerate(before)]
    timed += [(begins + at, luma) for at, luma in clip.pictures]
    ring: deque[Frame] = deque(maxlen=max(2, round(RING_SECONDS / setting.interval)))
    told: list[Told] = []
    spent = 0.0
    for at, luma in timed:
        frame = clip.frame(at, luma)
        began = time.thread_time()
        seen = subject.observe(frame)
        if seen.wants_past:
            subject.look_back(list(ring))
        spent += time.thread_time() - began
        ring.append(frame)
        told += [_told(found, begins) for found in seen.detections if found.phase == "present"]
    return told, spent, len(timed)


def _told(found: Detection, begins: float) -> Told:
    names = tuple(f"{one.name} {one.score:.2f}" for one in found.seen_as)
    return Told(found.confirmed_at - begins, found.rule, found.box, names)


def _numbered() -> Any:
    count = iter(range(1, 100_000))
    return lambda: f"object-{next(count)}"


def _camera(setting: Setting) -> Camera:
    zones = [
        Zone.model_validate(
            {"id": rule, "rule": rule, "polygon": WHOLE, "dwell_seconds": setting.dwell, "case_class": "01-03"}
        )
        for rule in setting.rules
    ]
    stream = Streams(sub=Stream(url="rtsp://192.0.2.1/footage"))
    return Camera(id="footage", name="footage", area="0", streams=stream, zones=zones)


def judge(clip: Clip, objects: Sequence[LeftObject], told: Sequence[Told]) -> dict[str, Any]:
    """A detection that meets no object is a false alarm; one more of an object already found is a repeat."""
    finders: list[Told | None] = [None] * len(objects)
    false: list[Told] = []
    repeats = 0
    for one in told:
        met = [i for i, thing in enumerate(objects) if thing.is_met_by(one.box, one.at, clip.width, clip.height)]
        if not met:
            false.append(one)
        elif all(finders[index] is not None for index in met):
            repeats += 1
        for index in met:
            finders[index] = finders[index] or one
    pairs = [(thing, one) for thing, one in zip(objects, finders, strict=True) if one is not None]
    return {
        "objects": len(objects),
        "found": len(pairs),
        "objects_24px": sum(thing.is_24px for thing in objects),
        "found_24px": sum(thing.is_24px for thing, _ in pairs),
        "missed": [thing.name for thing, one in zip(objects, finders, strict=True) if one is None],
        "false_alarms": len(false),
        "repeats": repeats,
        "delays_s": [round(one.at - thing.placed, 1) for thing, one in pairs],
        "delays_after_owner_left_s": [
            round(one.at - thing.owner_left, 1) for thing, one in pairs if thing.owner_left is not None
        ],
        "false": [_plain(one) for one in false],
    }


def _plain(told: Told) -> dict[str, Any]:
    plain = {"at": round(told.at, 1), "rule": told.rule, "box": [round(value, 3) for value in told.box]}
    return plain | ({"seen_as": list(told.seen_as)} if told.seen_as else {})


def measure(
    folder: Path, events: dict[str, list[LeftObject]], setting: Setting, detector: ObjectDetector | None = None
) -> dict[str, Any]:
    """All clips of `folder` that the truth names. `TruthError` where one is missing."""
    clips: dict[str, Any] = {}
    spent, pictures = 0.0, 0
    for name, objects in events.items():
        path = folder / name
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            raise TruthError(f"{name}: no such clip in {folder}")
        clip = read_clip(path, setting.interval, colour=detector is not None)
        asked = 0 if detector is None else detector.figures.asked
        told, seconds, shown = play(clip, objects, setting, detector)
        spent, pictures = spent + seconds, pictures + shown
        cost = {"pictures": shown, "vision_ms_per_frame": round(1000 * seconds / max(1, shown), 3)}
        if detector is not None:
            cost["asked"] = detector.figures.asked - asked
        clips[name] = judge(clip, objects, told) | cost
    result = summary(clips, spent, pictures, setting)
    return result if detector is None else result | {"detector": detector.figures.to_plain()}


def summary(clips: dict[str, Any], spent: float, pictures: int, setting: Setting) -> dict[str, Any]:
    total = {
        key: sum(row[key] for row in clips.values())
        for key in ("objects", "found", "objects_24px", "found_24px", "false_alarms", "repeats")
    }
    eventless = sum(row["false_alarms"] for row in clips.values() if not row["objects"])
    return total | {
        "false_alarms_event_free": eventless,
        "delay_median_s": _median(row["delays_s"] for row in clips.values()),
        "delay_after_owner_left_median_s": _median(row["delays_after_owner_left_s"] for row in clips.values()),
        "vision_ms_per_frame": round(1000 * spent / max(1, pictures), 3),
        "pictures": pictures,
        "setting": {
            "interval_s": setting.interval,
            "dwell_s": setting.dwell,
            "lead_in_s": setting.lead_in,
            "rules": list(setting.rules),
        },
        "clips": clips,
    }


def _median(lists: Any) -> float | None:
    values = [value for values in lists for value in values]
    return round(statistics.median(values), 2) if values else None
