"""The key `detector`: what its author should look at again, and what is refused."""

from pathlib import Path

import pytest

from api.detector_check import detector_lines
from config.load import read_cameras
from config.problem import ConfigError
from tests.config.town import VALID, write_town
from tests.vision.confirming.tiny_model import model, rows_of

ABOUT = "what rules find is told without the detector"


def written(folder: Path, detector: str) -> Path:
    (folder / "names.txt").write_text("person\ncart\n")
    (folder / "good.onnx").write_bytes(model(rows_of(2)))
    (folder / "other.onnx").write_bytes(b"GIF89a")
    return write_town(folder, VALID + f"detector: {detector}\n")


@pytest.mark.parametrize(
    ("detector", "warned"),
    [
        pytest.param("{model: gone.onnx}", "detector.model = 'gone.onnx': no such file", id="no model"),
        pytest.param("{model: good.onnx, names: gone.txt}", "detector.names = 'gone.txt': no such file", id="no names"),
        pytest.param(
            "{model: good.onnx, people: [pedestrian]}", "detector.people: 'pedestrian' is none of the 80", id="people"
        ),
        pytest.param(
            "{model: good.onnx, names: names.txt}", "detector.vehicles: 'bicycle' is none of the 2", id="vehicles"
        ),
        pytest.param("{model: good.onnx, names: names.txt, vehicles: [cart]}", "", id="good"),
    ],
)
def test_what_is_wrong_with_its_files_is_a_warning_with_its_line(detector: str, warned: str, tmp_path: Path) -> None:
    path = written(tmp_path, detector)
    loaded = read_cameras(path)
    shown = [str(warning) for warning in loaded.warnings]
    if not warned:
        assert shown == []
        assert detector_lines(loaded, path) == ["detector: good.onnx, 64×64, 2 classes"]
        return
    (line,) = shown
    assert line.startswith(f"{path}:{len(VALID.splitlines()) + 1}: {warned}")
    assert line.endswith(ABOUT)
    assert detector_lines(loaded, path) == []


def test_the_check_opens_the_model_and_says_what_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "{model: other.onnx}")
    (line,) = detector_lines(read_cameras(path), path)
    assert line == f"warning: {path}: detector.model = 'other.onnx': is not an ONNX model, or is cut short; {ABOUT}"
    bare = write_town(tmp_path)
    assert detector_lines(read_cameras(bare), bare) == []


@pytest.mark.parametrize(
    ("detector", "problem"),
    [
        pytest.param("{}", "detector.model", id="no model named"),
        pytest.param("{model: a, least_score: 0}", "detector.least_score", id="score"),
        pytest.param("{model: a, busy_share: 2}", "detector.busy_share", id="share"),
        pytest.param("{model: a, colour: red}", "detector.colour", id="unknown key"),
    ],
)
def test_a_mistake_in_its_keys_is_refused_as_any(detector: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_cameras(written(tmp_path, detector))
