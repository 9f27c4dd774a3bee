"""A small valid cameras.yaml on disk, for tests that break it in one place."""

from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "config" / "cameras.yaml"

VALID = """\
version: 1
town:
  name: 清渡镇
  area: "330699101"
  files:
    areas: areas.geojson
    grids: grids.geojson
credentials:
  main:
    username: operator
    password_env: CAMERA_PASSWORD
cameras:
  - id: cam-1
    name: 渡口街
    area: "330699101001"
    streams: {sub: {url: rtsp://10.0.0.5/sub}}
    credentials: main
    position: {lon: 120.45, lat: 30.08, height_m: 6}
    view: {heading_deg: 90, tilt_deg: 20, hfov_deg: 76, range_m: 40}
    zones:
      - id: no-stall
        rule: stall
        polygon: [[0.2, 0.8], [0.3, 0.5], [0.7, 0.5], [0.8, 0.8]]
        case_class: 05-01
"""


def write_town(folder: Path, text: str = VALID) -> Path:
    """The file and the (empty) files it names; returns cameras.yaml."""
    for name in ("areas.geojson", "grids.geojson"):
        (folder / name).write_text("{}", encoding="utf-8")
    path = folder / "cameras.yaml"
    path.write_text(text, encoding="utf-8")
    return path
