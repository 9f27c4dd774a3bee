"""The simulated town from the air, as JPEG tiles: fields, water, roofs with their shadows, roads."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely.coords import CoordinateSequence
from shapely.geometry import LineString, Polygon

from sim.base_maps.land import Drawn, TownLand
from sim.base_maps.mbtiles import TileBytes

ZOOMS = (11, 16)
_TILE, _BLOCK = 256, 4
"""Pixels of a tile, and how many each way are drawn at once."""
_SHIFT = 4
"""Bits of a pixel's fraction."""
_QUALITY = 72
_GROUND, _WATER = (112, 152, 146), (128, 112, 78)
_GREENS = {"forest": (66, 98, 66), "tea": (86, 136, 96), "paddy": (102, 168, 146), "orchard": (84, 130, 110)}
_GREEN = (86, 136, 104)
_ROOFS = ((162, 160, 166), (112, 102, 160), (206, 204, 200), (140, 148, 158), (188, 176, 160), (118, 126, 142))
_TRACK, _ROAD, _TRUNK = (166, 186, 196), (176, 176, 178), (158, 158, 160)
_WORLD_M = 40_075_017.0

Picture = NDArray[np.uint8]


def aerial_tiles(land: TownLand, zooms: tuple[int, int] = ZOOMS) -> Iterator[TileBytes]:
    """All tiles of the town. A block of tiles is drawn at once: what lies across them is met once."""
    grain = _grain()
    for zoom in range(zooms[0], zooms[1] + 1):
        wanted = set(land.tiles(zoom))
        for column, row in sorted({(x // _BLOCK, y // _BLOCK) for x, y in wanted}):
            picture = _block(land, zoom, column * _BLOCK, row * _BLOCK, grain)
            for down in range(_BLOCK):
                for right in range(_BLOCK):
                    x, y = column * _BLOCK + right, row * _BLOCK + down
                    if (x, y) in wanted:
                        part = picture[down * _TILE : (down + 1) * _TILE, right * _TILE : (right + 1) * _TILE]
                        yield zoom, x, y, _jpeg(part)


def _jpeg(picture: Picture) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def _grain() -> NDArray[np.float32]:
    """Unevenness of the ground, the same in every block, so that blocks meet without a seam."""
    size, rng = _TILE * _BLOCK, np.random.default_rng(3)
    found = np.zeros((size, size), np.float32)
    for coarse, strength in ((64, 9.0), (16, 6.0), (2, 4.0)):
        small = rng.standard_normal((size // coarse, size // coarse)).astype(np.float32)
        wrapped = np.pad(small, 2, mode="wrap")
        large = cv2.resize(wrapped, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_LINEAR)
        found += strength * large[2 * coarse : 2 * coarse + size, 2 * coarse : 2 * coarse + size]
    return found


def _block(land: TownLand, zoom: int, x: int, y: int, grain: NDArray[np.float32]) -> Picture:
    size, across = _TILE * _BLOCK, 1 << zoom
    scale = _TILE * across
    sides = (x / across, y / across, (x + _BLOCK) / across, (y + _BLOCK) / across)
    metre = scale / _WORLD_M / np.cos(np.radians((land.bounds[1] + land.bounds[3]) / 2))
    picture = np.empty((size, size, 3), np.uint8)
    picture[:] = _GROUND
    corner = np.array([x * _TILE, y * _TILE], np.float64)

    def pixels(points: CoordinateSequence, moved: float = 0.0) -> NDArray[np.int32]:
        # OpenCV counts from the middle of the first pixel.
        return np.round((np.asarray(points) * scale - corner + moved - 0.5) * (1 << _SHIFT)).astype(np.int32)

    def fill(one: Drawn, colour: tuple[int, int, int], moved: float = 0.0) -> None:
        if isinstance(one.shape, Polygon):
            rings = [pixels(one.shape.exterior.coords, moved)]
            rings += [pixels(hole.coords, moved) for hole in one.shape.interiors]
            cv2.fillPoly(picture, rings, colour, cv2.LINE_AA, _SHIFT)

    for one in land.layers["green"].within(*sides):
        fill(one, _GREENS.get(str(one.properties.get("kind")), _GREEN))
    for one in land.layers["water"].within(*sides):
        fill(one, _WATER)
    noisy = picture.astype(np.float32) + grain[:, :, None]
    picture[:] = np.clip(noisy, 0, 255).astype(np.uint8)
    for one in reversed(land.layers["roads"].within(*sides)):
        kind, wide = str(one.properties["kind"]), float(one.properties["width_m"]) * metre
        if isinstance(one.shape, LineString) and wide > 0.4:
            colour = _TRUNK if kind == "trunk" else _TRACK if kind == "track" else _ROAD
            line = [pixels(one.shape.coords)]
            cv2.polylines(picture, line, False, colour, max(1, round(wide)), cv2.LINE_AA, _SHIFT)
    houses = land.layers["buildings"].within(*sides)
    for one in houses:
        fill(one, (34, 40, 42), min(float(one.properties.get("height_m", 6.0)) * 0.5 * metre, 12.0))
    for one in houses:
        fill(one, _ROOFS[int(one.shape.bounds[0] * 1e9) % len(_ROOFS)])
    return picture
