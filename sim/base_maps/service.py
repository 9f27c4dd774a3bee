"""A tile service as townships buy them, for tests: XYZ and WMTS with a key, tiles with a mark at a known place, faults.

Its WMTS has two tile matrix sets, `w` (web mercator) and `c` (degrees), by key-value pairs and by path.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from gis.chinese_coordinates import wgs84_to_gcj02
from gis.tile import tile_bounds
from sim.base_maps.land import to_world

TILE_PX = 256
GROUND, MARK = (60, 40, 30), (40, 40, 255)
"""Blue, green, red."""
MARK_PX = 9


@dataclass
class TileService:
    """`mark`: WGS 84. `shifted`: the tiles are in GCJ-02, as AMap's are. Set `fault` to have one: `down` (503),
    `forbidden`, `used up` (429), `page` (a page instead of a picture), `script` (SVG), `huge`, `vast` (a small file of
    a large picture), `endless`, `elsewhere` (redirects to another host), `around` (to itself), `nothing` (404)."""

    key: str = ""
    mark: tuple[float, float] = (120.42, 30.06)
    shifted: bool = False
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    """Path and query of every request."""

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/xyz/{z:int}/{x:int}/{y:int}.png", self._xyz),
                Route("/wmts", self._pairs),
                Route("/rest/{layer}/{style}/{set}/{z:int}/{y:int}/{x:int}.png", self._path),
                Route("/moved/{z:int}/{x:int}/{y:int}.png", self._moved),
            ]
        )

    async def _xyz(self, request: Request) -> Response:
        return self._answer(request, request.query_params.get("key", ""), "mercator")

    async def _path(self, request: Request) -> Response:
        grid = "degrees" if request.path_params["set"] == "c" else "mercator"
        return self._answer(request, request.query_params.get("tk", ""), grid)

    async def _moved(self, request: Request) -> Response:
        """Redirects within the host."""
        self._note(request)
        z, x, y = (request.path_params[one] for one in "zxy")
        return RedirectResponse(f"/xyz/{z}/{x}/{y}.png?{request.url.query}")

    async def _pairs(self, request: Request) -> Response:
        asked = {name.upper(): value for name, value in request.query_params.items()}
        needed = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "img", "STYLE": "default"}
        if any(asked.get(name) != value for name, value in needed.items()) or asked.get("FORMAT") != "tiles":
            self._note(request)
            return PlainTextResponse("<ExceptionReport/>", 400, media_type="text/xml")
        names = {"z": "TILEMATRIX", "y": "TILEROW", "x": "TILECOL"}
        request.path_params.update({short: int(asked[long]) for short, long in names.items()})
        grid = "degrees" if asked.get("TILEMATRIXSET") == "c" else "mercator"
        return self._answer(request, asked.get("TK", ""), grid)

    def _note(self, request: Request) -> None:
        self.asked.append(f"{request.url.path}?{request.url.query}")

    def _answer(self, request: Request, key: str, grid: str) -> Response:
        self._note(request)
        if key != self.key:
            return PlainTextResponse("no such key", 403)
        if self.fault:
            return self._faulty()
        z, x, y = (int(request.path_params[one]) for one in "zxy")
        return Response(self.tile(grid, z, x, y), media_type="image/png")

    def _faulty(self) -> Response:
        simple: dict[str, Response] = {
            "down": PlainTextResponse("down for maintenance", 503),
            "forbidden": PlainTextResponse("the key is of another kind", 403),
            "used up": PlainTextResponse("quota", 429),
            "nothing": PlainTextResponse("", 404),
            "page": PlainTextResponse("<html>sign in</html>", media_type="image/png"),
            "script": PlainTextResponse("<svg onload='alert(1)'/>", media_type="image/svg+xml"),
            "huge": Response(b"\x89PNG\r\n\x1a\n" + bytes(3_000_000), media_type="image/png"),
            "vast": Response(_vast(), media_type="image/png"),
            "elsewhere": RedirectResponse("http://127.0.0.2:9/tile.png"),
            "around": RedirectResponse("/moved/1/0/0.png"),
        }
        return simple[self.fault] if self.fault in simple else StreamingResponse(_endless(), media_type="image/png")

    def tile(self, grid: str, zoom: int, x: int, y: int) -> bytes:
        """A PNG, with the mark where it lies on this tile."""
        lon, lat = wgs84_to_gcj02(*self.mark) if self.shifted else self.mark
        west, _, east, north = tile_bounds(grid, zoom, x, y)
        across = (lon - west) / (east - west) * TILE_PX
        if grid == "degrees":
            down = (north - lat) / (360 / (1 << zoom)) * TILE_PX
        else:
            down = (to_world(np.array([(lon, lat)]))[0, 1] * (1 << zoom) - y) * TILE_PX
        picture = np.full((TILE_PX, TILE_PX, 3), GROUND, np.uint8)
        half, bits = MARK_PX / 2, 4
        # OpenCV counts from the middle of the first pixel.
        corners = np.array([(across - half, down - half), (across + half - 1, down + half - 1)])
        if (np.abs(corners) < 10 * TILE_PX).all():
            first, last = (tuple(round(one * (1 << bits)) for one in corner) for corner in corners)
            cv2.rectangle(picture, first, last, MARK, -1, cv2.LINE_AA, bits)
        return cv2.imencode(".png", picture)[1].tobytes()


def _vast() -> bytes:
    head = cv2.imencode(".png", np.zeros((1, 1, 3), np.uint8))[1].tobytes()
    return head[:16] + (60_000).to_bytes(4, "big") * 2 + head[24:]


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1000):
        await asyncio.sleep(0)  # whoever reads it may run in the same loop
        yield b"\x89PNG" + bytes(65536)
