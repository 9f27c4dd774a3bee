"""Model files: read, run in a process of their own, and refused with what is wrong with them."""

from pathlib import Path

import numpy as np
import pytest

from config.detector import Detector, DetectorProblem, names_of
from ingest.frame import frame_from_gray
from runtime.clock import SystemClock
from tests.vision.confirming.tiny_model import MIDDLE_ROW, ROWS, SIDE, field, model, port, rows_of, write
from vision.confirming.detector import ObjectDetector, check
from vision.confirming.model_runner import ModelRunner, read_form
from vision.confirming.yolox import Form, decode, letterbox

CLOCK = SystemClock()
TWO = Form(SIDE, SIDE, 2, (8, 16, 32))
GOOD = model(rows_of(2, (MIDDLE_ROW, 1, 0.9)))
GARBAGE = bytes(range(7, 256)) * 9


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(None, "no such file", id="missing"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"GIF89a and what follows", "not an ONNX model", id="another format"),
        pytest.param(GARBAGE, "not an ONNX model", id="garbage"),
        pytest.param(GOOD[:-40], "cut short", id="cut short"),
        pytest.param(field(1, 6), "has no graph", id="no graph"),
        pytest.param(b"\xff" * 40, "not an ONNX model", id="endless number"),
        pytest.param(model(rows_of(2), outputs=2), "1 inputs and 2 outputs", id="two outputs"),
        pytest.param(model(rows_of(2), into=(1, 1, 64, 64)), "its input is 1×1×64×64", id="grey input"),
        pytest.param(model(rows_of(2), into=(1, 3, 60, 64)), "pictures of 64×60; width and height must be", id="odd"),
        pytest.param(model(rows_of(2), into=(1, 3, 8192, 8192)), "64 to 1280", id="huge input"),
        pytest.param(model(rows_of(2)[:20]), "its output is 1×20×7, a YOLOX of 64×64 has 1×84×7", id="other rows"),
        pytest.param(model(rows_of(9)), "tells 9 classes, where names has 2", id="other classes"),
        pytest.param(model(rows_of(2), out=(1, 7, 84)), "its output is 1×7×84", id="rows and columns the other way"),
    ],
)
def test_a_file_that_cannot_be_it_is_refused_by_its_form(data: bytes | None, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DetectorProblem, match=rule):
        read_form(path, 2)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    with pytest.raises(DetectorProblem, match="larger than 256 MB"):
        read_form(path, 2)


def test_sizes_left_open_are_taken_as_yolox_has_them(tmp_path: Path) -> None:
    form = read_form(write(tmp_path / "m.onnx", model(rows_of(2), into=(0, 3, 0, 0), out=(0, 0, 7))), 2)
    assert (form.width, form.height, form.rows) == (416, 416, 3549)


@pytest.mark.parametrize("decoded", [False, True], ids=["offsets", "decoded in the model"])
def test_boxes_come_out_where_the_model_says(decoded: bool, tmp_path: Path) -> None:
    again = MIDDLE_ROW + 1
    rows = rows_of(2, (MIDDLE_ROW, 1, 0.9), (again, 0, 0.6), (0, 1, 0.3), decoded=decoded)
    rows[again, 0] -= 14.0 if decoded else 14.0 / 16.0
    rows[again + 1] = rows[again]  # the same box once more, told by the next cell
    rows[again + 1, 0] -= 0.0 if decoded else 1.0
    rows[again + 2, 2:] = np.nan
    path = write(tmp_path / "m.onnx", model(rows))
    runner = ModelRunner(path, read_form(path, 2), CLOCK)
    try:
        field_, scale = letterbox(np.zeros((120, 240, 3), np.uint8), TWO)
        answer = runner.ask(field_, 20.0)
    finally:
        runner.close()
    found = decode(answer.rows, TWO, scale, (240, 120), 0.5)
    assert scale == pytest.approx(SIDE / 240)
    assert [(one.number, round(one.score, 3)) for one in found] == [(1, 0.9), (0, 0.6)]
    assert found[0].box == pytest.approx((12 / scale, 12 / scale, 24 / scale, 20 / scale), abs=0.01)  # cut below


def test_a_picture_is_laid_at_the_top_left_of_grey() -> None:
    field_, scale = letterbox(np.full((32, 64, 3), 7, np.uint8), TWO)
    assert scale == 1.0
    assert (field_[:32] == 7).all()
    assert (field_[32:] == 114).all()


def test_the_model_sees_blue_green_red_from_0_to_255(tmp_path: Path) -> None:
    """Only blue counts in this one: score = blue / 255."""
    weights = np.zeros((3, ROWS, 7), np.float32)
    weights[0, MIDDLE_ROW, 5] = 1 / 255
    path = write(tmp_path / "m.onnx", model(rows_of(2, (MIDDLE_ROW, 0, 0.0)), weights))
    runner = ModelRunner(path, TWO, CLOCK)
    try:
        for colour, score in (((204, 0, 0), 0.8), ((0, 204, 204), 0.0)):
            rows = runner.ask(np.full((SIDE, SIDE, 3), colour, np.uint8), 20.0).rows
            assert rows[MIDDLE_ROW, 5] == pytest.approx(score, abs=1e-4)
    finally:
        runner.close()


BROKEN_WITHIN = GOOD.replace(b"ReduceMean", b"ReduceMuch")
OTHER_THAN_IT_SAYS = model(rows_of(2)[:21], out=(1, ROWS, 7))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(BROKEN_WITHIN, "cannot be", id="an operator nobody knows"),
        pytest.param(model(rows_of(2), weights=np.zeros((3, 5))), "cannot be", id="weights that do not fit"),
    ],
)
def test_a_file_that_cannot_run_is_told_by_the_check(data: bytes, rule: str, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("person\ncart\n")
    write(tmp_path / "m.onnx", data)
    settings = Detector(model="m.onnx", names="names.txt", vehicles=[])
    with pytest.raises(DetectorProblem, match=rule):
        check(settings, tmp_path, CLOCK)


def test_a_model_that_answers_otherwise_than_it_says_is_given_up_and_asked_no_more(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("person\ncart\n")
    write(tmp_path / "m.onnx", OTHER_THAN_IT_SAYS)
    detector = ObjectDetector(CLOCK)
    detector.change(Detector(model="m.onnx", names="names.txt", vehicles=[]), tmp_path)
    frame = frame_from_gray("c1", 1.0, np.zeros((90, 160), np.uint8))
    try:
        assert detector.look(frame, (0.4, 0.4, 0.2, 0.2)) is None
        assert detector.figures.state == "resting"
        assert "gives 147 numbers instead of 84×7" in detector.figures.problem
        assert detector.look(frame, (0.4, 0.4, 0.2, 0.2)) is None
    finally:
        detector.close()


def test_a_process_that_dies_is_said_so_and_ends_nobody_else(tmp_path: Path) -> None:
    path = write(tmp_path / "m.onnx", GOOD)
    runner = ModelRunner(path, TWO, CLOCK)
    runner._process.kill()
    with pytest.raises(DetectorProblem, match=r"crash \(SIGKILL\)"):
        runner.ask(np.zeros((SIDE, SIDE, 3), np.uint8), 20.0)
    assert not runner.alive


def test_a_model_is_started_without_the_environment_in_which_passwords_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDWATCH_TEST_PASSWORD", "kept to ourselves")
    runner = ModelRunner(write(tmp_path / "m.onnx", GOOD), TWO, CLOCK)
    try:
        given = Path(f"/proc/{runner._process.pid}/environ").read_bytes()
    finally:
        runner.close()
    assert b"OMP_NUM_THREADS" in given
    assert b"kept to ourselves" not in given


@pytest.mark.parametrize(
    ("text", "settings", "rule"),
    [
        pytest.param(None, {"names": "names.txt"}, "no such file", id="no file"),
        pytest.param("", {"names": "names.txt"}, "0 names", id="empty"),
        pytest.param("a\n\nb", {"names": "names.txt"}, ":2: a name has", id="gap"),
        pytest.param("x" * 65, {"names": "names.txt"}, ":1: a name has", id="long name"),
        pytest.param("x" * 70000, {"names": "names.txt"}, "more than 65536 bytes", id="long file"),
        pytest.param("a\nb", {"names": "names.txt"}, "'person' is none of the 2 classes", id="people"),
        pytest.param("person", {"names": "names.txt"}, "'bicycle' is none of the 1 classes", id="vehicles"),
        pytest.param(None, {"people": ["pedestrian"]}, "'pedestrian' is none of the 80 classes", id="of COCO"),
    ],
)
def test_names_that_cannot_be_used_are_refused(text: str | None, settings: dict, rule: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "names.txt").write_text(text)
    with pytest.raises(DetectorProblem, match=rule):
        names_of(Detector(model="m.onnx", **settings), tmp_path)


def test_names_are_cocos_where_no_file_is_named(tmp_path: Path) -> None:
    names = names_of(Detector(model="m.onnx"), tmp_path)
    assert (len(names), names[0], names[79]) == (80, "person", "toothbrush")
    (tmp_path / "names.txt").write_bytes("\ufeff行人\r\n摊车\r\n\r\n".encode())
    assert names_of(Detector(model="m", names="names.txt", people=["行人"], vehicles=[]), tmp_path) == ("行人", "摊车")


def test_weights_listed_among_the_inputs_are_no_inputs(tmp_path: Path) -> None:
    graph_at = GOOD.index(b"images")
    assert graph_at
    old = field(11, port("weights", (3, 84 * 7)))
    body = _graph_of(GOOD) + old
    path = write(tmp_path / "m.onnx", field(1, 3) + field(7, body))
    assert read_form(path, 2) == TWO


def _graph_of(data: bytes) -> bytes:
    from vision.confirming.onnx_graph import _fields

    return next(bytes(value) for number, value in _fields(memoryview(data)) if number == 7)
