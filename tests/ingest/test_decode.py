"""Decoding: shared contexts, damaged key frames, whole groups."""

import av
import numpy as np
import pytest

from ingest.access_unit import AccessUnit, Codec
from ingest.decode import MAX_CONTEXTS, Decoder, decode_in_order, leading_parameter_sets
from tests.ingest.clips import Clip, clip


def _unit(source: Clip, index: int, data: bytes | None = None) -> AccessUnit:
    picture = source.pictures[index]
    at = 1000.0 + index / 25
    data = source.annex_b(picture) if data is None else data
    return AccessUnit("c1", "sub", source.codec, picture.keyframe, index * 40_000, at, data)


def _reference(source: Clip) -> list[np.ndarray]:
    context = av.CodecContext.create("h264" if source.codec == "h264" else "hevc", "r")
    context.thread_count = 1
    packets = [av.Packet(source.annex_b(picture)) for picture in source.pictures]
    frames = [frame for packet in [*packets, None] for frame in context.decode(packet)]
    return [frame.to_ndarray(format="yuv420p")[: source.height] for frame in frames]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("slices", [1, 3])
def test_key_frames_of_many_cameras_through_one_decoder(codec: Codec, slices: int) -> None:
    sources = [clip(codec, slices=slices), clip(codec, width=256)]
    references = [_reference(source) for source in sources]
    decoder = Decoder()
    for index in (0, 5, 10, 15):
        for source, reference in zip(sources, references, strict=True):
            frame = decoder.decode(_unit(source, index))
            assert frame is not None
            assert (frame.width, frame.height) == (source.width, source.height)
            assert (frame.captured_at, frame.pts_us) == (1000.0 + index / 25, index * 40_000)
            np.testing.assert_array_equal(frame.luma, reference[index])
            assert frame.colour().shape == (source.height, source.width, 3)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_damaged_key_frame_is_refused_and_harms_no_other(codec: Codec) -> None:
    source = clip(codec)
    whole = source.annex_b(source.pictures[0])
    middle = len(whole) // 2
    broken = whole[:middle] + bytes(len(whole) - middle)
    decoder = Decoder()
    assert decoder.decode(_unit(source, 0)) is not None
    if codec == "h264":  # libavcodec does not say so of H.265; whole packets are the depacketiser's care
        assert decoder.decode(_unit(source, 0, broken)) is None
        assert decoder.decode(_unit(source, 0, whole[: middle // 2])) is None
    assert decoder.decode(_unit(source, 0, b"")) is None
    assert decoder.decode(_unit(source, 0, b"\x00\x00\x00\x01garbage")) is None
    frame = decoder.decode(_unit(source, 5))
    assert frame is not None
    np.testing.assert_array_equal(frame.luma, _reference(source)[5])


def test_the_number_of_contexts_is_bounded() -> None:
    decoder = Decoder()
    for width in range(64, 64 + 16 * (MAX_CONTEXTS + 4), 16):
        source = clip("h264", width=width, height=64)
        assert decoder.decode(_unit(source, 0)) is not None
    assert len(decoder._contexts) == MAX_CONTEXTS


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_without_the_loop_filter_luma_is_near_and_colour_exact(codec: Codec) -> None:
    source = clip(codec, crf=40)
    plain, quick = Decoder().decode(_unit(source, 5)), Decoder(deblock=False).decode(_unit(source, 5))
    assert plain is not None
    assert quick is not None
    apart = np.abs(plain.luma.astype(int) - quick.luma.astype(int))
    assert 0 < apart.mean() < 4
    np.testing.assert_array_equal(plain.colour(), quick.colour())


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_whole_group_in_order(codec: Codec) -> None:
    source = clip(codec)
    frames = list(decode_in_order([_unit(source, index) for index in range(20)]))
    assert [frame.pts_us for frame in frames] == [index * 40_000 for index in range(20)]
    assert [frame.captured_at for frame in frames] == [1000.0 + index / 25 for index in range(20)]
    for frame, reference in zip(frames, _reference(source), strict=True):
        np.testing.assert_array_equal(frame.luma, reference)


def test_nothing_decodes_to_nothing() -> None:
    assert list(decode_in_order([])) == []


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_the_key_of_a_context_is_its_parameter_sets(codec: Codec) -> None:
    source = clip(codec)
    first, second = _unit(source, 0), _unit(source, 5)
    assert leading_parameter_sets(first) == b"".join(b"\x00\x00\x00\x01" + unit for unit in source.sets)
    assert leading_parameter_sets(first) == leading_parameter_sets(second)
