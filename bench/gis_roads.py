"""Who is soonest by road: 5 of 10 000 people who move, on 50 000 edges."""

import random
import time
from typing import Any

from gis.road_classes import Mode
from gis.road_network import road_network
from gis.road_search import Traveller, Travellers

COLUMNS, ROWS = 160, 160
WEST, SOUTH, DX, DY = 120.30, 29.70, 0.0013, 0.0011
"""A corner every 125 m: a city of 20 km by 20 km."""
PEOPLE, WANTED, ASKED, MOVED = 10_000, 5, 1000, 1000
KINDS = ("trunk", "main", "street", "street", "village", "village", "lane", "lane", "track", "footway")
MODES: tuple[Mode, ...] = ("walk", "walk", "e-bike", "e-bike", "e-bike", "bicycle", "car")


def nearest_by_road(seed: int) -> dict[str, float]:
    """Between the questions people move, as they do. `nearest_few_p95_ms`: the same where but 20 of them are free,
    within half an hour; `positions_on_roads_per_second`: taken in a thousand at a time."""
    chance = random.Random(seed)
    begun = time.perf_counter()
    network = road_network(city_roads(seed))
    build_s = time.perf_counter() - begun
    travellers = Travellers(network)
    travellers.move(_people(chance, range(PEOPLE)))
    asked, few, moved_s = [], [], 0.0
    for number in range(ASKED):
        if number % 50 == 0:
            moving = _people(chance, chance.sample(range(PEOPLE), MOVED))
            begun = time.perf_counter()
            travellers.move(moving)
            moved_s += time.perf_counter() - begun
        place = _somewhere(chance)
        begun = time.perf_counter()
        found = travellers.nearest(*place, WANTED)
        asked.append(time.perf_counter() - begun)
        if len(found) < WANTED:
            raise RuntimeError(f"{len(found)} people found near {place}: this measures nothing")
        if number % 20 == 0:
            free = {str(one) for one in chance.sample(range(PEOPLE), 20)}
            begun = time.perf_counter()
            travellers.nearest(*place, WANTED, among=free, within_s=1800.0)
            few.append(time.perf_counter() - begun)
    return {
        "road_edges": network.edges,
        "road_network_build_s": round(build_s, 2),
        "nearest_p95_ms": _p95_ms(asked),
        "nearest_few_p95_ms": _p95_ms(few),
        "positions_on_roads_per_second": round(ASKED / 50 * MOVED / moved_s),
    }


def city_roads(seed: int) -> dict[str, Any]:
    """A mesh of crooked roads of every class, a tenth of them one-way; some are missing."""
    chance = random.Random(seed)
    corner = {
        (x, y): (WEST + (x + chance.uniform(-0.2, 0.2)) * DX, SOUTH + (y + chance.uniform(-0.2, 0.2)) * DY)
        for x in range(COLUMNS)
        for y in range(ROWS)
    }
    features = []
    for (x, y), a in corner.items():
        for b in (corner.get((x + 1, y)), corner.get((x, y + 1))):
            if b is not None and chance.random() < 0.99:
                shares = (0.2, 0.4, 0.6, 0.8)
                bends = [
                    (a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]) + chance.uniform(-5e-5, 5e-5)) for s in shares
                ]
                said = {"kind": chance.choice(KINDS), "oneway": "yes" if chance.random() < 0.1 else "no"}
                line = {"type": "LineString", "coordinates": [a, *bends, b]}
                features.append({"type": "Feature", "properties": said, "geometry": line})
    return {"type": "FeatureCollection", "features": features}


def _people(chance: random.Random, numbers: range | list[int]) -> list[Traveller]:
    return [Traveller(str(one), *_somewhere(chance), MODES[one % len(MODES)]) for one in numbers]


def _somewhere(chance: random.Random) -> tuple[float, float]:
    return WEST + chance.random() * (COLUMNS - 1) * DX, SOUTH + chance.random() * (ROWS - 1) * DY


def _p95_ms(times: list[float]) -> float:
    return round(sorted(times)[int(0.95 * len(times))] * 1000, 2)
