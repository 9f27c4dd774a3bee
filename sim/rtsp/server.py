"""The RTSP server of all simulated cameras: one port, a path for each stream: `/cam/<camera id>/sub` and `/main`."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from random import Random
from typing import Any
from urllib.parse import urlsplit

from runtime.clock import Clock
from sim.hearing import Encoding, Hearing
from sim.rtsp.clip import SceneClips
from sim.rtsp.connection import Connection
from sim.rtsp.digest import DigestRealm
from sim.rtsp.estate import Camera, Estate, LiveCamera, Profile, SimCamera, Variants
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.session import SessionTable

BACKLOG = 4096
SWEEP_SECONDS = 1.0
_PATH = re.compile(r"/cam/([A-Za-z0-9][A-Za-z0-9_-]{0,63})/(sub|main)(?:/.*)?")


class RtspServer:
    """`start` binds and begins to send; `stop` closes everything. All calls belong to one event loop."""

    def __init__(
        self,
        cameras: Iterable[SimCamera],
        library: Mapping[str, SceneClips],
        *,
        clock: Clock,
        rng: Random,
        variants: Variants | None = None,
        session_limit: int = 6,
        session_timeout_s: float = 60.0,
        nonce_seconds: float = 300.0,
        live: Iterable[LiveCamera] = (),
        speakers: Mapping[str, Encoding] | None = None,
        hearing: Hearing | None = None,
    ) -> None:
        """`speakers`: cameras with a loudspeaker, and what it takes; what it is told is kept in `hearing`."""
        self.speakers = dict(speakers or {})
        self.hearing = hearing or Hearing()
        self.clock = clock
        self.sessions = SessionTable(clock, rng, session_limit, session_timeout_s)
        self.estate = Estate(
            cameras,
            library,
            clock=clock,
            rng=rng,
            variants=variants,
            playing=lambda: self.sessions.playing,
            live=live,
        )
        self.realm = DigestRealm("IP Camera", clock, rng, nonce_seconds)
        self.origin = rng.getrandbits(31)
        self.connections: set[Connection] = set()
        self._tasks: set[asyncio.Future[None]] = set()
        self._workers: list[asyncio.Task[None]] = []
        self._listener: asyncio.Server | None = None
        self._address = ("127.0.0.1", 0)

    @property
    def port(self) -> int:
        return self._address[1]

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Port 0 takes a free one; see `port`. Raises OSError when the address is taken."""
        self._address = (host, port)
        await self.listen()
        self._workers = [asyncio.create_task(self.estate.pacer.run()), asyncio.create_task(self._sweep())]

    async def wait(self) -> None:
        """Returns only by raising what went wrong in the server itself, or when cancelled."""
        await asyncio.gather(*self._workers)

    async def listen(self) -> None:
        if self._listener is None:
            host, port = self._address
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(lambda: Connection(self), host, port, backlog=BACKLOG)
            self._address = (host, self._listener.sockets[0].getsockname()[1])

    def stop_listening(self) -> None:
        """New connections are refused by the host until `listen`; standing ones go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def stop(self) -> None:
        self.stop_listening()
        for connection in list(self.connections):
            connection.cut()
        tasks = [*self._tasks, *self._workers]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        self.estate.close()

    def keep(self, task: asyncio.Future[None]) -> None:
        """Holds a background task until it is done or the server stops."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sweep(self) -> None:
        while True:
            await self.clock.sleep(SWEEP_SECONDS)
            cameras = self.estate.cameras.values()
            self.sessions.expire({camera.id for camera in cameras if camera.fault.fault is Fault.FREEZE})

    def resource(self, uri: str) -> tuple[Camera, Profile] | None:
        """What an address names: a camera and one of its streams."""
        found = _PATH.fullmatch(urlsplit(uri).path) if len(uri) <= 1024 else None
        camera = self.estate.cameras.get(found[1]) if found else None
        if found is None or camera is None:
            return None
        profile: Profile = "sub" if found[2] == "sub" else "main"
        return (camera, profile) if profile in camera.feeds or (profile == "main" and camera.refuses_main) else None

    def camera_of(self, uri: str) -> Camera | None:
        found = self.resource(uri)
        return found[0] if found else None

    def fault_of(self, camera: Camera | None) -> FaultSetting:
        return camera.fault if camera is not None else NO_FAULT

    def connections_of(self, camera_id: str) -> list[Connection]:
        return [one for one in self.connections if one.camera is not None and one.camera.id == camera_id]

    def counters(self) -> dict[str, Any]:
        """All counters as plain data; `cameras` by id, those of the sub-stream (and `main` where there is one)."""
        cameras: dict[str, Any] = {}
        for camera in self.estate.cameras.values():
            row: dict[str, Any] = {"sessions": self.sessions.count(camera.id), **asdict(camera.feeds["sub"].counters)}
            if "main" in camera.feeds:
                row["main"] = asdict(camera.feeds["main"].counters)
            cameras[camera.id] = row
        return {
            "sessions": len(self.sessions),
            "playing": self.sessions.playing,
            "connections": len(self.connections),
            "late_ticks": self.estate.pacer.late_ticks,
            "paused": self.estate.pacer.paused,
            "keyframes_sent": sum(row["keyframes_sent"] for row in cameras.values()),
            "skips": sum(row["skips"] for row in cameras.values()),
            **{f"sessions_{name}": value for name, value in asdict(self.sessions.counters).items()},
            "cameras": cameras,
        }
