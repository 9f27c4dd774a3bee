"""Whether an H.264 stream shows its pictures in another order than it sends them (B-frames).

WebRTC has no decoding time stamps: a player given B-frames shows one picture in fifteen.
"""

from ingest.parameter_sets import (
    H264_FIRST_VCL,
    H264_LAST_VCL,
    BitReader,
    ParameterSetError,
)

SLICE_B = 1
SLICE_HEADER_BYTES = 16
"""Enough for the two numbers read; what is not read is not copied."""
DATA_PARTITIONS_B_AND_C = (3, 4)


def has_b_slices(data: bytes) -> bool:
    """Whether the access unit (Annex B) is a B-picture, told by its first slice (ITU-T H.264 7.3.3)."""
    start = data.find(b"\x00\x00\x01")
    while 0 <= start < len(data) - 4:
        kind = data[start + 3] & 0x1F
        if H264_FIRST_VCL <= kind <= H264_LAST_VCL and kind not in DATA_PARTITIONS_B_AND_C:
            return _slice_type(data[start + 4 : start + 4 + SLICE_HEADER_BYTES]) == SLICE_B
        start = data.find(b"\x00\x00\x01", start + 3)
    return False


def _slice_type(header: bytes) -> int | None:
    reader = BitReader(header.replace(b"\x00\x00\x03", b"\x00\x00"))
    try:
        reader.unsigned()  # first_mb_in_slice
        return reader.unsigned(9) % 5
    except ParameterSetError:
        return None
