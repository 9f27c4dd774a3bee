"""Zones changed in cameras.yaml: what was asked for is there, and everything else as it stood."""

import difflib
from pathlib import Path

import pytest
import yaml

from config.load import load_cameras
from config.yaml_edit import YamlEditError
from config.zones import Zone
from estate.camera_edit import open_for_change
from estate.zone_edit import NoSuchView, change_zones, defaults_of, plain_zone, rules, version_of
from tests.api.test_server_process import write_town

CAMERAS = """\
cameras:
  - id: one   # by the gate
    name: 东门
    area: "330621"
    streams: {sub: {url: "rtsp://127.0.0.1/1"}}
    position: {lon: 120.4, lat: 30.05, height_m: 6}
    view: {heading_deg: 0, tilt_deg: 20, hfov_deg: 70}
    zones:
      # Where the carts stand.
      - id: carts
        rule: stall
        polygon:
          - [0.1, 0.5]
          - [0.9, 0.5]   # the lamp post
          - [0.9, 0.9]
        dwell_seconds: 180  # as agreed
        case_class: 05-01
      - {id: cars, rule: parking, polygon: [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5]], case_class: 05-05}
      - id: bags
        rule: dumping
        polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]
        case_class: 01-03
    # nothing after
  - id: two
    name: 西门
    area: "330621"
    streams: {sub: {url: "rtsp://127.0.0.1/2"}}
  - {id: three, name: 北门, area: "330621", streams: {sub: {url: "rtsp://127.0.0.1/3"}},
     zones: [{id: a, rule: stall, polygon: [[0, 0], [1, 0], [1, 1]], case_class: 05-01}]}
  - id: dome
    name: 球机
    area: "330621"
    streams: {sub: {url: "rtsp://127.0.0.1/4"}}
    device: {url: "http://127.0.0.1/onvif/device_service"}
    ptz:
      views:
        - id: river
          name: 河边
          preset: "3"
        - id: road
          name: 路口
          preset: "4"
          zones:
            - id: road-carts
              rule: stall
              polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]
              case_class: 05-01
"""
SQUARE = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]]


@pytest.fixture
def config(tmp_path) -> Path:
    path = write_town(tmp_path)
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    del whole["cameras"]
    head = yaml.safe_dump(whole, allow_unicode=True)
    path.write_text(head + CAMERAS.replace("330621", whole["town"]["area"]), encoding="utf-8")
    return path


def zone(**values) -> dict:
    return {"id": "new", "rule": "stall", "polygon": SQUARE, "case_class": "05-01", **values}


def edited(config: Path, camera: str, view: str | None, change) -> list[str]:
    """What differs in the file's text, after `change` was made to the zones as plain data."""
    opened = open_for_change(config)
    index = opened.index(camera)
    assert index is not None
    one = opened.file.cameras[index]
    before = one.zones if view is None else next(v for v in one.ptz.views if v.id == view).zones
    plain = [plain_zone(each) for each in before]
    given = change(plain)
    plain = given if isinstance(given, list) else plain
    wanted = [Zone.model_validate(each) for each in plain]
    change_zones(opened, index, view, wanted, {})
    now = load_cameras(config).cameras[index]
    kept = now.zones if view is None else next(v for v in now.ptz.views if v.id == view).zones
    assert sorted(kept, key=lambda each: each.id) == sorted(wanted, key=lambda each: each.id)
    diff = difflib.unified_diff(opened.raw.decode().splitlines(), config.read_text(encoding="utf-8").splitlines(), n=0)
    return [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_dwell_changed_touches_one_line_and_leaves_its_comment(config):
    assert edited(config, "one", None, lambda zones: zones[0].update(dwell_seconds=240)) == [
        "-        dwell_seconds: 180  # as agreed",
        "+        dwell_seconds: 240  # as agreed",
    ]
    assert edited(config, "one", None, lambda zones: zones[0].pop("dwell_seconds")) == [
        "-        dwell_seconds: 240  # as agreed"
    ]


def test_a_polygon_over_several_lines_becomes_one_line(config):
    changed = edited(config, "one", None, lambda zones: zones[0].update(polygon=SQUARE))
    assert changed[-1] == "+        polygon: [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]]"
    assert len(changed) == 5


def test_from_the_picture_to_the_map_and_another_rule(config):
    ground = [[120.4, 30.0501], [120.4001, 30.0501], [120.4001, 30.0502]]

    def change(zones):
        del zones[2]["polygon"]
        zones[2] |= {"ground": ground, "rule": "parking", "case_class": "05-05", "dwell_seconds": 180}

    text = "\n".join(edited(config, "one", None, change))
    assert "+        ground: [[120.4, 30.0501]" in text
    assert "-        polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]" in text
    assert "+        dwell_seconds: 180" in text


CHANGES = [
    ("one added to others", "one", None, lambda zones: zones.append(zone())),
    ("the first to a camera without", "two", None, lambda zones: zones.extend([zone(), zone(id="b", level=3)])),
    ("one in braces", "one", None, lambda zones: zones[1].update(dwell_seconds=60, opens_case=True)),
    ("one taken away", "one", None, lambda zones: zones.pop(1) and None),
    ("the last taken away", "one", None, lambda zones: zones.pop() and None),
    ("two replaced by three", "one", None,
     lambda zones: [zones[1], zone(), zone(id="b"), zone(id="c", size={"min_m": 0.5, "max_m": 2})]),
    ("two replaced by one", "one", None, lambda zones: [zones[1], zone()]),
    ("all taken away", "one", None, lambda zones: zones.clear()),
    ("a list in brackets", "three", None, lambda zones: [*zones, zone()]),
    ("emptied brackets", "three", None, lambda zones: zones.clear()),
    ("the first of a view", "dome", "river", lambda zones: zones.append(zone())),
    ("one of a view", "dome", "road", lambda zones: zones[0].update(hours=["06:00-22:00"], people=30)),
    ("all of a view", "dome", "road", lambda zones: zones.clear()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "camera", "view", "change"), CHANGES, ids=[row[0] for row in CHANGES])
def test_what_was_asked_for_is_there(config, name, camera, view, change):
    changed = edited(config, camera, view, change)
    assert changed
    assert "by the gate" not in "".join(changed)
    assert "nothing after" not in "".join(changed)
    assert edited(config, camera, view, lambda zones: zones) == []


def test_what_cannot_be_is_refused_and_nothing_written(config):
    opened = open_for_change(config)
    before = config.read_bytes()
    with pytest.raises(NoSuchView):
        change_zones(opened, 3, "sky", [], {})
    with pytest.raises(NoSuchView):
        change_zones(opened, 0, "river", [], {})
    config.write_bytes(before.replace("西门".encode(), "西桥".encode()))
    with pytest.raises(Exception, match="somebody else"):
        change_zones(opened, 0, None, [], {})
    shared = before.replace(b"    zones:\n      # Where", b"    zones: &z\n      # Where")
    posed = "position: {lon: 1, lat: 1, height_m: 6}\n    view: {heading_deg: 0, tilt_deg: 20, hfov_deg: 70}"
    second = b'127.0.0.1/2"}}\n'
    shared = shared.replace(second, second + f"    {posed}\n    zones: *z\n".encode())
    config.write_bytes(shared)
    opened = open_for_change(config)
    one = opened.file.cameras[0].zones
    with pytest.raises(YamlEditError, match="alias"):
        change_zones(opened, 0, None, [one[0].model_copy(update={"level": 4}), *one[1:]], {})


def test_defaults_are_those_of_each_rule_and_versions_tell_changes(config):
    assert {"stall", "dumping", "parking", "pile", "crowd"} <= set(rules())
    assert defaults_of("parking")["dwell_seconds"] == 300.0
    assert not {"id", "rule", "polygon", "ground", "case_class"} & set(defaults_of("stall"))
    zones = load_cameras(config).cameras[0].zones
    assert plain_zone(zones[1]).keys() == {"id", "rule", "polygon", "case_class"}
    assert version_of(zones) != version_of(zones[:2])
    assert version_of(zones) == version_of(list(zones))
