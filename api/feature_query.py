"""What a program may ask of a collection of features (OGC 17-069r4, 7.15; 18-058r1 for coordinate systems)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from api.feature_kinds import Kind
from incidents.errors import Invalid

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
SWAPPED = {f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (4326, 4490)}
"""The same degrees, lat before lon: WGS 84, and CGCS2000, which equals it at the scale of a town."""
SYSTEMS = (CRS84, *sorted(SWAPPED))
DEFAULT_LIMIT, MOST = 100, 1_000
MAX_VALUE = 120
Shape = Literal["json", "html"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """`box`: west, south, east, north in degrees; west above east goes over the date line. `from_at` is inside, `to_at`
    is not. `given`: the parameters as they came, for links to the next page and to other forms of this one."""

    shape: Shape
    crs: str = CRS84
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    box: Box | None = None
    from_at: float | None = None
    to_at: float | None = None
    equals: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def swapped(self) -> bool:
        return self.crs in SWAPPED

    def link(self, **changed: str | None) -> str:
        """The query of a link: as given, but for what is changed or, by None, left out."""
        wanted = {name: value for name, value in {**self.given, **changed}.items() if value is not None}
        return f"?{urlencode(wanted)}" if wanted else ""


def shape_of(given: Sequence[tuple[str, str]], accept: str, names: Sequence[str] = ("f",)) -> FeatureQuery:
    """The query of a resource that is no list. Raises Invalid for parameters it does not know (7.15.1)."""
    known = _known(given, names)
    return FeatureQuery(_shape(known, accept), crs=_system(known, "crs"), given=known)


def items_of(kind: Kind, given: Sequence[tuple[str, str]], accept: str) -> FeatureQuery:
    """Raises Invalid, naming the parameter."""
    names = ("f", "bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", *kind.equals)
    known = _known(given, names)
    from_at, to_at = _interval(known["datetime"]) if "datetime" in known else (None, None)
    return FeatureQuery(
        shape=_shape(known, accept),
        crs=_system(known, "crs"),
        limit=_limit(known.get("limit")),
        cursor=known.get("cursor"),
        box=_box(known["bbox"], _system(known, "bbox-crs") in SWAPPED) if "bbox" in known else None,
        from_at=from_at,
        to_at=to_at,
        equals={name: _value(kind, name, known[name]) for name in kind.equals if name in known},
        given=known,
    )


def filter_of(kind: Kind, given: Sequence[tuple[str, str]]) -> FeatureQuery:
    """Of a whole collection taken away at once. Raises Invalid."""
    return items_of(kind, list(_known(given, ("bbox", "datetime", *kind.equals)).items()), "")


def swap_axes(coordinates: Any) -> Any:
    """GeoJSON coordinates with lat before lon, or back."""
    if coordinates and isinstance(coordinates[0], int | float):
        return [coordinates[1], coordinates[0]]
    return [swap_axes(one) for one in coordinates]


def _known(given: Sequence[tuple[str, str]], names: Sequence[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for name, value in given:
        if name not in names:
            raise Invalid(f"is no parameter here; there are {', '.join(names)}", name[:40])
        if name in known:
            raise Invalid("is given twice", name)
        if len(value) > MAX_VALUE or not value.isprintable():
            raise Invalid(f"is longer than {MAX_VALUE} characters, or holds control characters", name)
        known[name] = value
    return known


def _shape(known: Mapping[str, str], accept: str) -> Shape:
    if (asked := known.get("f")) is not None:
        if asked not in ("json", "html"):
            raise Invalid("must be json or html", "f")
        return "html" if asked == "html" else "json"
    for one in accept[:1000].split(","):
        kind = one.partition(";")[0].strip().lower()
        if kind in ("text/html", "application/json", "application/geo+json"):
            return "html" if kind == "text/html" else "json"
    return "json"


def _system(known: Mapping[str, str], name: str) -> str:
    asked = known.get(name, CRS84)
    if asked not in SYSTEMS:
        raise Invalid(f"must be one of {', '.join(SYSTEMS)}", name)
    return asked


def _limit(given: str | None) -> int:
    """Above MOST it is MOST (7.15.2)."""
    if given is None:
        return DEFAULT_LIMIT
    if not (given.isascii() and given.isdecimal()) or int(given) < 1:
        raise Invalid("must be a whole number, 1 or more", "limit")
    return min(int(given), MOST)


def _box(given: str, swapped: bool) -> Box:
    """Four numbers, or six with heights, which are passed over."""
    try:
        numbers = [float(one) for one in given.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise Invalid("must be four numbers, or six", "bbox")
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    if swapped:
        low, high = low[::-1], high[::-1]
    (west, south), (east, north) = low, high
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("must lie within 180 and 90 degrees, its lower corner before its upper", "bbox")
    return west, south, east, north


def _interval(given: str) -> tuple[float | None, float | None]:
    """An instant or an interval of RFC 3339 times, `..` or nothing for an open end. A time without fractions is its
    whole second, since that is how finely it was said."""
    begin, slash, end = given.partition("/")
    if not slash:
        at, precision = _instant(begin)
        return at, at + precision
    if begin in ("", "..") and end in ("", ".."):
        return None, None
    from_at = None if begin in ("", "..") else _instant(begin)[0]
    to_at = None if end in ("", "..") else sum(_instant(end))
    if from_at is not None and to_at is not None and to_at <= from_at:
        raise Invalid("ends before it begins", "datetime")
    return from_at, to_at


def _instant(given: str) -> tuple[float, float]:
    """Unix seconds, and how long it lasts."""
    try:
        at = datetime.fromisoformat(given.upper().replace(" ", "+"))
        if at.tzinfo is None or len(given) < 20:
            raise ValueError
        return at.timestamp(), 0.001 if "." in given else 1.0
    except (ValueError, OverflowError):
        raise Invalid("must be RFC 3339 times with zone, as 2026-01-01T00:00:00Z or A/B", "datetime") from None


def _value(kind: Kind, name: str, given: str) -> Any:
    form = kind.columns[name]
    if form == "boolean":
        if given not in ("true", "false"):
            raise Invalid("must be true or false", name)
        return given == "true"
    if form == "integer":
        if not (given.isascii() and given.isdecimal() and len(given) < 10):
            raise Invalid("must be a whole number", name)
        return int(given)
    return given
