"""Reads one playing RTSP session: bytes off the socket into the ring, key frames told, units to those who watch."""

import socket
from collections.abc import Callable

from ingest.access_unit import AccessUnit
from ingest.gop import KeyFrame, WireGop, WireSource
from ingest.ring import Ring
from ingest.rtsp.interleaved import PADDING, Event, Scanner
from ingest.rtsp.media_clock import MediaClock
from ingest.rtsp.message import ProtocolError, Response, RtspError, find_message_end, parse_response
from ingest.rtsp.nal import ParameterSets
from ingest.rtsp.rtcp import sender_report_time
from ingest.rtsp.session import Playing
from ingest.tap import Fanout, WireTap

_BUFFER_BYTES = 1024 * 1024
_SERVER_REQUESTS = (b"OPTI", b"ANNO", b"SET_", b"GET_", b"REDI", b"TEAR", b"PLAY", b"PAUS")


class StreamEnded(RtspError):
    """The camera closed the connection."""


class ReadBuffer:
    """One for all streams of an event loop: each empties it before the next reads."""

    def __init__(self, size: int = _BUFFER_BYTES) -> None:
        self.bytes = bytearray(size + PADDING)
        self.view = memoryview(self.bytes)
        self.size = size


class WireReader:
    """State of one session's reading. `received` counts bytes, `progress_at` is the monotonic time of the last RTP."""

    def __init__(
        self,
        sock: socket.socket,
        playing: Playing,
        source: WireSource,
        ring: Ring,
        fanout: Fanout,
        buffer: ReadBuffer,
        *,
        on_keyframe: Callable[[KeyFrame], None],
        on_reply: Callable[[Response], None],
        now: float,
    ) -> None:
        sets = ParameterSets(source.codec)
        for unit in playing.track.parameter_sets:
            sets = sets.with_unit(unit)
        self._sock = sock
        self._source = source
        self._ring = ring
        self._fanout = fanout
        self._buffer = buffer
        self._on_keyframe = on_keyframe
        self._on_reply = on_reply
        self._clock = MediaClock(source.clock_rate)
        self._scanner = Scanner(source.codec, playing.channel, source.payload_type, sets)
        self._scan = self._scanner.scan
        self._tail = playing.early
        self._gop: WireGop | None = None
        self._tap: WireTap | None = None
        self._key_at = 0.0
        self._seen_timestamp = -1
        self.received = 0
        self.keyframes = 0
        self.damaged_keyframes = 0
        self.gop_seconds = 0.0
        self.clock_offset_s: float | None = None
        self.progress_at = now
        self.keyframe_at = now

    @property
    def pictures(self) -> int:
        return self._scanner.pictures

    @property
    def packets_lost(self) -> int:
        return self._scanner.packets_lost

    @property
    def sets(self) -> ParameterSets:
        return self._scanner.sets

    @property
    def unread(self) -> bytes:
        """What has been read but not understood yet."""
        return self._tail

    def receive(self, wall: float, now: float) -> int:
        """Takes what the kernel has: one read, never blocks. Raises RtspError, OSError. Returns the bytes read.

        `wall` is Unix time, `now` monotonic.
        """
        buffer, held = self._buffer, len(self._tail)
        if held:
            buffer.bytes[:held] = self._tail
        try:
            count = self._sock.recv_into(buffer.view[held : buffer.size])
        except (BlockingIOError, InterruptedError):
            return 0
        if count == 0:
            raise StreamEnded("the camera closed the connection")
        self.received += count
        self._walk(held + count, wall, now)
        return count

    def start(self, wall: float, now: float) -> None:
        """Takes what came during the hand-shake. To be called once, before the first `receive`."""
        early = len(self._tail)
        self._buffer.bytes[:early] = self._tail
        self.received += early
        self._walk(early, wall, now)

    def _walk(self, end: int, wall: float, now: float) -> None:
        data, scanner, scan = self._buffer.bytes, self._scanner, self._scan
        pos = kept = 0
        while True:
            pos, event = scan(data, pos, end)
            if event is Event.MORE:
                break
            if event is Event.KEY_START:
                self._keep(kept, scanner.start, wall)
                kept = scanner.start
                self._begin_gop(wall)
            elif event is Event.KEY_END:
                self._keep(kept, pos, wall)
                kept = pos
                self._end_key_frame(now)
            else:
                self._keep(kept, pos, wall)
                after = self._foreign(pos, end)
                if after < 0:
                    self._note_progress(wall, now)
                    self._tail = bytes(data[pos:end])
                    return
                pos = kept = after
        self._keep(kept, scanner.hold, wall)
        self._note_progress(wall, now)
        if scanner.report:
            self._note_report(scanner.report, wall)
            scanner.report = b""
        self._tail = bytes(data[scanner.hold : end]) if scanner.hold < end else b""

    def _note_progress(self, wall: float, now: float) -> None:
        timestamp = self._scanner.last_timestamp
        if timestamp != self._seen_timestamp:
            self._seen_timestamp = timestamp
            self.progress_at = now
            if self._gop is not None:
                self._clock.observe(timestamp, wall)

    def _note_report(self, report: bytes, wall: float) -> None:
        """Some seconds on the way do not matter: what is looked for is a clock that stands wrong."""
        sent_at = sender_report_time(report)
        if sent_at is not None:
            self.clock_offset_s = sent_at - wall

    def _keep(self, start: int, end: int, wall: float) -> None:
        gop = self._gop
        if gop is None or start >= end:
            return
        chunk = bytes(self._buffer.view[start:end])
        gop.append(chunk, wall)
        self._ring.grown()
        if self._tap is not None:
            for unit in self._tap.push(chunk):
                self._fanout.send(unit)

    def _begin_gop(self, wall: float) -> None:
        scanner = self._scanner
        timestamp = scanner.key_timestamp
        first = self._gop is None
        if self._gop is not None:
            self._gop.complete()
        jumped = self._clock.observe(timestamp, wall)
        arrived = self._clock.arrival(timestamp, wall)
        if not first:
            self.gop_seconds = max(0.0, arrived - self._key_at)
        self._key_at = arrived
        ticks = self._clock.ticks(timestamp)
        gop = WireGop(
            self._source,
            scanner.sets,
            timestamp,
            ticks,
            arrived,
            discontinuity=first or jumped,
            trust_marker=not scanner.marker_is_wrong,
        )
        self._gop = gop
        self._ring.begin(gop)
        if self._tap is not None:
            self._tap.follow(gop)
        elif self._fanout.sinks:
            self._tap = WireTap(gop)

    def _end_key_frame(self, now: float) -> None:
        gop = self._gop
        if gop is None:
            return
        self.keyframe_at = now
        if self._scanner.damaged:
            self.damaged_keyframes += 1
            return
        gop.key_frame_whole()
        self.keyframes += 1
        self._on_keyframe(KeyFrame(self._source.camera_id, gop.started_at, self.gop_seconds, gop))

    def _foreign(self, pos: int, end: int) -> int:
        """A message between the media: handled; where it ends, or −1 when the rest has not come yet."""
        data = self._buffer.bytes
        found = find_message_end(data, pos, end)
        head = bytes(data[pos : pos + 4])
        if head != b"RTSP" and head not in _SERVER_REQUESTS:
            raise ProtocolError("the camera sends what is neither RTP nor RTSP")
        if found is None:
            return -1
        if head == b"RTSP":
            self._on_reply(parse_response(bytes(data[pos : found[1]])))
        return found[1]

    def watch(self) -> list[AccessUnit]:
        """Somebody watches from now on: the group so far; everything later goes to the fan-out."""
        gop = self._gop
        if gop is None or gop.dropped:
            return []
        if self._tap is not None:
            return gop.access_units()
        self._tap = WireTap(gop)
        return [unit for chunk in gop.chunks() for unit in self._tap.push(chunk)]

    def unwatch(self) -> None:
        self._tap = None
