"""The town as an import needs it: its areas by name and outline, its roads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from config.cameras import CamerasFile
from gis.areas import Area, AreaTree, load_areas
from gis.files import read_frame
from gis.plane import Plane

_ENDINGS = re.compile("(村民委员会|居民委员会|村委会|居委会|行政村|社区|村)$")


@dataclass(frozen=True)
class TownGround:
    tree: AreaTree
    town: str
    roads: Sequence[BaseGeometry] = ()

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The town and what lies below it."""
        return tuple(area for area in self.tree.areas if self.tree.within(area.code, self.town))

    @cached_property
    def outline(self) -> BaseGeometry | None:
        """Of the town; that of its villages together where it has none; None where nothing has one."""
        town = self.tree.get(self.town)
        if town is not None and town.outline is not None:
            return town.outline
        below = [area.outline for area in self.areas if area.outline is not None]
        return shapely.union_all(below) if below else None

    @cached_property
    def middle(self) -> tuple[float, float]:
        """(lon, lat); the middle of China's east where the town has no outline."""
        if self.outline is None:
            return 117.0, 32.0
        return self.outline.centroid.x, self.outline.centroid.y

    @cached_property
    def _names(self) -> dict[str, Area]:
        names: dict[str, Area] = {}
        for area in self.areas:
            for text in (area.code, area.name, area.name_en, _bare(area.name)):
                if text:
                    names.setdefault(text.lower(), area)
        return names

    def find(self, text: str) -> Area | None:
        """By code, name or English name, with or without 村, 社区 and the town's name in front."""
        town = self.tree.get(self.town)
        plain = text.strip().lower()
        tries = [plain, plain.removeprefix(town.name.lower()) if town is not None else plain]
        tries += [_bare(one) for one in tries]
        return next((self._names[one] for one in tries if one in self._names), None)

    def has(self, code: str) -> bool:
        """Whether an area of any level has the code."""
        return self.tree.get(code) is not None

    def nearest_name(self, text: str) -> str:
        """The name of the area that is written most alike; "" where none is."""
        close = get_close_matches(_bare(text.strip().lower()), list(self._names), n=1, cutoff=0.5)
        return self._names[close[0]].name if close else ""

    def village_at(self, lon: float, lat: float) -> Area | None:
        """The village a place lies in."""
        point = shapely.Point(lon, lat)
        villages = (area for area in self.areas if area.level == "village" and area.outline is not None)
        return next((area for area in villages if area.outline is not None and area.outline.contains(point)), None)

    @staticmethod
    def metres_outside(outline: BaseGeometry, lon: float, lat: float) -> float:
        """How far a place lies outside; 0 inside."""
        point = shapely.Point(lon, lat)
        if outline.contains(point):
            return 0.0
        nearest = shapely.ops.nearest_points(outline, point)[0]
        east, north = Plane(lon, lat).to_metres(nearest.x, nearest.y)
        return float((east**2 + north**2) ** 0.5)


def load_ground(file: CamerasFile, base_dir: Path) -> TownGround:
    """Raises GeographyError."""
    files = file.town.files
    tree = load_areas(base_dir / files.areas)
    road_file = files.base.get("roads")
    roads = list(read_frame(base_dir / road_file, []).geometry) if road_file else []
    lines = [road for road in roads if road is not None and not road.is_empty]
    return TownGround(tree, file.town.area, lines)


def _bare(name: str) -> str:
    """What is left of 上坞村村委会 is 上坞."""
    before = ""
    while before != name:
        before, name = name, _ENDINGS.sub("", name)
    return name or before
