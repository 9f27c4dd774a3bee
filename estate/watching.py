"""One stream looked at for a few seconds: does it play, what is it, how far apart are its key frames."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from config.accounts import Account
from config.cameras import Camera, Defaults
from ingest.access_unit import Profile
from ingest.admission import Admission
from ingest.gop import KeyFrame
from ingest.opening import Door, open_stream
from ingest.parameter_sets import ParameterSetError, read_format
from ingest.prompt_reader import PromptReader
from ingest.pyav_transmission import PyavTransmission
from ingest.ring import Ring
from ingest.rtsp.message import RtspError
from ingest.rtsp.sdp import UnsupportedStream
from ingest.rtsp.session import Unauthorised
from ingest.stream_settings import StreamSettings, stream_settings
from ingest.sweep import Sweeper
from ingest.tap import Fanout
from ingest.transmission import NativeTransmission, Receiving, Stalled, Transmission
from ingest.wire import ReadBuffer
from runtime.clock import Clock

Outcome = Literal["plays", "unreachable", "unauthorised", "unsupported", "silent", "refused"]
_RING_BYTES = 4_000_000
_EVEN = 1.25
"""Key frames further apart than this times the nearest ones come unevenly."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a stream is looked at: until three key frames came evenly and soon, at most `seconds`."""

    seconds: float = 10.0
    connect_seconds: float = 8.0
    long_gop_seconds: float = 4.0
    sweep_seconds: float = 0.5


@dataclass(slots=True)
class Watched:
    """`gops` are seconds between key frames, in order; `watched_s` is how long it played."""

    profile: Profile
    url: str
    outcome: Outcome = "silent"
    error: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    kbps: float = 0.0
    keyframes: int = 0
    watched_s: float = 0.0
    gops: list[float] = field(default_factory=list)
    wait_s: float = 0.0
    """Time until the first key frame."""
    open_s: float = 0.0
    """Time between the last key frame and the end of the watching."""
    packets_lost: int = 0

    @property
    def apart(self) -> list[float]:
        """`gops`, where packets were lost without the key frames that went with them: whole multiples of the least."""
        if not self.packets_lost or not self.gops:
            return self.gops
        least = max(min(self.gops), 0.1)
        return [gop / round(gop / least) if abs(gop / least - round(gop / least)) < 0.1 else gop for gop in self.gops]

    @property
    def longest_gop(self) -> float:
        """Also of the group that had not ended when the watching did, or had begun before it: at least so long."""
        return max([*self.apart, self.open_s] if self.gops else [self.wait_s, self.open_s])

    @property
    def uneven(self) -> bool:
        return len(self.gops) > 1 and max(self.apart) > _EVEN * min(self.apart) + 0.3


class Watcher:
    """Looks at streams, many at a time, over one reader. `close` when done."""

    def __init__(
        self, door: Door, clock: Clock, defaults: Defaults, patience: Patience, admission: Admission | None = None
    ) -> None:
        self._door, self._clock, self._defaults, self._patience = door, clock, defaults, patience
        self._admission = admission or Admission()
        self._sweeper = Sweeper(clock, patience.sweep_seconds)
        self._receiving = Receiving(clock, self._sweeper, PromptReader(clock), ReadBuffer())
        self._sweeping = asyncio.create_task(self._sweeper.run(), name="sweep")

    async def close(self) -> None:
        self._sweeping.cancel()
        await asyncio.wait({self._sweeping})
        self._receiving.prompt.close()

    async def watch(
        self, camera: Camera, profile: Profile, account: Account | None, opened: asyncio.Event | None = None
    ) -> Watched | None:
        """None where the camera has no such stream. Does not raise for what the camera does.

        `opened` is set when it plays, long before it has been looked at.
        """
        settings = stream_settings(camera, profile, account, self._defaults)
        if settings is None:
            return None
        found = Watched(profile, settings.url)
        try:
            await self._watch(camera, settings, found, opened or asyncio.Event())
        except Unauthorised as problem:
            found.outcome, found.error = "unauthorised", str(problem)
        except UnsupportedStream as problem:
            found.outcome, found.error = "unsupported", str(problem)
        except Stalled as problem:
            found.error = str(problem)
        except RtspError as problem:
            found.outcome, found.error = "refused", str(problem)
        except TimeoutError:
            found.outcome, found.error = "unreachable", f"no answer within {self._patience.connect_seconds:g} s"
        except OSError as problem:
            words = os.strerror(problem.errno) if problem.errno else "the connection failed"
            found.outcome, found.error = "unreachable", words
        return found

    async def _watch(self, camera: Camera, settings: StreamSettings, found: Watched, opened: asyncio.Event) -> None:
        enough, ended = asyncio.Event(), asyncio.get_running_loop().create_future()
        began = last_key_at = 0.0
        lengths = _Lengths()

        def on_keyframe(key: KeyFrame) -> None:
            nonlocal last_key_at
            found.keyframes, last_key_at = found.keyframes + 1, self._clock.monotonic()
            found.wait_s = found.wait_s or round(last_key_at - began, 2)
            length = lengths.before(key)
            if length > 0:
                found.gops.append(round(length, 2))
            if len(found.gops) >= 2 and not found.uneven and max(found.gops) <= self._patience.long_gop_seconds:
                enough.set()

        def on_end(problem: Exception) -> None:
            if not ended.done():
                ended.set_result(problem)

        async with self._admission.slot(settings.url), asyncio.timeout(self._patience.connect_seconds):
            transmission = await self._open(camera, settings, on_keyframe, on_end)
        began = self._clock.monotonic()
        opened.set()
        try:
            transmission.begin()
            waits = {asyncio.create_task(enough.wait()), asyncio.ensure_future(ended)}
            await asyncio.wait(waits, timeout=self._patience.seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            enough.set()
            now = self._clock.monotonic()
            found.watched_s = now - began
            found.open_s = round(now - last_key_at, 2) if found.keyframes else 0.0
            _learn(transmission, found)
            await transmission.close()
        if not found.keyframes and ended.done() and not ended.cancelled():
            raise ended.result()

    async def _open(
        self,
        camera: Camera,
        settings: StreamSettings,
        on_keyframe: Callable[[KeyFrame], None],
        on_end: Callable[[Exception], None],
    ) -> Transmission:
        ring, fanout = Ring(0.0, _RING_BYTES), Fanout()
        told = {"on_keyframe": on_keyframe, "on_end": on_end, "on_progress": _ignore}
        if camera.opener == "pyav":
            return await PyavTransmission.open(settings, ring, fanout, self._clock, self._door, **told)  # type: ignore[arg-type]
        opened = await open_stream(settings.url, settings.account, self._door)
        return NativeTransmission(opened, settings, ring, fanout, self._receiving, **told)  # type: ignore[arg-type]


class _Lengths:
    """Seconds between key frames by the camera's timestamps: when they arrive says as much of us and the network."""

    def __init__(self) -> None:
        self._newest_us: int | None = None

    def before(self, key: KeyFrame) -> float:
        """Of the group that this key frame ends; 0 for the first."""
        unit, before_us = key.unit(), self._newest_us
        self._newest_us = unit.pts_us if unit is not None else None
        if unit is None or before_us is None or unit.discontinuity:
            return key.gop_seconds
        told = (unit.pts_us - before_us) / 1e6
        # Timestamps that run at another rate than the time does say nothing.
        return told if abs(told - key.gop_seconds) < max(2.5, key.gop_seconds / 2) else key.gop_seconds


def _learn(transmission: Transmission, found: Watched) -> None:
    counters = transmission.counters()
    found.codec, found.packets_lost = transmission.codec, counters.packets_lost
    found.kbps = round(counters.received * 8 / 1000 / max(found.watched_s, 0.1))
    sps = transmission.sets.sps()
    if sps is not None:
        try:
            picture = read_format(transmission.codec, sps)
            found.width, found.height = picture.width, picture.height
        except ParameterSetError as problem:
            found.error = f"its picture size cannot be read: {problem}"
    if found.keyframes:
        found.outcome = "plays"
    else:
        found.error = f"no key frame within {found.watched_s:.0f} s"


def _ignore(_keyframe_at: float) -> None:
    """How far it is, is of no interest here."""
