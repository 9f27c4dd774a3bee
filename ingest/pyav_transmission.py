"""The fallback opener: libavformat through PyAV, one thread a camera, for what our own client does not speak."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import av
import av.error

from ingest.access_unit import AccessUnit, Codec
from ingest.gop import KeyFrame, UnitGop
from ingest.opening import Door
from ingest.parameter_sets import nal_units
from ingest.relay import Relay
from ingest.ring import Ring
from ingest.rtsp.address import parse_camera_url
from ingest.rtsp.message import RtspError
from ingest.rtsp.nal import START_CODE, TYPES, ParameterSets
from ingest.rtsp.sdp import UnsupportedStream
from ingest.rtsp.session import Unauthorised
from ingest.stream_settings import StreamSettings
from ingest.tap import Fanout
from ingest.transmission import TEARDOWN_SECONDS, Counters, Stalled
from ingest.wire import StreamEnded
from runtime.clock import Clock

MAX_UNIT_BYTES = 8 * 1024 * 1024
_CODECS: dict[str, Codec] = {"h264": "h264", "hevc": "h265"}
_CHECK_SECONDS = 1.0
_FLUSH_SECONDS = 0.5
_JUMP_US = 10_000_000
av.logging.set_level(None)


class PyavTransmission:
    """Feeds the same ring and the same states as our own client. Open it with `open`."""

    def __init__(
        self,
        settings: StreamSettings,
        ring: Ring,
        fanout: Fanout,
        clock: Clock,
        relay: Relay,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_progress: Callable[[float], None],
        on_end: Callable[[Exception], None],
    ) -> None:
        self._settings = settings
        self._ring = ring
        self._fanout = fanout
        self._clock = clock
        self._relay = relay
        self._on_keyframe = on_keyframe
        self._on_progress = on_progress
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[Codec] = self._loop.create_future()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pyav {settings.camera_id}", daemon=True)
        self._ended = False
        self._begun = False
        self._early: list[tuple[bytes, int | None, bool]] = []
        self._gop: UnitGop | None = None
        self._first_pts: int | None = None
        self._last_pts = 0
        self._key_at = 0.0
        now = clock.monotonic()
        self._counters = Counters(progress_at=now, keyframe_at=now)
        self.codec: Codec = "h264"
        self.sets = ParameterSets("h264")

    @classmethod
    async def open(
        cls,
        settings: StreamSettings,
        ring: Ring,
        fanout: Fanout,
        clock: Clock,
        door: Door,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_progress: Callable[[float], None],
        on_end: Callable[[Exception], None],
    ) -> "PyavTransmission":
        """Raises RtspError and its kinds, UnsupportedStream, OSError. The caller bounds the time."""
        relay = await Relay.open(parse_camera_url(settings.url), door)
        self = cls(
            settings, ring, fanout, clock, relay, on_keyframe=on_keyframe, on_progress=on_progress, on_end=on_end
        )
        opened = False
        try:
            self._thread.start()
            self.codec = await self._opened
            opened = True
        finally:
            if not opened:
                self._ended = True
                self._stop.set()
                await relay.close()
        return self

    def _local_url(self) -> str:
        """The camera's URL by way of the relay. It holds the password, so it is never shown or kept."""
        parts = urlsplit(self._settings.url)
        account = self._settings.account
        user = f"{quote(account.username, safe='')}:{quote(account.password, safe='')}@" if account is not None else ""
        query = f"?{parts.query}" if parts.query else ""
        return f"rtsp://{user}127.0.0.1:{self._relay.port}{parts.path or '/'}{query}"

    def _run(self) -> None:
        """The thread: opens and reads until told to stop or the camera ends it."""
        problem: Exception
        try:
            options = {
                "rtsp_transport": "tcp",
                "probesize": "32",
                "timeout": str(int(self._settings.connect_timeout_seconds * 1e6)),
            }
            # No timeout= here: it makes libavformat take the GIL at every poll (see docs/design/ingest.md).
            with av.open(self._local_url(), options=options) as container:
                self._demux(container)
            problem = StreamEnded("the camera closed the connection")
        except UnsupportedStream as error:
            problem = error
        except (av.error.FFmpegError, OSError) as error:
            problem = _explained(error)
        self._call(self._finish, problem)

    def _demux(self, container: Any) -> None:
        stream = next((stream for stream in container.streams.video if stream.codec_context.name in _CODECS), None)
        if stream is None:
            raise UnsupportedStream("no H.264 or H.265 video in its description")
        codec = _CODECS[stream.codec_context.name]
        sets = ParameterSets(codec)
        for unit in nal_units(bytes(stream.codec_context.extradata or b"")):
            sets = sets.with_unit(unit)
        self._call(self._has_opened, codec, sets)
        for packet in container.demux(stream):
            if self._stop.is_set():
                return
            if 0 < packet.size <= MAX_UNIT_BYTES:
                pts = packet.pts if packet.pts is not None else packet.dts
                pts_us = int(pts * stream.time_base * 1_000_000) if pts is not None else None
                self._call(self._packet, bytes(packet), pts_us, bool(packet.is_keyframe))

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def _has_opened(self, codec: Codec, sets: ParameterSets) -> None:
        self.sets = sets
        if not self._opened.done():
            self._opened.set_result(codec)

    def _finish(self, problem: Exception) -> None:
        problem = self._relay.problem or problem
        if not self._opened.done():
            self._opened.set_exception(problem)
        elif not self._ended:
            self._ended = True
            self._on_end(problem)

    def begin(self) -> None:
        self._begun = True
        early, self._early = self._early, []
        for packet in early:
            self._packet(*packet)
        self._check()

    def _check(self) -> None:
        if self._ended:
            return
        if self._clock.monotonic() - self._counters.progress_at > self._settings.stall_seconds:
            self._ended = True
            self._on_end(Stalled(f"no video for {self._settings.stall_seconds:g} s"))
            return
        if self._counters.pictures:
            self._on_progress(self._counters.keyframe_at)
        self._loop.call_later(_CHECK_SECONDS, self._check)

    def _packet(self, data: bytes, pts_us: int | None, keyframe: bool) -> None:
        if self._ended:
            return
        if not self._begun:
            self._early.append((data, pts_us, keyframe))
            return
        counters = self._counters
        counters.progress_at = self._clock.monotonic()
        counters.pictures += 1
        counters.received += len(data)
        unit = self._unit(data, pts_us, keyframe)
        if keyframe:
            self._begin_gop(unit)
        elif self._gop is not None:
            self._gop.append(unit)
            self._ring.grown()
        if self._gop is not None:
            self._fanout.send(unit)

    def _unit(self, data: bytes, pts_us: int | None, keyframe: bool) -> AccessUnit:
        if self._first_pts is None:
            self._first_pts = pts_us or 0
        pts = max(0, (pts_us - self._first_pts) if pts_us is not None else self._last_pts)
        jumped = abs(pts - self._last_pts) > _JUMP_US or self._counters.pictures == 1
        self._last_pts = pts
        return AccessUnit(
            self._settings.camera_id,
            self._settings.profile,
            self.codec,
            keyframe,
            pts,
            self._clock.now(),
            self._with_sets(data) if keyframe else data,
            jumped,
        )

    def _with_sets(self, data: bytes) -> bytes:
        """A key frame in our form: the sets in effect in front, delimiters left out."""
        types = TYPES[self.codec]
        rest = []
        for unit in nal_units(data):
            kind = types.type_of(unit[0])
            if kind in types.parameter_sets:
                self.sets = self.sets.with_unit(unit)
            elif kind in types.kept:
                rest.append(START_CODE + unit)
        return self.sets.annex_b() + b"".join(rest)

    def _begin_gop(self, unit: AccessUnit) -> None:
        counters = self._counters
        if self._gop is not None:
            counters.gop_seconds = max(0.0, unit.received_at - self._key_at)
        self._key_at = unit.received_at
        counters.keyframes += 1
        counters.keyframe_at = counters.progress_at
        self._gop = UnitGop(unit)
        self._ring.begin(self._gop)
        self._on_keyframe(KeyFrame(unit.camera_id, unit.received_at, counters.gop_seconds, self._gop))

    def counters(self) -> Counters:
        return replace(self._counters)

    def watch(self) -> list[AccessUnit]:
        return self._gop.access_units() if self._gop is not None else []

    def unwatch(self) -> None:
        """Nothing to change: units are made ready all the time."""

    async def close(self) -> None:
        """libavformat sends its TEARDOWN when the thread comes to an end; a frozen camera is cut off."""
        self._ended = True
        self._stop.set()
        await self._loop.run_in_executor(None, self._thread.join, TEARDOWN_SECONDS)
        await self._relay.flushed(_FLUSH_SECONDS)
        await self._relay.close()


def _explained(error: Exception) -> Exception:
    """libavformat's errors without the URL they quote, in the kinds the states know."""
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return Unauthorised("the camera refuses the user name or password")
    if isinstance(error, OSError):
        return OSError(error.errno or 0, error.strerror or "the connection failed")
    return RtspError(f"libavformat cannot read the stream: {getattr(error, 'strerror', '') or type(error).__name__}")
