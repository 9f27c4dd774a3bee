"""Tiles by their bytes, and files of tiles: whole ones, and such as somebody made to do harm."""

import gzip
import sqlite3
import struct
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from gis.mbtiles import MbtilesFile
from gis.pmtiles import PmtilesFile, read_directory, tile_id
from gis.tile import MAX_TILE_BYTES, TileProblem, picture_tile, tile_bounds, tile_count, unpack, vector_tile
from gis.tile_archive import open_archive
from sim.base_maps.mbtiles import write_mbtiles
from sim.base_maps.pmtiles import varint, write_pmtiles
from sim.base_maps.vector_tile import encode

PICTURE = np.full((256, 256, 3), 90, np.uint8)
PNG, JPEG, WEBP = (cv2.imencode(kind, PICTURE)[1].tobytes() for kind in (".png", ".jpg", ".webp"))
VECTOR = encode({"water": []}) or b"\x1a\x02\x0a\x00"
TOLD = {
    "format": "png",
    "minzoom": "0",
    "maxzoom": "14",
    "bounds": "120,30,121,31",
    "attribution": "<a>© 镇</a> &amp; co",
}


@pytest.mark.parametrize(("body", "media_type"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_a_picture_is_what_its_bytes_say(body, media_type):
    assert picture_tile(body).media_type == media_type


def png_of(width, height):
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "no PNG, JPEG or WebP"),
        (b"<svg onload='x'/>", "no PNG, JPEG or WebP"),
        (b"", "no PNG, JPEG or WebP"),
        (PNG[:20], "no PNG, JPEG or WebP"),
        (JPEG[:10], "no PNG, JPEG or WebP"),
        (b"\xff\xd8\xff" + b"\xff" * 100_000, "no PNG, JPEG or WebP"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 10, "no PNG, JPEG or WebP"),
        (png_of(60_000, 60_000), "60000 × 60000 pixels"),
        (png_of(0, 5), "0 × 5 pixels"),
        (PNG + bytes(MAX_TILE_BYTES), "bytes large"),
    ],
)
def test_what_is_no_picture_is_not_passed_on(body, reason):
    with pytest.raises(TileProblem, match=reason):
        picture_tile(body)


def test_vector_tiles_packed_and_bare():
    assert not vector_tile(VECTOR).packed
    assert not vector_tile(b"").packed
    packed = vector_tile(gzip.compress(VECTOR))
    assert packed.packed
    for body, reason in [
        (b"<html>", "no vector tile"),
        (gzip.compress(b"<html>"), "no vector tile"),
        (gzip.compress(bytes(50_000_000)), "unpacks to more"),
        (gzip.compress(VECTOR)[:-4], "damaged"),
        (b"\x1f\x8bnonsense", "damaged"),
    ]:
        with pytest.raises(TileProblem, match=reason):
            vector_tile(body)
    assert unpack(gzip.compress(b"x" * 100), 100) == b"x" * 100


def test_where_tiles_lie():
    """Against the published example of the OSM wiki, and the corners of both grids."""
    west, south, east, north = tile_bounds("mercator", 17, 65544, 43582)
    assert (west, north) == pytest.approx((0.02197265625, 51.512161249555), abs=1e-9)
    assert tile_bounds("mercator", 0, 0, 0) == pytest.approx((-180, -85.0511287798, 180, 85.0511287798))
    assert (east - west) == pytest.approx(360 / 2**17)
    assert south < north
    # Tianditu, matrix set c, matrix 1: two tiles of 180°; matrix 12 around 120.45° E, 30.08° N.
    assert tile_count("degrees", 1) == (2, 1)
    assert tile_bounds("degrees", 1, 1, 0) == pytest.approx((0, -90, 180, 90))
    west, south, east, north = tile_bounds("degrees", 12, 3418, 681)
    assert west <= 120.45 <= east
    assert south <= 30.08 <= north


def test_ids_follow_the_curve_of_the_specification():
    told = [
        (0, 0, 0, 0),
        (1, 0, 0, 1),
        (1, 0, 1, 2),
        (1, 1, 1, 3),
        (1, 1, 0, 4),
        (2, 0, 0, 5),
        (12, 3423, 1763, 19078479),
    ]
    assert [tile_id(z, x, y) for z, x, y, _ in told] == [id_ for *_, id_ in told]
    order = sorted((tile_id(4, x, y), x, y) for x in range(16) for y in range(16))
    assert [id_ for id_, *_ in order] == list(range(85, 341))
    assert all(abs(a[1] - b[1]) + abs(a[2] - b[2]) == 1 for a, b in pairwise(order))


def some_tiles(body):
    """More than one directory of leaves holds."""
    return [(7, x, y, body + bytes([x, y])) for x in range(40) for y in range(20)] + [(14, 13663, 6745, body)]


@pytest.mark.parametrize("kind", ["mbtiles", "pmtiles", "vector pmtiles"])
def test_a_file_gives_back_what_was_put_in(tmp_path, kind):
    path, told = tmp_path / "map.tiles", dict(TOLD)
    body = VECTOR if kind.startswith("vector") else PNG
    if kind == "mbtiles":
        write_mbtiles(path, some_tiles(body), told)
    else:
        form = "pbf" if body == VECTOR else "png"
        write_pmtiles(path, some_tiles(body), form, (120, 30, 121, 31), {"attribution": told["attribution"]})
    archive = open_archive(path)
    try:
        assert archive.facts.kind == ("vector" if body == VECTOR else "raster")
        assert archive.facts.bounds == (120, 30, 121, 31)
        assert archive.facts.attribution == "© 镇 & co"
        for x, y in ((0, 0), (39, 19), (17, 3)):
            tile = archive.tile(7, x, y)
            assert tile is not None
            assert (gzip.decompress(tile.body) if tile.packed else tile.body) == body + bytes([x, y])
        assert archive.tile(14, 13663, 6745) is not None
        assert archive.tile(14, 13663, 6746) is None
        assert archive.tile(22, 0, 0) is None
        assert archive.tile(0, 0, 0) is None
    finally:
        archive.close()
    with pytest.raises(TileProblem):
        archive.tile(7, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither MBTiles"),
        (b"PK\x03\x04" * 100, "neither MBTiles"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "cannot be read|no MBTiles|not a database|malformed"),
        (b"PMTiles\x02" + bytes(200), "version 2"),
        (b"PMTiles\x03", "ends before"),
        (b"PMTiles\x03" + b"\xff" * 200, "can be read"),
    ],
)
def test_files_that_are_none_are_refused_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "map"
    path.write_bytes(content)
    with pytest.raises(TileProblem, match=reason):
        open_archive(path)
    with pytest.raises(TileProblem, match="no such file"):
        open_archive(tmp_path)


def hostile_database(path: Path, tiles: str) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        database.executemany("INSERT INTO metadata VALUES (?, ?)", TOLD.items())
        database.execute(tiles)
    database.close()
    return path


ENDLESS = (
    "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i AS zoom_level, -i AS tile_column, -i AS tile_row, x'00' AS tile_data FROM n"
)


@pytest.mark.parametrize(
    ("tiles", "reason"),
    [
        (ENDLESS, "too long|prohibited|authorized"),
        (
            "CREATE VIEW tiles AS SELECT 7 AS zoom_level, 0 AS tile_column, 127 AS tile_row, "
            "zeroblob(900000000) AS tile_data",
            "cannot be read",
        ),
        (
            "CREATE VIEW tiles AS SELECT 7 AS zoom_level, 0 AS tile_column, 127 AS tile_row, "
            "load_extension('/tmp/x') AS tile_data",
            "cannot be read",
        ),
        ("CREATE VIEW tiles AS SELECT 7 AS zoom_level, 0 AS tile_column, 127 AS tile_row, 'text' AS tile_data", "text"),
        (
            "CREATE VIEW tiles AS SELECT 7 AS zoom_level, 0 AS tile_column, 127 AS tile_row, x'3c68' AS tile_data",
            "no PNG",
        ),
        ("CREATE TABLE pictures (a)", "cannot be read"),
    ],
    ids=["endless", "gigabytes", "loads code", "text", "html", "no tiles"],
)
def test_a_database_made_to_do_harm_does_none(tmp_path, tiles, reason):
    archive = MbtilesFile(hostile_database(tmp_path / "map.mbtiles", tiles))
    try:
        with pytest.raises(TileProblem, match=reason):
            archive.tile(7, 0, 0)
    finally:
        archive.close()


def test_tiles_through_a_view_over_shared_images_are_read(tmp_path):
    """As several tools write them, so that the sea is stored once."""
    path = hostile_database(
        tmp_path / "map.mbtiles",
        "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id)",
    )
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE map (zoom_level INT, tile_column INT, tile_row INT, tile_id TEXT)")
        database.execute("CREATE TABLE images (tile_id TEXT, tile_data BLOB)")
        database.execute("INSERT INTO map VALUES (7, 0, 127, 'sea')")
        database.execute("INSERT INTO images VALUES ('sea', ?)", (PNG,))
    database.close()
    archive = MbtilesFile(path)
    tile = archive.tile(7, 0, 0)
    archive.close()
    assert tile is not None
    assert tile.body == PNG


@pytest.mark.parametrize(
    ("directory", "reason"),
    [
        (b"", "ends early"),
        (varint(0), "0 entries"),
        (varint(10**9) + bytes(100), "entries"),
        (varint(2) + b"\x80" * 40, "more than ten bytes"),
        (varint(1) + varint(5) + varint(1) + varint(0) + varint(1), "empty or impossible"),
        (varint(1) + varint(5) + varint(1) + varint(7) + varint(0), "follows nothing"),
        (varint(1) + varint(5) + varint(1) + varint(7) + varint(2**63), "empty or impossible"),
    ],
)
def test_directories_made_to_do_harm_are_refused(directory, reason):
    with pytest.raises(TileProblem, match=reason):
        read_directory(directory)


def test_a_pmtiles_file_cannot_lead_in_circles_or_out_of_itself(tmp_path):
    path = tmp_path / "map"

    def patched(*patches: tuple[int, bytes]) -> None:
        write_pmtiles(path, some_tiles(PNG), "png", (120, 30, 121, 31), {})
        content = bytearray(path.read_bytes())
        for offset, data in patches:
            content[offset : offset + len(data)] = data
        path.write_bytes(content)

    patched()
    end, bomb = path.stat().st_size, gzip.compress(bytes(8 << 20))
    (root,) = struct.unpack_from("<Q", path.read_bytes(), 8)
    for patches, reason in [
        ([(16, struct.pack("<Q", 2**60))], "directory of"),
        ([(8, struct.pack("<Q", 2**62))], "ends before"),
        ([(8, struct.pack("<QQ", end, len(bomb))), (end, bomb)], "unpacks to more"),
        ([(97, b"\x04")], "zstd"),
        ([(100, b"\x63")], "zooms are 99 to 14"),
    ]:
        patched(*patches)
        with pytest.raises(TileProblem, match=reason):
            PmtilesFile(path)
    # A directory whose only leaf is itself.
    circles = (gzip.compress(b"\x01\x00\x00" + varint(size) + b"\x01", mtime=0) for size in range(15, 120))
    circle = next(one for one in circles if gzip.decompress(one)[3] == len(one))
    patched((root, circle), (16, struct.pack("<Q", len(circle))), (40, struct.pack("<Q", root)))
    archive = PmtilesFile(path)
    try:
        with pytest.raises(TileProblem, match="directories more than 4 deep"):
            archive.tile(7, 3, 3)
    finally:
        archive.close()
