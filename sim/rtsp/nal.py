"""NAL units of an access unit in Annex B form (ITU-T H.264 annex B, H.265 annex B)."""

import re
from typing import Literal

Codec = Literal["h264", "h265"]

_START_CODE = re.compile(rb"\x00\x00\x01")

H264_IDR, H264_SPS, H264_PPS = 5, 7, 8
H265_IRAP = range(16, 24)
H265_VPS, H265_SPS, H265_PPS = 32, 33, 34


def split_annex_b(access_unit: bytes) -> list[bytes]:
    """The NAL units between the start codes. A NAL unit never ends in a zero byte, so padding falls away."""
    starts = [match.end() for match in _START_CODE.finditer(access_unit)]
    ends = [start - 3 for start in starts[1:]] + [len(access_unit)]
    units = (access_unit[start:end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=True))
    return [unit for unit in units if unit]


def nal_type(unit: bytes, codec: Codec) -> int:
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def is_picture(unit: bytes, codec: Codec) -> bool:
    """Whether the unit holds slice data (VCL) rather than parameter sets, SEI or delimiters."""
    kind = nal_type(unit, codec)
    return 1 <= kind <= 5 if codec == "h264" else kind < 32


def is_key_picture(unit: bytes, codec: Codec) -> bool:
    kind = nal_type(unit, codec)
    return kind == H264_IDR if codec == "h264" else kind in H265_IRAP


def parameter_sets(units: list[bytes], codec: Codec) -> tuple[bytes, ...]:
    """SPS, PPS (H.264) or VPS, SPS, PPS (H.265) among the units, in that order."""
    wanted = (H264_SPS, H264_PPS) if codec == "h264" else (H265_VPS, H265_SPS, H265_PPS)
    by_type = {nal_type(unit, codec): unit for unit in reversed(units)}
    return tuple(by_type[kind] for kind in wanted if kind in by_type)
