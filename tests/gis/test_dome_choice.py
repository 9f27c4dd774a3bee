import math
from dataclasses import replace

import pytest
from shapely import Polygon

from gis.dome import Dome
from gis.dome_choice import Building, SightReason, Skyline, likely_clear, rank_domes
from gis.dome_limits import Limits
from tests.gis.cameras import LAT, LON
from tests.gis.domes import PLANE, dome
from tests.gis.ground import Ground


def at(east: float, north: float, **changes: object) -> Dome:
    lon, lat = PLANE.to_degrees(east, north)
    return replace(dome(), lon=lon, lat=lat, **changes)  # type: ignore[arg-type]


def block(east: float, north: float, height_m: float, half_m: float = 10.0) -> Building:
    ring = [PLANE.to_degrees(east + x * half_m, north + y * half_m) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Building(Polygon(ring), height_m)


def test_near_and_steep_comes_first_and_out_of_reach_last() -> None:
    domes = {
        "far": at(900, 0),
        "near": at(300, 0),
        "beyond": at(9000, 0),
        "turned away": at(0, -200, limits=Limits(pan_deg=(90, 270))),
        "low": at(300, 10, height_m=8.0),
    }
    ranked = rank_domes(domes, LON, LAT)
    assert [sight.dome for sight in ranked] == ["near", "far", "low", "turned away", "beyond"]
    assert [sight.reason for sight in ranked[-2:]] == [SightReason.PAN_LIMIT, SightReason.TOO_FAR]
    assert [sight.possible for sight in ranked] == [True, True, True, False, False]
    assert ranked[0].reason is SightReason.LIKELY_CLEAR
    assert ranked[0].dip_deg == pytest.approx(math.degrees(math.atan2(80, 300)), abs=0.01)
    assert ranked[0].distance_m == pytest.approx(300, abs=0.01)
    assert ranked[0].narrowest_m == pytest.approx(2 * math.hypot(80, 300) * math.tan(math.radians(30)) / 30, rel=1e-3)


def test_a_building_hides_what_lies_in_its_shadow() -> None:
    # From 80 m up and 200 m away the ray passes the block's far side, 90 m from the place, 36 m above the ground.
    domes = {"near": at(200, 0), "other side": at(-900, 0)}
    hidden = rank_domes(domes, LON, LAT, skyline=Skyline([block(100, 0, 37)]))
    assert [(sight.dome, sight.reason) for sight in hidden] == [
        ("other side", SightReason.CLEAR),
        ("near", SightReason.HIDDEN_BY_BUILDING),
    ]
    over = rank_domes(domes, LON, LAT, skyline=Skyline([block(100, 0, 35), block(100, 40, 200)]))
    assert [(sight.dome, sight.clear) for sight in over] == [("near", 1.0), ("other side", 1.0)]
    assert rank_domes(domes, LON, LAT, 2.5, Skyline([block(100, 0, 37)]))[0].dome == "near"


def test_the_building_below_and_the_one_looked_at_do_not_hide() -> None:
    skyline = Skyline([block(200, 0, 90), block(0, 0, 30)])
    assert rank_domes({"roof": at(200, 0)}, LON, LAT, skyline=skyline)[0].reason is SightReason.CLEAR


def test_the_guess_falls_with_distance_and_rises_with_height() -> None:
    by_distance = [likely_clear(at(away, 0), LON, LAT) for away in (50, 200, 500, 1000, 2000)]
    assert by_distance == sorted(by_distance, reverse=True)
    assert 0 < by_distance[-1] < 0.2 < 0.9 < by_distance[0] < 1
    by_height = [likely_clear(at(500, 0, height_m=height), LON, LAT) for height in (5.0, 20.0, 80.0, 300.0)]
    assert by_height == sorted(by_height)
    assert likely_clear(at(500, 0), LON, LAT, 20.0) > likely_clear(at(500, 0), LON, LAT)
    assert likely_clear(at(500, 0, height_m=30.0), LON, LAT, 30.0) == pytest.approx(1, abs=0.01)


RIDGE = Ground(lambda east, north: 60.0 if 80 < east < 120 else 0.0)
"""A wall of earth 60 m high, 80 to 120 m east of the place."""


def test_the_ground_hides_as_well() -> None:
    domes = {"behind": at(300, 0, elevation=RIDGE), "free": at(-300, 0, elevation=RIDGE)}
    ranked = rank_domes(domes, LON, LAT)
    assert [sight.dome for sight in ranked] == ["free", "behind"]
    assert ranked[1].reason is SightReason.HIDDEN_BY_GROUND
