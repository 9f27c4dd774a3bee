"""GCJ-02 (AMap, Tencent) and BD-09 (Baidu) to WGS 84 and back.

GCJ-02 shifts WGS 84 by some 300 to 700 m with the published formula on the Krasovsky ellipsoid; BD-09 turns and
shifts GCJ-02 once more. Neither has an inverse in closed form: it is found by iteration, to 1e-11 degrees (1 µm).
All functions take and give degrees in the order lon, lat.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Place = tuple[float, float]
Places = NDArray[np.float64]

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
    return _shifted(lon, lat, math) if in_china(lon, lat) else (lon, lat)


def _shifted(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """`m` is `math` for one place or `numpy` for many: of one place, numpy takes ten times as long."""
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * m.sin(6.0 * m.pi * x) + 20.0 * m.sin(2.0 * m.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * m.sqrt(abs(x)) + wave * 2.0 / 3.0
    north += (20.0 * m.sin(m.pi * y) + 40.0 * m.sin(m.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * m.sin(m.pi * y / 12.0) + 320.0 * m.sin(m.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * m.sqrt(abs(x)) + wave * 2.0 / 3.0
    east += (20.0 * m.sin(m.pi * x) + 40.0 * m.sin(m.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * m.sin(m.pi * x / 12.0) + 300.0 * m.sin(m.pi * x / 30.0)) * 2.0 / 3.0
    sine = m.sin(m.radians(lat))
    curve = 1.0 - _E2 * sine * sine
    meridian, parallel = _A * (1.0 - _E2) / (curve * m.sqrt(curve)), _A / m.sqrt(curve)
    return lon + m.degrees(east / (parallel * m.cos(m.radians(lat)))), lat + m.degrees(north / meridian)


def gcj02_to_wgs84(lon: float, lat: float) -> Place:
    """The inverse of `wgs84_to_gcj02`."""
    return _inverse(wgs84_to_gcj02, lon, lat) if in_china(lon, lat) else (lon, lat)


def gcj02_to_bd09(lon: float, lat: float) -> Place:
    return _turned(lon, lat, math)


def _turned(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    radius = m.hypot(lon, lat) + 0.00002 * m.sin(lat * _BD)
    angle = m.atan2(lat, lon) + 0.000003 * m.cos(lon * _BD)
    return radius * m.cos(angle) + 0.0065, radius * m.sin(angle) + 0.006


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


def each_gcj02_to_wgs84(places: Places) -> Places:
    """As `gcj02_to_wgs84`, of rows (lon, lat)."""
    lon, lat = places[:, 0], places[:, 1]
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside[:, None], _inverse_each(_shifted, places), places)


def each_bd09_to_gcj02(places: Places) -> Places:
    """As `bd09_to_gcj02`, of rows (lon, lat)."""
    return _inverse_each(_turned, places)


def _inverse_each(forward: Callable[[Any, Any, Any], tuple[Any, Any]], places: Places) -> Places:
    found = places.copy()
    for _ in range(_STEPS):
        step = places - np.column_stack(forward(found[:, 0], found[:, 1], np))
        found += step
        if not len(step) or np.abs(step).max() < _TOLERANCE_DEG:
            break
    return found
