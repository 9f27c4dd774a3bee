"""One running picture: its frames are numbered and stamped once and the same bytes go to everyone who watches.

A station belongs to many cameras while nothing happens in front of them, and is forked for one camera when something
does. A fork continues sequence numbers, timestamps and SSRC, so its viewers notice nothing.
"""

import struct
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from random import Random

from runtime.clock import Clock
from sim.rtsp.packetise import INTERLEAVED_HEADER, VIDEO_CLOCK_HZ, PacketisedFrame, PacketisedScene, PacketisedSegment
from sim.rtsp.timeline import Timeline, Turn

SENDER_REPORT_SECONDS = 5.0
_NTP_EPOCH_OFFSET = 2_208_988_800
_pack_numbering = struct.Struct("!HII").pack_into


@dataclass(slots=True)
class StreamCounters:
    """What one camera's stream has sent, over all its sessions. `skips`: frames kept from a client too slow to read."""

    frames_sent: int = 0
    keyframes_sent: int = 0
    skips: int = 0


class Viewer:
    """A playing session's end of the station. It begins, and begins again after a jam, on a key frame."""

    __slots__ = ("channel", "congested", "counters", "waiting", "write")

    def __init__(self, write: Callable[[bytes], None], channel: int, counters: StreamCounters) -> None:
        self.write, self.channel, self.counters = write, channel, counters
        self.waiting = True
        self.congested = False

    def deliver(self, data: bytes, frames: int, keyframe: bool) -> None:
        if self.congested or (self.waiting and not keyframe):
            if self.congested:
                self.waiting = True
                self.counters.skips += frames
            return
        self.waiting = False
        self.counters.frames_sent += frames
        if keyframe:
            self.counters.keyframes_sent += 1
        self.write(data)


class Station:
    """`due` is the monotonic time of its next frame; the pacer calls `send` then."""

    def __init__(self, timeline: Timeline, clock: Clock, rng: Random, *, due: float, first_keyframe: int = 0) -> None:
        self.timeline, self._clock, self._rng = timeline, clock, rng
        self.due = due
        self.shared = True
        self.loss = 0.0
        self.clock_error_s = 0.0
        self._viewers: dict[int, list[Viewer]] = {}
        self._number_anew()
        self._next_scene: PacketisedScene | None = None
        self._turn: Turn = timeline.next_turn()
        keyframes = [i for i, frame in enumerate(self._turn.segment.frames) if frame.keyframe]
        self._index = keyframes[first_keyframe % len(keyframes)]

    def _number_anew(self) -> None:
        self._ssrc = self._rng.getrandbits(32)
        self._sequence = self._rng.getrandbits(16)
        self._epoch, self._frames_since_epoch = self._rng.getrandbits(32), 0
        self.frames_sent = self._packets = self._octets = 0
        self._report_due = self.due

    @property
    def next_frame(self) -> int:
        """The place in its segment of the frame that is due next."""
        return self._index

    def fork(self) -> "Station":
        """A station for one camera that continues this one; it has no viewers yet."""
        fork = copy(self)
        fork.timeline = self.timeline.fork()
        fork.shared = False
        fork._viewers = {}
        return fork

    def beside(self, scene: PacketisedScene) -> "Station":
        """A station that shows another rendering of the same scene, picture for picture with this one. It is a stream
        of its own: other numbers, another SSRC, no viewers."""
        beside = copy(self)
        beside.timeline = self.timeline.beside(scene)
        beside._turn = Turn(scene.segments[self._turn.segment.name])
        beside._next_scene = None
        beside._viewers = {}
        beside._number_anew()
        return beside

    def join(self, viewer: Viewer) -> None:
        self._viewers.setdefault(viewer.channel, []).append(viewer)

    def leave(self, viewer: Viewer) -> None:
        viewers = self._viewers.get(viewer.channel, [])
        if viewer in viewers:
            viewers.remove(viewer)
        if not viewers:
            self._viewers.pop(viewer.channel, None)

    def show(self, scene: PacketisedScene) -> None:
        """Changes to another rendering of the same scene at the next key frame both have in common."""
        self._next_scene = scene

    def next_start(self) -> tuple[int, int]:
        """Sequence number and RTP timestamp of the next key frame, where a new session will begin."""
        segment = self._turn.segment
        keyframe = segment.next_keyframe(self._index)
        packets = segment.packets_before[keyframe] - segment.packets_before[self._index]
        return (self._sequence + packets) & 0xFFFF, self._timestamp(keyframe - self._index)

    def skip(self, seconds: float) -> None:
        """Lets time pass unsent, as after a pause: the timestamps show the gap."""
        self.due += seconds
        self._epoch += round(seconds * VIDEO_CLOCK_HZ)

    def send(self, at_most: int) -> int:
        """Sends up to so many frames, ending before a key frame and at the end of a segment; the number sent."""
        self._change_scene()
        segment = self._turn.segment
        first = self._index
        end = min(first + at_most, segment.next_keyframe(first + 1))
        frames = segment.frames[first:end]
        if self._viewers:
            self._deliver(frames)
        packets = segment.packets_before[end] - segment.packets_before[first]
        self._sequence = (self._sequence + packets) & 0xFFFF
        self._packets += packets
        self._octets += sum(len(frame.template) for frame in frames)
        self._advance(segment, first, end)
        return end - first

    def _advance(self, segment: PacketisedSegment, first: int, end: int) -> None:
        self._frames_since_epoch += end - first
        self.frames_sent += end - first
        self.due += (end - first) / segment.fps
        self._index = end
        if first <= self._turn.mark_frame < end:
            self._turn.mark(self._clock.now())
        if end == len(segment.frames):
            self._index = 0
            self._turn = self.timeline.next_turn()
            if self._turn.segment.fps != segment.fps:
                self._epoch += round(self._frames_since_epoch * VIDEO_CLOCK_HZ / segment.fps)
                self._frames_since_epoch = 0

    def _change_scene(self) -> None:
        """At a key frame only, and only where both renderings have one."""
        scene, turn = self._next_scene, self._turn
        if scene is None or not turn.segment.frames[self._index].keyframe:
            return
        same = scene.segments.get(turn.segment.name)
        if same is None or self._index >= len(same.frames) or not same.frames[self._index].keyframe:
            return
        self.timeline.scene, self._next_scene = scene, None
        self._turn = Turn(same, turn.mark_frame, turn.mark)

    def _timestamp(self, frames_ahead: int = 0) -> int:
        frames = self._frames_since_epoch + frames_ahead
        return (self._epoch + round(frames * VIDEO_CLOCK_HZ / self._turn.segment.fps)) & 0xFFFFFFFF

    def _deliver(self, frames: Sequence[PacketisedFrame]) -> None:
        numbered, packets_at = self._number(frames)
        if self.loss > 0:
            numbered, packets_at = self._lose(numbered, packets_at)
        report = self._sender_report()
        keyframe = frames[0].keyframe
        for channel, viewers in self._viewers.items():
            data = bytes(numbered if channel == 0 else _on_channel(numbered, packets_at, channel))
            if report:
                data += struct.pack("!cBH", b"$", channel + 1, len(report)) + report
            for viewer in viewers:
                viewer.deliver(data, len(frames), keyframe)

    def _number(self, frames: Sequence[PacketisedFrame]) -> tuple[bytearray, list[int]]:
        out = bytearray().join([frame.template for frame in frames])
        packets_at: list[int] = []
        base, sequence, ssrc = 0, self._sequence, self._ssrc
        for i, frame in enumerate(frames):
            timestamp = self._timestamp(i)
            for at in frame.packets_at:
                _pack_numbering(out, base + at + INTERLEAVED_HEADER + 2, sequence, timestamp, ssrc)
                packets_at.append(base + at)
                sequence = (sequence + 1) & 0xFFFF
            base += len(frame.template)
        return out, packets_at

    def _lose(self, numbered: bytearray, packets_at: list[int]) -> tuple[bytearray, list[int]]:
        kept, kept_at = bytearray(), []
        for start, end in zip(packets_at, [*packets_at[1:], len(numbered)], strict=True):
            if self._rng.random() >= self.loss:
                kept_at.append(len(kept))
                kept += numbered[start:end]
        return kept, kept_at

    def _sender_report(self) -> bytes:
        """RTCP SR and SDES in one compound packet every five seconds (RFC 3550 sections 6.1, 6.4.1 and 6.5)."""
        if self.due < self._report_due:
            return b""
        self._report_due = self.due + SENDER_REPORT_SECONDS
        ntp = max(0.0, self._clock.now() + self.clock_error_s + _NTP_EPOCH_OFFSET)
        report = struct.pack(
            "!BBHIIIIII", 0x80, 200, 6, self._ssrc, int(ntp), int(ntp % 1 * 2**32), self._timestamp(),
            self._packets & 0xFFFFFFFF, self._octets & 0xFFFFFFFF,
        )  # fmt: skip
        name = b"camera"
        chunk = struct.pack("!IBB", self._ssrc, 1, len(name)) + name
        chunk += bytes(4 - len(chunk) % 4)
        return report + struct.pack("!BBH", 0x81, 202, len(chunk) // 4) + chunk


def _on_channel(numbered: bytearray, packets_at: list[int], channel: int) -> bytearray:
    out = bytearray(numbered)
    for at in packets_at:
        out[at + 1] = channel
    return out
