"""Metres on a plane that touches the ellipsoid, and back. Coordinates are WGS 84 degrees in the order lon, lat."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_A = 6378137.0
_E2 = 6.69437999014e-3
"""Semi-major axis in metres and squared first eccentricity of WGS 84."""


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north metres from an origin; wrong by less than 1 m in distance up to 30 km away, below 60° latitude."""

    lon: float
    lat: float

    def to_metres(self, lon: float, lat: float) -> tuple[float, float]:
        """(east, north) of a place."""
        # The radii are taken half way, which makes the error of the second order in the distance vanish.
        meridian, parallel = _radii((self.lat + lat) / 2)
        return math.radians(lon - self.lon) * parallel, math.radians(lat - self.lat) * meridian

    def metres_of(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) of lon, lat as (n, 2) of east, north: `to_metres` of many."""
        lon, lat = degrees[:, 0], degrees[:, 1]
        sine = np.sin(np.radians((self.lat + lat) / 2))
        curve = 1 - _E2 * sine * sine
        east = np.radians(lon - self.lon) * (_A / np.sqrt(curve) * np.cos(np.radians((self.lat + lat) / 2)))
        north = np.radians(lat - self.lat) * (_A * (1 - _E2) / curve**1.5)
        return np.column_stack([east, north])

    def to_degrees(self, east: float, north: float) -> tuple[float, float]:
        """(lon, lat) of a point; the inverse of `to_metres`."""
        lat = self.lat + math.degrees(north / _radii(self.lat)[0])
        for _ in range(2):
            lat = self.lat + math.degrees(north / _radii((self.lat + lat) / 2)[0])
        return self.lon + math.degrees(east / _radii((self.lat + lat) / 2)[1]), lat


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres between two places of one town."""
    return math.hypot(*Plane(lon_a, lat_a).to_metres(lon_b, lat_b))


def bearing_deg(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Direction from a to b, clockwise from north, 0 ≤ bearing < 360."""
    east, north = Plane(lon_a, lat_a).to_metres(lon_b, lat_b)
    return math.degrees(math.atan2(east, north)) % 360


def _radii(lat: float) -> tuple[float, float]:
    """Metres per radian along the meridian and along the parallel at a latitude."""
    sine = math.sin(math.radians(lat))
    curve = 1 - _E2 * sine * sine
    return _A * (1 - _E2) / curve**1.5, _A / math.sqrt(curve) * math.cos(math.radians(lat))
