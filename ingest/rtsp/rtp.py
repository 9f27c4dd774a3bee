"""RTP packets (RFC 3550 5.1) inside RTSP's `$` framing (RFC 2326 10.12)."""

import struct
from typing import NamedTuple

_HEAD = struct.Struct(">BBHI")
_LENGTH = struct.Struct(">H")
FRAME_HEAD = 4
RTP_HEAD = 12
DOLLAR = 0x24


class RtpPacket(NamedTuple):
    """`start` and `end` bound the payload in the buffer it was parsed from."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    start: int
    end: int


def parse_rtp(buffer: bytes | bytearray | memoryview, start: int, end: int) -> RtpPacket | None:
    """The packet in buffer[start:end]: CSRC list, extension and padding taken off. None when it is not RTP 2."""
    if end - start < RTP_HEAD:
        return None
    first, second, sequence, timestamp = _HEAD.unpack_from(buffer, start)
    if first >> 6 != 2:
        return None
    at = start + RTP_HEAD + 4 * (first & 0x0F)
    if first & 0x10:
        if at + 4 > end:
            return None
        at += 4 + 4 * int(_LENGTH.unpack_from(buffer, at + 2)[0])
    if first & 0x20:
        end -= buffer[end - 1]
    if at > end:
        return None
    return RtpPacket(second >= 0x80, second & 0x7F, sequence, timestamp, at, end)
