"""The ring: what it holds, what it lets go of, what it gives."""

import pytest

from ingest.access_unit import AccessUnit
from ingest.gop import UnitGop
from ingest.ring import Ring

SIZE = 1000


def _unit(at: float, *, keyframe: bool = False, size: int = SIZE) -> AccessUnit:
    return AccessUnit("c1", "sub", "h264", keyframe, int(at * 1e6), at, b"x" * size)


def _fill(ring: Ring, seconds: int, *, start: float = 100.0, gop_seconds: int = 2, size: int = SIZE) -> None:
    """Five units a second."""
    for group in range(seconds // gop_seconds):
        begun = start + group * gop_seconds
        gop = UnitGop(_unit(begun, keyframe=True, size=size))
        ring.begin(gop)
        for number in range(1, gop_seconds * 5):
            gop.append(_unit(begun + number / 5, size=size))
            ring.grown()


def test_it_holds_its_seconds_in_whole_groups() -> None:
    ring = Ring(20.0, 10**9)
    _fill(ring, 60)
    assert 20.0 <= ring.seconds <= 22.0
    units = ring.access_units(0.0, 1e9)
    assert units[0].keyframe
    assert ring.bytes == len(units) * SIZE


def test_it_keeps_to_its_bytes_before_its_seconds() -> None:
    ring = Ring(20.0, 45 * SIZE)
    for seconds in range(2, 40, 2):
        _fill(ring, 2, start=100.0 + seconds)
        assert ring.bytes <= 45 * SIZE
    assert 4.0 <= ring.seconds <= 10.0


def test_one_endless_group_is_let_go_and_counted() -> None:
    ring = Ring(20.0, 50 * SIZE)
    gop = UnitGop(_unit(100.0, keyframe=True))
    ring.begin(gop)
    for number in range(1, 500):
        gop.append(_unit(100 + number / 5))
        ring.grown()
        assert ring.bytes <= 50 * SIZE
    assert ring.overflows == 1
    assert ring.access_units(0.0, 1e9) == []
    assert gop.key_frame() is None
    _fill(ring, 4, start=300.0)
    assert len(ring.access_units(0.0, 1e9)) == 20
    assert ring.bytes == 20 * SIZE


@pytest.mark.parametrize(
    ("from_at", "to_at", "first", "last"),
    [
        (104.0, 105.0, 104.0, 105.0),
        (105.3, 106.1, 104.0, 106.0),
        (0.0, 100.5, 100.0, 100.4),
        (109.9, 999.0, 108.0, 109.8),
    ],
    ids=["on a key frame", "inside a group", "older than the ring", "to the newest"],
)
def test_a_piece_begins_with_the_key_frame_before(from_at: float, to_at: float, first: float, last: float) -> None:
    ring = Ring(60.0, 10**9)
    _fill(ring, 10)
    units = ring.access_units(from_at, to_at)
    assert units[0].keyframe
    assert (units[0].received_at, units[-1].received_at) == (first, pytest.approx(last))


@pytest.mark.parametrize("span", [(0.0, 50.0), (300.0, 200.0)], ids=["before everything", "backwards"])
def test_a_piece_of_nothing(span: tuple[float, float]) -> None:
    ring = Ring(60.0, 10**9)
    _fill(ring, 10)
    assert [unit for unit in ring.access_units(*span) if unit.received_at > span[1]] == []
    assert Ring(5.0, 1000).access_units(*span) == []
    assert Ring(5.0, 1000).gop_so_far() == []
    assert Ring(5.0, 1000).seconds == 0.0


def test_group_so_far_and_key_frames() -> None:
    ring = Ring(60.0, 10**9)
    _fill(ring, 10)
    assert [unit.received_at for unit in ring.keyframes(103.0)] == [104.0, 106.0, 108.0]
    assert [unit.keyframe for unit in ring.gop_so_far()] == [True] + [False] * 9
