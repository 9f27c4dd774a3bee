"""A stream whose pictures are made while somebody watches: what a dome sees depends on where it points."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from random import Random
from typing import Protocol

from runtime.clock import Clock
from sim.rtsp.packetise import PacketisedScene, PacketisedSegment, packetise_access_unit
from sim.rtsp.station import Station
from sim.rtsp.timeline import Timeline, Turn

KEYFRAME_SECONDS = 2.0


class PictureSource(Protocol):
    """H.264 in Annex B; parameter sets in front of every key frame."""

    @property
    def fps(self) -> float: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def parameter_sets(self) -> tuple[bytes, ...]: ...
    def resize(self, width: int, height: int) -> None:
        """From the next key frame on."""
        ...

    def next_unit(self, keyframe: bool) -> Callable[[], bytes]:
        """Looks now; what it returns draws and encodes that, in another thread, one at a time."""
        ...


class LiveStation(Station):
    """Takes a picture at each tick of the pacer while it has viewers, and sends it as soon as it is encoded.

    A picture not ready by the next tick costs that tick: the rate falls, nothing queues up.
    """

    def __init__(
        self,
        source: PictureSource,
        clock: Clock,
        rng: Random,
        pool: Executor,
        *,
        due: float,
        paused: Callable[[], bool],
    ) -> None:
        self._source, self._pool, self._paused = source, pool, paused
        # One frame without packets stands for a clip: what is sent comes from the source.
        empty = PacketisedSegment("idle", source.fps, (packetise_access_unit(b"\0\0\0\1\x65", "h264"),), (0, 1))
        self._segment = empty
        super().__init__(Timeline(self.sized(*source.size)), clock, rng, due=due)
        self._turn = Turn(empty)
        self.shared = False
        self._busy: asyncio.Future[bytes] | None = None
        self._since_keyframe = 0
        self._keyframe_wanted = True

    def sized(self, width: int, height: int) -> PacketisedScene:
        """What DESCRIBE tells of the stream in this size."""
        return PacketisedScene(
            "live", "h264", width, height, self._source.parameter_sets, {"idle": self._segment}, {}
        )  # fmt: skip

    def show(self, scene: PacketisedScene) -> None:
        if (scene.width, scene.height) != self._source.size:
            self._source.resize(scene.width, scene.height)
            self._keyframe_wanted = True
            self.timeline.scene = self.sized(scene.width, scene.height)

    def fork(self) -> "Station":
        raise AssertionError("a live station belongs to one camera from the start")

    def next_start(self) -> tuple[int, int]:
        return self._sequence, self._timestamp(1)

    def send(self, at_most: int) -> int:
        self._frames_since_epoch += 1
        self.frames_sent += 1
        self.due += 1 / self._source.fps
        if self._viewers and self._busy is None:
            waiting = any(one.waiting and not one.congested for some in self._viewers.values() for one in some)
            self._since_keyframe += 1
            due = self._since_keyframe >= KEYFRAME_SECONDS * self._source.fps
            keyframe = waiting or due or self._keyframe_wanted
            if keyframe:
                self._since_keyframe, self._keyframe_wanted = 0, False
            job = self._source.next_unit(keyframe)
            self._busy = asyncio.get_running_loop().run_in_executor(self._pool, job)
            self._busy.add_done_callback(self._encoded)
        return 1

    def _encoded(self, done: asyncio.Future[bytes]) -> None:
        self._busy = None
        if done.cancelled():
            return
        unit = done.result()
        if not unit or not self._viewers or self._paused():
            self._keyframe_wanted = True
            return
        frame = packetise_access_unit(unit, "h264")
        self._deliver((frame,))
        self._sequence = (self._sequence + len(frame.packets_at)) & 0xFFFF
        self._packets += len(frame.packets_at)
        self._octets += len(frame.template)
