"""The base maps as this process serves them: files it reads, services it asks for browsers and keeps tiles of."""

import asyncio
import hashlib
import logging
import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.tile_cache import TileCache
from api.tile_service import AT_ONCE, KeyOf, ServiceDown, TileService
from config.base_maps import LARGEST_ZOOM, BaseMap
from gis.archive_facts import ArchiveFacts
from gis.tile import Tile, TileProblem
from gis.tile_archive import TileArchive, open_archive
from incidents.errors import IncidentError
from runtime.backoff import Backoff
from runtime.clock import Clock

logger = logging.getLogger(__name__)

DAY = 86_400.0
LOOK_SECONDS = 5.0
"""How often a file is looked at for having been replaced."""
MOST_WAITING = 400
STAGES = (2.0, 5.0, 15.0, 30.0, 60.0)
SERVICE_ZOOMS = (1, 18)
"""Where the configuration does not say: Tianditu has these."""


class TilesUnavailable(IncidentError):
    """A tile can be had neither from its source nor from what was kept of it."""

    retry_seconds = 15.0


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: `ok`; `kept`: the source fails and only what was kept is shown; `down`: it fails and nothing is."""

    id: str
    name: str
    state: str
    problem: str
    bytes_kept: int


class Source(Protocol):
    """Where one base map's tiles come from. In the event loop."""

    async def facts(self) -> ArchiveFacts | None:
        """None where the source cannot be used now."""
        ...

    async def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """None where there is none. Raises TilesUnavailable."""
        ...

    @property
    def version(self) -> str: ...

    def standing(self) -> Standing: ...

    async def stop(self) -> None: ...


class FileSource:
    """A file of tiles. It may be replaced while it is in use: that is seen, and it is opened anew."""

    def __init__(self, base_map: BaseMap, base_dir: Path, clock: Clock) -> None:
        self._base_map, self._clock = base_map, clock
        self._path = base_dir / (base_map.file or "")
        self._archive: TileArchive | None = None
        self._mark: tuple[int, int, int] | None = None
        self._looked_at = float("-inf")
        self._problem = ""
        self._one = asyncio.Lock()

    async def _open(self) -> TileArchive | None:
        async with self._one:
            if self._clock.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._looked_at = self._clock.monotonic()
                await asyncio.to_thread(self._look)
            return self._archive

    def _look(self) -> None:
        try:
            about = self._path.stat()
            mark = (about.st_ino, about.st_size, about.st_mtime_ns)
        except (OSError, ValueError):
            mark = None
        if mark == self._mark and self._archive is not None:
            return
        old, self._archive, self._mark = self._archive, None, mark
        if old is not None:
            old.close()
        try:
            self._archive = open_archive(self._path)
            self._tell("")
        except TileProblem as problem:
            self._tell(f"{self._base_map.file}: {problem}")

    def _tell(self, problem: str) -> None:
        if problem and problem != self._problem:
            logger.warning("base map %s: %s", self._base_map.id, problem)
        self._problem = problem

    @property
    def version(self) -> str:
        return _hash(repr(self._mark), self._base_map.model_dump_json())

    async def facts(self) -> ArchiveFacts | None:
        archive = await self._open()
        return archive.facts if archive is not None else None

    async def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        archive = await self._open()
        if archive is None:
            raise TilesUnavailable("the file of this base map cannot be used; the administrator's health page says why")
        try:
            return await asyncio.to_thread(archive.tile, zoom, x, y)
        except TileProblem as problem:
            self._tell(f"{self._base_map.file}, tile {zoom}/{x}/{y}: {problem}")
            raise TilesUnavailable("this tile of the base map cannot be used") from None

    def standing(self) -> Standing:
        state = "down" if self._archive is None and self._problem else "ok"
        return Standing(self._base_map.id, self._base_map.name, state, self._problem, 0)

    async def stop(self) -> None:
        async with self._one:
            if self._archive is not None:
                await asyncio.to_thread(self._archive.close)
                self._archive = None


class ServiceSource:
    """A service, and what was kept of it. One request for a tile however many want it; while the service fails, it is
    asked again only after a while."""

    def __init__(
        self, base_map: BaseMap, service: TileService, cache: TileCache | None, clock: Clock, rng: random.Random
    ) -> None:
        self._base_map, self._service, self._cache, self._clock = base_map, service, cache, clock
        self._backoff = Backoff(clock, rng, jitter=0.2, healthy_seconds=0.0)
        self._asked: dict[tuple[int, int, int], asyncio.Task[Tile | None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._rest_until = float("-inf")
        self._problem = self._odd = ""
        self._opening: asyncio.Task[None] | None = None

    @property
    def version(self) -> str:
        return _hash(self._base_map.model_dump_json())

    async def facts(self) -> ArchiveFacts | None:
        one = self._base_map
        low = one.min_zoom if one.min_zoom is not None else min(SERVICE_ZOOMS[0], one.max_zoom or LARGEST_ZOOM)
        high = one.max_zoom if one.max_zoom is not None else max(SERVICE_ZOOMS[1], low)
        return ArchiveFacts(one.tiles or "raster", low, high, None, "")

    async def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        kept = None
        if self._cache is not None:
            await self._opened(self._cache)
            kept = await asyncio.to_thread(self._cache.get, zoom, x, y)
        # A tile that is not there may come tomorrow.
        days = self._base_map.cache_days if kept and kept.tile else min(1.0, self._base_map.cache_days)
        if kept is not None and 0 <= self._clock.now() - kept.fetched_at <= days * DAY:
            return kept.tile
        try:
            return await self._fetched(zoom, x, y)
        except (ServiceDown, TileProblem) as problem:
            if kept is not None:
                return kept.tile
            raise TilesUnavailable(f"the map's tile service cannot be used: {problem}") from None

    async def _opened(self, cache: TileCache) -> None:
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(cache.open))
        await asyncio.shield(self._opening)

    async def _fetched(self, zoom: int, x: int, y: int) -> Tile | None:
        place = (zoom, x, y)
        if place not in self._asked:
            if self._clock.monotonic() < self._rest_until:
                raise ServiceDown(self._problem)
            if len(self._asked) >= MOST_WAITING:
                raise ServiceDown("too many tiles are being waited for")
            task = self._asked[place] = asyncio.create_task(self._ask(*place))
            task.add_done_callback(lambda done: self._answered(place, done))
        return await asyncio.shield(self._asked[place])

    def _answered(self, place: tuple[int, int, int], done: "asyncio.Task[Tile | None]") -> None:
        self._asked.pop(place, None)
        if not done.cancelled():
            done.exception()  # whoever waited may be gone: it is not to be told as lost

    async def _ask(self, zoom: int, x: int, y: int) -> Tile | None:
        async with self._slots:
            if self._clock.monotonic() < self._rest_until:
                raise ServiceDown(self._problem)
            try:
                tile = await self._service.fetch(zoom, x, y)
            except ServiceDown as problem:
                self._fail(str(problem))
                raise
            except TileProblem as problem:
                self._answers(f"tile {zoom}/{x}/{y} {problem}")
                raise
        self._answers("")
        if self._cache is not None:
            await asyncio.to_thread(self._cache.put, zoom, x, y, tile)
        return tile

    def _answers(self, odd: str) -> None:
        """`odd`: what was wrong with the tile it sent."""
        if self._problem:
            logger.info("base map %s: answers again", self._base_map.id)
        self._problem, self._odd = "", odd
        self._backoff.succeeded()

    def _fail(self, problem: str) -> None:
        if problem != self._problem:
            logger.warning("base map %s: %s", self._base_map.id, problem)
        self._problem = problem
        # Many wait at once and fail together: that is one failure.
        if self._clock.monotonic() >= self._rest_until:
            self._rest_until = self._clock.monotonic() + self._backoff.failed(STAGES)

    def standing(self) -> Standing:
        kept = self._cache.bytes_kept if self._cache is not None else 0
        state = "ok" if not self._problem else "kept" if kept else "down"
        return Standing(self._base_map.id, self._base_map.name, state, self._problem or self._odd, kept)

    async def stop(self) -> None:
        asked = list(self._asked.values())
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await self._service.aclose()
        if self._opening is not None:
            await self._opening
        if self._cache is not None:
            await asyncio.to_thread(self._cache.close)


class BrokenSource:
    """A service that cannot even be asked: its certificate authority is no such file, say."""

    def __init__(self, base_map: BaseMap, problem: str) -> None:
        self._base_map, self._problem = base_map, problem
        self.version = _hash(problem)
        logger.warning("base map %s: %s", base_map.id, problem)

    async def facts(self) -> ArchiveFacts | None:
        return None

    async def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        raise TilesUnavailable("the map's tile service cannot be used")

    def standing(self) -> Standing:
        return Standing(self._base_map.id, self._base_map.name, "down", self._problem, 0)

    async def stop(self) -> None:
        return None


class BaseMaps:
    """In the event loop. `data_dir`: kept tiles lie below it; `base_dir`: the folder of cameras.yaml."""

    def __init__(self, base_dir: Path, data_dir: Path, key_of: KeyOf, clock: Clock, rng: random.Random) -> None:
        self._base_dir, self._data_dir, self._key_of = base_dir, data_dir, key_of
        self._clock, self._rng = clock, rng
        self._known: dict[str, tuple[BaseMap, Source]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def configure(self, base_maps: Sequence[BaseMap]) -> None:
        """These from now on; what is as it was goes on undisturbed."""
        before, self._known = self._known, {}
        for one in base_maps:
            known = before.get(one.id)
            if known is not None and known[0] == one:
                self._known[one.id] = before.pop(one.id)
            else:
                self._known[one.id] = (one, self._source(one))
        for _, source in before.values():
            task = asyncio.create_task(source.stop())
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    def _source(self, one: BaseMap) -> Source:
        if one.kind == "file":
            return FileSource(one, self._base_dir, self._clock)
        try:
            service = TileService(one, self._key_of, self._base_dir)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else error
            return BrokenSource(one, f"ca_file {one.ca_file}: {reason}")
        cache = None
        if one.cache_days > 0:
            about = (one.kind, one.address, one.tiles, one.wmts and one.wmts.model_dump_json())
            path = self._data_dir / "tiles" / f"{one.id}.sqlite"
            cache = TileCache(path, _hash(repr(about)), one.cache_mb * 1024 * 1024, self._clock)
        return ServiceSource(one, service, cache, self._clock, self._rng)

    def get(self, id_: str) -> tuple[BaseMap, Source] | None:
        return self._known.get(id_)

    def all(self) -> Sequence[tuple[BaseMap, Source]]:
        """In the order of the configuration."""
        return list(self._known.values())

    def standings(self) -> list[Standing]:
        return [source.standing() for _, source in self._known.values()]

    async def stop(self) -> None:
        for _, source in self._known.values():
            await source.stop()
        self._known = {}
        await asyncio.gather(*self._stopping)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
