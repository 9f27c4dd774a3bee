"""The tests' town with its files on disk, so that its grids can be drawn anew; and a clock that can be set ahead."""

import asyncio
import json
from pathlib import Path
from typing import Any

from shapely import box

from config.cameras import CamerasFile
from config.load import read_cameras
from gis.grids import Grid, GridMap
from runtime.clock import SystemClock
from tests.api.town import AREAS, CONFIG, EAST, GRIDS, LAT, SIZE, TOWN_MAP

THIRD = SIZE / 3
REDRAWN = GridMap(
    (
        Grid("east-n1", "east", "东新一格", "", "residential", box(EAST, LAT, EAST + THIRD, LAT + SIZE), 400),
        Grid("east-n2", "east", "东新二格", "", "rural", box(EAST + THIRD, LAT, EAST + SIZE, LAT + SIZE)),
        *(one for one in GRIDS.grids if one.village == "west"),
    )
)
"""The east's two grids, one above the other, became two beside each other, with other codes."""


class AheadClock(SystemClock):
    """The clock of the machine, set ahead by as much as it is told to; who sleeps wakes up by it."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await asyncio.sleep(min(left, 0.05))


def write_town(folder: Path) -> CamerasFile:
    """cameras.yaml with areas and grids; what it says."""
    drawn = {one["properties"]["code"]: one["geometry"] for one in TOWN_MAP.areas["features"]}
    areas = [
        {"type": "Feature", "geometry": drawn.get(one.code),
         "properties": {"code": one.code, "parent": one.parent or "", "level": one.level, "name": one.name}}
        for one in AREAS if one.level != "grid"
    ]  # fmt: skip
    _write(folder / "areas.geojson", {"type": "FeatureCollection", "features": areas})
    _write(folder / "grids.geojson", GRIDS.geojson())
    plain = CONFIG.model_dump(mode="json", exclude_defaults=True)
    plain["town"]["files"] = {"areas": "areas.geojson", "grids": "grids.geojson"}
    _write(folder / "cameras.yaml", plain)
    return read_cameras(folder / "cameras.yaml").file


def file_of(grids: GridMap) -> bytes:
    """As a township sends it: GeoJSON."""
    return json.dumps(grids.geojson(), ensure_ascii=False).encode()


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
