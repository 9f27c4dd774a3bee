"""What the map shows of the town, read once at the start: areas, grids, base layers, what each camera sees."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gis.grids import GridMap

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

    @cached_property
    def grid_features(self) -> GeoJson:
        """The grids as GeoJSON, written out once: a city has thousands."""
        return self.grids.geojson()


def within(collection: GeoJson, codes: Collection[str]) -> GeoJson:
    """The features whose code is among those given."""
    features = [one for one in collection["features"] if one["properties"]["code"] in codes]
    return {"type": "FeatureCollection", "features": features}


def serialised(collection: GeoJson) -> tuple[bytes, str]:
    """Compact JSON and its entity tag (RFC 9110 8.8.3)."""
    body = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
