"""From coded key frames to the spool with a real model in between, and how a worker lives with one that is broken."""

import logging
from pathlib import Path

import pytest

from config.detector import Detector
from ingest.access_unit import AccessUnit
from runtime.clock import SystemClock
from tests.api.looking_analyst import key_frames, looked_at
from tests.vision.confirming.tiny_model import MIDDLE_ROW, model, rows_of, write
from vision.confirming.detector import ObjectDetector

NAMES = "person\ncar\nbackpack\n"
SETTINGS = Detector(model="tiny.onnx", names="names.txt", vehicles=["car"])


def says(number: int) -> bytes:
    """A model that sees one thing of that class in the middle of whatever it is shown."""
    return model(rows_of(3, (MIDDLE_ROW, number, 0.9), (MIDDLE_ROW + 5, number, 0.89), (MIDDLE_ROW + 4, 0, 0.1)))


@pytest.fixture(scope="module")
def units() -> list[AccessUnit]:
    return key_frames(126.0)


def detector_of(folder: Path, data: bytes) -> ObjectDetector:
    (folder / "names.txt").write_text(NAMES)
    write(folder / "tiny.onnx", data)
    detector = ObjectDetector(SystemClock())
    detector.change(SETTINGS, folder)
    return detector


def test_a_model_names_what_is_told(tmp_path: Path, units: list[AccessUnit]) -> None:
    detector = detector_of(tmp_path, says(2))
    try:
        spool = looked_at(tmp_path, units, detector)
    finally:
        detector.close()
    (told,) = spool.pending()
    assert {one["name"] for one in told.body["seen_as"]} == {"backpack"}
    assert told.body["seen_as"][0]["score"] == 0.9
    assert detector.figures.state == "off"
    assert detector.figures.asked == 1
    spool.close()


def test_a_model_keeps_back_a_person(tmp_path: Path, units: list[AccessUnit]) -> None:
    detector = detector_of(tmp_path, says(0))
    try:
        spool = looked_at(tmp_path, units, detector)
        assert spool.pending() == []
        assert detector.figures.state == "ready"
        assert detector.figures.asked > 1
    finally:
        detector.close()
    spool.close()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"no model at all", "detector.model = 'tiny.onnx': is not an ONNX model", id="another file"),
        pytest.param(says(0).replace(b"ReduceMean", b"ReduceMuch"), "cannot be", id="does not run"),
    ],
)
def test_without_a_usable_model_everything_is_told_and_it_is_said(
    data: bytes, said: str, tmp_path: Path, units: list[AccessUnit], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        detector = detector_of(tmp_path, data)
    try:
        spool = looked_at(tmp_path, units, detector)
    finally:
        detector.close()
    (told,) = spool.pending()
    assert "seen_as" not in told.body
    assert [said in line and "told without it" in line for line in caplog.messages if "detector" in line] == [True]
    spool.close()


def test_a_reload_takes_another_model_another_file_of_the_same_name_and_none(tmp_path: Path) -> None:
    detector = detector_of(tmp_path, says(0))
    try:
        assert detector.figures.to_plain() == {"detector": "ready", "detector_asked": 0}
        write(tmp_path / "tiny.onnx", b"half written")
        detector.change(SETTINGS, tmp_path)
        assert detector.figures.to_plain()["detector"] == "broken"
        assert "tiny.onnx" in str(detector.figures.to_plain()["detector_problem"])
        write(tmp_path / "tiny.onnx", says(2))
        detector.change(SETTINGS, tmp_path)
        assert detector.figures.state == "ready"
        detector.change(None, tmp_path)
        assert detector.figures.to_plain() == {}
    finally:
        detector.close()
