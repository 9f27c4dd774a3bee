"""GCJ-02 (AMap, Tencent) and BD-09 (Baidu) to WGS 84 and back.

GCJ-02 shifts WGS 84 by some 300 to 700 m with the published formula on the Krasovsky ellipsoid; BD-09 turns and
shifts GCJ-02 once more. Neither has an inverse in closed form: it is found by iteration, to 1e-11 degrees (1 µm).
All functions take and give degrees in the order lon, lat.
"""

import math
from collections.abc import Callable

Place = tuple[float, float]

_A = 6378245.0
_E2 = 0.00669342162296594323
_BD = math.pi * 3000.0 / 180.0
_TOLERANCE_DEG = 1e-11
_STEPS = 30
"""The shift changes by about 1 % of a step: each step gains two digits, six or seven are enough."""


def in_china(lon: float, lat: float) -> bool:
    """The rectangle within which GCJ-02 differs from WGS 84."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(lon: float, lat: float) -> Place:
    """Unchanged outside the rectangle of `in_china`."""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * math.sin(6.0 * math.pi * x) + 20.0 * math.sin(2.0 * math.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave * 2.0 / 3.0
    north += (20.0 * math.sin(math.pi * y) + 40.0 * math.sin(math.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * math.sin(math.pi * y / 12.0) + 320.0 * math.sin(math.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave * 2.0 / 3.0
    east += (20.0 * math.sin(math.pi * x) + 40.0 * math.sin(math.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * math.sin(math.pi * x / 12.0) + 300.0 * math.sin(math.pi * x / 30.0)) * 2.0 / 3.0
    sine = math.sin(math.radians(lat))
    curve = 1.0 - _E2 * sine * sine
    meridian, parallel = _A * (1.0 - _E2) / (curve * math.sqrt(curve)), _A / math.sqrt(curve)
    return lon + math.degrees(east / (parallel * math.cos(math.radians(lat)))), lat + math.degrees(north / meridian)


def gcj02_to_wgs84(lon: float, lat: float) -> Place:
    """The inverse of `wgs84_to_gcj02`."""
    return _inverse(wgs84_to_gcj02, lon, lat) if in_china(lon, lat) else (lon, lat)


def gcj02_to_bd09(lon: float, lat: float) -> Place:
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> Place:
    """The inverse of `gcj02_to_bd09`; the formula usually printed for it is wrong by up to a metre."""
    return _inverse(gcj02_to_bd09, lon, lat)


def _inverse(forward: Callable[[float, float], Place], lon: float, lat: float) -> Place:
    """Where `forward` leads to (lon, lat), by fixed-point iteration."""
    found_lon, found_lat = lon, lat
    for _ in range(_STEPS):
        there_lon, there_lat = forward(found_lon, found_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        found_lon, found_lat = found_lon + step_lon, found_lat + step_lat
        if max(abs(step_lon), abs(step_lat)) < _TOLERANCE_DEG:
            break
    return found_lon, found_lat
