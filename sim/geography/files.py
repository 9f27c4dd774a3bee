"""A made town onto the disk, as the input files of a real one: GeoJSON, cameras.yaml, and the simulator's own lists."""

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from shapely import Polygon, get_parts, to_geojson, transform
from shapely.geometry.base import BaseGeometry

from gis.plane import Plane
from sim.domes.mount import Mount
from sim.geography import names
from sim.geography.high_points import PlacedDome, PlacedPlate, device_host
from sim.geography.placement import PlacedCamera
from sim.geography.streams import streams_of
from sim.geography.workers import Worker

CENTRE = Plane(120.45, 30.08)
"""Where local (0, 0) lies."""
_VIEWS, _VIEW_WIDE_M = 2, 45.0
_DIGITS = 6
"""Of a degree: 0.1 m, and the same place always rounds to the same number, so borders still meet."""

Feature = dict[str, Any]


def feature(shape: BaseGeometry, **properties: object) -> Feature:
    """One GeoJSON feature from a shape in local metres; properties that are None are left out."""
    degrees = transform(shape, lambda points: np.array([CENTRE.to_degrees(x, y) for x, y in points]))
    geometry = json.loads(to_geojson(degrees))
    geometry["coordinates"] = _rounded(geometry["coordinates"])
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value is not None},
        "geometry": geometry,
    }


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else [_rounded(one) for one in value]


def write_geojson(path: Path, features: Iterable[Feature]) -> None:
    """One feature a line, so that a difference between two versions can be read."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def write_secret(path: Path, text: str) -> None:
    """A file only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def write_workers(path: Path, workers: Iterable[Worker]) -> None:
    """`workers.csv`, with passwords, for its owner only. Phones are short numbers, as a town's network gives them."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["username", "name", "grids", "home_lon", "home_lat", "transport", "password", "phone"])
    for number, worker in enumerate(workers, 1):
        lon, lat = CENTRE.to_degrees(worker.x, worker.y)
        rows.writerow([worker.username, worker.name, ";".join(worker.grids), round(lon, 6), round(lat, 6),
                       worker.transport, worker.password, f"66{number:04d}"])  # fmt: skip
    write_secret(path, text.getvalue())


def write_sim_cameras(path: Path, cameras: Iterable[PlacedCamera]) -> None:
    """What the simulator shows at each camera; the centre does not read it."""
    entries = {camera.id: _shown(camera) for camera in cameras}
    path.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _shown(camera: PlacedCamera) -> dict[str, Any]:
    streams = streams_of(camera.scene.id)
    return {"scene": camera.scene.id, "phase": camera.phase, "sub": streams.sub, "main": streams.main}


def write_sim_domes(path: Path, domes: Iterable[PlacedDome], plates: Iterable[PlacedPlate]) -> None:
    """How the domes truly stand, and the plates they can read; the centre does not read it."""

    def place(x: float, y: float) -> dict[str, float]:
        lon, lat = CENTRE.to_degrees(x, y)
        return {"lon": round(lon, _DIGITS), "lat": round(lat, _DIGITS)}

    content = {
        "domes": {
            dome.id: {
                "name": dome.name.zh, "brand": dome.brand, **place(dome.x, dome.y), "height_m": dome.height_m,
                "heading_deg": dome.heading_deg, "pitch_deg": dome.pitch_deg, "roll_deg": dome.roll_deg,
            }
            for dome in domes
        },
        "plates": [
            {"code": plate.code, **place(plate.x, plate.y), "turned_deg": plate.turned_deg, "seen_by": plate.seen_by}
            for plate in plates
        ],
    }  # fmt: skip
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def outline_around(town: BaseGeometry) -> Polygon:
    """An outline for the district the town lies in."""
    shape = town.buffer(900).buffer(1500).buffer(-1500).simplify(60)
    return max((part for part in get_parts(shape) if isinstance(part, Polygon)), key=lambda part: float(part.area))


_HEAD = """\
# {town_zh} ({town_en}): an invented township with {count} simulated cameras, in the format of a real one.
# Every key is explained in docs/configuration.md.
version: 1

town:
  name: {town_zh}
  name_en: {town_en}
  area: "{area}"
  timezone: Asia/Shanghai
  files:
    areas: areas.geojson
    grids: grids.geojson
    base: {{roads: roads.geojson, water: water.geojson, green: green.geojson, buildings: buildings.geojson}}

credentials:
  simulated:
    username: gridwatch
    password_file: {password_file}

allowed_networks: [{network}]

# dwell_seconds: {dwell:g} s here, so that nobody need wait for a demonstration. In practice a stall counts after 3 to 5
# minutes: write 180 to 300.
cameras:
"""


def write_cameras(
    path: Path,
    cameras: Iterable[PlacedCamera],
    domes: Iterable[PlacedDome] = (),
    plates: Sequence[PlacedPlate] = (),
    *,
    password_file: str,
    host: str,
    rtsp_port: int,
    onvif_port: int,
    dwell_seconds: float,
    more: str = "",
) -> None:
    """`cameras.yaml` in the format the centre reads; `more` are sections behind the cameras."""
    entries = [_camera(camera, host, rtsp_port, dwell_seconds) for camera in cameras]
    numbered = list(enumerate(domes, 1))
    hosts = dict.fromkeys([host, *(device_host(host, number) for number, _ in numbered)])
    head = _HEAD.format(
        town_zh=names.TOWN.zh, town_en=names.TOWN.en, area=names.TOWN_CODE, count=len(entries),
        password_file=password_file, network=", ".join(f"{one}/32" for one in hosts), dwell=dwell_seconds,
    )  # fmt: skip
    for number, dome in numbered:
        views = _views(dome, plates, dwell_seconds)
        entries.append(_dome(dome, number, host, rtsp_port, onvif_port, views))
    path.write_text(head + "\n".join(entries) + more, encoding="utf-8")


def _views(dome: PlacedDome, plates: Sequence[PlacedPlate], dwell_seconds: float) -> list[str]:
    """Rounds over the two nearest plates it sees, as somebody aimed it by hand: a stall beside one is found."""
    mount = Mount(dome.x, dome.y, dome.height_m, dome.heading_deg, dome.pitch_deg, dome.roll_deg)
    seen = [plate for plate in plates if dome.id in plate.seen_by]
    lines = []
    for plate in sorted(seen, key=lambda one: math.hypot(one.x - dome.x, one.y - dome.y))[:_VIEWS]:
        away = math.hypot(plate.x - dome.x, plate.y - dome.y, dome.height_m)
        zoom = min(max(2 * math.tan(math.radians(30)) * away / _VIEW_WIDE_M, 1.0), 30.0)
        aim = mount.aim_at(plate.x, plate.y)
        lines += [
            f"        - {{id: plate-{plate.code:02d}, name: 'QD {plate.code:02d} 牌旁路段',"
            f" name_en: 'Beside plate QD {plate.code:02d}',",
            f"           aim: {{pan_deg: {aim.pan_deg:.2f}, tilt_deg: {aim.tilt_deg:.2f}, zoom: {zoom:.1f}}},"
            f" dwell_seconds: 40,",
            f"           zones: [{{id: stall-{plate.code:02d}, rule: stall, case_class: 05-01,"
            f" dwell_seconds: {dwell_seconds:g},",
            "             polygon: [[0.05, 0.1], [0.95, 0.1], [0.95, 0.95], [0.05, 0.95]]}]}",
        ]
    return ["      views:", *lines] if lines else []


def _dome(dome: PlacedDome, number: int, host: str, port: int, onvif_port: int, views: list[str]) -> str:
    lon, lat = CENTRE.to_degrees(dome.x, dome.y)
    address = f"rtsp://{host}:{port}/cam/{dome.id}"
    device = f"http://{device_host(host, number)}:{onvif_port}/onvif/device_service"
    driver = "isapi" if dome.brand == "hikvision" else "onvif"
    lines = [
        f"  - id: {dome.id}",
        f"    name: {_quoted(dome.name.zh)}",
        f"    name_en: {_quoted(dome.name.en)}",
        f"    area: {_quoted(dome.area)}",
        f"    streams: {{sub: {{url: '{address}/sub'}}, main: {{url: '{address}/main'}}}}",
        "    credentials: simulated",
        f"    position: {{lon: {lon:.6f}, lat: {lat:.6f}, height_m: {dome.height_m:g}}}",
        f"    device: {{url: '{device}'}}",
        "    # The mount is as somebody read it off a compass; calibration finds how it truly stands.",
        "    ptz:",
        f"      driver: {driver}",
        "      pan_deg: [-180, 180]",
        "      tilt_deg: [-90, 20]",
        "      zoom: [1, 30]",
        "      wide_hfov_deg: 60",
        f"      mount: {{heading_deg: {dome.rough_heading_deg:g}}}",
        "      range_m: 2000",
        *views,
        "",
    ]
    return "\n".join(lines)


def _camera(camera: PlacedCamera, host: str, port: int, dwell_seconds: float) -> str:
    lon, lat = CENTRE.to_degrees(camera.site.x, camera.site.y)
    scene = camera.scene
    streams = streams_of(scene.id)
    address = f"rtsp://{host}:{port}/cam/{camera.id}"
    main = "" if streams.main == "none" else f", main: {{url: '{address}/main'}}"
    roll = f", roll_deg: {scene.roll_deg:g}" if scene.roll_deg else ""
    lines = [
        f"  - id: {camera.id}",
        f"    name: {_quoted(camera.name.zh)}",
        f"    name_en: {_quoted(camera.name.en)}",
        f"    area: {_quoted(camera.site.village.code)}",
        *([f"    # {streams.note}"] if streams.note else []),
        f"    streams: {{sub: {{url: '{address}/sub'}}{main}}}",
        "    credentials: simulated",
        f"    position: {{lon: {lon:.6f}, lat: {lat:.6f}, height_m: {scene.height_m:g}}}",
        f"    view: {{heading_deg: {camera.heading_deg:g}, tilt_deg: {scene.tilt_deg:g}{roll},"
        f" hfov_deg: {scene.hfov_deg:g}, range_m: {scene.range_m:g}}}",
    ]
    zones = [*_zone(camera, "stall", dwell_seconds), *_zone(camera, "dumping", dwell_seconds)]
    return "\n".join([*lines, *(["    zones:", *zones] if zones else []), ""])


def _zone(camera: PlacedCamera, rule: str, dwell_seconds: float) -> list[str]:
    polygon = camera.scene.stall_zone if rule == "stall" else camera.scene.dump_zone
    if not polygon:
        return []
    points = ", ".join(f"[{min(max(x, 0), 1):.4f}, {min(max(y, 0), 1):.4f}]" for x, y in polygon)
    littered = "01-03" if camera.scene.kind in ("field road", "main road") else "01-02"
    zone_id, case_class, size = (
        ("no-stall", "05-01", (0.8, 5.0)) if rule == "stall" else ("no-dumping", littered, (0.25, 2.0))
    )
    return [
        f"      - id: {zone_id}",
        f"        rule: {rule}",
        f"        polygon: [{points}]",
        "        hours: ['00:00-24:00']",
        f"        dwell_seconds: {dwell_seconds:g}",
        f"        size: {{min_m: {size[0]:g}, max_m: {size[1]:g}}}",
        f"        case_class: {case_class}",
        "        level: 2",
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
