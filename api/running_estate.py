"""The cameras this command centre runs by: cameras.yaml read again, and everybody told what differs."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.camera_directory import CameraDirectory
from api.exchange_check import exchange_problems
from api.ground_check import ground_problems
from config.accounts import account_named
from config.base_maps import BaseMap
from config.camera_map import CameraMap
from config.cameras import Camera, CamerasFile
from config.fingerprint import fingerprint
from config.load import read_cameras
from config.problem import ConfigError
from gis.files import GeographyError
from incidents.errors import Conflict, Invalid
from ingest.live import Configuration, Live
from runtime.clock import Clock

logger = logging.getLogger(__name__)

MAX_PROBLEMS = 200
_STREAM = ("streams", "credentials", "opener", "enabled")


class FileProblems(Invalid):
    """cameras.yaml has problems, and nothing was changed."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__(f"cameras.yaml has {len(error.problems)} problems; nothing was changed", "cameras.yaml")
        self.problems = error.problems

    def plain(self) -> list[dict[str, Any]]:
        """As answered: at most as many as somebody reads before he looks into the file."""
        shown = self.problems[:MAX_PROBLEMS]
        return [
            {"file": one.file.name, "line": one.line, "key": one.key, "value": one.value, "rule": one.rule}
            for one in shown
        ]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reading of cameras.yaml differed in, by camera id in the order of the file."""

    added: tuple[Camera, ...]
    changed: tuple[tuple[Camera, Camera], ...]
    """As they were, as they are."""
    removed: tuple[Camera, ...]
    next_start: tuple[str, ...] = ()
    """Keys of the file that only the next start of the command centre takes over."""
    unsettled: tuple[str, ...] = ()
    """Ingest workers that could not follow, and why; each is given it again when it comes back."""

    @property
    def streams(self) -> tuple[str, ...]:
        """Ids of cameras whose streams may be others now."""
        others = [now.id for before, now in self.changed if any(getattr(before, n) != getattr(now, n) for n in _STREAM)]
        return (*others, *(camera.id for camera in self.removed))

    @property
    def areas(self) -> frozenset[str]:
        """Codes of all areas in which something is another now."""
        pairs = [camera for pair in self.changed for camera in pair]
        return frozenset(camera.area for camera in (*self.added, *pairs, *self.removed))


Follower = Callable[[Sequence[Camera], Changes], None]
"""Told all cameras as they are now, and what differs; must return at once."""


class RunningEstate:
    """`path` is cameras.yaml, None where there is none to read again. One reading at a time.

    `followers` are told in their order when the directory has the new cameras and before the workers do. `alone` is
    held while something changes, so that nothing else does."""

    def __init__(
        self,
        path: Path | None,
        file: CamerasFile,
        directory: CameraDirectory,
        cameras: CameraMap,
        live: Live,
        clock: Clock,
    ) -> None:
        self.file = file
        self.followers: list[Follower] = []
        self._path, self._directory, self._cameras, self._live = path, directory, cameras, live
        self._town, self._clock = file.town, clock
        self.alone = asyncio.Lock()

    async def reload(self) -> Changes:
        """Raises FileProblems, Conflict, and has changed nothing then. Returns when the streams that changed have begun
        to connect; the others have not lost a picture."""
        if self._path is None:
            raise Conflict("this command centre was started without a cameras.yaml of its own")
        async with self.alone:
            try:
                file = await asyncio.to_thread(_read, self._path)
            except ConfigError as error:
                raise FileProblems(error) from error
            return await self._take(file)

    async def edit(self, write: Callable[[Path], CamerasFile]) -> Changes:
        """`write`, called in a thread with the path of cameras.yaml, changes the file and gives what it says then; that
        takes effect as `reload` does. Raises what `write` raises, ConfigError as FileProblems."""
        if self._path is None:
            raise Conflict("this command centre was started without a cameras.yaml of its own")
        async with self.alone:
            try:
                file = await asyncio.to_thread(write, self._path)
            except ConfigError as error:
                raise FileProblems(error) from error
            return await self._take(file)

    async def _take(self, file: CamerasFile) -> Changes:
        changes = difference(self.file, file)
        next_start = ("town",) if file.town != self._town else ()
        known = await asyncio.to_thread(self._directory.prepare, file.cameras)
        configuration = await asyncio.to_thread(_configuration, file, self._base_dir)
        # From here to the workers nothing waits: no page sees half of it.
        self._directory.adopt(known)
        self._cameras.replace(file.cameras)
        self.file = file
        for follower in self.followers:
            follower(file.cameras, changes)
        told_at = self._clock.monotonic()
        unsettled = await self._live.configure(configuration)
        for problem in unsettled:
            logger.error("cameras.yaml: %s", problem)
        counts = len(changes.added), len(changes.changed), len(changes.removed)
        took = self._clock.monotonic() - told_at
        text = "cameras.yaml read again: %d cameras added, %d changed, %d removed; workers took %.1f s"
        logger.info(text, *counts, took)
        return replace(changes, next_start=next_start, unsettled=tuple(unsettled))

    def key_of(self, base_map: BaseMap) -> str:
        """The key of its tile service, read now; "" where it names none. Raises MissingPassword."""
        account = account_named(base_map.credentials, self.file, os.environ, self._base_dir)
        return account.password if account is not None else ""

    @property
    def configuration(self) -> Configuration:
        """As given to the workers."""
        return _configuration(self.file, self._base_dir)

    @property
    def _base_dir(self) -> Path:
        return self._path.parent if self._path is not None else Path()


def difference(before: CamerasFile, now: CamerasFile) -> Changes:
    """What differs. Keys of the file beside `cameras` concern cameras only where these name them."""
    old, new = ({camera.id: camera for camera in file.cameras} for file in (before, now))
    return Changes(
        added=tuple(camera for camera in now.cameras if camera.id not in old),
        changed=tuple((old[one.id], one) for one in now.cameras if one.id in old and old[one.id] != one),
        removed=tuple(camera for camera in before.cameras if camera.id not in new),
    )


def _configuration(file: CamerasFile, base_dir: Path) -> Configuration:
    return Configuration(file.model_dump(mode="json", exclude_defaults=True), fingerprint(file, base_dir))


def _read(path: Path) -> CamerasFile:
    """By all rules of a start. Raises ConfigError."""
    file = read_cameras(path).file
    try:
        problems = [*ground_problems(path, file), *exchange_problems(path, file)]
    except GeographyError as error:
        raise ConfigError.of(path, str(error)) from error
    if problems:
        raise ConfigError(problems)
    return file
