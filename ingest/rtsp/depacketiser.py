"""RTP payloads to coded pictures: H.264 (RFC 6184) and H.265 (RFC 7798), packetisation without interleaving."""

import struct
from typing import NamedTuple

from ingest.access_unit import Codec
from ingest.rtsp.nal import START_CODE, TYPES, ParameterSets, starts_picture
from ingest.rtsp.rtp import DOLLAR, FRAME_HEAD, RTP_HEAD, RtpPacket, parse_rtp

MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_PICTURE_UNITS = 1024
# `$` and channel, length, RTP's first two bytes, sequence number, timestamp.
_unpack = struct.Struct(">HHHHI").unpack_from
_PAYLOAD_AT = FRAME_HEAD + RTP_HEAD


class Picture(NamedTuple):
    """`timestamp` is RTP's 32 bits. `after_loss`: packets before this picture, or whole pictures, are missing."""

    timestamp: int
    keyframe: bool
    data: bytes
    after_loss: bool


class Depacketiser:
    """Feed it the packets of one stream in order; it gives whole pictures in Annex B.

    A picture that lost a packet is not given; the next whole one says `after_loss`. A picture ends at the
    marker bit or, for cameras that set none, where the timestamp changes. Key frames carry the parameter
    sets in effect in front; access unit delimiters and filler are left out.
    """

    def __init__(self, codec: Codec, sets: ParameterSets, *, trust_marker: bool = True) -> None:
        self.sets = sets
        self._types = types = TYPES[codec]
        self._plain_slices = types.slices - types.key_slices
        self._expected: int | None = None
        self._timestamp: int | None = None
        self._units: list[bytes] = []
        self._fragments: list[bytes] | None = None
        self._bytes = 0
        self._keyframe = False
        self._has_slice = False
        self._damaged = False
        self._loss_pending = False
        self._ended_by_marker = False
        # Quirk: cameras that set the marker on every slice of a picture. Once seen, only the timestamp counts.
        self._marker_is_wrong = not trust_marker

    def push_interleaved(self, data: bytes, channel: int, payload_type: int) -> list[Picture]:
        """What `push` gives for the packets of one channel, in bytes that hold whole interleaved frames only."""
        pictures: list[Picture] = []
        at, end = 0, len(data)
        word, plain = DOLLAR << 8 | channel, 0x8000 | payload_type
        while at + FRAME_HEAD <= end:
            if self._ended_by_marker and not self._units and not self._loss_pending and not self._marker_is_wrong:
                after = self._push_plain(data, at, word, plain, pictures)
                if after:
                    at = after
                    continue
            after = at + FRAME_HEAD + (data[at + 2] << 8 | data[at + 3])
            if data[at + 1] == channel:
                packet = parse_rtp(data, at + FRAME_HEAD, after)
                if packet is not None and packet.payload_type == payload_type:
                    pictures += self.push(data, packet)
            at = after
        return pictures

    def _push_plain(self, data: bytes, at: int, word: int, plain: int, pictures: list[Picture]) -> int:
        """Takes, between two pictures, one that is what nearly all are: a single slice of no key frame, whole in
        `data`, alone or in fragments, its packets in order. Where the next begins; 0 when it is not, and nothing has
        changed then."""
        types, end, marked = self._types, len(data), plain | 0x80
        size, fragment, type_of = types.header_bytes, types.fragment, types.type_of
        expected, timestamp, parts = self._expected, -1, [START_CODE]
        after = sequence = 0
        while at + _PAYLOAD_AT + size + 1 < end:
            magic, length, head, sequence, stamp = _unpack(data, at)
            start, after = at + _PAYLOAD_AT, at + FRAME_HEAD + int(length)
            if magic != word or sequence != expected or after > end or after - start < size + 2:
                return 0
            kind, header = type_of(data[start]), data[start + size]
            if timestamp < 0:
                if stamp == self._timestamp:
                    return 0
                timestamp = stamp
                if kind in self._plain_slices and head == marked:
                    parts.append(data[start:after])
                    break
                if kind != fragment or header & 0xC0 != 0x80:
                    return 0
                if size == 1:
                    first = bytes((data[start] & 0xE0 | header & 0x1F,))
                else:
                    first = bytes((data[start] & 0x81 | (header & 0x3F) << 1, data[start + 1]))
                if type_of(first[0]) not in self._plain_slices:
                    return 0
                parts.append(first)
            elif kind != fragment or header & 0x80 or stamp != timestamp:
                return 0
            parts.append(data[start + size + 1 : after])
            if header & 0x40:
                if head != marked:
                    return 0
                break
            if head != plain:
                return 0
            at, expected = after, sequence + 1 & 0xFFFF
        else:
            return 0
        self._expected, self._timestamp = sequence + 1 & 0xFFFF, timestamp
        pictures.append(Picture(timestamp, False, b"".join(parts), False))
        return after

    def push(self, buffer: bytes, packet: RtpPacket) -> list[Picture]:
        """The pictures this packet completes: none, one, or two (a last one without marker and its own)."""
        pictures: list[Picture] = []
        lost = self._expected is not None and packet.sequence != self._expected
        self._expected = (packet.sequence + 1) & 0xFFFF
        new = packet.timestamp != self._timestamp
        if lost:
            self._note_loss()
        if new:
            self._finish(pictures)
            self._timestamp = packet.timestamp
            self._damaged = lost and not self._begins_picture(buffer, packet)
        elif self._ended_by_marker and not self._begins_picture(buffer, packet):
            self._marker_is_wrong = True
            self._damaged = True
        self._ended_by_marker = False
        if packet.start < packet.end:
            self._take(buffer, packet.start, packet.end)
        if packet.marker and not self._marker_is_wrong:
            self._finish(pictures)
            self._ended_by_marker = True
        return pictures

    def _note_loss(self) -> None:
        self._damaged = True
        self._loss_pending = True

    def _begins_picture(self, buffer: bytes, packet: RtpPacket) -> bool:
        types, at = self._types, packet.start
        if packet.end - at < types.header_bytes + 2:
            return False
        kind = types.type_of(buffer[at])
        if kind == types.aggregation:
            at += types.header_bytes + 2
            if packet.end - at <= types.header_bytes:
                return False
            kind = types.type_of(buffer[at])
        elif kind == types.fragment:
            header = buffer[at + types.header_bytes]
            at += 1
            kind = header & (0x1F if types.header_bytes == 1 else 0x3F)
            if not header & 0x80 or packet.end - at <= types.header_bytes:
                return False
        return starts_picture(types, kind, buffer[at + types.header_bytes])

    def _take(self, buffer: bytes, start: int, end: int) -> None:
        types = self._types
        kind = types.type_of(buffer[start])
        if kind == types.fragment:
            self._take_fragment(buffer, start, end)
            return
        self._drop_open_fragment()
        if kind != types.aggregation:
            if kind < types.aggregation:
                self._add(bytes(buffer[start:end]))
            return
        at = start + types.header_bytes
        while at + 2 < end:
            length = buffer[at] << 8 | buffer[at + 1]
            if length == 0 or at + 2 + length > end:
                self._note_loss()
                return
            self._add(bytes(buffer[at + 2 : at + 2 + length]))
            at += 2 + length

    def _take_fragment(self, buffer: bytes, start: int, end: int) -> None:
        """FU-A (RFC 6184 5.8), FU (RFC 7798 4.4.3)."""
        size = self._types.header_bytes
        if end - start < size + 2:
            self._note_loss()
            return
        header = buffer[start + size]
        if header & 0x80:
            self._drop_open_fragment()
            if size == 1:
                first = bytes((buffer[start] & 0xE0 | header & 0x1F,))
            else:
                first = bytes((buffer[start] & 0x81 | (header & 0x3F) << 1, buffer[start + 1]))
            self._fragments = [first]
        elif self._fragments is None:
            self._note_loss()
            return
        fragments = self._fragments
        fragments.append(buffer[start + size + 1 : end])
        self._bytes += end - start
        if self._bytes > MAX_PICTURE_BYTES:
            self._fragments = None
            self._note_loss()
        elif header & 0x40:
            self._fragments = None
            self._add(b"".join(fragments), counted=True)

    def _drop_open_fragment(self) -> None:
        """A fragmented NAL unit whose end never came."""
        if self._fragments is not None:
            self._fragments = None
            self._note_loss()

    def _add(self, unit: bytes, *, counted: bool = False) -> None:
        types = self._types
        kind = types.type_of(unit[0]) if len(unit) >= types.header_bytes else -1
        if kind not in types.kept:
            return
        if kind in types.parameter_sets:
            self.sets = self.sets.with_unit(unit)
        self._bytes += 0 if counted else len(unit)
        if self._bytes > MAX_PICTURE_BYTES or len(self._units) >= MAX_PICTURE_UNITS:
            self._note_loss()
            return
        self._units.append(unit)
        if kind in types.slices:
            self._has_slice = True
            self._keyframe = self._keyframe or kind in types.key_slices

    def _finish(self, pictures: list[Picture]) -> None:
        self._drop_open_fragment()
        if not self._has_slice and not self._damaged:
            return  # parameter sets and SEI marked, or stamped, as if they were a picture belong to the next
        units, whole = self._units, self._has_slice and not self._damaged and self._timestamp is not None
        if whole:
            keyframe = self._keyframe
            if keyframe:
                types = self._types
                units = [unit for unit in units if types.type_of(unit[0]) not in types.parameter_sets]
            parts = [part for unit in units for part in (START_CODE, unit)]
            data = b"".join([self.sets.annex_b(), *parts] if keyframe else parts)
            pictures.append(Picture(self._timestamp or 0, keyframe, data, self._loss_pending))
            self._loss_pending = False
        elif self._has_slice:
            self._loss_pending = True
        self._units = []
        self._bytes = 0
        self._keyframe = self._has_slice = self._damaged = False

    def flush(self) -> list[Picture]:
        """The picture still open, for the caller who knows that it is whole. The next packet begins a new one."""
        pictures: list[Picture] = []
        self._finish(pictures)
        return pictures
