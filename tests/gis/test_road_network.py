"""What becomes of a roads layer: junctions, levels, gaps, stray pieces, classes; and where a place meets the roads."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geopandas.geodataframe import GeoDataFrame

from gis.files import GeographyError
from gis.plane import Plane
from gis.road_classes import MODES, carries
from gis.road_network import OFF_ROAD_M, load_road_network, road_network
from tests.gis.road_layers import at, block, layer, road

LONG = 400.0

JUNCTIONS: dict[str, tuple[list[dict[str, Any]], int, int]] = {
    "crossing without a vertex": ([road((0, 0), (LONG, 0)), road((200, -200), (200, 200))], 4, 5),
    "crossing at a vertex of both": (
        [road((0, 0), (200, 0), (LONG, 0)), road((200, -200), (200, 0), (200, 200))], 4, 5),
    "an end on another road": ([road((0, 0), (LONG, 0)), road((200, 0), (200, 300))], 3, 4),
    "an end half a metre short": ([road((0, 0), (LONG, 0)), road((200, 0.5), (200, 300))], 3, 4),
    "an end half a metre beyond": ([road((0, 0), (LONG, 0)), road((200, -0.5), (200, 300))], 4, 5),
    "an end three metres short": ([road((0, 0), (LONG, 0)), road((200, 3), (200, 300))], 2, 4),
    "a bridge over it": ([road((0, 0), (LONG, 0)), road((200, -200), (200, 200), bridge="yes")], 2, 4),
    "a tunnel under it": ([road((0, 0), (LONG, 0)), road((200, -200), (200, 200), tunnel="T")], 2, 4),
    "a bridge and the road that leads to it": ([road((0, 0), (200, 0)), road((200, 0), (LONG, 0), layer=1)], 2, 3),
    "corner after corner": ([road((0, 0), (200, 0), (200, 200)), road((200, 200), (0, 200))], 2, 3),
    "a mesh drawn right through": (list(block(4, 3)), 17, 12),
    "the same road twice": ([road((0, 0), (LONG, 0)), road((0, 0), (LONG, 0))], 2, 2),
    "a way round": ([road((0, 0), (LONG, 0)), road((LONG, 0), (LONG, 100), (300, 100), (LONG, 0))], 2, 2),
}  # fmt: skip


@pytest.mark.parametrize(("features", "edges", "nodes"), JUNCTIONS.values(), ids=JUNCTIONS.keys())
def test_roads_are_cut_where_they_meet(features: list[dict[str, Any]], edges: int, nodes: int) -> None:
    network = road_network(layer(*features))
    assert (network.edges, len(np.unique([network.begin, network.end]))) == (edges, nodes)
    drawn = sum(
        math.dist(metres(a), metres(b))
        for one in features
        for a, b in zip(one["geometry"]["coordinates"], one["geometry"]["coordinates"][1:], strict=False)
    )
    assert network.length_m.sum() == pytest.approx(drawn, rel=1e-3)


def metres(place: list[float]) -> tuple[float, float]:
    return Plane(120.45, 30.08).to_metres(*place)


def test_what_does_not_hang_together_is_told_and_what_is_stray_left_out() -> None:
    island = road((3000, 0), (3000, 500))
    network = road_network(layer(*block(3, 3), island, road((1000, 900), (1000, 1050)), road((-900, 0), (-900, 90))))
    assert sorted(set(network.part.tolist())) == [-1, 0, 1]
    assert network.edges == 13
    stray, apart = network.warnings
    assert stray == "2 pieces (0.2 km) hang together with nothing and were left out"
    lon, lat = at(3000, 0)
    assert apart == f"1 parts do not hang together with the rest, near lon, lat {lon:.5f}, {lat:.5f} (0.5 km)"
    spots = network.snap([at(1000, 1000), at(3010, 100)], "walk")
    assert spots[0] is None or spots[0].off_m > 400
    assert spots[1] is not None
    assert network.part[network.begin[spots[1].edge]] == 1


# Metres per second by mode, along and against.
CLASSES: dict[str, tuple[dict[str, Any], tuple[float, ...], tuple[float, ...]]] = {
    "a street": ({"kind": "street"}, (5, 13, 20, 25), (5, 13, 20, 25)),
    "of OpenStreetMap, a slip road": ({"highway": "primary_link"}, (5, 13, 20, 40), (5, 13, 20, 40)),
    "a Chinese grade": ({"道路等级": "县道"}, (5, 13, 20, 40), (5, 13, 20, 40)),
    "a foot path": ({"highway": "footway"}, (5, 13, 20, 0), (5, 13, 20, 0)),
    "steps": ({"fclass": "steps"}, (5, 0, 0, 0), (5, 0, 0, 0)),
    "a motorway": ({"FCLASS": "motorway"}, (0, 0, 0, 70), (0, 0, 0, 70)),
    "one-way for cars alone": ({"kind": "lane", "oneway": "yes"}, (5, 13, 20, 10), (5, 13, 20, 0)),
    "one-way, a shapefile's letter": ({"kind": "lane", "ONEWAY": "F"}, (5, 13, 20, 10), (5, 13, 20, 0)),
    "one-way against the line": ({"kind": "lane", "oneway": "-1"}, (5, 13, 20, 0), (5, 13, 20, 10)),
    "both ways, a shapefile's letter": ({"kind": "lane", "oneway": "B"}, (5, 13, 20, 10), (5, 13, 20, 10)),
    "a roundabout": ({"kind": "lane", "junction": "roundabout"}, (5, 13, 20, 10), (5, 13, 20, 0)),
    "a limit": ({"kind": "street", "maxspeed": "40 km/h"}, (5, 13, 20, 28), (5, 13, 20, 28)),
    "a limit that cannot be": ({"kind": "street", "maxspeed": 4000}, (5, 13, 20, 25), (5, 13, 20, 25)),
    "a limit on a foot path": ({"kind": "path", "maxspeed": "30"}, (5, 13, 20, 0), (5, 13, 20, 0)),
    "nothing known": ({}, (5, 13, 20, 20), (5, 13, 20, 20)),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "along", "against"), CLASSES.values(), ids=CLASSES.keys())
def test_what_a_line_carries(properties: dict[str, Any], along: tuple[float, ...], against: tuple[float, ...]) -> None:
    found = carries(properties)
    assert len(MODES) == 4
    assert [round(3.6 / one, 3) for one in found.along] == list(along)
    assert [round(3.6 / one, 3) for one in found.against] == list(against)


def test_a_place_meets_the_nearest_road_it_may_be_reached_by() -> None:
    network = road_network(
        layer(road((0, 0), (LONG, 0)), road((0, 0), (0, 300)), road((0, 40), (LONG, 40), kind="path"))
    )
    walk, far, beyond = network.snap([at(100, 30), at(300, -80), at(200, -OFF_ROAD_M - 1)], "walk")
    assert walk is not None
    assert far is not None
    assert walk.off_m == pytest.approx(10, abs=0.05)
    assert (far.off_m, far.share) == (pytest.approx(80, abs=0.1), pytest.approx(0.75, abs=1e-3))
    assert beyond is None
    (car,) = network.snap([at(100, 30)], "car")
    assert car is not None
    assert (car.off_m, car.share) == (pytest.approx(30, abs=0.05), pytest.approx(0.25, abs=1e-3))
    assert network.snap([], "car") == []
    only_paths = road_network(layer(road((0, 0), (LONG, 0), kind="path")))
    assert only_paths.snap([at(0, 0)], "car") == [None]


def test_any_geographic_file_in_any_coordinate_system(tmp_path: Path) -> None:
    frame = GeoDataFrame.from_features(layer(*block(3, 3))["features"], crs=4326).to_crs(4528)
    frame.to_file(tmp_path / "roads.gpkg")
    network = load_road_network(tmp_path / "roads.gpkg")
    assert (network.edges, network.warnings) == (12, ())
    assert network.length_m.sum() == pytest.approx(2400, rel=1e-3)


POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [120.45, 30.08]}}
REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no line": ([POINT], "holds no line"),
    "nothing": ([], "holds no line"),
    "too short to be roads": ([road((0, 0), (50, 0))], "hang together nowhere for as long as 200 m"),
    "no geometry of any kind": (
        [road((0, 0), (LONG, 0)), {"type": "Feature", "properties": {}, "geometry": {"type": "Line"}}], "feature 1: "),
    "not numbers": (
        [{"type": "Feature", "properties": {}, "geometry": {
            "type": "LineString", "coordinates": [[120.4, 30.0], [math.nan, 30.1]]}}], "feature 0: "),
}  # fmt: skip


@pytest.mark.parametrize(("features", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_layers_that_are_no_roads_are_refused(features: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        road_network(layer(*features))


def test_other_features_carry_nobody_and_are_told(tmp_path: Path) -> None:
    told = road_network(layer(POINT, road((0, 0), (LONG, 0)), road((0, 0), (0, LONG), kind="canal"))).warnings
    assert told == (
        "1 features are no lines and carry nobody",
        "1 lines name no known class of road: cars take them for small streets",
    )
    (tmp_path / "points.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(GeographyError, match=r"points\.geojson"):
        load_road_network(tmp_path / "points.geojson")
