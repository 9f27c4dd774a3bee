"""Walks RTSP's interleaved bytes once, fast, and finds where key frames begin and end.

Nothing is copied and no access unit is built here: an unwatched stream is kept as it came off the wire, and
only its groups of pictures are told apart. This is the hot path of the whole ingest (some fifty packets a
camera-second), hence the one loop with local names; `bench/ingest.py` measures it.
"""

import struct
from enum import IntEnum

from ingest.access_unit import Codec
from ingest.rtsp.nal import TYPES, NalTypes, ParameterSets
from ingest.rtsp.rtcp import SENDER_REPORT_BYTES
from ingest.rtsp.rtp import DOLLAR, FRAME_HEAD, RtpPacket, parse_rtp

_TIMESTAMP = struct.Struct(">I")
MAX_PREFIX_BYTES = 64 * 1024
PADDING = 32
"""A buffer to be scanned is this much longer than its data ever gets."""
_LOSS_LIMIT = 3000
_PLAIN, _PREFIX, _KEY, _AGGREGATE, _FRAGMENT = range(5)


class Event(IntEnum):
    MORE = 0  # everything whole has been walked
    KEY_START = 1  # a key frame begins at `start`
    KEY_END = 2  # the key frame begun last is whole, or `damaged`
    FOREIGN = 3  # at the returned place stands something that is not `$` framing


def _classes(codec: Codec) -> bytes:
    """The class of a packet by its payload's first two bytes.

    For H.264 the second is the fragment's own header, which says it all; H.265 has it one byte later, so there
    every fragment is looked at again (`_fragment_class`).
    """
    types = TYPES[codec]
    table = bytearray(65536)
    for first in range(256):
        kind = types.type_of(first)
        for second in range(256):
            if kind in types.before_slices:
                value = _PREFIX
            elif kind in types.key_slices:
                value = _KEY
            elif kind == types.aggregation:
                value = _AGGREGATE
            elif kind == types.fragment:
                value = _FRAGMENT if codec == "h265" else _fragment_class(types, second)
            else:
                value = _PLAIN
            table[first << 8 | second] = value
    return bytes(table)


def _fragment_class(types: NalTypes, header: int) -> int:
    """By the FU header (RFC 6184 5.8, RFC 7798 4.4.3)."""
    kind = header & (0x1F if types.header_bytes == 1 else 0x3F)
    if kind in types.before_slices:
        return _PREFIX
    return _KEY if header & 0x80 and kind in types.key_slices else _PLAIN


_CLASSES = {codec: _classes(codec) for codec in TYPES}
# `$` and channel, length, RTP's first two bytes, sequence number, (timestamp, SSRC), the payload's first two bytes.
_unpack = struct.Struct(">HHHH8xH").unpack_from
_SHORTEST = 15
_H265_FU_HEADER = 18


class Scanner:
    """One stream's walk. Call `scan` again from where it stopped until it says `Event.MORE`.

    `start` is valid after KEY_START: where the key frame's first packet stands, its parameter sets included.
    `hold` is valid after MORE: the bytes from there on (a torn packet, or parameter sets whose slice has not come
    yet) must stand at the front of the buffer of the next call.
    """

    def __init__(self, codec: Codec, channel: int, payload_type: int, sets: ParameterSets) -> None:
        self._types = TYPES[codec]
        self._classes = _CLASSES[codec]
        self._word = DOLLAR << 8 | channel
        self._report_word = DOLLAR << 8 | (channel + 1) & 0xFF
        self._payload_type = payload_type
        self._plain = 0x8000 | payload_type
        self._expected = -1
        self._prefix = -1
        self._prefix_expected = -1
        self._key_open = False
        self.sets = sets
        self.start = 0
        self.hold = 0
        self.damaged = False
        # Quirk: cameras that set the marker on every slice. The first key frame ends too early, later ones do not.
        self.marker_is_wrong = False
        self.key_timestamp = -1
        self.last_timestamp = -1
        self.packets_lost = 0
        self.pictures = 0
        self.report = b""
        """The beginning of the newest RTCP packet, for whoever reads the camera's clock from it."""

    def scan(self, buffer: bytearray, pos: int, end: int) -> tuple[int, Event]:
        """Walks buffer[pos:end] up to the next event; (where to go on, what happened).

        The buffer must be at least PADDING longer than `end`.
        """
        unpack, classes, word = _unpack, self._classes, self._word
        plain, marked = self._plain, self._plain | 0x80
        expected, prefix, last, marks = self._expected, self._prefix, -1, 0
        event = Event.MORE
        limit = end - FRAME_HEAD
        while pos <= limit:
            magic, length, head, sequence, peek = unpack(buffer, pos)
            after = pos + FRAME_HEAD + length
            if magic != word:
                if magic >> 8 != DOLLAR:
                    event = Event.FOREIGN
                    break
                if after > end:
                    break
                if magic == self._report_word:
                    self.report = bytes(buffer[pos + FRAME_HEAD : min(after, pos + FRAME_HEAD + SENDER_REPORT_BYTES)])
                pos = after
                continue
            if after > end:
                break
            if head != plain and head != marked:
                # Rare: extension, CSRC, padding, or a foreign payload type.
                packet = parse_rtp(buffer, pos + FRAME_HEAD, after)
                if packet is None or packet.payload_type != self._payload_type:
                    pos = after
                    continue
                head, peek = marked if packet.marker else plain, self._peek(buffer, packet)
            if sequence != expected:
                self._gap(expected, sequence)
            expected = sequence + 1
            kind = classes[peek]
            if kind:
                self._prefix = prefix
                if self._begins_key(kind, buffer, pos, after, sequence):
                    # Not passed yet: walked again as part of the key frame it begins.
                    expected, prefix = sequence, self._prefix
                    event = Event.KEY_START
                    if self._key_open:  # without a marker the last key frame ends here, before what leads this one
                        event = Event.KEY_END
                        if prefix >= 0:
                            pos, expected = prefix, self._prefix_expected
                    break
                prefix = self._prefix
            else:
                prefix = -1
            last = pos
            pos = after
            if head == marked and kind != _PREFIX:
                marks += 1
                if self._key_open and not self.marker_is_wrong:
                    event = Event.KEY_END
                    break
        self._expected, self._prefix = expected, prefix
        self.pictures += marks
        if last >= 0:
            self.last_timestamp = _TIMESTAMP.unpack_from(buffer, last + 8)[0]
        return pos, self._settle(event, buffer, pos, end)

    def _settle(self, event: Event, buffer: bytearray, pos: int, end: int) -> Event:
        """Brings the state in line with the event about to be told."""
        late = self._key_open and self.last_timestamp != self.key_timestamp and self._prefix < 0
        if event is Event.MORE and late:
            event = Event.KEY_END  # a camera without marker bits: the next picture has begun
        if event is Event.KEY_START:
            self._key_open, self.damaged = True, False
            self.key_timestamp = _TIMESTAMP.unpack_from(buffer, pos + 8)[0]
            self.start = self._prefix if self._prefix >= 0 else pos
            self._prefix = -1
        elif event is Event.KEY_END:
            self._key_open = False
            self._prefix = -1
        elif event is Event.FOREIGN:
            self._prefix = -1
        elif event is Event.MORE:
            self.hold = pos
            if self._prefix >= 0 and end - self._prefix <= MAX_PREFIX_BYTES:
                self.hold, self._expected = self._prefix, self._prefix_expected
            self._prefix = -1
        return event

    def _gap(self, expected: int, sequence: int) -> None:
        if expected < 0 or expected & 0xFFFF == sequence:
            return
        missing = (sequence - expected) & 0xFFFF
        # TCP keeps order, so what looks like a long way back is the camera starting over.
        self.packets_lost += missing if missing < _LOSS_LIMIT else 1
        if self._key_open:
            self.damaged = True

    def _peek(self, buffer: bytearray, packet: RtpPacket) -> int:
        """The two payload bytes the table is asked with; zero (a type without meaning) where there are none."""
        at = packet.start
        return buffer[at] << 8 | buffer[at + 1] if packet.end - at > self._types.header_bytes else 0

    def _begins_key(self, kind: int, buffer: bytearray, pos: int, after: int, sequence: int) -> bool:
        """Handles a packet that is not a plain slice; True when it begins a key frame not yet known."""
        if kind == _FRAGMENT and buffer[pos + FRAME_HEAD] == 0x80:
            kind = _fragment_class(self._types, buffer[pos + _H265_FU_HEADER])
        if kind != _KEY or after - pos < _SHORTEST + FRAME_HEAD:
            if kind == _PLAIN:
                self._prefix = -1
                return False
            packet = parse_rtp(buffer, pos + FRAME_HEAD, after)
            payload = bytes(buffer[packet.start : packet.end]) if packet is not None else b""
            kind = self._look_closer(kind, payload)
        if kind == _KEY:
            if _TIMESTAMP.unpack_from(buffer, pos + 8)[0] != self.key_timestamp:
                return True
            if not self._key_open:
                self.marker_is_wrong = True
        if kind in (_KEY, _PLAIN):
            self._prefix = -1
        elif self._prefix < 0:
            self._prefix, self._prefix_expected = pos, sequence
        return False

    def _look_closer(self, kind: int, payload: bytes) -> int:
        """The class of a packet by its whole payload; parameter sets are noted."""
        size = self._types.header_bytes
        if len(payload) <= size:
            return _PLAIN
        if kind == _FRAGMENT:
            kind = _fragment_class(self._types, payload[size])
        elif kind == _PREFIX:
            self._note_set(payload)
        elif kind == _AGGREGATE:
            kind = self._look_inside(payload)
        return kind

    def _note_set(self, unit: bytes) -> None:
        if unit and self._types.type_of(unit[0]) in self._types.parameter_sets:
            self.sets = self.sets.with_unit(unit)

    def _look_inside(self, payload: bytes) -> int:
        """STAP-A (RFC 6184 5.7.1), AP (RFC 7798 4.4.2): notes its parameter sets; the class it counts as."""
        types, at = self._types, self._types.header_bytes
        found = _PREFIX
        while at + 2 < len(payload):
            length = payload[at] << 8 | payload[at + 1]
            if length == 0 or at + 2 + length > len(payload):
                break
            unit = payload[at + 2 : at + 2 + length]
            kind = types.type_of(unit[0])
            self._note_set(unit)
            if kind in types.key_slices:
                return _KEY
            if kind in types.slices:
                found = _PLAIN
            at += 2 + length
        return found
