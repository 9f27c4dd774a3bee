"""The binary frame of `/api/v1/live`: a batch of access units (docs/design/contracts.md).

Big-endian, repeated to the end of the frame: u16 stream · u8 flags · u8 0 · u32 payload length · u64 pts in
microseconds · u64 received at, Unix microseconds · payload in Annex B form.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEADER = struct.Struct(">HBBIQQ")
KEYFRAME, CATCH_UP, DISCONTINUITY = 1, 2, 4


class WireError(ValueError):
    """The frame is not a whole batch."""


class WireUnit(NamedTuple):
    """One access unit as a page sees it. `stream` is the number the page chose (0–65535)."""

    stream: int
    flags: int
    pts_us: int
    received_us: int
    payload: bytes

    @property
    def size(self) -> int:
        return HEADER.size + len(self.payload)


def encode(units: Iterable[WireUnit]) -> bytes:
    """One binary frame with the units in the order given."""
    parts: list[bytes] = []
    for unit in units:
        parts.append(HEADER.pack(unit.stream, unit.flags, 0, len(unit.payload), unit.pts_us, unit.received_us))
        parts.append(unit.payload)
    return b"".join(parts)


def decode(frame: bytes) -> Iterator[WireUnit]:
    """The units of one binary frame. Raises `WireError` where it is cut off."""
    at = 0
    while at < len(frame):
        if at + HEADER.size > len(frame):
            raise WireError(f"a header is cut off at byte {at}")
        stream, flags, _, length, pts_us, received_us = HEADER.unpack_from(frame, at)
        at += HEADER.size
        if at + length > len(frame):
            raise WireError(f"a payload of {length} bytes is cut off at byte {at}")
        yield WireUnit(stream, flags, pts_us, received_us, frame[at : at + length])
        at += length
