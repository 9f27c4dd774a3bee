"""Writes Mapbox vector tiles (specification 2.1)."""

from collections.abc import Mapping, Sequence

from shapely import Point
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from sim.base_maps.pmtiles import varint

EXTENT = 4096
Layers = Mapping[str, Sequence[tuple[BaseGeometry, Mapping[str, str]]]]
"""Features by layer: shapes in tile coordinates (0 to EXTENT, y down), of one part each, and their texts."""


def _field(number: int, body: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(body)) + body


def _zigzag(value: int) -> int:
    return value << 1 ^ value >> 63


class _Pen:
    """Commands relative to where the pen is (specification 2.1, 4.3)."""

    def __init__(self) -> None:
        self.x = self.y = 0
        self.written: list[int] = []

    def ring(self, points: Sequence[tuple[int, int]], *, closed: bool) -> bool:
        """False where it has too few corners left."""
        distinct = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
        if closed and distinct and distinct[0] == distinct[-1]:
            distinct.pop()
        if len(distinct) < (3 if closed else 2):
            return False
        self._to(1, distinct[:1])
        self._to(2, distinct[1:])
        if closed:
            self.written.append(1 << 3 | 7)
        return True

    def point(self, x: int, y: int) -> None:
        self._to(1, [(x, y)])

    def _to(self, command: int, points: Sequence[tuple[int, int]]) -> None:
        self.written.append(len(points) << 3 | command)
        for x, y in points:
            self.written += [_zigzag(x - self.x), _zigzag(y - self.y)]
            self.x, self.y = x, y


def _drawn(shape: BaseGeometry) -> tuple[int, list[int]] | None:
    """Kind and commands."""
    pen = _Pen()
    if isinstance(shape, Polygon):
        turned = orient(shape)
        if not pen.ring(_points(turned.exterior), closed=True):
            return None
        for hole in turned.interiors:
            pen.ring(_points(hole), closed=True)
        return 3, pen.written
    if isinstance(shape, LineString):
        return (2, pen.written) if pen.ring(_points(shape), closed=False) else None
    if isinstance(shape, Point):
        pen.point(round(shape.x), round(shape.y))
        return 1, pen.written
    return None


def _points(line: BaseGeometry) -> list[tuple[int, int]]:
    return [(round(x), round(y)) for x, y in line.coords]


def encode(layers: Layers) -> bytes:
    """One tile; layers without features are left out."""
    return b"".join(_field(3, body) for name, features in layers.items() if (body := _layer(name, features)))


def _layer(name: str, features: Sequence[tuple[BaseGeometry, Mapping[str, str]]]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[str, int] = {}
    written = b""
    for shape, texts in features:
        drawn = _drawn(shape)
        if drawn is None:
            continue
        tags = b"".join(
            varint(keys.setdefault(key, len(keys))) + varint(values.setdefault(value, len(values)))
            for key, value in texts.items()
        )
        kind, commands = drawn
        geometry = b"".join(varint(one) for one in commands)
        written += _field(2, _field(2, tags) + varint(3 << 3) + varint(kind) + _field(4, geometry))
    if not written:
        return b""
    told = b"".join(_field(3, key.encode()) for key in keys)
    told += b"".join(_field(4, _field(1, value.encode())) for value in values)
    version, extent = varint(15 << 3) + varint(2), varint(5 << 3) + varint(EXTENT)
    return version + _field(1, name.encode()) + written + told + extent
