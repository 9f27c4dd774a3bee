"""Who is soonest by road: against every way there is, tried one by one."""

import math
import random
from itertools import pairwise
from typing import Any

import pytest

from gis.plane import distance_m
from gis.road_classes import MODES, Mode, carries
from gis.road_network import road_network
from gis.road_search import Traveller, Travellers
from tests.gis.road_layers import at, block, layer, road

STEP = 150.0
Corner = tuple[int, int]


class Town:
    """Roads between corners of a mesh, some one-way, some for walkers alone, some missing; people half way."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.roads: list[tuple[Corner, Corner, dict[str, Any]]] = []
        for x in range(6):
            for y in range(5):
                for end in ((x + 1, y), (x, y + 1)):
                    if end[0] < 6 and end[1] < 5 and chance.random() < 0.85:
                        kinds = {"kind": chance.choice(("street", "lane", "main", "footway", "steps"))}
                        self.roads.append(((x, y), end, kinds | {"oneway": chance.choice(("no", "no", "yes", "-1"))}))
        self.people: dict[str, tuple[int, float, Mode]] = {
            str(n): (chance.randrange(len(self.roads)), chance.choice((0.25, 0.5, 0.8)), chance.choice(MODES))
            for n in range(30)
        }
        self.place = chance.randrange(len(self.roads)), 0.4

    def network(self) -> Travellers:
        drawn = [road(*((x * STEP, y * STEP) for x, y in (a, b)), **said) for a, b, said in self.roads]
        travellers = Travellers(road_network(layer(*drawn)))
        travellers.move(Traveller(one, *self.spot(n, share), mode) for one, (n, share, mode) in self.people.items())
        return travellers

    def spot(self, number: int, share: float) -> tuple[float, float]:
        (ax, ay), (bx, by), _ = self.roads[number]
        return at((ax + share * (bx - ax)) * STEP, (ay + share * (by - ay)) * STEP)

    def seconds(self, mode: Mode) -> dict[Any, float]:
        """From every corner, and everybody of this mode, to the place: relaxed until nothing changes."""
        m, steps = MODES.index(mode), list[tuple[Any, Any, float]]()
        for number, (a, b, said) in enumerate(self.roads):
            stops: list[tuple[float, Any]] = [(0.0, a), (1.0, b)]
            stops += [(share, one) for one, (n, share, how) in self.people.items() if (n, how) == (number, mode)]
            stops += [(self.place[1], "place")] if number == self.place[0] else []
            stops.sort(key=lambda stop: stop[0])
            for (low, here), (high, there) in pairwise(stops):
                length = (high - low) * STEP
                steps.append((here, there, length * carries(said).along[m]))
                steps.append((there, here, length * carries(said).against[m]))
        best = {"place": 0.0}
        changed = True
        while changed:
            changed = False
            for here, there, cost in steps:
                if best.get(there, math.inf) + cost < best.get(here, math.inf) - 1e-9:
                    best[here], changed = best[there] + cost, True
        return best


@pytest.mark.parametrize("seed", range(12))
def test_the_soonest_are_those_of_all_ways_tried(seed: int) -> None:
    town = Town(seed)
    travellers, by_mode = town.network(), {mode: town.seconds(mode) for mode in MODES}
    place = town.spot(*town.place)
    expected = {}
    for one, (number, share, mode) in town.people.items():
        (there,), (goal,) = (travellers.network.snap([it], mode) for it in (town.spot(number, share), place))
        on_roads = there is not None and goal is not None and there.off_m + goal.off_m < 0.2
        if on_roads and one in by_mode[mode]:
            expected[one] = by_mode[mode][one]
    everybody = travellers.nearest(*place, 30)
    found = {way.id: way.seconds for way in everybody if way.id in expected}
    assert found == pytest.approx(expected, abs=0.3), "and nobody who has no way"
    assert [way.seconds for way in everybody] == sorted(way.seconds for way in everybody)
    for count in (1, 5):
        assert [way.id for way in travellers.nearest(*place, count)] == [way.id for way in everybody[:count]]
    few = frozenset(list(expected)[:4])
    assert {way.id for way in travellers.nearest(*place, 9, among=few)} == few


@pytest.mark.parametrize("seed", range(3))
def test_the_way_drawn_is_as_long_as_it_is_said_to_be(seed: int) -> None:
    town = Town(seed)
    place = town.spot(*town.place)
    ways = town.network().nearest(*place, 8, drawn=True)
    assert ways
    for way in ways:
        number, share, _ = town.people[way.id]
        assert (way.line[0], way.line[-1]) == (town.spot(number, share), place)
        assert sum(distance_m(*a, *b) for a, b in pairwise(way.line)) == pytest.approx(way.distance_m, abs=0.5)


def test_who_has_just_passed_the_place_on_a_one_way_road_goes_round() -> None:
    ring = [road((0, 0), (200, 0), oneway="yes"), road((200, 0), (200, 200)), road((200, 200), (0, 200)),
            road((0, 200), (0, 0))]  # fmt: skip
    travellers = Travellers(road_network(layer(*ring)))
    travellers.move([Traveller("before", *at(60, 0), "car"), Traveller("past", *at(140, 0), "car"),
                     Traveller("on foot", *at(140, 0), "walk")])  # fmt: skip
    ways = {way.id: way.distance_m for way in travellers.nearest(*at(100, 0), 3)}
    assert ways == pytest.approx({"before": 40, "past": 760, "on foot": 40}, abs=0.5)


def test_people_move_change_their_vehicle_and_leave() -> None:
    travellers = Travellers(road_network(layer(*block(5, 5))))
    travellers.move([Traveller("a", *at(0, 0), "walk"), Traveller("b", *at(0, 300), "walk")])
    place = at(0, 400)
    assert [way.id for way in travellers.nearest(*place, 2)] == ["b", "a"]
    travellers.move([Traveller("a", *at(0, 390), "walk")])
    assert [way.id for way in travellers.nearest(*place, 2)] == ["a", "b"]
    travellers.move([Traveller("b", *at(0, 300), "e-bike")])
    travellers.move([Traveller("a", *at(0, 320), "walk")])
    assert [(way.id, way.mode) for way in travellers.nearest(*place, 2)] == [("b", "e-bike"), ("a", "walk")]
    travellers.move([Traveller("b", *at(0, 300 + 5000), "e-bike")])
    assert [way.id for way in travellers.nearest(*place, 2)] == ["a"], "far from any road"
    travellers.remove("a")
    travellers.remove("nobody")
    assert travellers.nearest(*place, 2) == []
    assert len(travellers) == 1


def test_the_way_off_the_road_counts() -> None:
    travellers = Travellers(road_network(layer(*block(3, 3))))
    travellers.move([Traveller("in a field", *at(100, 60), "car"), Traveller("down the road", *at(180, 0), "car")])
    first, second = travellers.nearest(*at(100, -30), 2)
    assert (first.id, second.id) == ("down the road", "in a field")
    assert first.seconds == pytest.approx(30 * 3.6 / 5 * 1.3 + 80 * 3.6 / 25, rel=0.01)
    assert second.distance_m == pytest.approx(90, abs=0.2)


def test_neither_too_late_nor_another_part_nor_nowhere() -> None:
    travellers = Travellers(road_network(layer(*block(3, 3), road((3000, 0), (3000, 500)))))
    travellers.move([Traveller("near", *at(0, 100), "walk"), Traveller("island", *at(3000, 100), "walk")])
    assert [way.id for way in travellers.nearest(*at(400, 400), 5)] == ["near"]
    assert travellers.nearest(*at(400, 400), 5, within_s=60) == []
    assert travellers.nearest(*at(400, 400), 0) == []
    assert travellers.nearest(*at(9000, 400), 5) == []
    assert travellers.nearest(*at(400, 400), 5, among={"island", "unheard of"}) == []
