"""The bench over footage: clips written to disk with a known truth, read back, played and judged."""

import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from bench.footage import Clip, Setting, Told, TruthError, judge, lead_in, measure, read_clip, read_events
from config.detector import Detector
from runtime.clock import SystemClock
from tests.vision import scenery
from tests.vision.confirming.tiny_model import model, rows_of, write
from tests.vision.scenery import Happening, Stands
from vision.confirming.detector import ObjectDetector

BAG = Stands(400, 260, 60, 56, begins=14.0, seed=9)
CALM = scenery.noise(2.0)
TRUTH = [{"obj": "bag", "placed": 14, "owner_left": 16, "removed": None, "box": [200, 130, 30, 28]}]


def write_clip(path: Path, happenings: list[Happening], seconds: int = 34) -> None:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(2), options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(2 * seconds):
            luma = scenery.frame_at(index / 2, happenings, (320, 180)).luma
            picture = av.VideoFrame.from_ndarray(np.vstack([luma, np.full((90, 320), 128, np.uint8)]), "yuv420p")
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    write_clip(folder / "bag.mp4", [BAG, CALM])
    write_clip(folder / "empty.mp4", [scenery.passers_by(), CALM])
    (folder / "events.json").write_text(json.dumps({"_note": "x", "bag.mp4": TRUTH, "empty.mp4": []}))
    return folder


def test_command_finds_what_is_left_and_nothing_else(folder: Path) -> None:
    argv = ["--footage", str(folder), "--events", str(folder / "events.json"), "--json"]
    run = subprocess.run([sys.executable, "-m", "bench.detect", *argv], capture_output=True, check=True, text=True)
    result = json.loads(run.stdout)
    totals = {key: result[key] for key in ("objects", "found", "objects_24px", "found_24px", "false_alarms", "repeats")}
    assert totals == {
        "objects": 1, "found": 1, "objects_24px": 1, "found_24px": 1, "false_alarms": 0, "repeats": 0
    }  # fmt: skip
    assert 8.0 <= result["delay_median_s"] <= 12.0
    assert result["vision_ms_per_frame"] > 0.0
    assert set(result["clips"]) == {"bag.mp4", "empty.mp4"}
    assert result["clips"]["bag.mp4"]["pictures"] == 20 + 34


def test_with_a_detector_that_takes_all_for_people_nothing_is_told(folder: Path) -> None:
    write(folder / "people.onnx", model(rows_of(80, *((row, 0, 0.9) for row in range(64, 80)))))
    detector = ObjectDetector(SystemClock())
    detector.change(Detector(model="people.onnx", busy_share=1.0), folder)
    try:
        result = measure(folder, read_events(folder / "events.json"), Setting(), detector)
    finally:
        detector.close()
    assert (result["found"], result["false_alarms"]) == (0, 0)
    assert result["clips"]["bag.mp4"]["asked"] == result["detector"]["detector_asked"] >= 1


def test_pictures_come_at_the_rate_of_key_frames(folder: Path) -> None:
    clip = read_clip(folder / "bag.mp4", 2.0)
    assert [at for at, _ in clip.pictures] == pytest.approx(range(0, 34, 2))
    assert (clip.width, clip.height) == (320, 180)
    after = cv2.absdiff(clip.pictures[8][1], clip.pictures[6][1])[130:158, 200:230]
    assert after.mean() > 20, "the bag is in the picture from second 14"


def test_lead_in_is_event_free_and_ends_where_the_clip_begins() -> None:
    pictures = [(float(at), np.full((4, 4), at, np.uint8)) for at in range(20)]
    objects = read_events_from({"placed": 7, "box": [0, 0, 9, 9]})
    led = [int(luma[0, 0]) for luma in lead_in(Clip("c", 4, 4, pictures), objects, Setting(lead_in=12.0))]
    assert led == [2, 1, 0, 1, 2, 3, 4, 5, 4, 3, 2, 1]
    assert lead_in(Clip("c", 4, 4, pictures), read_events_from({"placed": 1, "box": [0, 0, 9, 9]}), Setting()) == []


def read_events_from(item: dict[str, Any]) -> Any:
    return _read(json.dumps({"c": [item]}))["c"]


def _read(text: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.json"
        path.write_text(text)
        return read_events(path)


CLIP = Clip("c", 640, 480, [])
MOVES = {"obj": "bag", "placed": 10, "owner_left": 12, "removed": 50, "box": [100, 100, 60, 60],
         "box_after_20": [300, 100, 60, 60]}  # fmt: skip
THERE, LATER, ELSEWHERE = (0.15, 0.2, 0.1, 0.13), (0.47, 0.2, 0.1, 0.13), (0.8, 0.8, 0.1, 0.1)
JUDGED: dict[str, tuple[list[Told], dict[str, int]]] = {
    "in time": ([Told(15.0, "dumping", THERE)], {"found": 1, "false_alarms": 0}),
    "before it was placed": ([Told(9.0, "dumping", THERE)], {"found": 0, "false_alarms": 1}),
    "after it was removed": ([Told(51.0, "dumping", THERE)], {"found": 0, "false_alarms": 1}),
    "where it will only be later": ([Told(15.0, "dumping", LATER)], {"found": 0, "false_alarms": 1}),
    "where it then is": ([Told(25.0, "dumping", LATER)], {"found": 1, "false_alarms": 0}),
    "elsewhere": ([Told(15.0, "dumping", ELSEWHERE)], {"found": 0, "false_alarms": 1}),
    "told twice": ([Told(15.0, "dumping", THERE), Told(30.0, "dumping", THERE)], {"found": 1, "repeats": 1}),
    "never": ([], {"found": 0, "objects": 1, "false_alarms": 0}),
}


@pytest.mark.parametrize("name", JUDGED)
def test_judging(name: str) -> None:
    told, expected = JUDGED[name]
    judged = judge(CLIP, read_events_from(MOVES), told)
    assert {key: judged[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "events.json"),
        ("[]", "expected an object"),
        ('{"c": [{"box": [1, 2, 3, 4]}]}', r"c\[0\]: KeyError: 'placed'"),
        ('{"c": [{"placed": 3, "box": [1, 2, 0, 4]}]}', "without extent"),
        ('{"c": [{"placed": 3, "box": [1, 2]}]}', r"c\[0\]"),
    ],
)
def test_events_that_cannot_be_used_say_where(text: str, message: str) -> None:
    with pytest.raises(TruthError, match=message):
        _read(text)
