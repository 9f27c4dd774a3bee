"""Coordinate systems a township's tables come in, by name, and what they are in WGS 84.

CGCS2000 and WGS 84 differ by centimetres and are taken as one. Gauss-Krüger is computed on the ellipsoid of CGCS2000;
coordinates of Beijing 1954 or Xi'an 1980 have another datum, are off by some 100 m, and need a transformation that
only the survey office has.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import Transformer

from gis.chinese_coordinates import (
    Place,
    Places,
    bd09_to_gcj02,
    each_bd09_to_gcj02,
    each_gcj02_to_wgs84,
    gcj02_to_wgs84,
)

WGS84, CGCS2000, GCJ02, BD09 = "wgs84", "cgcs2000", "gcj02", "bd09"
DEGREES = (WGS84, CGCS2000, GCJ02, BD09)
_ZONED = re.compile(r"gk([36])-zone([0-9]{1,2})")
_MERIDIAN = re.compile(r"gk-cm([0-9]{2,3})")
_FALSE_EASTING = 500_000.0
_WORDS = {"gps": WGS84, "wgs-84": WGS84, "4326": WGS84, "4490": CGCS2000, "2000": CGCS2000, "国家2000": CGCS2000,
          "gcj-02": GCJ02, "高德": GCJ02, "腾讯": GCJ02, "火星": GCJ02, "amap": GCJ02, "tencent": GCJ02,
          "bd-09": BD09, "百度": BD09, "baidu": BD09}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GaussKrueger:
    """`zone`: the number in front of the easting; 0 where the easting has none."""

    meridian: int
    zone: int = 0

    @property
    def name(self) -> str:
        if not self.zone:
            return f"gk-cm{self.meridian}"
        return f"gk{3 if self.zone * 3 == self.meridian else 6}-zone{self.zone}"

    @property
    def shown(self) -> str:
        zone = f", zone {self.zone}" if self.zone else ""
        return f"CGCS2000 Gauss-Krüger, central meridian {self.meridian}°{zone}"


def zone_of(number: int) -> GaussKrueger:
    """Zones 13 to 23 are 6° wide, 25 to 45 are 3° wide: in China the numbers do not overlap. Raises ValueError."""
    if 13 <= number <= 23:
        return GaussKrueger(6 * number - 3, number)
    if 25 <= number <= 45:
        return GaussKrueger(3 * number, number)
    raise ValueError(f"{number} is not a Gauss-Krüger zone of China (13 to 23, 25 to 45)")


def parse_system(text: str) -> str:
    """The name as this module uses it, from what an operator may write. Raises ValueError listing what there is."""
    plain = text.strip().lower()
    plain = _WORDS.get(plain, plain)
    zoned, meridian = _ZONED.fullmatch(plain), _MERIDIAN.fullmatch(plain)
    if zoned and (13 <= int(zoned[2]) <= 23 if zoned[1] == "6" else 25 <= int(zoned[2]) <= 45):
        return plain
    if plain in DEGREES or (meridian and 72 <= int(meridian[1]) <= 138):
        return plain
    raise ValueError(
        "is not a coordinate system known here: wgs84, cgcs2000, gcj02 (高德), bd09 (百度), gk3-zone40, gk6-zone20, or "
        "gk-cm120 for Gauss-Krüger with the central meridian 120° and no zone in front of the easting"
    )


def shown_system(name: str) -> str:
    """What people call it."""
    texts = {WGS84: "WGS 84", CGCS2000: "CGCS2000", GCJ02: "GCJ-02 (AMap, Tencent)", BD09: "BD-09 (Baidu)"}
    return texts.get(name) or _gauss_krueger(name).shown


def to_wgs84(system: str, x: float, y: float) -> Place:
    """(lon, lat) of (x, y): longitude and latitude, or easting and northing, in either order for Gauss-Krüger.

    Raises ValueError where the numbers cannot be of that system.
    """
    if system in DEGREES:
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise ValueError("are not degrees")
        if system == GCJ02:
            return gcj02_to_wgs84(x, y)
        return gcj02_to_wgs84(*bd09_to_gcj02(x, y)) if system == BD09 else (x, y)
    return _from_grid(_gauss_krueger(system), x, y)


def each_to_wgs84(system: str, places: Places) -> Places:
    """As `to_wgs84`, of many rows (x, y) of one file, which all have the order of the first.

    Raises ValueError where any row cannot be of that system.
    """
    if not len(places):
        return places
    if system in DEGREES:
        if not (np.abs(places) <= (180, 90)).all():
            raise ValueError("are not degrees")
        gcj02 = each_bd09_to_gcj02(places) if system == BD09 else places
        return each_gcj02_to_wgs84(gcj02) if system in (GCJ02, BD09) else places
    projection, (x, y) = _gauss_krueger(system), places[0]
    to_wgs84(system, float(x), float(y))
    _, easting, _ = split_easting(float(x), float(y)) or (0, 0.0, 0.0)
    ordered = places if (x - easting) % 1_000_000 == 0 else places[:, ::-1]
    eastings = ordered[:, 0] - projection.zone * 1_000_000
    # Borders may run beyond the zone a little, as the county does.
    if not ((eastings > 0) & (eastings < 1_000_000) & (ordered[:, 1] > 0) & (ordered[:, 1] < 10_000_000)).all():
        raise ValueError(f"are not all of {projection.name}")
    lon, lat = _projection(projection.meridian).transform(eastings, ordered[:, 1], direction="INVERSE")
    return np.column_stack((lon, lat))


def _from_grid(projection: GaussKrueger, x: float, y: float) -> Place:
    split = split_easting(x, y)
    if split is None:
        raise ValueError("are not metres of a Gauss-Krüger zone")
    zone, easting, northing = split
    if zone != projection.zone:
        raise ValueError(f"are of zone {zone}, not of {projection.name}" if zone else "have no zone number in front")
    lon, lat = _projection(projection.meridian).transform(easting, northing, direction="INVERSE")
    return float(lon), float(lat)


def split_easting(x: float, y: float) -> tuple[int, float, float] | None:
    """(zone or 0, easting, northing) by the size of the numbers, in whichever order; None where they are not metres.

    In China northings are 0.3 to 6 million and eastings 100 to 900 thousand; what stands before six digits is the
    zone. Surveyors call the northing X and the easting Y.
    """
    for easting, northing in ((x, y), (y, x)):
        zone, rest = divmod(easting, 1_000_000)
        whole = zone == 0 or 13 <= zone <= 23 or 25 <= zone <= 45
        # A northing of six digits (0.3 to 1 million: the far south) is taken for one only beside a zoned easting.
        lowest = 1_000_000 if zone == 0 else 300_000
        if whole and 100_000 <= rest <= 900_000 and lowest <= northing <= 6_200_000:
            return int(zone), rest, northing
    return None


def _gauss_krueger(name: str) -> GaussKrueger:
    zoned, meridian = _ZONED.fullmatch(name), _MERIDIAN.fullmatch(name)
    if zoned:
        return zone_of(int(zoned[2]))
    if meridian:
        return GaussKrueger(int(meridian[1]))
    raise ValueError(f"{name} is not a coordinate system known here")


@functools.lru_cache(maxsize=64)
def _projection(meridian: int) -> Transformer:
    text = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={_FALSE_EASTING:.0f} +y_0=0 +ellps=GRS80 +units=m"
    return Transformer.from_pipeline(text)


def kind_of(x: float, y: float) -> str:
    """`degrees`, `zone 40`, `zone 0` (metres without a zone) or "": what the size of two numbers says of them."""
    if abs(x) <= 180 and abs(y) <= 90 and (x or y):
        return "degrees"
    split = split_easting(x, y)
    return f"zone {split[0]}" if split else ""


def candidates(places: Sequence[Place], meridian_hint: float) -> list[str]:
    """Systems most of these numbers may be of, by their size; `meridian_hint` is the town's longitude. May be empty."""
    kinds = Counter(kind for x, y in places if (kind := kind_of(x, y)))
    if not kinds:
        return []
    kind = kinds.most_common(1)[0][0]
    if kind == "degrees":
        return [WGS84, GCJ02, BD09]
    zone = int(kind.removeprefix("zone "))
    if zone:
        return [zone_of(zone).name]
    near = sorted({3 * round(meridian_hint / 3), 6 * int(meridian_hint // 6) + 3})
    return [GaussKrueger(meridian).name for meridian in near]
