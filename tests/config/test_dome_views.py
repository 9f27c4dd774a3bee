"""The key `views` of a dome: what is accepted, and the exact words for what is not."""

from pathlib import Path

import pytest

from config.load import load_cameras, read_cameras
from config.problem import ConfigError
from tests.config.town import VALID, write_town

PLAIN = VALID[: VALID.index("    zones:")]
VIEWS = (
    PLAIN
    + """\
    device: {url: "http://10.0.0.5/onvif/device_service"}
    ptz:
      views:
        - id: gate
          name: 东门
          aim: {pan_deg: 41.5, tilt_deg: -12.3, zoom: 9}
          hours: ["06:00-21:00"]
          zones:
            - {id: a, rule: stall, polygon: [[0, 0], [1, 0], [1, 1]], case_class: 05-01}
        - id: hill
          name: 后山
          preset: "4"
          hours: ["21:00-06:00"]
          zones:
            - {id: b, rule: dumping, polygon: [[0, 0], [1, 0], [1, 1]], case_class: 01-03}
"""
)
FIRST = VIEWS[: VIEWS.index("- id: gate")].count("\n") + 1

WRONG = [
    ("both", "zoom: 9}", 'zoom: 9}\n          preset: "1"', 0, "must have exactly one of preset and aim"),
    ("neither", '          preset: "4"\n', "", 6, "must have exactly one of preset and aim"),
    ("a view twice", "id: hill", "id: gate", 6, "is given twice in this camera"),
    ("a zone twice, in two views", "id: b,", "id: a,", 11, "is given twice in this camera"),
    ("out of reach", "tilt_deg: -12.3", "tilt_deg: 45", 2, "is not within this dome's ptz.tilt_deg, -90 to 20"),
    ("hours", "21:00-06:00", "21:00-25:00", 9, "must end at 24:00 or before"),
    ("too short", "name: 后山", "name: 后山\n          dwell_seconds: 3", 8, "must be greater than or equal to 10"),
    ("an unknown key", "name: 东门", "nam: 东门", 1, "nam"),
    ("own zones too", "    device:", "    zones: [{id: z, rule: stall, polygon: [[0, 0], [1, 0], [1, 1]], "
     "case_class: 05-01}]\n    device:", None, "its zones belong into them"),
]  # fmt: skip


def test_views_by_aim_and_by_preset(tmp_path: Path) -> None:
    ptz = load_cameras(write_town(tmp_path, VIEWS)).cameras[0].ptz
    assert ptz is not None
    gate, hill = ptz.views
    assert gate.aim is not None
    assert (gate.aim.zoom, gate.preset, hill.preset, hill.aim) == (9, None, "4", None)
    assert (gate.dwell_seconds, gate.stay_seconds, gate.tolerance_deg, hill.hours) == (60, 240, 0.3, ["21:00-06:00"])


@pytest.mark.parametrize(("old", "new", "line", "words"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, words: str) -> None:
    assert old in VIEWS
    with pytest.raises(ConfigError) as caught:
        read_cameras(write_town(tmp_path, VIEWS.replace(old, new, 1)))
    said = [(problem.line - FIRST, f"{problem.key} {problem.rule}") for problem in caught.value.problems]
    assert any(words in text and (line is None or at == line) for at, text in said), said
