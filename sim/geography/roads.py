"""The road network: a trunk road, the town's streets, an industrial park, villages and the roads between. Local metres.

Every segment ends at a junction or a dead end, and segments that meet share their end point exactly, so that whoever
walks the roads finds the way. The whole network hangs together.
"""

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from shapely import LineString, Point, STRtree, get_parts, line_merge, union_all
from shapely.geometry.base import BaseGeometry

from sim.geography import names
from sim.geography.curve import wandering
from sim.geography.mesh import Mesh, make_mesh
from sim.geography.names import Name
from sim.geography.terrain import BANK, BEYOND, HALF_WIDTH, Terrain, side_of_river

WIDTHS_M = {"trunk": 24.0, "main": 16.0, "street": 11.0, "riverside": 9.0, "village": 7.0, "lane": 4.5, "track": 3.5}
"""Kerb to kerb, by class, the weightier first."""
_RANK = {kind: rank for rank, kind in enumerate(WIDTHS_M)}
_SNAP_M = 0.5
_STUB_M = 14.0
_ANCHORS_TRIED = 40


@dataclass(frozen=True, slots=True)
class Road:
    """A line with one name, before the network is cut at its junctions."""

    name: Name
    kind: str
    line: BaseGeometry


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a road between two junctions."""

    name: Name
    kind: str
    line: LineString

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """First and last point; equal to the ends of the segments it meets."""
        first, last = self.line.coords[0], self.line.coords[-1]
        return (first[0], first[1]), (last[0], last[1])


@dataclass(frozen=True, slots=True)
class Settlement:
    """A village: its name and the middle of its lanes."""

    name: Name
    x: float
    y: float


def make_roads(terrain: Terrain, villages: tuple[Settlement, ...], rng: Generator) -> tuple[Segment, ...]:
    """The whole network, connected, cut at every junction."""
    town = make_mesh((0, 210), -6.0, [-1050, -800, -560, -330, -110, 120, 350, 590, 840, 1080],
                     [-1000, -790, -420, -210, 0, 200, 410, 630, 850], 15, rng)  # fmt: skip
    park = make_mesh((2080, 1010), 8.0, [-760, -420, -60, 300, 640], [-560, -230, 120, 450, 760], 18, rng)
    roads = [*_town(town, rng), *_industry(park, rng), *_banks(terrain), *_trunks(town, park, rng)]
    roads = [_kept_off_river(road, terrain) for road in roads]
    roads += _village_roads(terrain, villages, _anchors(roads, terrain), rng)
    return _network([road for road in roads if not road.line.is_empty], terrain)


def junctions(segments: tuple[Segment, ...]) -> dict[tuple[float, float], list[Segment]]:
    """Which segments meet at which point."""
    meeting: dict[tuple[float, float], list[Segment]] = defaultdict(list)
    for segment in segments:
        for end in segment.ends:
            meeting[end].append(segment)
    return dict(meeting)


_TRUNK_ROW, _MAIN_COLUMN = 7, 4


def _town(town: Mesh, rng: Generator) -> list[Road]:
    inside = town.inside((0, -20), 1190, 1080)
    roads = []
    for row, name in zip([r for r in range(town.rows) if r != _TRUNK_ROW], names.TOWN_ROWS, strict=True):
        kept = town.row(row, inside, 0.06, rng)
        roads.append(Road(name, "street", kept))
    for column, name in zip([c for c in range(town.columns) if c != _MAIN_COLUMN], names.TOWN_COLUMNS, strict=True):
        roads.append(Road(name, "street", town.column(column, inside, 0.08, rng)))
    return roads


def _industry(park: Mesh, rng: Generator) -> list[Road]:
    inside = park.inside((0, 0), 2000, 2000)
    roads = [Road(name, "street", park.row(row, inside, 0.05, rng)) for row, name in enumerate(names.INDUSTRY_ROWS)]
    for column, name in enumerate(names.INDUSTRY_COLUMNS):
        roads.append(Road(name, "street", park.column(column, inside, 0.08, rng)))
    return roads


def _trunks(town: Mesh, park: Mesh, rng: Generator) -> list[Road]:
    """The trunk road from west to east through town and park, and the main road from north to south."""
    row = town.nodes[:, _TRUNK_ROW]
    gate = park.nodes[0, 1]
    edge = HALF_WIDTH + BEYOND
    west = wandering((-edge, 760), tuple(row[0]), rng, 0.05)
    between = wandering(tuple(row[-1]), tuple(gate), rng, 0.04, 3)
    east = wandering(tuple(park.nodes[-1, 1]), (edge, 420), rng, 0.05)
    trunk = np.r_[west, row[1:-1], between, park.nodes[1:-1, 1], east]
    column = town.nodes[_MAIN_COLUMN, :]
    south = wandering((250, -HALF_WIDTH - 100), tuple(column[0]), rng, 0.05)
    north = wandering(tuple(column[-1]), (-350, HALF_WIDTH + 100), rng, 0.06)
    main = np.r_[south, column[1:-1], north]
    return [Road(names.TRUNK, "trunk", LineString(trunk)), Road(names.MAIN, "main", LineString(main))]


def _banks(terrain: Terrain) -> list[Road]:
    roads = []
    for name, north in ((names.NORTH_BANK, True), (names.SOUTH_BANK, False)):
        reach = 2500.0 if north else 1500.0
        edge = terrain.river.surface.buffer(BANK, quad_segs=4).simplify(1.5).boundary
        pieces = []
        for start, end in itertools.pairwise(get_parts(edge)[0].coords):
            x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            if abs(x) < reach and (side_of_river(terrain.river, x, y) > 0) == north:
                pieces.append(LineString([start, end]))
        roads.append(Road(name, "riverside", union_all(pieces)))
    return roads


_BRIDGES = frozenset(name.zh for name in (names.TRUNK, names.MAIN, names.TOWN_COLUMNS[1], names.TOWN_COLUMNS[5]))


def _kept_off_river(road: Road, terrain: Terrain) -> Road:
    """Streets end at the riverside road unless they have a bridge."""
    if road.name.zh in _BRIDGES or road.kind == "riverside":
        return road
    return Road(road.name, road.kind, road.line.difference(terrain.river.surface.buffer(BANK, quad_segs=4)))


def _anchors(roads: list[Road], terrain: Terrain) -> list[tuple[float, float]]:
    """Points of the roads built so far where a road from a village may begin."""
    bank = terrain.river.surface.buffer(2 * BANK)
    ends: set[tuple[float, float]] = set()
    for road in roads:
        for part in get_parts(road.line):
            points = list(part.coords) if road.kind in ("trunk", "main") else [part.coords[0], part.coords[-1]]
            if road.kind != "riverside":
                ends.update((point[0], point[1]) for point in points)
    return sorted(end for end in ends if terrain.outline.contains(Point(end)) and not bank.contains(Point(end)))


def _village_roads(
    terrain: Terrain, villages: tuple[Settlement, ...], anchors: list[tuple[float, float]], rng: Generator
) -> list[Road]:
    roads: list[Road] = []
    dry = terrain.water.buffer(5)
    for village in villages:
        roads += [Road(road.name, road.kind, road.line.difference(dry)) for road in _lanes(village, rng)]
    roads += _connectors(terrain, villages, anchors, rng)
    for village in villages:
        for number in range(2):
            angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(420, 800)
            end = (village.x + length * math.cos(angle), village.y + length * math.sin(angle))
            line = LineString(wandering((village.x, village.y), end, rng, 0.1))
            if not line.intersects(terrain.water) and terrain.outline.contains(line):
                name = Name(f"{village.name.zh}机耕路{NUMBERS[number]}", f"{village.name.en} farm road {number + 1}")
                roads.append(Road(name, "track", line))
    return roads


NUMBERS = ("", "二线", "三线")


def _lanes(village: Settlement, rng: Generator) -> list[Road]:
    """A village's own mesh of narrow lanes, one street through the middle each way."""
    columns = np.cumsum(rng.uniform(62, 115, int(rng.integers(4, 7))))
    rows = np.cumsum(rng.uniform(55, 95, int(rng.integers(4, 7))))
    columns, rows = columns - columns[len(columns) // 2], rows - rows[len(rows) // 2]
    mesh = make_mesh((village.x, village.y), float(rng.uniform(-40, 40)), list(columns), list(rows), 13, rng)
    middle = (len(columns) // 2, len(rows) // 2)
    mesh.nodes[middle] = (village.x, village.y)
    inside = mesh.inside((0, 0), float(abs(columns).max()) * 1.08, float(abs(rows).max()) * 1.08)
    short, en = village.name.zh.removesuffix("村"), village.name.en
    roads = [
        Road(Name(f"{short}中路", f"{en} Middle Road"), "village", mesh.row(middle[1], None, 0, rng)),
        Road(Name(f"{short}大街", f"{en} High Street"), "village", mesh.column(middle[0], None, 0, rng)),
    ]
    others = [("row", i) for i in range(len(rows)) if i != middle[1]]
    others += [("column", i) for i in range(len(columns)) if i != middle[0]]
    for number, (way, index) in enumerate(others):
        line = mesh.row(index, inside, 0.2, rng) if way == "row" else mesh.column(index, inside, 0.2, rng)
        roads.append(Road(Name(f"{short}{names.NUMERALS[number % 10]}弄", f"{en} Lane {number + 1}"), "lane", line))
    return roads


def _connectors(
    terrain: Terrain, villages: tuple[Settlement, ...], anchors: list[tuple[float, float]], rng: Generator
) -> list[Road]:
    """Roads that join the villages to the town and to one another: a cheapest tree, and some links more."""

    def cost(ax: float, ay: float, bx: float, by: float) -> float:
        crossing = side_of_river(terrain.river, ax, ay) != side_of_river(terrain.river, bx, by)
        hill = terrain.hills.intersection(LineString([(ax, ay), (bx, by)])).length
        return math.dist((ax, ay), (bx, by)) + (1100 if crossing else 0) + 2 * hill

    links: list[tuple[float, int, int, tuple[float, float]]] = []
    for i, a in enumerate(villages):
        near = sorted(anchors, key=lambda node: math.dist((a.x, a.y), node))[:_ANCHORS_TRIED]
        end = min(near, key=lambda node: cost(a.x, a.y, node[0], node[1]))
        links.append((cost(a.x, a.y, end[0], end[1]), i, -1, (end[0], end[1])))
        for j in range(i):
            b = villages[j]
            links.append((cost(a.x, a.y, b.x, b.y) * 1.05, i, j, (b.x, b.y)))
    group = {index: index for index in range(-1, len(villages))}
    roads: list[Road] = []
    degree: dict[int, int] = defaultdict(int)
    for price, i, j, end in sorted(links):
        joined = group[i] == group[j]
        if joined and (price > 1900 or degree[i] > 2 or (degree[j] > 2 and j >= 0)):
            continue
        old, new = group[i], group[j]
        group = {key: new if value == old else value for key, value in group.items()}
        degree[i] += 1
        degree[j] += 1
        a = villages[i]
        roads.append(Road(_link_name(a, villages[j] if j >= 0 else None), "village",
                          _dodging((a.x, a.y), end, terrain, rng)))  # fmt: skip
    return roads


def _link_name(a: Settlement, b: Settlement | None) -> Name:
    if b is None:
        return Name(f"清{a.name.zh[0]}线", f"Qingdu–{a.name.en} Road")
    return Name(f"{a.name.zh[0]}{b.name.zh[0]}线", f"{a.name.en}–{b.name.en} Road")


def _dodging(start: tuple[float, float], end: tuple[float, float], terrain: Terrain, rng: Generator) -> LineString:
    """Of several wandering lines the one least in ponds and hills."""
    tries = [LineString(wandering(start, end, rng, 0.09)) for _ in range(9)]
    ponds = union_all([pond.outline.buffer(8) for pond in terrain.ponds])
    along_river = terrain.river.surface.buffer(BANK)

    def trouble(line: LineString) -> float:
        wet = line.intersection(ponds).length * 5 + line.intersection(along_river).length * 2
        return float(wet + line.intersection(terrain.hills).length + 0.3 * line.length)

    return min(tries, key=trouble)


def _network(roads: list[Road], terrain: Terrain) -> tuple[Segment, ...]:
    reach = terrain.outline.buffer(BEYOND - 150)
    lines = [line_merge(road.line.intersection(reach)) for road in roads]
    noded = union_all(lines, grid_size=_SNAP_M)
    tree = STRtree(lines)
    segments = []
    for line in get_parts(noded):
        middle = line.interpolate(0.5, normalized=True)
        near = tree.query(middle, predicate="dwithin", distance=4 * _SNAP_M)
        if not len(near):
            near = np.array([tree.nearest(middle)])
        road = min((roads[int(index)] for index in near), key=lambda road: (_RANK[road.kind], road.name.zh))
        segments.append(Segment(road.name, road.kind, line))
    return _connected(_without_stubs(segments))


def _without_stubs(segments: list[Segment]) -> list[Segment]:
    for _ in range(3):
        meeting = junctions(tuple(segments))
        segments = [
            segment
            for segment in segments
            if segment.line.length > _STUB_M or all(len(meeting[end]) > 1 for end in segment.ends)
        ]
    return segments


def _connected(segments: list[Segment]) -> tuple[Segment, ...]:
    """The largest part that hangs together."""
    meeting = junctions(tuple(segments))
    group: dict[tuple[float, float], int] = {}
    sizes: list[float] = []
    for start in meeting:
        if start in group:
            continue
        number, waiting, size = len(sizes), [start], 0.0
        group[start] = number
        while waiting:
            for segment in meeting[waiting.pop()]:
                size += segment.line.length
                for end in segment.ends:
                    if end not in group:
                        group[end] = number
                        waiting.append(end)
        sizes.append(size)
    main = sizes.index(max(sizes))
    return tuple(segment for segment in segments if group[segment.ends[0]] == main)


def nearest_point_on(segments: tuple[Segment, ...], x: float, y: float) -> tuple[float, float]:
    """The point of the network nearest to a place."""
    lines = [segment.line for segment in segments]
    line = lines[int(STRtree(lines).nearest(Point(x, y)))]
    point = line.interpolate(line.project(Point(x, y)))
    return point.x, point.y
