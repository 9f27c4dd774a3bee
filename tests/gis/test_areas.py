import json
from pathlib import Path

import pytest
from shapely import box

from gis.areas import load_areas
from gis.files import GeographyError

Row = tuple[str, str, str]

NESTED: list[Row] = [
    ("330603108201", "330603108", "village"),
    ("330603", "", "district"),
    ("330603108", "330603", "town"),
    ("330603108202", "330603108", "village"),
    ("3306031082011", "330603108", "village"),
]


def write(folder: Path, rows: list[Row]) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": code, "parent": parent, "level": level, "name": f"区{code}"},
         "geometry": None if level == "district" else box(120 + n, 30, 120.5 + n, 30.5).__geo_interface__}
        for n, (code, parent, level) in enumerate(rows)
    ]  # fmt: skip
    path = folder / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_paths_go_down_from_the_top(tmp_path: Path) -> None:
    tree = load_areas(write(tmp_path, NESTED))
    assert tree.path("330603108201") == "/330603/330603108/330603108201/"
    assert tree.path("330603") == "/330603/"
    assert [area.code for area in tree.lineage("330603108")] == ["330603", "330603108"]
    assert [area.code for area in tree.children("330603108")] == ["330603108201", "330603108202", "3306031082011"]


WITHIN = {
    "itself": ("330603108", "330603108", True),
    "village in district": ("330603108201", "330603", True),
    "district in village": ("330603", "330603108201", False),
    "neighbours": ("330603108202", "330603108201", False),
    "a code that begins with the other": ("3306031082011", "330603108201", False),
    "unknown": ("1", "330603", False),
    "in an unknown": ("330603108201", "1", False),
}


@pytest.mark.parametrize(("code", "ancestor", "inside"), WITHIN.values(), ids=WITHIN.keys())
def test_within(tmp_path: Path, code: str, ancestor: str, inside: bool) -> None:
    assert load_areas(write(tmp_path, NESTED)).within(code, ancestor) is inside


def test_an_unknown_code_has_no_path(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        load_areas(write(tmp_path, NESTED)).path("1")


def test_an_area_may_have_no_outline(tmp_path: Path) -> None:
    tree = load_areas(write(tmp_path, NESTED))
    district, town = tree.get("330603"), tree.get("330603108")
    assert district is not None
    assert town is not None
    assert district.outline is None
    assert town.outline is not None
    geometries = {feature["id"]: feature["geometry"] for feature in tree.geojson()["features"]}
    assert geometries["330603"] is None
    assert geometries["330603108"]["type"] == "Polygon"


PROBLEMS: dict[str, tuple[list[Row], list[str]]] = {
    "missing parent": ([("2", "1", "town")], ["area 2: its parent 1 is missing"]),
    "its own parent": ([("1", "1", "town")], ["area 1: is above itself"]),
    "a cycle": ([("1", "2", "town"), ("2", "1", "town"), ("3", "", "district")],
        ["area 1: is above itself", "area 2: is above itself"]),
    "code twice": ([("1", "", "town"), ("1", "", "town")], ["feature 2 (1): its code is given twice"]),
    "no code": ([("", "", "town"), ("1", "", "town")], ["feature 1: has no code"]),
    "a slash in the code": ([("a/b", "", "town"), ("1", "", "town")], ["feature 1 (a/b): its code has a slash in it"]),
    "unknown level": ([("1", "", "hamlet")],
        ["feature 1 (1): level is 'hamlet'; must be one of city, district, town, village"]),
    "too deep": ([(str(n), str(n - 1) if n else "", "village") for n in range(10)],
        ["area 9: more than 8 areas are above it"]),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "problems"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_lists_every_problem(tmp_path: Path, rows: list[Row], problems: list[str]) -> None:
    with pytest.raises(GeographyError) as caught:
        load_areas(write(tmp_path, rows))
    assert list(caught.value.problems) == problems
