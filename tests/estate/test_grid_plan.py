"""Files of grids against a town on disk: what would come of them."""

import csv
import io
import json
from pathlib import Path

import pytest
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely import Polygon, box
from shapely.geometry import mapping

from config.load import read_cameras
from estate.grid_plan import GridOptions, GridPlan, changes, geojson, plan_grids, preview
from estate.grid_table import outline_of
from estate.sheet import SheetError
from estate.town_ground import TownGround, load_ground
from gis.chinese_coordinates import wgs84_to_gcj02
from gis.files import GeographyError
from gis.grids import load_grids
from gis.tiling import Closing
from tests.estate.town import CODES, SOUTH, VILLAGES, WEST, write_estate, xlsx_of

HEAD = ["网格编码", "网格名称", "所属村", "网格类型", "常住人口", "边界坐标"]


@pytest.fixture
def ground(tmp_path: Path) -> TownGround:
    config = write_estate(tmp_path)
    return load_ground(read_cameras(config).file, tmp_path)


def csv_of(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def grids() -> dict[str, tuple[str, Polygon]]:
    """Five strips of each village."""
    found = {}
    for village, shape in VILLAGES.items():
        west, south, east, north = shape.bounds
        step = (north - south) / 5
        for n in range(5):
            strip = box(west, south + n * step, east, south + n * step + step)
            found[f"{CODES[village]}{n:03}"] = (village, strip)
    return found


def ring(shape: Polygon, latitude_first: bool = False) -> str:
    places = [(y, x) if latitude_first else (x, y) for x, y in shape.exterior.coords]
    return ";".join(f"{a:.9f},{b:.9f}" for a, b in places)


def table(outline, codes: dict[str, tuple[str, Polygon]] | None = None) -> list[list[str]]:
    rows = [[code, f"网格{code[-3:]}", village, "农村网格", "1200", outline(shape)]
            for code, (village, shape) in (codes or grids()).items()]  # fmt: skip
    return [["清渡镇网格表"], HEAD, *rows]


def planned(folder: Path, ground: TownGround, data: bytes, name: str = "grids.csv", **options) -> GridPlan:
    (folder / name).write_bytes(data)
    return plan_grids(folder / name, ground, GridOptions(**options))


SHEETS = {
    "WKT in a workbook": ("g.xlsx", lambda: xlsx_of(table(lambda shape: shape.wkt))),
    "rings in CSV": ("g.csv", lambda: csv_of(table(ring))),
    "latitude first": ("g.csv", lambda: csv_of(table(lambda shape: ring(shape, True)))),
    "JSON rings in a workbook": ("g.xlsx", lambda: xlsx_of(table(lambda s: json.dumps(list(s.exterior.coords))))),
}


@pytest.mark.parametrize(("name", "data"), SHEETS.values(), ids=SHEETS.keys())
def test_spreadsheets(tmp_path: Path, ground: TownGround, name: str, data) -> None:
    plan = planned(tmp_path, ground, data(), name)
    assert (plan.system.system, plan.system.how, plan.problems) == ("wgs84", "certain", ())
    found = plan.grids()
    for code, (village, shape) in grids().items():
        grid = found.get(code)
        assert grid is not None
        assert (grid.village, grid.kind, grid.population) == (CODES[village], "rural", 1200)
        assert shapely.hausdorff_distance(grid.outline, shape) < 1e-8


def test_grids_drawn_on_a_commercial_map_are_brought_home(tmp_path: Path, ground: TownGround) -> None:
    shifted = {code: (village, Polygon([wgs84_to_gcj02(x, y) for x, y in shape.exterior.coords]))
               for code, (village, shape) in grids().items()}  # fmt: skip
    frame = GeoDataFrame([{"code": code, "village": village, "geometry": shape}
                          for code, (village, shape) in shifted.items()], geometry="geometry", crs=4326)  # fmt: skip
    frame.to_file(tmp_path / "g.geojson")
    plan = plan_grids(tmp_path / "g.geojson", ground, GridOptions())
    assert (plan.system.system, plan.system.how) == ("gcj02", "certain")
    assert any("GCJ-02" in one for one in plan.warnings)
    for code, (_, shape) in grids().items():
        grid = plan.grids().get(code)
        assert grid is not None
        assert shapely.hausdorff_distance(grid.outline, shape) < 1e-7


def test_errors_name_the_row_and_keep_the_file_out(tmp_path: Path, ground: TownGround) -> None:
    rows = table(ring)
    rows[3][0] = rows[2][0]
    rows[4][2] = "没有的村"
    rows[5][5] = "120.4,30.1;what"
    plan = planned(tmp_path, ground, csv_of(rows))
    assert [(one.fault.value, one.features[0]) for one in plan.errors] == [
        ("parent_unknown", f"feature 5 ({rows[4][0]})"),
        ("geometry_missing", f"feature 6 ({rows[5][0]})"),
        ("code_double", f"feature 4 ({rows[3][0]})"),
    ]
    assert "row 6: its outline is neither WKT nor a ring of coordinates" in plan.warnings
    with pytest.raises(ValueError, match="errors"):
        plan.grids()
    told = preview(plan, load_grids(tmp_path / "grids.geojson"))
    assert told["counts"]["errors"] == 3
    assert told["changes"]["gone"] == ["g1"]
    assert json.loads(json.dumps(told))["problems"][0]["place"] is not None
    shown = geojson(plan)["features"]
    assert {one["properties"]["what"] for one in shown} == {"grid", "problem"}
    # Asked to mend, it gives a grid whose village is not known the one it lies in.
    mended = planned(tmp_path, ground, csv_of(rows), closing=Closing())
    assert "parent_unknown" not in {one.fault.value for one in mended.errors}
    assert any("where it lies" in one.text for one in mended.mended)


def test_what_changes_is_told(tmp_path: Path, ground: TownGround) -> None:
    before = planned(tmp_path, ground, csv_of(table(ring))).grids()
    redrawn = grids()
    first, second, *_ = redrawn
    west, south, east, north = redrawn[first][1].bounds
    redrawn[first] = (redrawn[first][0], box(west, south, east, north - 0.002))
    redrawn[second] = (redrawn[second][0], box(west, north - 0.002, east, redrawn[second][1].bounds[3]))
    del redrawn[list(redrawn)[-1]]
    redrawn["330699101001900"] = (next(iter(VILLAGES)), box(WEST, SOUTH - 0.01, WEST + 0.01, SOUTH))
    plan = planned(tmp_path, ground, csv_of(table(ring, redrawn)))
    assert changes(plan.drafts, before) == {
        "new": ["330699101001900"], "gone": [list(grids())[-1]], "redrawn": [first, second]
    }  # fmt: skip


def test_files_nobody_can_use_say_why(tmp_path: Path, ground: TownGround) -> None:
    with pytest.raises(SheetError, match=r"a code .* and an outline .* are needed"):
        planned(tmp_path, ground, csv_of([["名称", "经度"], ["a", "b"]]))
    with pytest.raises(SheetError, match="nothing below"):
        planned(tmp_path, ground, csv_of([HEAD]))
    square = {"type": "Feature", "properties": {"x": 1}, "geometry": mapping(box(120.4, 30.0, 120.5, 30.1))}
    data = json.dumps({"type": "FeatureCollection", "features": [square]}).encode()
    with pytest.raises(GeographyError, match=r"none of its attributes is a code .*: x"):
        planned(tmp_path, ground, data, "g.json")
    with pytest.raises(GeographyError, match="are not metres"):
        planned(tmp_path, ground, csv_of(table(ring)), coordinates="gk3-zone40")


OUTLINES = ["120.4 30.1", "120.4,30.1;120.5,30.1", "POLYGON EMPTY((", "GEOMETRYCOLLECTION(POINT(1 2))", "a,b;c,d;e,f"]


@pytest.mark.parametrize("text", OUTLINES)
def test_an_outline_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="its outline"):
        outline_of(text)
