"""RTCP, as far as it tells the camera's clock (RFC 3550)."""

import struct

SENDER_REPORT = 200
SENDER_REPORT_BYTES = 24
"""Up to the NTP timestamp and the RTP timestamp that belongs to it (section 6.4.1)."""
_HEAD = struct.Struct(">BBHIIII")
_NTP_TO_UNIX = 2_208_988_800
_FROM_1900 = 1_000_000_000


def sender_report_time(packet: bytes) -> float | None:
    """The Unix time a compound packet's sender report was sent at, by the sender's own clock.

    None for what is no sender report, and for senders without a clock, which may send zero or the time since their
    start (section 4): years after 1900. A clock that was reset stands in 1970 or later and is told.
    """
    if len(packet) < SENDER_REPORT_BYTES:
        return None
    first, kind, _, _, seconds, fraction, _ = _HEAD.unpack_from(packet)
    if first >> 6 != 2 or kind != SENDER_REPORT or seconds < _FROM_1900:
        return None
    return float(seconds - _NTP_TO_UNIX) + float(fraction) / 2.0**32
