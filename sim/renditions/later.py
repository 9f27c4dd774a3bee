"""Makes the missing renditions while the town runs, and hands each to its cameras when it is there."""

import asyncio
import json
import logging
import sys
from collections import deque
from dataclasses import asdict

from sim.renditions.library import Rendition, Renditions
from sim.rtsp.estate import Estate
from sim.rtsp.packetise import PacketisedScene, packetise_scene
from sim.scenes.clips import CacheError

_log = logging.getLogger(__name__)


async def make_missing(renditions: Renditions, estate: Estate, *, processes: int = 2, niceness: int = 19) -> None:
    """Returns when nothing is missing, or when every process has failed, which is logged: the cameras go on as they
    are. `estate` must have been given `renditions.there`. Cancelled, it ends the processes."""
    left = deque(renditions.missing)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(min(processes, len(left))):
            tasks.create_task(_make(left, renditions, estate, niceness))
    if renditions.missing:
        _log.warning("%d main and H.265 streams are not made; the next start tries again", len(renditions.missing))


async def _make(left: deque[Rendition], renditions: Renditions, estate: Estate, niceness: int) -> None:
    try:
        # A session of its own: the terminal's Ctrl-C is not for it, and it lowers the priority of its whole session.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sim.renditions", str(renditions.cache_dir), str(niceness),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        _log.warning("python -m sim.renditions cannot be started: %s", error)
        return
    try:
        while left:
            one = left.popleft()
            await _ask(process, one)
            renditions.add(one)
            estate.take_up(one.kind, await asyncio.to_thread(_packetised, renditions, one))
            _log.info("%s: %s stream in %s is there, %d to come", *asdict(one).values(), len(renditions.missing))
    except (OSError, CacheError) as error:
        _log.warning("%s is not made: %s", one, error)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ask(process: asyncio.subprocess.Process, rendition: Rendition) -> None:
    """Returns when the rendition is in the cache. Raises CacheError."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asdict(rendition)).encode() + b"\n")
    if not await process.stdout.readline():
        raise CacheError(f"python -m sim.renditions ended with status {await process.wait()}")


def _packetised(renditions: Renditions, rendition: Rendition) -> PacketisedScene:
    return packetise_scene(renditions.there[rendition.kind][rendition.scene])
