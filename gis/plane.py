"""Metres on a plane that touches the ellipsoid, and back. Coordinates are WGS 84 degrees in the order lon, lat."""

import math
from dataclasses import dataclass

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
