"""The camera's clock out of RTCP sender reports (RFC 3550, 6.4.1)."""

import struct

import pytest

from ingest.rtsp.rtcp import sender_report_time

UNIX_IN_NTP = 2_208_988_800


def report(seconds: int, fraction: int = 0, first: int = 0x80, kind: int = 200) -> bytes:
    return struct.pack("!BBHIIIIII", first, kind, 6, 1, seconds, fraction, 90_000, 10, 1000)


TIMES = [
    ("now", report(UNIX_IN_NTP + 1_790_000_000, 1 << 31), 1_790_000_000.5),
    ("reset to 1970", report(UNIX_IN_NTP + 40), 40.0),
    ("cut behind the timestamps", report(UNIX_IN_NTP + 40)[:24], 40.0),
    ("no clock at all", report(0), None),
    ("seconds since it was switched on", report(86_400 * 700), None),
    ("cut short", report(UNIX_IN_NTP)[:23], None),
    ("nothing", b"", None),
    ("a receiver report", report(UNIX_IN_NTP, kind=201), None),
    ("another version", report(UNIX_IN_NTP, first=0x40), None),
]


@pytest.mark.parametrize(("packet", "time"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_the_time_of_a_sender_report(packet, time):
    assert sender_report_time(packet) == time
