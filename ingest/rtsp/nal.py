"""NAL unit types of H.264 (ITU-T H.264 table 7-1) and H.265 (ITU-T H.265 table 7-1), and parameter sets in effect."""

from dataclasses import dataclass

from ingest.access_unit import Codec
from ingest.parameter_sets import BitReader, ParameterSetError

START_CODE = b"\x00\x00\x00\x01"
MAX_PARAMETER_SETS = 32
MAX_PARAMETER_SET_BYTES = 4096


@dataclass(frozen=True, slots=True)
class NalTypes:
    """What the types of one codec mean to us. `kept` go into access units; delimiters, filler and layers do not."""

    header_bytes: int
    key_slices: frozenset[int]
    slices: frozenset[int]
    parameter_sets: frozenset[int]
    before_slices: frozenset[int]
    kept: frozenset[int]
    aggregation: int
    fragment: int

    def type_of(self, first_byte: int) -> int:
        return first_byte & 0x1F if self.header_bytes == 1 else (first_byte >> 1) & 0x3F


H264 = NalTypes(
    header_bytes=1,
    key_slices=frozenset({5}),
    slices=frozenset({1, 5}),
    parameter_sets=frozenset({7, 8}),
    before_slices=frozenset({6, 7, 8, 9}),
    kept=frozenset({1, 5, 6, 7, 8}),
    aggregation=24,
    fragment=28,
)
H265 = NalTypes(
    header_bytes=2,
    key_slices=frozenset(range(16, 22)),
    slices=frozenset({*range(10), *range(16, 22)}),
    parameter_sets=frozenset({32, 33, 34}),
    before_slices=frozenset({32, 33, 34, 35, 39}),
    kept=frozenset({*range(10), *range(16, 22), 32, 33, 34, 39, 40}),
    aggregation=48,
    fragment=49,
)
TYPES: dict[Codec, NalTypes] = {"h264": H264, "h265": H265}


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """The sets in effect, by (type, id), in decoding order. Never changed: `with_unit` gives a new one."""

    codec: Codec
    units: tuple[tuple[tuple[int, int], bytes], ...] = ()

    def with_unit(self, unit: bytes) -> "ParameterSets":
        """With one more, or the same object when nothing changes. What is too long or unreadable is ignored."""
        types = TYPES[self.codec]
        if not types.header_bytes < len(unit) <= MAX_PARAMETER_SET_BYTES:
            return self
        kind = types.type_of(unit[0])
        for (known_kind, _), known in self.units:
            if known_kind == kind and known == unit:
                return self
        try:
            key = (kind, _set_id(self.codec, kind, unit))
        except ParameterSetError:
            return self
        merged = {**dict(self.units), key: unit}
        if kind not in types.parameter_sets or len(merged) > MAX_PARAMETER_SETS:
            return self
        return ParameterSets(self.codec, tuple(sorted(merged.items())))

    def annex_b(self) -> bytes:
        return b"".join(START_CODE + unit for _, unit in self.units)

    def sps(self) -> bytes | None:
        wanted = 7 if self.codec == "h264" else 33
        return next((unit for (kind, _), unit in self.units if kind == wanted), None)


def _set_id(codec: Codec, kind: int, unit: bytes) -> int:
    """The set's own id where it stands near the front; an H.265 SPS hides its id, so the newest replaces."""
    if codec == "h264":
        reader = BitReader(unit[1:16])
        if kind == 7:
            reader.bits(24)
        return reader.unsigned(255)
    reader = BitReader(unit[2:12])
    if kind == 34:
        return reader.unsigned(63)
    return reader.bits(4) if kind == 32 else 0


def starts_picture(types: NalTypes, kind: int, first_payload_byte: int) -> bool:
    """Whether a NAL unit of this type can only stand at a picture's beginning.

    For a slice it is the first bit after the header: first_mb_in_slice = 0 as ue(v) (H.264 7.3.3), or
    first_slice_segment_in_pic_flag (H.265 7.3.6.1).
    """
    return kind in types.before_slices or (kind in types.slices and first_payload_byte & 0x80 != 0)
