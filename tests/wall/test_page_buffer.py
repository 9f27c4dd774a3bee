import pytest

from wall.page_buffer import PageBuffer, PageLimits, PageOverflow
from wall.wire import DISCONTINUITY, KEYFRAME, WireUnit

PAYLOAD = bytes(1000 - 24)


def unit(stream: int, pts: int, flags: int = 0) -> WireUnit:
    return WireUnit(stream, flags, pts, 0, PAYLOAD)


def key(stream: int, pts: int) -> WireUnit:
    return unit(stream, pts, KEYFRAME)


def drained(buffer: PageBuffer) -> list[str | list[WireUnit]]:
    messages = []
    while (message := buffer.take()) is not None:
        messages.append(message)
    return messages


def units_of(buffer: PageBuffer, stream: int) -> list[tuple[int, bool]]:
    batches = [message for message in drained(buffer) if not isinstance(message, str)]
    return [(u.pts_us, bool(u.flags & KEYFRAME)) for batch in batches for u in batch if u.stream == stream]


def test_text_and_units_keep_their_order():
    buffer = PageBuffer(PageLimits())
    buffer.put_text("live")
    buffer.put_unit(key(1, 0))
    buffer.put_unit(unit(1, 1))
    buffer.put_text("new codec")
    buffer.put_unit(key(1, 2))
    shape = [m if isinstance(m, str) else [u.pts_us for u in m] for m in drained(buffer)]
    assert shape == ["live", [0, 1], "new codec", [2]]
    assert not buffer
    assert buffer.waiting_bytes == 0


def test_a_batch_is_closed_at_its_bound():
    buffer = PageBuffer(PageLimits(batch_bytes=2500))
    buffer.put_unit(key(1, 0))
    for pts in range(1, 5):
        buffer.put_unit(unit(1, pts))
    assert [len(batch) for batch in drained(buffer)] == [2, 2, 1]


def test_the_fullest_stream_loses_its_whole_gop_and_starts_again_at_a_key_frame():
    buffer = PageBuffer(PageLimits(waiting_bytes=10_000))
    buffer.put_unit(key(1, 0))
    buffer.put_unit(key(2, 0))
    for pts in range(1, 9):
        buffer.put_unit(unit(2, pts))
    buffer.put_unit(unit(1, 1))  # the eleventh thousand bytes
    assert buffer.take_lost() == {2: 9}
    buffer.put_unit(unit(2, 9))
    buffer.put_unit(unit(2, 10))
    assert buffer.take_lost() == {2: 2}
    buffer.put_unit(key(2, 11))
    buffer.put_unit(unit(2, 12))
    waiting = [u for batch in drained(buffer) for u in batch]
    assert [(u.stream, u.pts_us) for u in waiting] == [(1, 0), (1, 1), (2, 11), (2, 12)]
    assert waiting[2].flags & DISCONTINUITY


def test_a_newer_gop_that_waits_is_kept():
    buffer = PageBuffer(PageLimits(waiting_bytes=10_000))
    for pts in range(11):
        buffer.put_unit(key(1, pts) if pts in (0, 5) else unit(1, pts))
    assert buffer.take_lost() == {1: 5}
    assert units_of(buffer, 1) == [(5, True), *((pts, False) for pts in range(6, 11))]


def test_a_page_that_never_reads_costs_no_more_than_its_bound():
    buffer = PageBuffer(PageLimits(waiting_bytes=50_000))
    sent = 0
    for pts in range(2000):
        for stream in range(8):
            buffer.put_unit(key(stream, pts) if pts % 25 == 0 else unit(stream, pts))
            sent += 1
        assert buffer.waiting_bytes <= 50_000
    lost = sum(buffer.take_lost().values())
    waiting = [u for batch in drained(buffer) for u in batch]
    assert lost + len(waiting) == sent
    for stream in range(8):
        mine = [u for u in waiting if u.stream == stream]
        assert not mine or mine[0].flags & KEYFRAME
        assert [u.pts_us for u in mine] == list(range(mine[0].pts_us, mine[0].pts_us + len(mine))) if mine else True


def test_one_unit_larger_than_the_bound_is_lost_not_kept():
    buffer = PageBuffer(PageLimits(waiting_bytes=500))
    buffer.put_unit(key(1, 0))
    assert buffer.take_lost() == {1: 1}
    assert buffer.take() is None


def test_nothing_before_the_first_key_frame_of_a_started_stream():
    buffer = PageBuffer(PageLimits())
    buffer.start(3)
    buffer.put_unit(unit(3, 0))
    buffer.put_unit(key(3, 1))
    assert units_of(buffer, 3) == [(1, True)]
    assert buffer.take_lost() == {}


def test_a_closed_stream_leaves_nothing_for_the_numbers_next_user():
    buffer = PageBuffer(PageLimits())
    buffer.put_unit(key(3, 0))
    buffer.put_unit(key(4, 0))
    buffer.forget(3)
    assert [u.stream for batch in drained(buffer) for u in batch] == [4]
    assert buffer.waiting_bytes == 0


def test_text_over_its_bound_is_an_error_never_a_silent_loss():
    buffer = PageBuffer(PageLimits(text_bytes=100))
    buffer.put_text("x" * 90)
    with pytest.raises(PageOverflow):
        buffer.put_text("y" * 20)
