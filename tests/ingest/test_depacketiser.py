"""Packets to pictures: every way cameras packetise, and what is lost on the way."""

import struct
from collections.abc import Callable

import pytest

from ingest.access_unit import Codec
from ingest.rtsp.depacketiser import Depacketiser, Picture
from ingest.rtsp.nal import ParameterSets
from ingest.rtsp.rtp import parse_rtp
from tests.ingest.clips import Clip, Packetiser, clip, rtp

CODECS: list[Codec] = ["h264", "h265"]


def _run(clip: Clip, packets: list[bytes], sets: ParameterSets | None = None) -> list[Picture]:
    depacketiser = Depacketiser(clip.codec, sets or ParameterSets(clip.codec))
    found: list[Picture] = []
    for packet in packets:
        parsed = parse_rtp(packet, 0, len(packet))
        assert parsed is not None
        found += depacketiser.push(packet, parsed)
    found += depacketiser.flush()
    for together in (1, 3, len(packets)):
        assert _run_interleaved(clip, packets, sets, together) == found, f"{together} packets at a time"
    return found


def _run_interleaved(clip: Clip, packets: list[bytes], sets: ParameterSets | None, together: int) -> list[Picture]:
    """The same packets as they stand on the wire, among frames of other channels."""
    depacketiser = Depacketiser(clip.codec, sets or ParameterSets(clip.codec))
    payload_type = packets[0][1] & 0x7F
    frames = [b"$\x00" + struct.pack(">H", len(packet)) + packet for packet in packets]
    frames[:: max(1, len(frames) // 5)] = [frame + b"$\x01\x00\x02ab" for frame in frames[:: max(1, len(frames) // 5)]]
    found: list[Picture] = []
    for at in range(0, len(frames), together):
        found += depacketiser.push_interleaved(b"".join(frames[at : at + together]), 0, payload_type)
    return found + depacketiser.flush()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("slices", [1, 3], ids=["one slice", "three slices"])
@pytest.mark.parametrize("aggregate", [False, True], ids=["single", "aggregated"])
@pytest.mark.parametrize("markers", ["last", "none", "every"])
@pytest.mark.parametrize("odd", [False, True], ids=["plain", "csrc, extension, padding"])
def test_pictures_are_byte_for_byte_the_source(
    codec: Codec, slices: int, aggregate: bool, markers: str, odd: bool
) -> None:
    source = clip(codec, slices=slices)
    packetiser = Packetiser(source, markers=markers, aggregate=aggregate, odd=odd)
    pictures = _run(source, [packet for picture in source.pictures for packet in packetiser.packets(picture)])
    if markers == "every" and slices > 1:
        # Known by its second slice, so the first pictures are the price of finding out.
        assert [found.data for found in pictures[-10:]] == [source.annex_b(sent) for sent in source.pictures[-10:]]
        return
    assert [found.data for found in pictures] == [source.annex_b(sent) for sent in source.pictures]
    assert [found.keyframe for found in pictures] == [sent.keyframe for sent in source.pictures]
    assert not any(found.after_loss for found in pictures)


@pytest.mark.parametrize("codec", CODECS)
def test_sets_only_in_sdp_stand_in_front_of_every_key_frame(codec: Codec) -> None:
    source = clip(codec)
    sets = ParameterSets(codec)
    for unit in source.sets:
        sets = sets.with_unit(unit)
    packetiser = Packetiser(source, in_band_sets=False)
    pictures = _run(source, [packet for picture in source.pictures for packet in packetiser.packets(picture)], sets)
    assert [found.data for found in pictures] == [source.annex_b(sent) for sent in source.pictures]


def test_sets_refreshed_in_band_replace_those_of_sdp() -> None:
    large, small = clip("h264", width=256), clip("h264")
    sets = ParameterSets("h264")
    for unit in large.sets:
        sets = sets.with_unit(unit)
    packets = Packetiser(small).packets(small.pictures[0])
    assert _run(small, packets, sets)[0].data == small.annex_b(small.pictures[0])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    ("drop", "missing"),
    [
        (lambda packets: packets[0][:-2] + packets[0][-1:], {0}),
        (lambda packets: packets[0][:-1], {0}),
        (lambda packets: packets[0][:2], {0}),
    ],
    ids=["inside a fragment run", "the last packet", "nearly all"],
)
def test_a_key_frame_that_lost_packets_is_not_given(
    codec: Codec, drop: Callable[[list[list[bytes]]], list[bytes]], missing: set[int]
) -> None:
    source = clip(codec)
    packetiser = Packetiser(source)
    packets = [packetiser.packets(picture) for picture in source.pictures]
    packets[0] = drop(packets)
    pictures = _run(source, [packet for some in packets for packet in some])
    wanted = [source.annex_b(sent) for index, sent in enumerate(source.pictures) if index not in missing]
    assert [found.data for found in pictures] == wanted
    assert [found.after_loss for found in pictures] == [True] + [False] * (len(wanted) - 1)


def test_a_key_frame_after_a_loss_is_whole_and_says_so() -> None:
    source = clip("h264")
    packetiser = Packetiser(source)
    packets = [packetiser.packets(picture) for picture in source.pictures]
    packets[4] = packets[4][:-1]
    pictures = _run(source, [packet for some in packets for packet in some])
    assert [found.data for found in pictures[4:6]] == [source.annex_b(sent) for sent in source.pictures[5:7]]
    assert [found.after_loss for found in pictures[3:6]] == [False, True, False]


def test_a_fragment_without_its_end_is_dropped() -> None:
    """The camera itself cut the key frame short: no gap in the numbers."""
    source = clip("h264")
    packets = Packetiser(source).packets(source.pictures[0])
    cut = [*packets[:-1], packets[0]]
    renumbered = [packet[:2] + struct.pack(">H", 100 + n) + packet[4:] for n, packet in enumerate(cut)]
    assert _run(source, renumbered) == []


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x7c",
        b"\x7c\x85",
        b"\x78\x00",
        b"\x78\xff\xff\x00",
        b"\x78\x00\x00\x00",
        b"\x62\x01",
        b"\x60\x01\xff\xff\x01",
    ],
    ids=[
        "empty",
        "short FU-A",
        "FU-A head only",
        "short STAP-A",
        "STAP-A too long",
        "STAP-A of nothing",
        "short FU",
        "AP",
    ],
)
def test_absurd_payloads_do_no_harm(codec: Codec, payload: bytes) -> None:
    source = clip(codec)
    packetiser = Packetiser(source, sequence=10, timestamp=90000)
    good = [packet for picture in source.pictures[5:10] for packet in packetiser.packets(picture)]
    bad = rtp(payload, 9, 1000, marker=True)
    assert [found.data for found in _run(source, [bad, *good])] == [source.annex_b(p) for p in source.pictures[5:10]]


def test_an_endless_picture_is_bounded() -> None:
    depacketiser = Depacketiser("h264", ParameterSets("h264"))
    body = b"\x41" + b"x" * 60_000
    for sequence in range(300):
        packet = rtp(body, sequence, 5, marker=False)
        parsed = parse_rtp(packet, 0, len(packet))
        assert parsed is not None
        assert depacketiser.push(packet, parsed) == []
    held = sum(len(unit) for unit in depacketiser._units)
    assert held <= 8 * 1024 * 1024
    assert depacketiser.flush() == []


NOT_RTP = {
    "empty": b"",
    "short": b"\x80" * 11,
    "version 1": b"\x40" + bytes(20),
    "csrc past the end": b"\x8f" + bytes(20),
    "extension past the end": b"\x90" + bytes(11) + b"\x00\x00\xff\xff",
    "padding past the start": b"\xa0" + bytes(11) + b"\xff",
}


@pytest.mark.parametrize("data", NOT_RTP.values(), ids=NOT_RTP)
def test_what_is_not_rtp_is_none(data: bytes) -> None:
    assert parse_rtp(data, 0, len(data)) is None
