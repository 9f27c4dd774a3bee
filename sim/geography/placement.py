"""Which scene hangs where: cameras spread over the town, each with a name of its own. Local metres."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import Point, STRtree

from sim.geography import names
from sim.geography.names import Name
from sim.geography.partition import GridCell
from sim.geography.sites import Site, by_scene
from sim.scenes.catalogue import SCENES, Scene

# How many of a kind a town has, for one of the rarest.
_WEIGHTS = {
    "crossing": 2.5, "main road": 5, "market street": 3, "village lane": 8, "riverside": 4, "bridge": 2, "bus stop": 4,
    "factory gate": 3, "residential gate": 4, "field road": 3, "back lane": 4, "night street": 1.5, "street at dusk": 2,
}  # fmt: skip
_PHASES = 64
_LOOKED_AT = 48
_ROOM_M = 11.0
_SIDES = (("东侧", "east side"), ("西侧", "west side"), ("南侧", "south side"), ("北侧", "north side"))


@dataclass(frozen=True, slots=True)
class PlacedCamera:
    """A camera of the town with what it will show."""

    id: str
    name: Name
    site: Site
    scene: Scene
    heading_deg: float
    phase: int
    grid: GridCell | None


def place_cameras(
    sites: tuple[Site, ...], grids: tuple[GridCell, ...], count: int, rng: Generator
) -> tuple[PlacedCamera, ...]:
    """`count` cameras: every scene as soon as there are as many, then by how common its kind is.

    While grids are free, cameras whose scene can show an event stand in grids of their own.
    """
    choice = _Choice(sites, grids, rng)
    room = {scene.id: choice.room(scene) for scene in SCENES.values()}
    scenes = sorted(_scenes(count), key=lambda scene: (not _eventful(scene), room[scene.id]))
    chosen = [(scene, choice.take(scene)) for scene in scenes]
    order = [chosen[int(index)] for index in rng.permutation(len(chosen))]
    namer = _Namer()
    cameras = []
    width = max(4, len(str(count)))
    for number, (scene, site) in enumerate(order, start=1):
        heading = (site.bearing_deg - scene.frame.angle_deg) % 360
        cameras.append(
            PlacedCamera(f"qd-{number:0{width}d}", namer.name(scene, site), site, scene, round(heading, 1) % 360,
                         int(rng.integers(_PHASES)), choice.grid_of(site))
        )  # fmt: skip
    return tuple(cameras)


def _eventful(scene: Scene) -> bool:
    return scene.can_stall or scene.can_dump


def _scenes(count: int) -> list[Scene]:
    """Largest shares first come first served, after one of each."""
    scenes = list(SCENES.values())
    taken = scenes[:count]
    given = dict.fromkeys(SCENES, 1)
    while len(taken) < count:
        scene = max(scenes, key=lambda one: _WEIGHTS.get(one.kind, 1.0) / given[one.id])
        given[scene.id] += 1
        taken.append(scene)
    return taken


class _Choice:
    """Sites still free, and the grids that have a camera."""

    def __init__(self, sites: tuple[Site, ...], grids: tuple[GridCell, ...], rng: Generator) -> None:
        self._sites, self._grids, self._rng = sites, grids, rng
        self._tree = STRtree([grid.outline for grid in grids])
        inside = self._tree.query([Point(site.x, site.y) for site in sites], predicate="within")
        self._grid_of = {sites[int(site)]: int(grid) for site, grid in inside.T}
        self._by_scene = by_scene(sites)
        self._covered: set[int] = set()
        self._places = np.zeros((0, 2))

    def grid_of(self, site: Site) -> GridCell | None:
        index = self._grid_of.get(site)
        return None if index is None else self._grids[index]

    def room(self, scene: Scene) -> int:
        """In how many grids the scene could be."""
        return len({self._grid_of[site] for site in self._by_scene[scene.id] if site in self._grid_of})

    def take(self, scene: Scene) -> Site:
        """The site farthest from all taken, of some drawn; in a grid without a camera while there is one."""
        fitting = self._by_scene[scene.id] or self._sites
        fresh = [site for site in fitting if self._grid_of.get(site, -1) not in self._covered]
        if not fresh and len(self._covered) < len(self._grids) and _eventful(scene):
            fresh = [site for site in self._sites if self._grid_of.get(site, -1) not in self._covered
                     and site.kind not in ("crossing", "bridge", "riverside")]  # fmt: skip
        pool = fresh or self._with_room(fitting) or self._with_room(self._sites) or fitting
        drawn = [pool[int(index)] for index in self._rng.integers(len(pool), size=_LOOKED_AT)]
        site = drawn[int(np.argmax(self._distances(drawn)))]
        self._places = np.r_[self._places, [(site.x, site.y)]]
        if site in self._grid_of:
            self._covered.add(self._grid_of[site])
        return site

    def _with_room(self, sites: Sequence[Site]) -> list[Site]:
        drawn = [sites[int(index)] for index in self._rng.integers(len(sites), size=4 * _LOOKED_AT)]
        return [site for site, away in zip(drawn, self._distances(drawn), strict=True) if away > _ROOM_M]

    def _distances(self, sites: Sequence[Site]) -> NDArray[np.float64]:
        """From each site to the nearest camera, in metres."""
        if not len(self._places):
            return np.full(len(sites), math.inf)
        here = np.array([(site.x, site.y) for site in sites])
        nearest: NDArray[np.float64] = np.hypot(*(here[:, None] - self._places[None]).transpose(2, 0, 1)).min(axis=1)
        return nearest


class _Namer:
    """Fills the scenes' patterns so that no two cameras share a name in either language."""

    def __init__(self) -> None:
        self._used_zh: set[str] = set()
        self._used_en: set[str] = set()
        self._turn = itertools.count()
        self._numbers: dict[str, int] = defaultdict(lambda: 1)

    def name(self, scene: Scene, site: Site) -> Name:
        turn = next(self._turn)
        patterns = scene.names[turn % len(scene.names) :] + scene.names[: turn % len(scene.names)]
        plain = [_filled(pattern, site) for pattern in patterns]
        sides = [Name(f"{name.zh}{zh}", f"{name.en}, {en}") for zh, en in _sided(turn) for name in plain]
        for name in itertools.chain(plain, sides, self._numbered(plain[0])):
            if name.zh not in self._used_zh and name.en not in self._used_en:
                self._used_zh.add(name.zh)
                self._used_en.add(name.en)
                return name
        raise AssertionError("numbers never end")

    def _numbered(self, name: Name) -> Iterator[Name]:
        while True:
            self._numbers[name.zh] += 1
            number = self._numbers[name.zh]
            yield Name(f"{name.zh}{number}号", f"{name.en}, no. {number}")


def _sided(turn: int) -> tuple[tuple[str, str], ...]:
    return _SIDES[turn % 4 :] + _SIDES[: turn % 4]


def _filled(pattern: tuple[str, str], site: Site) -> Name:
    zh, en = pattern
    names_of = {"road": site.road, "road2": site.road2, "village": site.village.name, "river": site.river,
                "town": names.TOWN_SHORT}  # fmt: skip
    if "{road2}" in zh and site.road == site.road2:
        zh, en = (
            zh.replace("与{road2}", "").replace("{road2}", ""),
            en.replace(" × {road2}", "").replace("{road2} × ", ""),
        )
    return Name(
        zh.format_map({key: name.zh for key, name in names_of.items()}),
        en.format_map({key: name.en.removesuffix(" Community") for key, name in names_of.items()}),
    )
