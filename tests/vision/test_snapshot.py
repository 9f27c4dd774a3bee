"""A killed worker neither forgets nor repeats; a damaged snapshot is refused and says why."""

import struct
import zlib

import pytest

from tests.vision import scenery
from tests.vision.scenery import Player, Stands, analysis, zone
from vision.snapshot import VERSION, SnapshotError

CALM = scenery.noise(2.0)
THING = Stands(300, 200, 80, 90, begins=80.0, ends=220.0)


@pytest.mark.parametrize("cut_at", [70.0, 90.0, 130.0, 222.0])
def test_restart_in_the_middle_tells_everything_once(cut_at: float) -> None:
    before = Player(analysis(zone()), [THING, CALM]).until(cut_at)
    after = Player(analysis(zone()), [THING, CALM], at=cut_at + 6.0)
    after.subject.restore(before.subject.snapshot())
    after.until(280.0)
    told = before.detections + after.detections
    assert [detection.phase for detection in told] == ["present", "gone"]
    assert len({detection.object_id for detection in told}) == 1
    assert told[0].first_seen_at - scenery.START == pytest.approx(81.0, abs=1.5)


def test_thing_that_left_while_the_worker_was_down_is_gone() -> None:
    before = Player(analysis(zone()), [THING, CALM]).until(150.0)
    after = Player(analysis(zone()), [THING, CALM], at=260.0)
    after.subject.restore(before.subject.snapshot())
    after.until(300.0)
    assert [detection.phase for detection in after.detections] == ["gone"]


def test_nothing_seen_yet_is_an_empty_snapshot() -> None:
    subject = analysis(zone())
    assert subject.snapshot() == b""
    subject.restore(b"")
    assert subject.snapshot() == b""


def sealed(body: bytes) -> bytes:
    return struct.pack(">4sBII", b"GWVS", VERSION, zlib.crc32(body), len(body)) + body


GOOD = Player(analysis(zone()), [THING, CALM]).until(120.0).subject.snapshot()
HEADER_LENGTH = struct.unpack_from(">I", GOOD, 13)[0]
HEADER, PICTURES = GOOD[17 : 17 + HEADER_LENGTH], GOOD[17 + HEADER_LENGTH :]


def with_header(old: bytes, new: bytes) -> bytes:
    assert old in HEADER
    header = HEADER.replace(old, new, 1)
    return sealed(struct.pack(">I", len(header)) + header + PICTURES)


DAMAGED = {
    "cut short": (GOOD[:-100], "cut short"),
    "a few bytes": (GOOD[:9], "cut short"),
    "one bit flipped": (GOOD[:5000] + bytes([GOOD[5000] ^ 4]) + GOOD[5001:], "checksum"),
    "another file": (b"\x89PNG" + GOOD[4:], "not a snapshot"),
    "a later version": (GOOD[:4] + b"\x09" + GOOD[5:], "version 9"),
    "another camera": (with_header(b'"c1"', b'"c2"'), "belongs to camera 'c2'"),
    "header not JSON": (with_header(b"{", b"["), "header"),
    "unknown field": (with_header(b'"last_at"', b'"last_ta"'), "last_at"),
    "time not finite": (with_header(b'"learnt_seconds":', b'"learnt_seconds":-1e999,"x":'), "learnt_seconds"),
    "object outside the picture": (with_header(b'"box":[15', b'"box":[-9'), "outside the picture"),
    "grid that does not fit": (with_header(b'"width":320', b'"width":400'), "320x180, not 400x180"),
    "far too large": (GOOD + b"\0" * (5 << 20), "larger than"),
    "a picture damaged": (sealed(GOOD[13:].replace(b"\x89PNG", b"\x89PNX")), "not PNG"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_snapshot_is_refused_and_analysis_starts_afresh(name: str) -> None:
    data, message = DAMAGED[name]
    subject = analysis(zone())
    with pytest.raises(SnapshotError, match=message):
        subject.restore(data)
    assert subject.snapshot() == b""
    player = Player(subject, [THING, CALM]).until(260.0)
    assert [detection.phase for detection in player.detections] == ["present", "gone"]


def test_snapshot_is_small() -> None:
    assert len(GOOD) < 200_000
