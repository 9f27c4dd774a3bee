"""A town on disk with two villages, a grid of roads and one camera, for tables to be imported into."""

import io
import json
import random
from pathlib import Path

from openpyxl import Workbook
from shapely import LineString, box
from shapely.geometry import mapping

WEST, SOUTH = 120.40, 30.04
VILLAGES = {"清东村": box(120.45, SOUTH, 120.50, 30.12), "上坞村": box(WEST, SOUTH, 120.45, 30.12)}
CODES = {"清东村": "330699101001", "上坞村": "330699101002"}
ROADS = [LineString([(WEST + n * 0.004, SOUTH), (WEST + n * 0.004, 30.12)]) for n in range(1, 25)]
ROADS += [LineString([(WEST, SOUTH + n * 0.004), (120.50, SOUTH + n * 0.004)]) for n in range(1, 20)]
CAMERAS_YAML = """\
version: 1   # of the format
town:
  name: 清渡镇
  area: "330699101"
  files: {areas: areas.geojson, grids: grids.geojson, base: {roads: roads.geojson}}

# Nobody touches this without telling Wang.
credentials:
  roadside:
    username: admin
    password_env: ROADSIDE
allowed_networks: [10.20.0.0/16, 127.0.0.0/8]
cameras:
  # the first one
  - id: office-01
    name: 镇政府大厅
    area: "330699101001"
    streams:
      sub: {url: "rtsp://10.20.0.9:554/Streaming/Channels/102"}   # small
      main: {url: "rtsp://10.20.0.9/Streaming/Channels/101"}
    credentials: roadside
    position: {lon: 120.47, lat: 30.08, height_m: 6.0}
"""
ENVIRON = {"ROADSIDE": "road-pass"}


def write_estate(folder: Path) -> Path:
    """Everything a cameras.yaml needs; returns its path."""
    features = [_feature(box(WEST, SOUTH, 120.50, 30.12), "330699101", "", "town", "清渡镇")]
    features += [_feature(shape, CODES[name], "330699101", "village", name) for name, shape in VILLAGES.items()]
    _write(folder / "areas.geojson", features)
    grid = _feature(VILLAGES["清东村"], "g1", "", "", "一网格")
    grid["properties"] |= {"village": CODES["清东村"], "kind": "residential"}
    _write(folder / "grids.geojson", [grid])
    _write(folder / "roads.geojson", [_road(one) for one in ROADS])
    path = folder / "cameras.yaml"
    path.write_text(CAMERAS_YAML, encoding="utf-8")
    return path


def _feature(shape, code: str, parent: str, level: str, name: str):
    properties = {"code": code, "parent": parent, "level": level, "name": name, "name_en": ""}
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _road(line: LineString):
    return {"type": "Feature", "properties": {"highway": "residential"}, "geometry": mapping(line)}


def _write(path: Path, features) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def places(count: int, village: str, seed: int = 3) -> list[tuple[float, float]]:
    """Beside roads of the village."""
    rng = random.Random(seed)
    found: list[tuple[float, float]] = []
    shape = VILLAGES[village].buffer(-0.0005)
    while len(found) < count:
        at = rng.choice(ROADS).interpolate(rng.random(), normalized=True)
        place = at.x + rng.gauss(0, 0.00005), at.y + rng.gauss(0, 0.00005)
        if shape.contains(box(*place, *place)):
            found.append(place)
    return found


def csv_of(rows: list[list[object]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    return "\r\n".join(separator.join(str(cell) for cell in row) for row in rows).encode(encoding)


def xlsx_of(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
