"""Files of grids in the systems that townships have, said and unsaid."""

import random

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely import Polygon, box

from gis.chinese_coordinates import (
    each_bd09_to_gcj02,
    each_gcj02_to_wgs84,
    gcj02_to_bd09,
    wgs84_to_gcj02,
)
from gis.coordinate_systems import each_to_wgs84, to_wgs84
from gis.feature_file import FeatureFile
from gis.system_choice import place_features

TOWN = (120.45, 30.08)
VILLAGES = [box(120.40 + i * 0.02, 30.04 + k * 0.02, 120.42 + i * 0.02, 30.06 + k * 0.02)
            for i in range(4) for k in range(4)]  # fmt: skip


def cut(village: Polygon) -> list[Polygon]:
    """Four grids of a village, of unequal size."""
    west, south, east, north = village.bounds
    x, y = west + 0.012, south + 0.007
    return [box(west, south, x, y), box(x, south, east, y), box(west, y, x, north), box(x, y, east, north)]


GRIDS = [grid for village in VILLAGES for grid in cut(village)]
WITHIN = [village for village in VILLAGES for _ in range(4)]
NOWHERE = [None] * len(GRIDS)


def projected(code: int):
    transformer = Transformer.from_crs(4326, code, always_xy=True)
    return lambda lon, lat: transformer.transform(lon, lat)


def swapped(forward):
    return lambda lon, lat: forward(lon, lat)[::-1]


SYSTEMS = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": wgs84_to_gcj02,
    "bd09": lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)),
    "gk3-zone40": projected(4528),
    "gk6-zone20": projected(4498),
    "gk-cm120": swapped(projected(4549)),
    "gk-cm123": projected(4510),
}


def file_in(name: str, crs: int | None = None, by_rule: bool = False) -> FeatureFile:
    def each(places):
        return np.array([SYSTEMS[name](lon, lat) for lon, lat in places])

    shapes = shapely.transform(np.array(GRIDS, dtype=object), each)
    rows = tuple({"code": str(number)} for number in range(len(GRIDS)))
    return FeatureFile("test", rows, shapes, CRS(crs) if crs else None, by_rule)


def furthest(shapes) -> float:
    """Degrees between where the corners should be and where they are."""
    return float(np.abs(shapely.get_coordinates(shapes) - shapely.get_coordinates(GRIDS)).max())


@pytest.mark.parametrize("name", SYSTEMS)
def test_an_unnamed_system_is_found_by_the_villages(name):
    placed = place_features(file_in(name), WITHIN, TOWN, "", ())
    assert (placed.choice.system, placed.choice.how) == (name, "certain")
    assert furthest(placed.shapes) < 1e-9


def test_what_is_handed_on_as_wgs_84_and_is_not_is_found_and_said():
    placed = place_features(file_in("gcj02", 4326, by_rule=True), WITHIN, TOWN, "", ())
    assert placed.choice.system == "gcj02"
    assert "GCJ-02" in placed.warnings[0]
    assert "the file says WGS 84" in placed.warnings[0]
    assert furthest(placed.shapes) < 1e-9


@pytest.mark.parametrize(("name", "code"), [("gk3-zone40", 4528), ("gk6-zone20", 4498), ("gk-cm123", 4510)])
def test_a_projected_system_that_the_file_names_is_believed(name, code):
    placed = place_features(file_in(name, code), NOWHERE, TOWN, "", ())
    assert (placed.choice.system, placed.choice.how, placed.warnings) == (f"EPSG:{code}", "file", ())
    assert furthest(placed.shapes) < 1e-9


def test_with_nothing_to_go_by_the_file_is_believed_or_somebody_asked():
    named = place_features(file_in("wgs84", 4490), NOWHERE, TOWN, "", ())
    assert (named.choice.system, named.choice.how) == ("wgs84", "file")
    assert "nothing known of the town tells it from GCJ-02" in named.warnings[0]
    unnamed = place_features(file_in("gk-cm120"), NOWHERE, TOWN, "", ())
    assert (unnamed.choice.system, unnamed.choice.how) == ("", "unclear")
    assert "--coordinates" in unnamed.choice.said
    # The zone in front of the easting says all.
    assert place_features(file_in("gk3-zone40"), NOWHERE, TOWN, "", ()).choice.system == "gk3-zone40"


def test_what_is_told_wins_and_is_held_to():
    assert furthest(place_features(file_in("bd09", 4326), WITHIN, TOWN, "bd09", ()).shapes) < 1e-9
    with pytest.raises(ValueError, match="are not degrees"):
        place_features(file_in("gk3-zone40"), WITHIN, TOWN, "gcj02", ())
    with pytest.raises(ValueError, match="are of zone 40"):
        place_features(file_in("gk3-zone40"), WITHIN, TOWN, "gk3-zone39", ())


def test_a_name_that_the_numbers_cannot_be_is_not_believed():
    placed = place_features(file_in("gk3-zone40", 4326), WITHIN, TOWN, "", ())
    assert placed.choice.system == "gk3-zone40"
    assert "which its numbers cannot be" in placed.warnings[0]
    degrees = place_features(file_in("wgs84", 4528), WITHIN, TOWN, "", ())
    assert degrees.choice.system == "wgs84"


def test_another_datum_is_warned_of():
    beijing_1954 = place_features(file_in("wgs84", 4214), WITHIN, TOWN, "", ())
    assert "off by up to 100 m" in beijing_1954.warnings[0]


def test_many_at_once_are_what_each_is_alone():
    rng = random.Random(5)
    places = np.array(
        [(rng.uniform(74, 134), rng.uniform(4, 53)) for _ in range(500)] + [(2.35, 48.86), (151.2, -33.9)]
    )
    for each, system in (
        (each_gcj02_to_wgs84, "gcj02"),
        (lambda p: each_gcj02_to_wgs84(each_bd09_to_gcj02(p)), "bd09"),
    ):
        alone = np.array([to_wgs84(system, float(x), float(y)) for x, y in places])
        assert np.abs(each(places) - alone).max() < 2e-11
    # The point that the widely used public implementations print, and their approximate inverse.
    assert each_gcj02_to_wgs84(np.array([[116.404, 39.915]]))[0] == pytest.approx(
        (116.39775550083061, 39.91359571849836), abs=1.5e-5
    )
    with pytest.raises(ValueError, match="are not all of gk3-zone40"):
        each_to_wgs84("gk3-zone40", np.array([[40543400.0, 3328800.0], [120.4, 30.1]]))
    assert each_to_wgs84("gk3-zone40", np.empty((0, 2))).shape == (0, 2)
