"""Writes PMTiles version 3 (specification 3.4): every tile by itself, in the order of the Hilbert curve."""

import gzip
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gis.pmtiles import HEADER_BYTES, tile_id
from sim.base_maps.mbtiles import TileBytes

LEAF_ENTRIES = 512
Entry = tuple[int, int, int, int]
"""Tile id, offset, length, run."""
TYPES = {"pbf": 1, "png": 2, "jpg": 3, "webp": 4}


def varint(value: int) -> bytes:
    """Base 128, little end first (protocol buffers)."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))


def directory(entries: Sequence[Entry]) -> bytes:
    """Packed (specification 3.4, 4.2)."""
    written = bytearray(varint(len(entries)))
    last = 0
    for id_, *_ in entries:
        written += varint(id_ - last)
        last = id_
    for _, _, _, run in entries:
        written += varint(run)
    for _, _, length, _ in entries:
        written += varint(length)
    for at, (_, offset, _, _) in enumerate(entries):
        follows = at > 0 and offset == entries[at - 1][1] + entries[at - 1][2]
        written += varint(0 if follows else offset + 1)
    return gzip.compress(bytes(written), mtime=0)


def write_pmtiles(
    path: Path, tiles: Iterable[TileBytes], form: str, bounds: Sequence[float], metadata: Mapping[str, object]
) -> None:
    """`form`: pbf, png, jpg or webp; vector tiles are packed. Replaces what stands at `path`."""
    bodies, entries, zooms, at = bytearray(), [], [], 0
    for id_, zoom, body in sorted((tile_id(zoom, x, y), zoom, body) for zoom, x, y, body in tiles):
        packed = gzip.compress(body, mtime=0) if form == "pbf" else body
        entries.append((id_, at, len(packed), 1))
        zooms.append(zoom)
        bodies += packed
        at += len(packed)
    leaves, root = bytearray(), entries
    if len(entries) > LEAF_ENTRIES:
        root = []
        for first in range(0, len(entries), LEAF_ENTRIES):
            leaf = directory(entries[first : first + LEAF_ENTRIES])
            root.append((entries[first][0], len(leaves), len(leaf), 0))
            leaves += leaf
    top, about = directory(root), gzip.compress(json.dumps(dict(metadata)).encode(), mtime=0)
    places = [HEADER_BYTES, len(top), HEADER_BYTES + len(top), len(about)]
    places += [sum(places[2:]), len(leaves), sum(places[2:]) + len(leaves), len(bodies)]
    packing = 2 if form == "pbf" else 1
    corners = [round(one * 1e7) for one in bounds]
    middle = [(corners[0] + corners[2]) // 2, (corners[1] + corners[3]) // 2]
    head = struct.pack(
        "<7sB11Q6B4iB2i", b"PMTiles", 3, *places, len(entries), len(entries), len(entries), 1, 2, packing,
        TYPES[form], min(zooms), max(zooms), *corners, min(zooms), *middle,
    )  # fmt: skip
    path.write_bytes(head + top + about + bytes(leaves) + bytes(bodies))
