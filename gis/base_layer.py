"""A layer of the base map: roads, water, green, buildings. Only drawn, never reasoned about."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis.files import read_frame


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """GeoJSON of one layer in WGS 84, and what was assumed in reading it."""

    geojson: dict[str, Any]
    warnings: tuple[str, ...]


def load_base_layer(path: Path) -> BaseLayer:
    """Read a layer from any file geopandas reads; features without geometry are left out. Raises GeographyError."""
    warnings: list[str] = []
    frame = read_frame(path, warnings)
    empty = frame.geometry.isna() | frame.geometry.is_empty
    if empty.any():
        warnings.append(f"{int(empty.sum())} features without geometry were left out")
        frame = frame[~empty]
    # A table fills what a feature does not have with null; the map need not be sent that.
    geojson = json.loads(frame.to_json(na="drop", drop_id=True))
    geojson.pop("crs", None)
    return BaseLayer(geojson, tuple(warnings))
