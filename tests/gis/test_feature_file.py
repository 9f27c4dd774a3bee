"""Geographic files as townships send them, and ones that nobody should send."""

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from geopandas.geodataframe import GeoDataFrame
from pyproj import CRS
from shapely import Polygon, box

from gis.feature_file import LIMITS, Limits, read_features
from gis.files import GeographyError

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*laundered:RuntimeWarning", "ignore:Non closed ring:RuntimeWarning", "ignore:.*laundered:UserWarning"
)
WEST, EAST = box(120.40, 30.0, 120.41, 30.01), box(120.41, 30.0, 120.42, 30.01)
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>西村</name><Placemark><name>网格一</name><ExtendedData><Data name="网格编码"><value>w01</value></Data>
</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>120.40,30.0,0 120.41,30.0,0 120.41,30.01,0
120.40,30.01,0 120.40,30.0,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>
<Folder><name>东村</name><Placemark><name>网格二</name><ExtendedData><Data name="网格编码"><value>e01</value></Data>
</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>120.41,30.0 120.42,30.0 120.42,30.01 120.41,30.01
120.41,30.0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


def frame(crs: int = 4326) -> GeoDataFrame:
    rows = [{"网格编码": "330603108201001", "名称": "西网格", "geometry": WEST},
            {"网格编码": "330603108201002", "名称": "东网格", "geometry": EAST}]  # fmt: skip
    return GeoDataFrame(rows, geometry="geometry", crs=4326).to_crs(crs)


def shapefile(folder: Path, crs: int = 4326, **options: Any) -> Path:
    frame(crs).to_file(folder / "网格.shp", **options)
    return folder / "网格.shp"


def zipped(folder: Path, crs: int = 4326, inside: str = "2026年/", leave_out: str = "") -> Path:
    (folder / "parts").mkdir()
    path = shapefile(folder / "parts", crs, encoding="gb18030")
    with zipfile.ZipFile(folder / "grids.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for one in path.parent.iterdir():
            if one.suffix not in (".cpg", leave_out):
                archive.write(one, f"{inside}{one.name}")
        archive.writestr("读我.txt", "grids")
    return folder / "grids.zip"


def test_every_form_reads_alike(tmp_path: Path) -> None:
    for name in ("g.geojson", "g.gpkg"):
        frame().to_file(tmp_path / name)
    (tmp_path / "plain").mkdir()
    paths = [tmp_path / "g.geojson", tmp_path / "g.gpkg", shapefile(tmp_path / "plain", encoding="utf-8"),
             zipped(tmp_path)]  # fmt: skip
    for path in paths:
        file = read_features(path)
        assert [list(row.values()) for row in file.rows] == [
            ["330603108201001", "西网格"],
            ["330603108201002", "东网格"],
        ]
        assert shapely.equals_exact(shapely.normalize(file.shapes), shapely.normalize([WEST, EAST]), 1e-12).all()
        assert file.crs == CRS(4326)
        assert file.by_rule is (path.suffix == ".geojson")


def test_a_zipped_shapefile_in_zone_40_keeps_its_numbers_and_system(tmp_path: Path) -> None:
    file = read_features(zipped(tmp_path, 4528))
    assert file.crs is not None
    assert file.crs.is_projected
    assert 40_500_000 < shapely.get_coordinates(file.shapes)[0][0] < 40_600_000


def test_a_table_of_a_shapefile_that_names_no_encoding_is_read_as_chinese_tools_write_it(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="gb18030")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(table)
    assert [row["名称"] for row in read_features(path).rows] == ["西网格", "东网格"]


def test_the_folders_of_a_kml_are_read_together_and_named(tmp_path: Path) -> None:
    (tmp_path / "g.kml").write_text(KML)
    with zipfile.ZipFile(tmp_path / "g.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    for name in ("g.kml", "g.kmz"):
        file = read_features(tmp_path / name)
        assert [(row["网格编码"], row["folder"]) for row in file.rows] == [("w01", "西村"), ("e01", "东村")]
        assert not shapely.has_z(file.shapes).any()


def test_a_layer_of_several_is_named(tmp_path: Path) -> None:
    for layer in ("grids", "roads"):
        frame().to_file(tmp_path / "town.gpkg", layer=layer)
    with pytest.raises(GeographyError, match=r"2 layers with features; say which \(grids, roads\)"):
        read_features(tmp_path / "town.gpkg")
    assert len(read_features(tmp_path / "town.gpkg", "grids").rows) == 2
    with pytest.raises(GeographyError, match="has no layer water"):
        read_features(tmp_path / "town.gpkg", "water")


def deep(folder: Path) -> Path:
    path = folder / "deep.geojson"
    path.write_text('{"type": "FeatureCollection", "features": ' + "[" * 5000 + "]" * 5000 + "}")
    return path


def entities(folder: Path) -> Path:
    path = folder / "e.kml"
    path.write_text(KML.replace("<kml", '<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml'))
    return path


def bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("grids.shp", bytes(2_000_000))
    return folder / "b.zip"


def view(folder: Path) -> Path:
    path = folder / "v.gpkg"
    frame().to_file(path, layer="grids")
    with sqlite3.connect(path) as base:
        base.execute("CREATE VIEW endless AS SELECT * FROM grids")
        base.execute("UPDATE gpkg_contents SET table_name = 'endless'")
    base.close()
    return path


def of_bytes(data: bytes):
    def write(folder: Path) -> Path:
        (folder / "x.bin").write_bytes(data)
        return folder / "x.bin"

    return write


def geojson(folder: Path) -> Path:
    frame().to_file(folder / "g.geojson")
    return folder / "g.geojson"


def two_in_one(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "t.zip", "w") as archive:
        archive.writestr("a.shp", b"a")
        archive.writestr("b.shp", b"b")
    return folder / "t.zip"


def broken_zip(folder: Path) -> Path:
    path = zipped(folder)
    data = bytearray(path.read_bytes())
    data[60:200] = bytes(140)
    path.write_bytes(data)
    return path


SMALL = Limits(file_bytes=1_000_000, unpacked_bytes=1_000_000, features=1, vertices=9)
REFUSED = {
    "nothing known": (of_bytes(b"what is this"), LIMITS, "is no shapefile, GeoPackage, GeoJSON or KML"),
    "nothing": (of_bytes(b""), LIMITS, "is no shapefile"),
    "nested deeply": (deep, LIMITS, "nested deeper than 32 levels"),
    "entities": (entities, LIMITS, "holds a document type"),
    "unpacks to too much": (bomb, SMALL, "unpacks to more than"),
    "a view": (view, LIMITS, "0 layers with features"),
    "too many features": (geojson, SMALL, "more than 1 features"),
    "too many corners": (geojson, Limits(vertices=9), "has 10 corners, more than 9"),
    "too large": (geojson, Limits(file_bytes=100), "is larger than"),
    "no table": (lambda folder: zipped(folder, leave_out=".dbf"), LIMITS, r"its companion \.dbf is missing"),
    "two layers": (two_in_one, LIMITS, r"holds 2 layers \(a.shp, b.shp\)"),
    "damaged archive": (broken_zip, LIMITS, "is a damaged or encrypted archive"),
    "damaged database": (of_bytes(b"SQLite format 3\x00" + bytes(4096)), LIMITS, "is no GeoPackage"),
    "no such file": (lambda folder: folder / "none.shp", LIMITS, "cannot be read: No such file"),
}


@pytest.mark.parametrize(("make", "limits", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_what_is_wrong(tmp_path: Path, make: Any, limits: Limits, said: str) -> None:
    with pytest.raises(GeographyError, match=said):
        read_features(make(tmp_path), limits=limits)


def test_a_ring_of_two_corners_is_no_geometry_and_the_others_are_read(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[120.4, 30.0], [120.41, 30.0]]]}
    features = [{"type": "Feature", "properties": {"code": "a"}, "geometry": ring},
                {"type": "Feature", "properties": {"code": "b"}, "geometry": shapely.geometry.mapping(WEST)},
                {"type": "Feature", "properties": {"code": "c"}, "geometry": None}]  # fmt: skip
    (tmp_path / "g.json").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    file = read_features(tmp_path / "g.json")
    assert [row["code"] for row in file.rows] == ["a", "b", "c"]
    assert isinstance(file.shapes[1], Polygon)
    assert file.shapes[2] is None
