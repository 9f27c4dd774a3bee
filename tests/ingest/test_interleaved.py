"""The fast walk over interleaved bytes: however they are cut, it finds what a slow reader finds."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.access_unit import Codec
from ingest.rtsp.depacketiser import Depacketiser
from ingest.rtsp.interleaved import PADDING, Event, Scanner
from ingest.rtsp.nal import ParameterSets
from tests.ingest.clips import Clip, Packetiser, clip, framed, rtp


@dataclass
class Walked:
    """What a reader of the scanner keeps: groups of pictures as bytes, key frames told whole or damaged."""

    before: bytes = b""
    groups: list[bytes] = field(default_factory=list)
    keys: list[tuple[int, bool]] = field(default_factory=list)
    scanner: Scanner | None = None


def _walk(clip: Clip, pieces: list[bytes], channel: int = 0) -> Walked:
    walked, tail = Walked(), b""
    scanner = walked.scanner = Scanner(clip.codec, channel, 96, ParameterSets(clip.codec))

    def keep(data: bytes) -> None:
        if walked.groups:
            walked.groups[-1] += data
        else:
            walked.before += data

    for piece in pieces:
        data = tail + piece
        # What stands behind the data must not matter: the buffer is shared with other streams.
        buffer, end = bytearray(data + b"\x24\x00\x05\xdc\x80\x60" * PADDING), len(data)
        pos = kept = 0
        while True:
            pos, event = scanner.scan(buffer, pos, end)
            if event is Event.MORE:
                break
            assert event is not Event.FOREIGN
            if event is Event.KEY_START:
                keep(data[kept : scanner.start])
                kept = scanner.start
                walked.groups.append(b"")
            else:
                keep(data[kept:pos])
                kept = pos
                walked.keys.append((len(walked.groups[-1]), scanner.damaged))
        keep(data[kept : scanner.hold])
        tail = data[scanner.hold :]
    keep(tail)
    return walked


REPORT = b"\x80\xc8\x00\x06" + bytes(range(24))


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    cuts = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(cuts)]


def _stream(clip: Clip, *, channel: int = 0, **how: object) -> bytes:
    packetiser = Packetiser(clip, **how)  # type: ignore[arg-type]
    report = framed(REPORT, channel + 1)
    audio = framed(rtp(b"\x65\xff" * 40, 1, 1, marker=True, payload_type=8), channel + 2)
    parts = []
    for index, picture in enumerate(clip.pictures):
        parts += [framed(packet, channel) for packet in packetiser.packets(picture)]
        parts += [report] * (index % 4 == 0) + [audio] * (index % 3 == 0)
    return b"".join(parts)


def _assert_found(source: Clip, walked: Walked, channel: int) -> None:
    whole = [index for index, picture in enumerate(source.pictures) if picture.keyframe]
    assert walked.scanner is not None
    assert walked.scanner.packets_lost == 0
    assert walked.scanner.report == REPORT[:24]
    assert len(walked.groups) == len(whole)
    assert [damaged for _, damaged in walked.keys] == [False] * len(whole)
    for number, (data, start) in enumerate(zip(walked.groups, whole, strict=True)):
        depacketiser = Depacketiser(source.codec, ParameterSets(source.codec))
        pictures = depacketiser.push_interleaved(data, channel, 96) + depacketiser.flush()
        sent = source.pictures[start : start + len(pictures)]
        assert [picture.data for picture in pictures] == [source.annex_b(picture) for picture in sent]
        assert len(pictures) == [*whole, len(source.pictures)][number + 1] - start


@pytest.mark.parametrize("codec", ["h264", "h265"])
@settings(deadline=None, max_examples=25)
@given(
    places=st.lists(st.integers(0, 10_000_000), max_size=40),
    channel=st.integers(0, 253),
    aggregate=st.booleans(),
    odd=st.booleans(),
    slices=st.sampled_from([1, 3]),
)
def test_any_cut_gives_the_same_groups(
    codec: Codec, places: list[int], channel: int, aggregate: bool, odd: bool, slices: int
) -> None:
    source = clip(codec, slices=slices)
    data = _stream(source, channel=channel, aggregate=aggregate, odd=odd)
    _assert_found(source, _walk(source, _cut(data, places), channel), channel)


def test_byte_by_byte() -> None:
    source = clip("h264")
    data = _stream(source)[:40_000]
    walked = _walk(source, [data[n : n + 1] for n in range(len(data))])
    assert walked.groups[0] == _walk(source, [data]).groups[0]
    assert walked.before + b"".join(walked.groups) == data


@settings(deadline=None, max_examples=20)
@given(places=st.lists(st.integers(0, 10_000_000), max_size=20))
def test_without_marker_bits_key_frames_are_found_all_the_same(places: list[int]) -> None:
    source = clip("h264")
    walked = _walk(source, _cut(_stream(source, markers="none"), places))
    whole = sum(picture.keyframe for picture in source.pictures)
    assert len(walked.groups) == whole
    assert [damaged for _, damaged in walked.keys] == [False] * whole


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_marker_on_every_slice_is_seen_through(codec: Codec) -> None:
    """From the second key frame on none ends before its last slice."""
    source = clip(codec, slices=3)
    walked = _walk(source, _cut(_stream(source, markers="every"), list(range(0, 200_000, 900))))
    assert walked.scanner is not None
    assert walked.scanner.marker_is_wrong
    assert len(walked.groups) == 4
    for data, (length, damaged) in list(zip(walked.groups, walked.keys, strict=True))[1:]:
        depacketiser = Depacketiser(codec, walked.scanner.sets, trust_marker=False)
        key = depacketiser.push_interleaved(data[:length], 0, 96)
        picture = (key + depacketiser.flush())[0]
        assert not damaged
        assert picture.data in [source.annex_b(sent) for sent in source.pictures if sent.keyframe]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_gap_inside_a_key_frame_marks_it_damaged(codec: Codec) -> None:
    source = clip(codec)
    packetiser = Packetiser(source)
    packets = [[framed(packet) for packet in packetiser.packets(picture)] for picture in source.pictures]
    del packets[5][len(packets[5]) // 2 + 1]
    walked = _walk(source, [b"".join(part for some in packets for part in some)])
    assert [damaged for _, damaged in walked.keys] == [False, True, False, False]
    assert walked.scanner is not None
    assert walked.scanner.packets_lost == 1


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=3000))
def test_any_bytes_are_walked_to_an_end(data: bytes) -> None:
    """Whatever a camera sends, the scanner comes back, and never goes past the data."""
    scanner = Scanner("h264", 0, 96, ParameterSets("h264"))
    framed_up = b"".join(framed(data[at : at + 97]) for at in range(0, len(data), 97))
    for stream in (data, framed_up):
        buffer, pos = bytearray(stream + bytes(PADDING)), 0
        for _ in range(2 * len(stream) + 8):
            pos, event = scanner.scan(buffer, pos, len(stream))
            assert 0 <= pos <= len(stream)
            if event is Event.MORE:
                assert 0 <= scanner.hold <= len(stream)
                break
            if event is Event.FOREIGN:
                break
        else:
            pytest.fail("the scanner goes round in circles")
