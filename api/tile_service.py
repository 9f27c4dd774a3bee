"""Tiles from a configured service: XYZ addresses and WMTS (OGC 07-057r7). The service is not trusted: a tile is given
so many bytes and seconds, must be a picture or vector tile by its own bytes, and comes from the configured host alone.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx

from config.accounts import MissingPassword
from config.base_maps import BaseMap
from gis.tile import MAX_TILE_BYTES, MAX_VECTOR_BYTES, Tile, TileProblem, picture_tile, unpack, vector_tile

TIMEOUT_SECONDS = 10.0
AT_ONCE = 8
MOST_REDIRECTS = 2
_NONE = frozenset({204, 404})
"""A service without a tile there answers so."""

KeyOf = Callable[[BaseMap], str]
"""The key of the service, read now, "" where it needs none. Raises MissingPassword."""


class ServiceDown(Exception):
    """The service as a whole, not this one tile, is the trouble. The text holds neither address nor key."""


@dataclass(frozen=True, slots=True)
class TileAddresses:
    """Writes the addresses of one base map's tiles."""

    base_map: BaseMap

    def of(self, zoom: int, x: int, y: int, key: str) -> str:
        """The address, the key in it."""
        one = self.base_map
        subdomain = one.subdomains[(x + y) % len(one.subdomains)] if one.subdomains else ""
        words = {"s": subdomain, "key": quote(key, safe="")}
        if one.wmts is None:
            words |= {"z": str(zoom), "x": str(x), "y": str(y), "-y": str((1 << zoom) - 1 - y)}
            return _filled(one.address or "", words)
        matrix = one.wmts.matrix.replace("{z}", str(zoom + one.wmts.first_matrix))
        tile = {"TileMatrix": matrix, "TileRow": str(y), "TileCol": str(x)}
        named = {"Layer": one.wmts.layer, "Style": one.wmts.style, "TileMatrixSet": one.wmts.matrix_set}
        if "{TileMatrix}" in (one.address or ""):
            quoted = {name: quote(word, safe=":.-_~") for name, word in (tile | named).items()}
            return self._with_key(_filled(one.address or "", words | quoted), key)
        query = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "FORMAT": one.wmts.format}
        asked = urlencode(query | {name.upper(): word for name, word in (named | tile).items()}, safe=":/")
        bare = _filled(one.address or "", words).rstrip("?&")
        return self._with_key(f"{bare}{'&' if '?' in bare else '?'}{asked}", key)

    def _with_key(self, address: str, key: str) -> str:
        if not key or "{key}" in (self.base_map.address or ""):
            return address
        return f"{address}{'&' if '?' in address else '?'}{self.base_map.key_parameter}={quote(key, safe='')}"


def _filled(template: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        template = template.replace(f"{{{name}}}", word)
    return template


class TileService:
    """One service with its connections. Raises OSError (ssl.SSLError is one) where `ca_file` cannot be used."""

    def __init__(self, base_map: BaseMap, key_of: KeyOf, base_dir: Path, timeout: float = TIMEOUT_SECONDS) -> None:
        self._base_map, self._key_of, self._timeout = base_map, key_of, timeout
        self._addresses = TileAddresses(base_map)
        context = ssl.create_default_context()
        if base_map.ca_file is not None:
            context.load_verify_locations(base_dir / base_map.ca_file)
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        # trust_env: a proxy somebody set for his shell is no part of the configuration.
        self._http = httpx.AsyncClient(
            verify=context, follow_redirects=False, trust_env=False, timeout=timeout, limits=limits
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def fetch(self, zoom: int, x: int, y: int) -> Tile | None:
        """None where the service says it has none there. Raises ServiceDown; TileProblem where what it sent is no
        tile."""
        try:
            key = await asyncio.to_thread(self._key_of, self._base_map)
        except MissingPassword as problem:
            raise ServiceDown(f"its key cannot be read: {problem}") from None
        try:
            async with asyncio.timeout(self._timeout):
                return await self._get(self._addresses.of(zoom, x, y, key))
        except (TimeoutError, httpx.TimeoutException):
            raise ServiceDown(f"no answer within {self._timeout:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            # Their texts may hold the address, and the address the key.
            raise ServiceDown(f"cannot be asked: {type(error).__name__}") from None

    async def _get(self, address: str) -> Tile | None:
        headers = {"user-agent": "Gridwatch", "accept-encoding": "identity", "accept": "image/*,*/*;q=0.5"}
        for _ in range(1 + MOST_REDIRECTS):
            async with self._http.stream("GET", address, headers=headers) as reply:
                if reply.status_code in (301, 302, 303, 307, 308):
                    address = _same_host(address, reply.headers.get("location", ""))
                    continue
                if reply.status_code in _NONE:
                    return None
                if reply.status_code != 200:
                    raise ServiceDown(f"answered {reply.status_code}{_meaning(reply.status_code)}")
                return self._tile(await _body(reply), reply.headers.get("content-encoding", "").lower())
        raise ServiceDown(f"redirects more than {MOST_REDIRECTS} times")

    def _tile(self, body: bytes, encoding: str) -> Tile | None:
        if encoding not in ("", "identity", "gzip"):
            raise TileProblem("is sent in an encoding nobody asked for")
        if not body:
            return None
        if self._base_map.tiles == "vector":
            return vector_tile(body)
        return picture_tile(unpack(body, MAX_TILE_BYTES) if encoding == "gzip" else body)


async def _body(reply: httpx.Response) -> bytes:
    """Raw: what unpacks it has a bound of its own."""
    body = bytearray()
    async for part in reply.aiter_raw():
        body += part
        if len(body) > min(MAX_TILE_BYTES, MAX_VECTOR_BYTES):
            raise TileProblem(f"is larger than {MAX_TILE_BYTES} bytes")
    return bytes(body)


def _same_host(address: str, location: str) -> str:
    """Where it leads to. Raises ServiceDown where that is another host, port or scheme."""
    try:
        there = urljoin(address, location)
        same = urlsplit(there)[:2] == urlsplit(address)[:2]
    except ValueError:
        same = False
    if not location or not same:
        raise ServiceDown("redirects to another host: configure the address it leads to")
    return there


def _meaning(status: int) -> str:
    if status in (401, 403, 418):
        return ": the key is missing, of another kind (Tianditu: server key), not for this address, or used up"
    return ": too many requests, or the key is used up for today" if status == 429 else ""
