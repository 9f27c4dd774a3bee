"""Where each camera stands, in the words people look for it by: its grid, and the street before it."""

from dataclasses import dataclass
from typing import Any

from shapely import Point, STRtree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from api.town_map import TownMap
from config.cameras import Camera
from gis.grids import Grid
from gis.plane import Plane, distance_m

STREET_WITHIN_M = 60.0


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """`street` is empty where no named road is near."""

    grid: Grid | None = None
    street: str = ""
    street_en: str = ""


NOWHERE_KNOWN = CameraPlace()


class PlaceNames:
    """The grids and the named roads of the base map."""

    def __init__(self, town_map: TownMap) -> None:
        self._town_map = town_map
        features = town_map.base.get("roads", {"features": []})["features"]
        self._named: list[dict[str, Any]] = [one["properties"] for one in features if one["properties"].get("name")]
        self._lines: list[BaseGeometry] = [shape(one["geometry"]) for one in features if one["properties"].get("name")]
        self._tree = STRtree(self._lines)

    def of(self, camera: Camera) -> CameraPlace:
        """Takes about a quarter of a millisecond."""
        if camera.position is None:
            return NOWHERE_KNOWN
        lon, lat = camera.position.lon, camera.position.lat
        name, name_en = self._street(lon, lat, camera.area)
        return CameraPlace(self._town_map.grids.containing(lon, lat), name, name_en)

    def _street(self, lon: float, lat: float, area: str) -> tuple[str, str]:
        """The nearest one that runs through the area: a neighbour's lane across the border is not its street."""
        here = Point(lon, lat)
        outline = self._town_map.outline((area,))
        east, north = Plane(lon, lat).to_degrees(STREET_WITHIN_M, STREET_WITHIN_M)
        reach = 1.05 * max(east - lon, north - lat)
        best, best_m = ("", ""), STREET_WITHIN_M
        for index in self._tree.query(here, predicate="dwithin", distance=reach):
            line = self._lines[int(index)]
            nearest = nearest_points(line, here)[0]
            metres = distance_m(lon, lat, nearest.x, nearest.y)
            if metres <= best_m and outline is not None and outline.intersects(line):
                properties = self._named[int(index)]
                best, best_m = (str(properties["name"]), str(properties.get("name_en") or "")), metres
        return best
