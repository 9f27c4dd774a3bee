"""Sequence parameter sets of H.264 and H.265: picture size and the codec string of RFC 6381.

A camera is an attacker: every length and count is bounded, and anything odd raises `ParameterSetError`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.access_unit import Codec

MAX_SPS_BYTES = 4096
MAX_SIDE = 16384
H264_SPS, H265_SPS = 7, 33
H264_FIRST_VCL, H264_LAST_VCL = 1, 5
H265_LAST_VCL = 31
H264_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class ParameterSetError(ValueError):
    """The parameter set cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """`codec` as browsers name it (RFC 6381: `avc1.4d401e`, `hvc1.1.6.L93.B0`); size in pixels after cropping."""

    codec: str
    width: int
    height: int


class BitReader:
    """Bits of an RBSP, most significant first (ITU-T H.264 7.2, 9.1)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data) * 8

    def bits(self, count: int) -> int:
        """The next `count` bits as an unsigned number. Raises `ParameterSetError` past the end."""
        if self._at + count > self._end:
            raise ParameterSetError("ends too early")
        first, last = self._at // 8, (self._at + count + 7) // 8
        value = int.from_bytes(self._data[first:last], "big") >> (last * 8 - self._at - count)
        self._at += count
        return value & ((1 << count) - 1)

    def flag(self) -> bool:
        return self.bits(1) == 1

    def unsigned(self, limit: int = 0xFFFF_FFFE) -> int:
        """ue(v), refused above `limit`."""
        zeros = 0
        while self.bits(1) == 0:
            zeros += 1
            if zeros > 32:
                raise ParameterSetError("an Exp-Golomb number is longer than 32 bits")
        value = (1 << zeros) - 1 + (self.bits(zeros) if zeros else 0)
        if value > limit:
            raise ParameterSetError(f"{value} is above the limit {limit}")
        return value

    def signed(self) -> int:
        """se(v)."""
        value = self.unsigned()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an Annex B byte stream, without start codes and trailing zeros."""
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        following = data.find(b"\x00\x00\x01", start + 3)
        unit = data[start + 3 : following if following >= 0 else len(data)].rstrip(b"\x00")
        if unit:
            yield unit
        start = following


def leading_sps(codec: Codec, data: bytes) -> bytes | None:
    """The first SPS standing before the coded picture of a key frame, or None. Does not read the picture itself."""
    start = data.find(b"\x00\x00\x01")
    while 0 <= start < len(data) - 3:
        kind = data[start + 3] & 0x1F if codec == "h264" else (data[start + 3] >> 1) & 0x3F
        if kind == (H264_SPS if codec == "h264" else H265_SPS):
            following = data.find(b"\x00\x00\x01", start + 3, start + 3 + MAX_SPS_BYTES + 4)
            end = following if following >= 0 else min(len(data), start + 3 + MAX_SPS_BYTES)
            return data[start + 3 : end].rstrip(b"\x00")
        if (H264_FIRST_VCL <= kind <= H264_LAST_VCL) if codec == "h264" else kind <= H265_LAST_VCL:
            return None
        start = data.find(b"\x00\x00\x01", start + 3)
    return None


def read_format(codec: Codec, sps: bytes) -> PictureFormat:
    """Codec string and size from an SPS NAL unit (with its header). Raises `ParameterSetError`."""
    if len(sps) > MAX_SPS_BYTES:
        raise ParameterSetError(f"longer than {MAX_SPS_BYTES} bytes")
    return _read_h264(sps) if codec == "h264" else _read_h265(sps)


def _rbsp(payload: bytes) -> bytes:
    """Takes emulation prevention bytes out (H.264 7.4.1.1)."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


def _size(width: int, height: int) -> tuple[int, int]:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ParameterSetError(f"a picture of {width}×{height} is out of bounds")
    return width, height


def _read_h264(sps: bytes) -> PictureFormat:
    """ITU-T H.264 7.3.2.1.1."""
    reader = BitReader(_rbsp(sps[1:]))
    profile, constraints, level = reader.bits(8), reader.bits(8), reader.bits(8)
    reader.unsigned(31)  # seq_parameter_set_id
    chroma = _h264_chroma(reader) if profile in H264_HIGH_PROFILES else 1
    reader.unsigned(12)  # log2_max_frame_num_minus4
    _skip_h264_picture_order(reader)
    reader.unsigned(16)  # max_num_ref_frames
    reader.bits(1)  # gaps_in_frame_num_value_allowed_flag
    width = (reader.unsigned(MAX_SIDE // 16) + 1) * 16
    map_units = reader.unsigned(MAX_SIDE // 16) + 1
    frames_only = reader.flag()
    if not frames_only:
        reader.bits(1)  # mb_adaptive_frame_field_flag
    height = map_units * 16 * (1 if frames_only else 2)
    reader.bits(1)  # direct_8x8_inference_flag
    if reader.flag():
        unit_x, unit_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * (1 if frames_only else 2)
        left, right, top, bottom = (reader.unsigned(MAX_SIDE) for _ in range(4))
        width, height = width - (left + right) * unit_x, height - (top + bottom) * unit_y
    width, height = _size(width, height)
    return PictureFormat(f"avc1.{profile:02x}{constraints:02x}{level:02x}", width, height)


def _h264_chroma(reader: BitReader) -> int:
    """Reads up to the scaling lists of the high profiles; returns chroma_format_idc, 0 when planes are separate."""
    chroma = reader.unsigned(3)
    separate = chroma == 3 and reader.flag()
    reader.unsigned(6)  # bit_depth_luma_minus8
    reader.unsigned(6)  # bit_depth_chroma_minus8
    reader.bits(1)  # qpprime_y_zero_transform_bypass_flag
    if reader.flag():
        for index in range(8 if chroma != 3 else 12):
            if reader.flag():
                _skip_scaling_list(reader, 16 if index < 6 else 64)
    return 0 if separate else chroma


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    """ITU-T H.264 7.3.2.1.1.1."""
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_h264_picture_order(reader: BitReader) -> None:
    kind = reader.unsigned(2)
    if kind == 0:
        reader.unsigned(12)  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        reader.bits(1)
        reader.signed()
        reader.signed()
        for _ in range(reader.unsigned(255)):
            reader.signed()


def _read_h265(sps: bytes) -> PictureFormat:
    """ITU-T H.265 7.3.2.2.1; the codec string by ISO/IEC 14496-15 annex E.3."""
    reader = BitReader(_rbsp(sps[2:]))
    reader.bits(4)  # sps_video_parameter_set_id
    sub_layers = reader.bits(3)  # sps_max_sub_layers_minus1
    if sub_layers > 6:
        raise ParameterSetError("more than seven sub-layers")
    reader.bits(1)  # sps_temporal_id_nesting_flag
    codec = _h265_profile(reader)
    _skip_h265_sub_layers(reader, sub_layers)
    reader.unsigned(15)  # sps_seq_parameter_set_id
    chroma = reader.unsigned(3)
    separate = chroma == 3 and reader.flag()
    width, height = reader.unsigned(MAX_SIDE), reader.unsigned(MAX_SIDE)
    if reader.flag():  # conformance_window_flag
        unit_x = 2 if chroma in (1, 2) and not separate else 1
        unit_y = 2 if chroma == 1 and not separate else 1
        left, right, top, bottom = (reader.unsigned(MAX_SIDE) for _ in range(4))
        width, height = width - (left + right) * unit_x, height - (top + bottom) * unit_y
    width, height = _size(width, height)
    return PictureFormat(codec, width, height)


def _h265_profile(reader: BitReader) -> str:
    space, tier, profile = reader.bits(2), reader.bits(1), reader.bits(5)
    compatibility = reader.bits(32)
    constraints = [reader.bits(8) for _ in range(6)]
    level = reader.bits(8)
    mirrored = int(f"{compatibility:032b}"[::-1], 2)
    while constraints and constraints[-1] == 0:
        constraints.pop()
    parts = ["hvc1", f"{' ABC'[space].strip()}{profile}", f"{mirrored:x}", f"{'H' if tier else 'L'}{level}"]
    return ".".join(parts + [f"{value:X}" for value in constraints])


def _skip_h265_sub_layers(reader: BitReader, count: int) -> None:
    """The sub-layer part of profile_tier_level (7.3.3)."""
    present = [(reader.flag(), reader.flag()) for _ in range(count)]
    if count:
        reader.bits(2 * (8 - count))  # reserved_zero_2bits
    for profile, level in present:
        if profile:
            reader.bits(88)
        if level:
            reader.bits(8)
