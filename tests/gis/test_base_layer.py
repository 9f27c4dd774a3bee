import json
from pathlib import Path

import pytest
from geopandas.geodataframe import GeoDataFrame
from shapely import LineString

from gis.base_layer import load_base_layer
from gis.files import GeographyError

LINE = LineString([(120.45, 30.08), (120.46, 30.09)])


def test_a_layer_in_another_system_becomes_wgs_84_geojson(tmp_path: Path) -> None:
    rows = [{"name": "人民路", "kind": "main", "geometry": LINE}, {"name": None, "kind": "lane", "geometry": LINE}]
    GeoDataFrame(rows, geometry="geometry", crs=4326).to_crs(4528).to_file(tmp_path / "roads.gpkg")
    layer = load_base_layer(tmp_path / "roads.gpkg")
    first, second = layer.geojson["features"]
    assert first["properties"] == {"name": "人民路", "kind": "main"}
    assert second["properties"] == {"kind": "lane"}
    assert first["geometry"]["coordinates"][0] == pytest.approx([120.45, 30.08], abs=1e-6)
    assert "crs" not in layer.geojson
    json.dumps(layer.geojson, allow_nan=False)


def test_features_without_geometry_are_left_out_and_counted(tmp_path: Path) -> None:
    features = [{"type": "Feature", "properties": {}, "geometry": None},
                {"type": "Feature", "properties": {}, "geometry": LINE.__geo_interface__}]  # fmt: skip
    (tmp_path / "l.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    layer = load_base_layer(tmp_path / "l.geojson")
    assert len(layer.geojson["features"]) == 1
    assert layer.warnings == ("1 features without geometry were left out",)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GeographyError, match="no such file"):
        load_base_layer(tmp_path / "roads.geojson")
