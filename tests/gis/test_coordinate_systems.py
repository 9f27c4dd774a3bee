"""Gauss-Krüger against the EPSG data set, and finding out which system a table is in."""

import random

import pytest
from pyproj import Transformer
from shapely import LineString, box

from gis.chinese_coordinates import Place, gcj02_to_bd09, wgs84_to_gcj02
from gis.coordinate_guess import Row, guess_system
from gis.coordinate_systems import candidates, parse_system, shown_system, split_easting, to_wgs84, zone_of

TOWN = (120.45, 30.08)

# CGCS2000: zone 40 of 3° with and without its number (central meridian 120°), zone 20 of 6° (117°).
EPSG = [("gk3-zone40", 4528), ("gk-cm120", 4549), ("gk6-zone20", 4498), ("gk-cm117", 4509)]


@pytest.mark.parametrize(("system", "code"), EPSG)
def test_gauss_krueger_is_that_of_the_epsg_data_set(system, code):
    to_grid = Transformer.from_crs(4490, code, always_xy=True)
    for lon, lat in ((120.45, 30.08), (119.2, 28.7), (120.0, 31.0)):
        easting, northing = to_grid.transform(lon, lat)
        assert to_wgs84(system, easting, northing) == pytest.approx((lon, lat), abs=1e-9)
        # Surveyors write the northing first and call it X.
        assert to_wgs84(system, northing, easting) == pytest.approx((lon, lat), abs=1e-9)


def test_the_size_of_the_numbers_tells_the_zone():
    assert split_easting(40543400.125, 3328800.5) == (40, 543400.125, 3328800.5)
    assert split_easting(3328800.5, 543400.25) == (0, 543400.25, 3328800.5)
    assert split_easting(20832600.0, 3331000.0) == (20, 832600.0, 3331000.0)
    assert split_easting(120.4, 30.1) is None
    assert split_easting(24543400.0, 3328800.0) is None
    assert (zone_of(40).meridian, zone_of(20).meridian) == (120, 117)
    assert candidates([(543400.0, 3328800.0)], 120.45) == ["gk-cm120", "gk-cm123"]
    assert candidates([(40543400.0, 3328800.0)], 120.45) == ["gk3-zone40"]
    # A row or two of another kind, as such tables have them, do not count; neither do zeros for "unknown".
    assert candidates([(40543400.0, 3328800.0)] * 3 + [(120.4, 30.1), (0.0, 0.0)], 120.45) == ["gk3-zone40"]
    assert candidates([(0.0, 0.0)], 120.45) == []
    assert candidates([(120.4, 30.1)], 120.45) == ["wgs84", "gcj02", "bd09"]


NAMES = [("百度", "bd09"), ("GCJ-02", "gcj02"), ("gps", "wgs84"), ("2000", "cgcs2000"), ("gk3-zone40", "gk3-zone40")]


@pytest.mark.parametrize(("written", "name"), NAMES)
def test_names_operators_write(written, name):
    assert parse_system(written) == name
    assert shown_system(name)


@pytest.mark.parametrize("text", ["mars", "gk3-zone20", "gk6-zone40", "gk-cm30", "gk3-zone99", ""])
def test_unknown_systems_are_refused_with_what_there_is(text):
    with pytest.raises(ValueError, match="gk3-zone40"):
        parse_system(text)


WRONG = [
    ("gk3-zone40", (39543400.0, 3328800.0), "of zone 39"),
    ("gk3-zone40", (543400.0, 3328800.0), "no zone number"),
    ("gk-cm120", (120.4, 30.1), "are not metres"),
    ("wgs84", (543400.0, 3328800.0), "are not degrees"),
]


@pytest.mark.parametrize(("system", "numbers", "said"), WRONG)
def test_numbers_of_another_system_are_refused(system, numbers, said):
    with pytest.raises(ValueError, match=said):
        to_wgs84(system, *numbers)


def to_grid(code: int):
    transformer = Transformer.from_crs(4326, code, always_xy=True)
    return lambda lon, lat: transformer.transform(lon, lat)


SHIFTS = {
    "wgs84": lambda lon, lat: (lon, lat),
    "gcj02": wgs84_to_gcj02,
    "bd09": lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)),
    "gk3-zone40": to_grid(4528),
    "gk-cm120": to_grid(4549),
    "gk-cm123": to_grid(4510),
}
ROADS = [LineString([(120.40 + n * 0.004, 30.04), (120.40 + n * 0.004, 30.12)]) for n in range(26)]
ROADS += [LineString([(120.40, 30.04 + n * 0.004), (120.50, 30.04 + n * 0.004)]) for n in range(21)]


def cameras(count: int, seed: int = 1) -> list[Place]:
    """Beside roads, by 8 m or so; one in ten somewhere else."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        road = rng.choice(ROADS).interpolate(rng.random(), normalized=True)
        spread = 0.0008 if rng.random() < 0.1 else 0.00006
        found.append((road.x + rng.gauss(0, spread), road.y + rng.gauss(0, spread)))
    return found


def villages(place: Place, wrong: bool = False):
    """The square kilometre or so the place lies in, or another."""
    west, south = (120.40 + int((place[0] - 120.40) / 0.01) * 0.01, 30.04 + int((place[1] - 30.04) / 0.01) * 0.01)
    return box(west + (0.03 if wrong else 0), south, west + 0.01 + (0.03 if wrong else 0), south + 0.01)


@pytest.mark.parametrize("system", SHIFTS)
def test_the_system_is_found_by_where_the_cameras_would_hang(system):
    places = cameras(60)
    # Every tenth row names the wrong village, as such tables do.
    rows = [Row(*SHIFTS[system](*place), villages(place, n % 10 == 0)) for n, place in enumerate(places)]
    guess = guess_system(rows, ROADS, TOWN)
    assert guess.best is not None
    assert (guess.best.system, guess.verdict) == (system, "certain")
    assert guess.best.road_m is not None
    assert guess.best.road_m < 10
    assert guess.best.inside is not None
    assert 0.75 < guess.best.inside <= 0.92


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09"])
def test_roads_alone_or_villages_alone_are_enough_for_a_whole_table(system):
    places = cameras(200)
    by_roads = guess_system([Row(*SHIFTS[system](*place), None) for place in places], ROADS, TOWN)
    assert by_roads.best is not None
    assert (by_roads.best.system, by_roads.verdict, by_roads.best.inside) == (system, "certain", None)
    by_villages = guess_system([Row(*SHIFTS[system](*place), villages(place)) for place in places], [], TOWN)
    assert by_villages.best is not None
    assert (by_villages.best.system, by_villages.verdict, by_villages.best.road_m) == (system, "certain", None)


def test_what_cannot_be_told_apart_is_called_unclear():
    whole_town = box(120.3, 29.9, 120.6, 30.2)
    rows = [Row(*place, whole_town) for place in cameras(50)]
    assert guess_system(rows, [], TOWN).verdict == "unclear"
    elsewhere = [Row(x + 1.0, y, whole_town) for x, y in cameras(50)]
    assert guess_system(elsewhere, ROADS, TOWN).verdict == "unclear"
    assert guess_system([Row(17.0, 4e6, None)], ROADS, TOWN).verdict == "none"
    assert guess_system([], ROADS, TOWN).verdict == "none"
