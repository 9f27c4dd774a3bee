"""A clip as a file: access units into MP4 as they are, without decoding one picture."""

import io
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from ingest.access_unit import AccessUnit, Codec

TIME_BASE = Fraction(1, 90_000)
LAST_UNIT_SECONDS = 0.1  # shown for so long, there being no next one to say
LONGEST_GAP_SECONDS = 10.0  # over a break in the stream the clip does not wait longer than this

_DEMUXERS: dict[Codec, str] = {"h264": "h264", "h265": "hevc"}
_PARAMETER_SETS: dict[Codec, frozenset[int]] = {"h264": frozenset({7, 8}), "h265": frozenset({32, 33, 34})}


class ClipError(ValueError):
    """No clip can be made of these units; the message says why."""


def clip(units: Sequence[AccessUnit]) -> bytes:
    """MP4 of `units` (in order, one camera, Annex B), index in front, playing from the first picture.

    Begins at a key frame: what stands before the first one is left out. Where the parameter sets change on the way
    (a camera given another resolution), only what follows the last change is kept, since one track has one
    description. Raises `ClipError` without a key frame or with one that cannot be read.
    """
    kept = _one_description(units)
    if not kept:
        raise ClipError("no key frame among the access units")
    times = _times(kept)
    with tempfile.TemporaryDirectory(prefix="gridwatch-clip-") as folder:
        # The index can be moved to the front only in a file that can be read again.
        path = Path(folder) / "clip.mp4"
        _mux(kept, times, path)
        return path.read_bytes()


def _one_description(units: Sequence[AccessUnit]) -> list[AccessUnit]:
    kept: list[AccessUnit] = []
    described: tuple[Codec, bytes] | None = None
    for unit in units:
        if unit.keyframe:
            own = unit.codec, parameter_sets(unit.codec, unit.data)
            if own != described:
                kept, described = [], own
        if described is not None and unit.codec == described[0]:
            kept.append(unit)
    return kept


def parameter_sets(codec: Codec, data: bytes) -> bytes:
    """The parameter sets standing at the front of an access unit in Annex B form, with start codes; b"" if none."""
    wanted = _PARAMETER_SETS[codec]
    found = []
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        end = data.find(b"\x00\x00\x01", start + 3)
        nal = data[start + 3 : end if end >= 0 else len(data)].rstrip(b"\x00")
        if not nal:
            break
        kind = nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F
        if kind in wanted:
            found.append(b"\x00\x00\x00\x01" + nal)
        elif _is_picture(codec, kind):
            break
        start = end
    return b"".join(found)


def _is_picture(codec: Codec, kind: int) -> bool:
    return 1 <= kind <= 5 if codec == "h264" else kind < 32


def _times(units: Sequence[AccessUnit]) -> list[int]:
    """Ticks of `TIME_BASE` from the first unit, growing. Where a new session began, the clock of arrival bridges."""
    ticks = [0]
    for before, unit in pairwise(units):
        seconds = (unit.pts_us - before.pts_us) / 1e6
        if unit.discontinuity and not 0.0 < seconds <= LONGEST_GAP_SECONDS:
            seconds = unit.received_at - before.received_at
        ticks.append(ticks[-1] + max(1, round(min(seconds, LONGEST_GAP_SECONDS) * TIME_BASE.denominator)))
    return ticks


def _mux(units: Sequence[AccessUnit], times: Sequence[int], path: Path) -> None:
    first = units[0]
    ends = [*times[1:], times[-1] + round(LAST_UNIT_SECONDS * TIME_BASE.denominator)]
    try:
        with (
            av.open(io.BytesIO(first.data), format=_DEMUXERS[first.codec]) as source,
            av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as target,
        ):
            track = target.add_stream_from_template(source.streams.video[0])
            track.time_base = TIME_BASE
            if first.codec == "h265":
                track.codec_context.codec_tag = "hvc1"  # Chromium and QuickTime do not play hev1
            for unit, start, end in zip(units, times, ends, strict=True):
                packet = av.Packet(unit.data)
                packet.stream, packet.time_base = track, TIME_BASE
                packet.pts = packet.dts = start
                packet.duration = end - start
                packet.is_keyframe = unit.keyframe
                target.mux(packet)
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise ClipError(f"the {first.codec} stream cannot be written as a clip: {error}") from error
