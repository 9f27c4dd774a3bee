"""One tile of a base map: what it is by its own bytes, and where it lies.

Tiles come from files and services nobody vouches for: a tile is what its bytes say, whatever a name or header claims,
and none is passed on whose picture or unpacked size is beyond the bounds here.
"""

import math
import zlib
from dataclasses import dataclass
from typing import Literal

MAX_TILE_BYTES = 2 * 1024 * 1024
"""As stored or received. A raster tile is 5 to 60 kB, a vector tile of a dense city 500 kB."""
MAX_VECTOR_BYTES = 6 * 1024 * 1024
"""Unpacked."""
MAX_PICTURE_PX = 1024
LARGEST_ZOOM = 22

Kind = Literal["raster", "vector"]
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

VECTOR_TYPE = "application/vnd.mapbox-vector-tile"
_GZIP = b"\x1f\x8b"
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class TileProblem(Exception):
    """A tile, or the file it should be in, cannot be used. The text says what is wrong, and holds no address or key."""


@dataclass(frozen=True, slots=True)
class Tile:
    """`packed`: the body is gzip (RFC 1952) around a vector tile, and may be sent so."""

    body: bytes
    media_type: str
    packed: bool = False


def picture_tile(body: bytes) -> Tile:
    """PNG, JPEG or WebP of at most MAX_PICTURE_PX each way. Raises TileProblem."""
    _check_size(body)
    for media_type, measure in (("image/png", _png), ("image/jpeg", _jpeg), ("image/webp", _webp)):
        size = measure(body)
        if size is None:
            continue
        if not (0 < size[0] <= MAX_PICTURE_PX and 0 < size[1] <= MAX_PICTURE_PX):
            raise TileProblem(f"its picture is {size[0]} × {size[1]} pixels; {MAX_PICTURE_PX} each way are allowed")
        return Tile(body, media_type)
    raise TileProblem("is no PNG, JPEG or WebP picture")


def vector_tile(body: bytes) -> Tile:
    """A Mapbox vector tile, bare or in gzip; looked at as far as its first layer's tag. Raises TileProblem."""
    _check_size(body)
    packed = body.startswith(_GZIP)
    plain = unpack(body, MAX_VECTOR_BYTES) if packed else body
    # Field 3, length-delimited: a layer (vector tile specification 2.1, 4.1). No layer at all is a tile, too.
    if plain and plain[0] != 0x1A:
        raise TileProblem("is no vector tile")
    return Tile(body, VECTOR_TYPE, packed)


def unpack(data: bytes, limit: int) -> bytes:
    """What gzip holds. Raises TileProblem where that is more than `limit` bytes, or it is damaged."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, limit + 1)
    except zlib.error:
        raise TileProblem("is damaged gzip") from None
    if len(plain) > limit:
        raise TileProblem(f"unpacks to more than {limit} bytes")
    if not unpacker.eof:
        raise TileProblem("is damaged gzip")
    return plain


def _check_size(body: bytes) -> None:
    if len(body) > MAX_TILE_BYTES:
        raise TileProblem(f"is {len(body)} bytes large; {MAX_TILE_BYTES} are allowed")


def _png(body: bytes) -> tuple[int, int] | None:
    if not body.startswith(b"\x89PNG\r\n\x1a\n") or body[12:16] != b"IHDR" or len(body) < 24:
        return None
    return int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")


def _jpeg(body: bytes) -> tuple[int, int] | None:
    """From the frame header (ITU-T T.81 B.2.2)."""
    if not body.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker in _SOF:
            return int.from_bytes(body[at + 7 : at + 9], "big"), int.from_bytes(body[at + 5 : at + 7], "big")
        alone = marker == 0xFF or 0xD0 <= marker <= 0xD7 or marker == 0x01
        at += 1 if marker == 0xFF else 2 if alone else 2 + max(2, int.from_bytes(body[at + 2 : at + 4], "big"))
    return None


def _webp(body: bytes) -> tuple[int, int] | None:
    """RFC 9649."""
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP" or len(body) < 30:
        return None
    form = body[12:16]
    if form == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return int.from_bytes(body[26:28], "little") & 0x3FFF, int.from_bytes(body[28:30], "little") & 0x3FFF
    return None


def tile_count(grid: str, zoom: int) -> tuple[int, int]:
    """Columns and rows of a zoom."""
    return 1 << zoom, 1 << (zoom if grid == "mercator" else max(zoom - 1, 0))


def tile_bounds(grid: str, zoom: int, x: int, y: int) -> Bounds:
    """In the coordinates of the tiles. `mercator`: XYZ of EPSG:3857; `degrees`: tiles 360° / 2^zoom each way, rows
    counted from 90° N (EPSG:4490 and 4326 as Tianditu and GoogleCRS84Quad cut them)."""
    wide = 360.0 / (1 << zoom)
    west = x * wide - 180.0
    if grid == "degrees":
        north = 90.0 - y * wide
        return west, max(north - wide, -90.0), west + wide, north
    return west, _latitude((y + 1) / (1 << zoom)), west + wide, _latitude(y / (1 << zoom))


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
