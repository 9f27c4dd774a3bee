import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geopandas.geodataframe import GeoDataFrame
from shapely import MultiPolygon, Polygon, box

from gis.files import GeographyError
from gis.grids import Grid, GridMap, load_grids
from gis.plane import Plane


def row(code: str, shape: Any, **other: str) -> dict[str, Any]:
    return {"code": code, "village": "v1", "name": f"网格{code}", "name_en": code, "kind": "residential",
            "geometry": shape} | other  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]], crs: int | None = 4326, **options: Any) -> Path:
    GeoDataFrame(rows, geometry="geometry", crs=crs or 4326).to_file(path, **options)
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


WEST, EAST = box(120.40, 30.0, 120.41, 30.01), box(120.41, 30.0, 120.42, 30.01)


def two(folder: Path) -> GridMap:
    return load_grids(write(folder / "grids.geojson", [row("b", EAST), row("a", WEST)]))


FORMATS = {
    "GeoJSON": ("grids.geojson", 4326, {}),
    "shapefile in GBK": ("grids.shp", 4326, {"encoding": "gb18030"}),
    "GeoPackage in CGCS2000": ("grids.gpkg", 4490, {}),
    "GeoPackage in CGCS2000 3-degree zone 40": ("zone.gpkg", 4528, {}),
    "GeoPackage in Web Mercator": ("mercator.gpkg", 3857, {}),
}


@pytest.mark.parametrize(("name", "crs", "options"), FORMATS.values(), ids=FORMATS.keys())
def test_reads(tmp_path: Path, name: str, crs: int, options: dict[str, Any]) -> None:
    frame = GeoDataFrame([row("a", WEST), row("b", EAST)], geometry="geometry", crs=4326).to_crs(crs)
    frame.to_file(tmp_path / name, **options)
    grids = load_grids(tmp_path / name)
    assert [(grid.code, grid.village, grid.name, grid.kind) for grid in grids.grids] == [
        ("a", "v1", "网格a", "residential"), ("b", "v1", "网格b", "residential"),
    ]  # fmt: skip
    assert grids.warnings == ()
    assert grids.grids[0].outline.symmetric_difference(WEST).area < 1e-9


def test_population_is_read_where_it_is_given(tmp_path: Path) -> None:
    given = [row("a", WEST) | {"population": 1234}, row("b", EAST) | {"population": None}]
    for name in ("grids.gpkg", "grids.shp", "grids.geojson"):
        people = [grid.population for grid in load_grids(write(tmp_path / name, given)).grids]
        assert people == [1234, None], name
    for wrong in ("many", "-3", "1.5"):
        with pytest.raises(GeographyError, match=rf"feature 1 \(a\): population is '{wrong}'"):
            load_grids(write(tmp_path / "wrong.geojson", [row("a", WEST, population=wrong)]))


def test_a_missing_coordinate_system_is_taken_as_wgs_84_and_said(tmp_path: Path) -> None:
    grids = load_grids(write(tmp_path / "grids.shp", [row("a", WEST)], crs=None))
    assert grids.warnings == ("names no coordinate system; taken as WGS 84 (EPSG:4326)",)
    assert grids.containing(120.405, 30.005) is not None


def test_metres_without_a_coordinate_system_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.shp", [row("a", box(540000, 3320000, 541000, 3321000))], crs=None)
    with pytest.raises(GeographyError, match="coordinates that are not degrees"):
        load_grids(path)


def test_a_code_that_a_table_made_a_number(tmp_path: Path) -> None:
    rows = [row("", WEST) | {"code": 330699101001.0}, row("", EAST) | {"code": 330699101002.0}]
    assert [grid.code for grid in load_grids(write(tmp_path / "g.gpkg", rows)).grids] == [
        "330699101001",
        "330699101002",
    ]


BOW_TIE = Polygon([(120.40, 30.0), (120.41, 30.01), (120.41, 30.0), (120.40, 30.01)])


def test_an_invalid_ring_is_repaired_and_said(tmp_path: Path) -> None:
    grids = load_grids(write(tmp_path / "grids.geojson", [row("a", BOW_TIE)]))
    assert grids.grids[0].outline.is_valid
    assert grids.grids[0].outline.area == pytest.approx(0.00005, rel=0.01)
    assert len(grids.warnings) == 1
    assert grids.warnings[0].startswith("feature 1 (a): its ring was repaired: Self-intersection")


PROBLEMS = {
    "code twice": ([row("a", WEST), row("a", EAST)], ["feature 2 (a): its code is given twice"]),
    "no code": ([row("a", WEST), row("  ", EAST)], ["feature 2: has no code"]),
    "unknown kind": ([row("a", WEST, kind="round")],
        ["feature 1 (a): kind is 'round'; must be one of residential, rural, enterprise, dedicated"]),
    "no geometry": ([row("a", WEST), row("b", None)], ["feature 2 (b): has no geometry"]),
    "a line": ([row("a", WEST.exterior)], ["feature 1 (a): is a LineString, not a polygon"]),
    "no area": ([row("a", Polygon([(120, 30), (120.1, 30), (120.2, 30)]))],
        ["feature 1 (a): has no area"]),
    "all at once": ([row("", WEST, kind="x"), row("a", None), row("a", EAST)],
        ["feature 1: has no code", "feature 1: kind is 'x'; must be one of residential, rural, enterprise, dedicated",
         "feature 2 (a): has no geometry"]),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "problems"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_lists_every_problem(tmp_path: Path, rows: list[dict[str, Any]], problems: list[str]) -> None:
    path = write(tmp_path / "grids.geojson", rows)
    with pytest.raises(GeographyError) as caught:
        load_grids(path)
    assert list(caught.value.problems) == problems
    assert str(path) in str(caught.value)


FILES = {
    "missing": (None, "no such file"),
    "not geography": ("hello", "cannot be read as a geographic file"),
    "no features": ('{"type": "FeatureCollection", "features": []}', "has no grids"),
    "no code attribute": (
        json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"id": 1}, "geometry": WEST.__geo_interface__}]}),
        "no attribute code",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FILES.values(), ids=FILES.keys())
def test_refuses(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "grids.geojson"
    if text is not None:
        path.write_text(text)
    with pytest.raises(GeographyError, match=said):
        load_grids(path)


PLACES = {
    "in the west": (120.405, 30.005, 0.0, "a"),
    "in the east": (120.415, 30.005, 0.0, "b"),
    "on the border between them": (120.41, 30.005, 0.0, "a"),
    "on the outer border": (120.42, 30.005, 0.0, "b"),
    "outside": (120.4201, 30.005, 0.0, None),
    "outside, within tolerance": (120.4201, 30.005, 15.0, "b"),
    "outside, beyond tolerance": (120.4201, 30.005, 5.0, None),
    "far away": (121.0, 31.0, 15.0, None),
    "lon and lat exchanged": (30.005, 120.405, 0.0, None),
}


@pytest.mark.parametrize(("lon", "lat", "tolerance", "code"), PLACES.values(), ids=PLACES.keys())
def test_containing(tmp_path: Path, lon: float, lat: float, tolerance: float, code: str | None) -> None:
    found = two(tmp_path).containing(lon, lat, tolerance)
    assert (found.code if found else None) == code


def test_the_nearer_of_two_in_metres_not_degrees() -> None:
    """At 60° north a degree of longitude is half as long: the grid to the east is nearer though farther in degrees."""
    plane = Plane(20.0, 60.0)

    def square(east: float, north: float) -> Polygon:
        return box(*plane.to_degrees(east, north), *plane.to_degrees(east + 50, north + 50))

    grids = GridMap(
        (Grid("north", "", "", "", "rural", square(-25, 40)), Grid("east", "", "", "", "rural", square(30, -25)))
    )
    found = grids.containing(20.0, 60.0, 100)
    assert found is not None
    assert found.code == "east"


def test_no_grids_contain_nothing() -> None:
    assert GridMap(()).containing(120, 30, 1e6) is None
    with pytest.raises(ValueError, match="no grids"):
        _ = GridMap(()).bounds


def test_by_code_and_bounds(tmp_path: Path) -> None:
    grids = two(tmp_path)
    assert grids.get("b") is grids.grids[1]
    assert grids.get("c") is None
    assert grids.bounds == (120.40, 30.0, 120.42, 30.01)


def test_geojson_out_is_what_came_in(tmp_path: Path) -> None:
    parts = MultiPolygon([WEST, box(120.43, 30.0, 120.44, 30.01)])
    grids = load_grids(write(tmp_path / "grids.geojson", [row("a", parts), row("b", EAST, kind="dedicated")]))
    (tmp_path / "again.geojson").write_text(json.dumps(grids.geojson(), ensure_ascii=False), encoding="utf-8")
    again = load_grids(tmp_path / "again.geojson")
    assert [(grid.code, grid.name, grid.kind) for grid in again.grids] == [
        ("a", "网格a", "residential"), ("b", "网格b", "dedicated"),
    ]  # fmt: skip
    assert again.grids[0].outline.equals(parts)


def test_many_places_get_the_grids_each_gets_alone() -> None:
    squares = [(f"q{x}{y}", box(120 + x, 30 + y, 121 + x, 31 + y)) for x in (2, 0, 1) for y in (1, 0)]
    grids = GridMap(tuple(Grid(code, "v", code, "", "rural", outline) for code, outline in squares))
    places = [(120.5, 30.5), (121.0, 31.0), (122.0, 30.2), (119.0, 30.5), (122.9, 31.9), (float("nan"), 30.5)]
    lons, lats = np.array(places * 3).T
    found = [grids.grids[at].code if at >= 0 else None for at in grids.positions(lons, lats)]
    alone = [one.code if (one := grids.containing(*place)) else None for place in places[:5]]
    assert found == [*alone, None] * 3
    assert alone == ["q00", "q00", "q10", None, "q21"]
    assert GridMap(()).positions(lons, lats).tolist() == [-1] * 18
