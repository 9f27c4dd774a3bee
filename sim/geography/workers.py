"""The grid workers of the town: who they are, which grids are theirs, where they start their day. Local metres."""

import string
from dataclasses import dataclass, field

from numpy.random import Generator
from shapely import Point

from sim.geography import names
from sim.geography.partition import GridCell
from sim.geography.roads import Segment, nearest_point_on

COUNT = 40
_LETTERS = string.ascii_letters.replace("l", "").replace("I", "").replace("O", "") + "23456789"


@dataclass(frozen=True, slots=True)
class Worker:
    username: str
    name: str
    grids: tuple[str, ...]
    x: float
    y: float
    transport: str
    """walk or e-bike"""
    password: str = field(repr=False)


def make_workers(grids: tuple[GridCell, ...], segments: tuple[Segment, ...], rng: Generator) -> tuple[Worker, ...]:
    """`COUNT` workers, fewer where there are fewer grids; every grid has one, some workers have two."""
    count = min(COUNT, len(grids))
    shares: list[list[GridCell]] = [[] for _ in range(count)]
    for index, grid in enumerate(grids):
        shares[index * count // len(grids)].append(grid)
    used: set[str] = set()
    workers = []
    for share in shares:
        name, username = _fresh_name(used, rng)
        start = _random_place(share[int(rng.integers(len(share)))], rng)
        x, y = nearest_point_on(segments, *start)
        transport = "e-bike" if rng.random() < 0.6 else "walk"
        password = "".join(_LETTERS[int(i)] for i in rng.integers(len(_LETTERS), size=16))
        workers.append(Worker(username, name, tuple(grid.code for grid in share), x, y, transport, password))
    return tuple(workers)


def _fresh_name(used: set[str], rng: Generator) -> tuple[str, str]:
    while True:
        surname = names.SURNAMES[int(rng.integers(len(names.SURNAMES)))]
        given = names.GIVEN[int(rng.integers(len(names.GIVEN)))]
        username = f"{surname.en.lower()}.{given.en}"
        if username not in used:
            used.add(username)
            return surname.zh + given.zh, username


def _random_place(grid: GridCell, rng: Generator) -> tuple[float, float]:
    west, south, east, north = grid.outline.bounds
    for _ in range(200):
        x, y = float(rng.uniform(west, east)), float(rng.uniform(south, north))
        if grid.outline.contains(Point(x, y)):
            return x, y
    point = grid.outline.representative_point()
    return point.x, point.y
