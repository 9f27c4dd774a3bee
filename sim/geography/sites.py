"""Where cameras may hang: every place of the road network fit for one kind of scene. Local metres."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely import LineString, STRtree, distance, get_parts, points

from sim.geography import names
from sim.geography.curve import bearing
from sim.geography.names import Name
from sim.geography.partition import Village
from sim.geography.roads import WIDTHS_M, Segment, junctions
from sim.geography.terrain import Terrain
from sim.scenes.catalogue import Scene

_EVERY_M = 22.0


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A place beside a road, the road's direction there, and what it may be called after."""

    x: float
    y: float
    bearing_deg: float
    road: Name
    road2: Name
    kind: str
    """Of the road, or "crossing" or "bridge"."""
    village: Village
    river: Name
    built_up: bool


WHERE: dict[str, tuple[tuple[str, ...], str]] = {
    "crossing": (("crossing",), "town"),
    "main road": (("trunk", "main"), "any"),
    "market street": (("street",), "town"),
    "school gate": (("street", "village"), "any"),
    "village lane": (("lane", "village"), "village"),
    "riverside": (("riverside",), "any"),
    "bridge": (("bridge",), "any"),
    "factory gate": (("street",), "industry"),
    "square": (("street", "village"), "any"),
    "bus stop": (("trunk", "main", "street", "village"), "any"),
    "bicycle station": (("main", "street"), "any"),
    "car park": (("street",), "any"),
    "farmers' market": (("street", "village"), "any"),
    "temple": (("lane", "village"), "village"),
    "residential gate": (("street",), "town"),
    "field road": (("track", "village"), "open"),
    "night street": (("street",), "town"),
    "street at dusk": (("street", "main"), "town"),
    "back lane": (("street", "lane"), "any"),
}
"""Kind of scene → classes of road, and the part of the town: town, industry, village, open country, or any."""


_PART_OF_SCENE = {"crossing-factory": "industry"}


def make_sites(terrain: Terrain, segments: tuple[Segment, ...], villages: tuple[Village, ...]) -> tuple[Site, ...]:
    """Every place along the roads inside the town, crossings and bridges among them."""
    places = [*_along(segments), *_crossings(segments), *_bridges(terrain, segments)]
    here = points([(x, y) for x, y, *_ in places])
    outlines = STRtree([village.outline for village in villages])
    village_of = {int(place): villages[int(village)] for place, village in outlines.query(here, predicate="within").T}
    courses = (terrain.river, *terrain.brooks)
    away = distance(here[:, None], np.array([course.surface for course in courses], dtype=object)[None])
    sites = []
    for index, (x, y, angle, roads, kind, built_up) in enumerate(places):
        if index in village_of:
            nearest = courses[int(np.argmin(away[index]))].name
            sites.append(Site(x, y, angle % 360, *roads, kind, village_of[index], nearest, built_up))
    return tuple(sites)


def fits(site: Site, scene: Scene) -> bool:
    """Whether the scene may be at the site."""
    roads, part = WHERE[scene.kind]
    part = _PART_OF_SCENE.get(scene.id, part)
    industrial = site.village.name == names.COMMUNITIES[-1]
    where = {
        "any": True,
        "town": site.village.urban and not industrial,
        "industry": industrial,
        "village": not site.village.urban,
        "open": not site.village.urban and not site.built_up,
    }[part]
    return site.kind in roads and where


Place = tuple[float, float, float, tuple[Name, Name], str, bool]


def _along(segments: tuple[Segment, ...]) -> Iterator[Place]:
    for segment in segments:
        line, half = segment.line, WIDTHS_M[segment.kind] / 2
        steps = max(1, int(line.length // _EVERY_M))
        for step in range(steps):
            at = (step + 0.5) * line.length / steps
            angle = _bearing_at(line, at)
            here = line.interpolate(at)
            side = 1 if step % 2 else -1
            # A mast stands at the kerb on the right of its bearing, so that a camera looking left looks over the road.
            x = here.x + side * half * math.cos(math.radians(angle))
            y = here.y - side * half * math.sin(math.radians(angle))
            built_up = segment.kind not in ("track",) and line.length < 260
            yield x, y, angle + (0 if side > 0 else 180), (segment.name, segment.name), segment.kind, built_up


def _crossings(segments: tuple[Segment, ...]) -> Iterator[Place]:
    grand = {"trunk", "main", "street", "riverside"}
    for (x, y), meeting in sorted(junctions(segments).items()):
        roads: dict[str, Segment] = {}
        for segment in meeting:
            if segment.kind in grand:
                roads.setdefault(segment.name.zh, segment)
        if len(roads) < 2 or len(meeting) < 3:
            continue
        first, second = sorted(roads.values(), key=lambda one: (list(WIDTHS_M).index(one.kind), one.name.zh))[:2]
        near, far = sorted(first.line.coords, key=lambda point: math.dist(point, (x, y)))[:2]
        angle = bearing(near, far)
        for corner in range(4):
            # The mast stands at the near right corner of each arm and looks over the crossing.
            towards = angle + 90 * corner
            back, right = math.radians(towards + 180), math.radians(towards + 90)
            half = WIDTHS_M[first.kind] / 2
            yield (x + half * (math.sin(back) + math.sin(right)), y + half * (math.cos(back) + math.cos(right)),
                   towards, (first.name, second.name), "crossing", True)  # fmt: skip


def _bridges(terrain: Terrain, segments: tuple[Segment, ...]) -> Iterator[Place]:
    for course in (terrain.river, *terrain.brooks):
        for segment in segments:
            for part in get_parts(segment.line.intersection(course.surface)):
                if isinstance(part, LineString) and part.length > 8 and segment.kind != "track":
                    at = segment.line.project(part.interpolate(0))
                    here = segment.line.interpolate(at)
                    yield (
                        here.x,
                        here.y,
                        bearing(part.coords[0], part.coords[-1]),
                        (segment.name, segment.name),
                        ("bridge"),
                        True,
                    )


def _bearing_at(line: LineString, at: float) -> float:
    a, b = line.interpolate(max(0.0, at - 3)), line.interpolate(min(line.length, at + 3))
    return bearing((a.x, a.y), (b.x, b.y))
