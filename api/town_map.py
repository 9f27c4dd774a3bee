"""What the map shows of the town, read once at the start: areas, grids, base layers, what each camera sees."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shapely import prepare, unary_union
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from gis.elevation import Elevation
from gis.grid_editions import Edition
from gis.grids import GridMap
from gis.road_network import RoadNetwork

GeoJson = dict[str, Any]


@dataclass(frozen=True)
class TownMap:
    """`areas` and `base` are GeoJSON FeatureCollections; every area has its code in `properties.code`."""

    bounds: tuple[float, float, float, float]
    """West, south, east, north."""
    areas: GeoJson
    grids: GridMap
    base: Mapping[str, GeoJson]
    views: Mapping[str, GeoJson]
    """The ground each camera sees, a GeoJSON Polygon by camera id; absent where it has no pose."""
    elevation: Elevation | None = None
    """Heights of the ground, for domes; None: it is level."""
    roads: RoadNetwork | None = None
    """By which people travel; None where no layer of roads is named."""
    edition: Edition | None = None
    """Of the grids; None where it is not known."""

    @cached_property
    def grid_features(self) -> GeoJson:
        """The grids as GeoJSON, written out once: a city has thousands."""
        return self.grids.geojson()

    @cached_property
    def _outlines(self) -> dict[str, BaseGeometry]:
        drawn = {
            str(one["properties"]["code"]): shape(one["geometry"]) for one in self.areas["features"] if one["geometry"]
        }
        return drawn | {grid.code: grid.outline for grid in self.grids.grids if grid.code not in drawn}

    def bounded(self, town: str) -> "TownMap":
        """With the bounds of the town's area; where it has no outline, with those of the grids."""
        drawn = (one["geometry"] for one in self.areas["features"] if one["properties"]["code"] == town)
        outline = next((shape(one) for one in drawn if one), None)
        west, south, east, north = self.grids.bounds if outline is None else outline.bounds
        return replace(self, bounds=(float(west), float(south), float(east), float(north)))

    def outline(self, codes: Iterable[str]) -> BaseGeometry | None:
        """The ground of these areas and grids together; None where none of them is drawn."""
        drawn = [self._outlines[code] for code in codes if code in self._outlines]
        return unary_union(drawn) if drawn else None


def within(collection: GeoJson, codes: Collection[str]) -> GeoJson:
    """The features whose code is among those given."""
    features = [one for one in collection["features"] if one["properties"]["code"] in codes]
    return {"type": "FeatureCollection", "features": features}


def cut_to(collection: GeoJson, ground: BaseGeometry | None) -> GeoJson:
    """What of the features lies on the ground, cut at its edge; nothing where there is no ground."""
    features: list[dict[str, Any]] = []
    if ground is not None:
        prepare(ground)
        for one in collection["features"]:
            whole = shape(one["geometry"])
            if ground.covers(whole):
                features.append(one)
            elif not (part := whole.intersection(ground)).is_empty and part.geom_type != "Point":
                features.append({**one, "geometry": mapping(part)})
    return {"type": "FeatureCollection", "features": features}


def serialised(collection: GeoJson) -> tuple[bytes, str]:
    """Compact JSON and its entity tag (RFC 9110 8.8.3)."""
    body = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
