"""Which scene hangs where: cameras spread over the town, each with a name of its own. Local metres."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import STRtree, points

from sim.geography import names
from sim.geography.names import Name
from sim.geography.partition import GridCell
from sim.geography.sites import Site, fits
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
    for number, (scene, index) in enumerate(order, start=1):
        site = sites[index]
        heading = (site.bearing_deg - scene.frame.angle_deg) % 360
        cameras.append(
            PlacedCamera(f"qd-{number:0{width}d}", namer.name(scene, site), site, scene, round(heading, 1) % 360,
                         int(rng.integers(_PHASES)), choice.grid_of(index))
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


Indices = NDArray[np.int64]


class _Choice:
    """Sites by number, how far each is from the nearest camera, and the grids that have one."""

    def __init__(self, sites: tuple[Site, ...], grids: tuple[GridCell, ...], rng: Generator) -> None:
        self._sites, self._grids, self._rng = sites, grids, rng
        self._places = np.array([(site.x, site.y) for site in sites])
        self._grid_of: Indices = np.full(len(sites), -1)
        inside, grid = STRtree([grid.outline for grid in grids]).query(points(self._places), predicate="within")
        self._grid_of[inside] = grid
        self._fitting: dict[str, Indices] = {
            scene.id: np.array([index for index, site in enumerate(sites) if fits(site, scene)], dtype=np.int64)
            for scene in SCENES.values()
        }
        self._anywhere = np.arange(len(sites))
        roadside = [site.kind not in ("crossing", "bridge", "riverside") for site in sites]
        self._roadside: Indices = np.flatnonzero(roadside)
        self._covered = np.zeros(len(grids) + 1, dtype=bool)  # the last stands for "in no grid" (-1)
        self._covered[-1] = True
        self._away = np.full(len(sites), math.inf)

    def grid_of(self, index: int) -> GridCell | None:
        found = int(self._grid_of[index])
        return None if found < 0 else self._grids[found]

    def room(self, scene: Scene) -> int:
        """In how many grids the scene could be."""
        return len(np.unique(self._grid_of[self._fitting[scene.id]]))

    def take(self, scene: Scene) -> int:
        """The site farthest from all taken, of some drawn; in a grid without a camera while there is one."""
        pools = [self._fresh(self._fitting[scene.id])]
        if _eventful(scene) and not self._covered.all():
            pools.append(self._fresh(self._roadside))
        pools += [self._free(self._fitting[scene.id]), self._free(self._anywhere), self._anywhere]
        pool = next(pool for pool in pools if len(pool))
        drawn = pool[self._rng.integers(len(pool), size=_LOOKED_AT)]
        index = int(drawn[np.argmax(self._away[drawn])])
        self._away = np.minimum(self._away, np.hypot(*(self._places - self._places[index]).T))
        self._covered[self._grid_of[index]] = True
        return index

    def _fresh(self, sites: Indices) -> Indices:
        return sites[~self._covered[self._grid_of[sites]]]

    def _free(self, sites: Indices) -> Indices:
        return sites[self._away[sites] > _ROOM_M]


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
