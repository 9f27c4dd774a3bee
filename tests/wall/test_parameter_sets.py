import pytest

from ingest.parameter_sets import (
    MAX_SPS_BYTES,
    BitReader,
    ParameterSetError,
    leading_sps,
    nal_units,
    read_format,
)
from tests.wall.clips import encode_clip

SIZES = [(640, 360), (320, 180), (352, 288), (178, 98), (1920, 1080)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_size_is_what_was_encoded(codec, size):
    clip = encode_clip(codec, *size, frames=1)
    sps = leading_sps(codec, clip.units[0][1])
    read = read_format(codec, sps)
    assert (read.width, read.height) == size


def test_codec_string_names_the_profile_and_level_bytes():
    sps = leading_sps("h264", encode_clip("h264", 640, 360, frames=1).units[0][1])
    assert read_format("h264", sps).codec == "avc1." + sps[1:4].hex()


def test_h265_codec_string_of_x265_main_profile():
    sps = leading_sps("h265", encode_clip("h265", 640, 360, frames=1).units[0][1])
    assert read_format("h265", sps).codec == "hvc1.1.6.L63.90"


def test_only_key_frames_carry_a_set():
    clip = encode_clip(frames=20, gop=10)
    found = [leading_sps("h264", data) is not None for _, data in clip.units]
    assert found == [keyframe for keyframe, _ in clip.units]
    assert found.count(True) == 2


def test_nal_units_with_both_start_code_lengths_and_trailing_zeros():
    stream = b"\x00\x00\x00\x01\x67ab\x00\x00\x01\x68cd\x00\x00\x00\x01\x65ef\x00"
    assert list(nal_units(stream)) == [b"\x67ab", b"\x68cd", b"\x65ef"]


BROKEN = [
    ("empty", "h264", b"\x67"),
    ("cut off", "h264", bytes.fromhex("674d401e")),
    ("endless Exp-Golomb", "h264", bytes.fromhex("674d401e") + b"\x00" * 40),
    ("too long", "h264", b"\x67" + b"\xff" * MAX_SPS_BYTES),
    ("h265 cut off", "h265", bytes.fromhex("420101016000000300")),
    ("h265 eight sub-layers", "h265", bytes.fromhex("42010f") + b"\xff" * 40),
]


@pytest.mark.parametrize(("codec", "sps"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_sets_are_refused(codec, sps):
    with pytest.raises(ParameterSetError):
        read_format(codec, sps)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_no_flipped_bit_does_anything_but_read_or_refuse(codec):
    sps = leading_sps(codec, encode_clip(codec, frames=1).units[0][1])
    refused = 0
    for bit in range(len(sps) * 8):
        broken = bytearray(sps)
        broken[bit // 8] ^= 0x80 >> bit % 8
        try:
            read = read_format(codec, bytes(broken))
            assert 0 < read.width <= 16384
        except ParameterSetError:
            refused += 1
    assert refused > 0


def test_a_picture_over_the_bound_is_refused():
    # ue(v) of 1025 macroblocks, one more than the bound allows
    with pytest.raises(ParameterSetError, match="above the limit"):
        BitReader(bytes([0b00000000, 0b00110000, 0b00001100])).unsigned(1024)


@pytest.mark.parametrize(("bits", "value"), [("1", 0), ("010", 1), ("011", -1), ("00100", 2), ("00101", -2)])
def test_signed_exp_golomb(bits, value):
    assert BitReader(int(bits.ljust(8, "0"), 2).to_bytes(1, "big")).signed() == value
