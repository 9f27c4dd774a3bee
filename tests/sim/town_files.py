"""A very small town on disk, in the format of a real one, and a process that runs it with the tiny clips."""

import json
from pathlib import Path

from config.accounts import Account
from gis.plane import Plane
from sim.estate_files import read_estate
from sim.town import TownOptions
from sim.town_process import _announce, serve
from tests.sim.tiny_clips import make_clips

CENTRE = Plane(120.45, 30.08)
SCENES = {"c1": "street", "c2": "street", "q1": "quiet"}


def place(east: float, north: float) -> list[float]:
    return list(CENTRE.to_degrees(east, north))


def write_town(folder: Path, account: Account) -> Path:
    folder.mkdir()
    (folder / "password.txt").write_text(account.password + "\n")
    (folder / "cameras.yaml").write_text(_cameras(account.username), encoding="utf-8")
    (folder / "sim_cameras.json").write_text(json.dumps({c: {"scene": s, "phase": 0} for c, s in SCENES.items()}))
    square = [place(*corner) for corner in ((-900, -900), (900, -900), (900, 900), (-900, 900), (-900, -900))]
    west = [place(*corner) for corner in ((-900, -900), (0, -900), (0, 900), (-900, 900), (-900, -900))]
    areas = [("330000", "", "district"), ("330001", "330000", "town"), ("330002", "330001", "village")]
    _write(
        folder / "areas.geojson",
        [_polygon(square, code=c, parent=p, level=level, name=c, name_en=c) for c, p, level in areas],
    )
    _write(
        folder / "grids.geojson", [_polygon(west, code="g1", village="330002", name="一", name_en="1", kind="rural")]
    )
    streets = [[(-800, n), (800, n)] for n in (-400, 0, 400)] + [[(e, -800), (e, 800)] for e in (-400, 0, 400)]
    _write(folder / "roads.geojson", [_line([place(*point) for point in street]) for street in streets])
    return folder


def _cameras(username: str) -> str:
    entries = "".join(
        f"""
  - id: {id_}
    name: {id_}
    area: "330002"
    streams: {{sub: {{url: "rtsp://127.0.0.1:8554/cam/{id_}/sub"}}}}
    credentials: simulated
    position: {{lon: 120.45, lat: 30.08, height_m: 6}}
    view: {{heading_deg: {heading}, tilt_deg: 20, hfov_deg: 80}}"""
        for heading, id_ in enumerate(SCENES)
    )
    return f"""version: 1
town:
  name: 测试镇
  area: "330001"
  files: {{areas: areas.geojson, grids: grids.geojson, base: {{roads: roads.geojson}}}}
credentials:
  simulated: {{username: {username}, password_file: password.txt}}
cameras:{entries}
"""


def _polygon(ring: list[list[float]], **properties: str) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _line(points: list[list[float]]) -> dict[str, object]:
    return {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": points}}


def _write(path: Path, features: list[dict[str, object]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def run_process(folder: str) -> None:
    """Like `python -m sim.town_process`, without drawing scenes first."""
    files = read_estate(Path(folder) / "cameras.yaml", {})
    library = {"street": make_clips("street"), "quiet": make_clips("quiet", names=("idle", "idle-2"))}
    serve(files, library, TownOptions(Path(folder) / "truth.jsonl", rtsp_port=0), _announce)
