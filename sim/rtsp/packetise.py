"""Access units to RTP over interleaved TCP: RFC 6184 (H.264), RFC 7798 (H.265), RFC 2326 section 10.12.

Done once for every clip. What differs between two stations showing the clip (sequence number, timestamp, SSRC) is
patched into the ready bytes at the moment of sending.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from sim.rtsp.clip import EventTruth, SceneClips, Segment
from sim.rtsp.nal import Codec, is_key_picture, is_picture, nal_type, parameter_sets, split_annex_b

MAX_PAYLOAD = 1400
PAYLOAD_TYPE = 96
VIDEO_CLOCK_HZ = 90_000
INTERLEAVED_HEADER = 4
RTP_HEADER = 12


@dataclass(frozen=True, slots=True)
class PacketisedFrame:
    """One access unit as interleaved packets on channel 0; `packets_at` are the offsets of their `$`."""

    template: bytes
    packets_at: tuple[int, ...]
    keyframe: bool


@dataclass(frozen=True, slots=True)
class PacketisedSegment:
    """`packets_before[i]` is the number of packets in the frames in front of frame i."""

    name: str
    fps: float
    frames: tuple[PacketisedFrame, ...]
    packets_before: tuple[int, ...]

    @property
    def duration_s(self) -> float:
        return len(self.frames) / self.fps

    def next_keyframe(self, index: int) -> int:
        """Index of the first key frame at or after `index`; the number of frames when there is none."""
        for i in range(index, len(self.frames)):
            if self.frames[i].keyframe:
                return i
        return len(self.frames)


@dataclass(frozen=True, slots=True)
class PacketisedScene:
    scene_id: str
    codec: Codec
    width: int
    height: int
    parameter_sets: tuple[bytes, ...]
    segments: dict[str, PacketisedSegment]
    truth: dict[str, EventTruth]

    @property
    def idle(self) -> tuple[PacketisedSegment, ...]:
        return tuple(segment for name, segment in sorted(self.segments.items()) if name.split("-")[0] == "idle")


def packetise_scene(clips: SceneClips) -> PacketisedScene:
    """Raises ValueError, naming scene and segment, for clips that could not be joined or started."""
    segments = {name: packetise_segment(segment, clips.scene_id) for name, segment in clips.segments.items()}
    idle = next((segment for name, segment in sorted(clips.segments.items()) if name.split("-")[0] == "idle"), None)
    if idle is None:
        raise ValueError(f"scene {clips.scene_id}: has no segment named idle, only {sorted(clips.segments)}")
    sets = parameter_sets(split_annex_b(idle.access_units[0]), idle.codec)
    if len(sets) != (2 if idle.codec == "h264" else 3):
        raise ValueError(f"scene {clips.scene_id}: segment {idle.name} has no parameter sets in its first access unit")
    return PacketisedScene(clips.scene_id, idle.codec, clips.width, clips.height, sets, segments, dict(clips.truth))


def packetise_segment(segment: Segment, scene_id: str = "") -> PacketisedSegment:
    if segment.codec not in ("h264", "h265"):
        raise ValueError(f"scene {scene_id}: segment {segment.name} is {segment.codec}, which has no packetiser here")
    frames = tuple(packetise_access_unit(unit, segment.codec) for unit in segment.access_units)
    if not frames or not frames[0].keyframe:
        raise ValueError(f"scene {scene_id}: segment {segment.name} does not begin with a key frame")
    before = (0, *accumulate(len(frame.packets_at) for frame in frames))
    return PacketisedSegment(segment.name, segment.fps, frames, before)


def packetise_access_unit(access_unit: bytes, codec: Codec) -> PacketisedFrame:
    units = split_annex_b(access_unit)
    payloads = list(_payloads(units, codec))
    out = bytearray()
    at: list[int] = []
    for i, payload in enumerate(payloads):
        at.append(len(out))
        marker = 0x80 if i == len(payloads) - 1 else 0
        out += struct.pack("!cBH", b"$", 0, RTP_HEADER + len(payload))
        out += struct.pack("!BBHII", 0x80, marker | PAYLOAD_TYPE, 0, 0, 0)
        out += payload
    return PacketisedFrame(bytes(out), tuple(at), any(is_key_picture(unit, codec) for unit in units))


def _payloads(units: Iterable[bytes], codec: Codec) -> Iterable[bytes]:
    """Parameter sets and SEI travel together in one aggregation packet, as most cameras send them; slices alone."""
    gathered: list[bytes] = []
    for unit in units:
        if is_picture(unit, codec) or len(unit) > MAX_PAYLOAD // 2:
            yield from _aggregate(gathered, codec)
            gathered = []
            yield from [unit] if len(unit) <= MAX_PAYLOAD else _fragment(unit, codec)
            continue
        if sum(len(held) + 2 for held in gathered) + len(unit) + 4 > MAX_PAYLOAD:
            yield from _aggregate(gathered, codec)
            gathered = []
        gathered.append(unit)
    yield from _aggregate(gathered, codec)


def _aggregate(units: list[bytes], codec: Codec) -> Iterable[bytes]:
    """STAP-A (RFC 6184 section 5.7.1) or AP (RFC 7798 section 4.4.2)."""
    if len(units) < 2:
        yield from units
        return
    body = b"".join(struct.pack("!H", len(unit)) + unit for unit in units)
    if codec == "h264":
        yield bytes([max(unit[0] & 0x60 for unit in units) | 24]) + body
    else:
        yield bytes([48 << 1, 1]) + body


def _fragment(unit: bytes, codec: Codec) -> Iterable[bytes]:
    """FU-A (RFC 6184 section 5.8) or FU (RFC 7798 section 4.4.3)."""
    kind = nal_type(unit, codec)
    if codec == "h264":
        indicator, body = bytes([unit[0] & 0xE0 | 28]), unit[1:]
    else:
        indicator, body = bytes([unit[0] & 0x81 | 49 << 1, unit[1]]), unit[2:]
    room = MAX_PAYLOAD - len(indicator) - 1
    pieces = [body[i : i + room] for i in range(0, len(body), room)]
    for i, piece in enumerate(pieces):
        first, last = 0x80 if i == 0 else 0, 0x40 if i == len(pieces) - 1 else 0
        yield indicator + bytes([first | last | kind]) + piece
