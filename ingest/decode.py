"""Coded pictures to frames with libavcodec. A `Decoder` belongs to one thread; libavcodec releases the GIL."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
from av.codec.context import Flags

from ingest.access_unit import AccessUnit, Codec
from ingest.frame import ColourImage, Frame, GrayImage
from ingest.rtsp.nal import TYPES

MAX_CONTEXTS = 16
MAX_PIXELS = 5120 * 3840
_NAMES: dict[Codec, str] = {"h264": "h264", "h265": "hevc"}
_MICROSECONDS = Fraction(1, 1_000_000)
_PLANAR_CHROMA = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"})
_EIGHT_BIT_LUMA = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})
av.logging.set_level(None)


class Decoder:
    """Decodes single key frames of any number of cameras.

    A key frame needs no history, so cameras with the same parameter sets share a context: a few contexts serve an
    estate. The least recently used goes when there are more than MAX_CONTEXTS.

    `deblock=False` leaves the loop filter out, which saves a twelfth of the time and changes `luma` by a few grey
    levels along block edges: good enough to look for things, not to show. `colour()` then decodes anew, in full.
    """

    def __init__(self, *, deblock: bool = True) -> None:
        self._deblock = deblock
        self._contexts: OrderedDict[tuple[Codec, bytes], Any] = OrderedDict()
        self._count = 0

    def decode(self, unit: AccessUnit) -> Frame | None:
        """The picture of a key frame, or None when it cannot be decoded or came out damaged.

        libavcodec notices damage inside H.264 only; for H.265 rely on the depacketiser giving whole pictures.
        """
        key = (unit.codec, leading_parameter_sets(unit))
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = _context(unit.codec, deblock=self._deblock)
            if len(self._contexts) > MAX_CONTEXTS:
                self._contexts.popitem(last=False)
        else:
            self._contexts.move_to_end(key)
        self._count += 1
        packet = av.Packet(unit.data)
        packet.pts = self._count
        try:
            frames = context.decode(packet)
            if not frames:
                # Streams with B-frames keep pictures back: ask for it, and make the context fit for the next.
                frames = context.decode(None)
                context.flush_buffers()
        except av.error.FFmpegError:
            self._contexts.pop(key, None)
            return None
        found = next((frame for frame in frames if frame.pts == self._count), None)
        if found is None or found.is_corrupt:
            return None
        if self._deblock:
            return _frame(found, unit.camera_id, unit.received_at, unit.pts_us)
        return Frame(
            unit.camera_id,
            unit.received_at,
            unit.pts_us,
            _luma(found),
            lambda: _colour_in_full(unit, found),
            _chroma(found),
        )


def _colour_in_full(unit: AccessUnit, without_filter: Any) -> ColourImage:
    exact = Decoder().decode(unit)
    return exact.colour() if exact is not None else _bgr(without_filter)


def decode_in_order(units: Sequence[AccessUnit]) -> Iterator[Frame]:
    """Every picture of units that begin with a key frame, in presentation order: for looking back in time.

    What cannot be decoded is left out. Dear: some 15 ms for each second of a 640×360 stream at 15 pictures a second.
    """
    if not units:
        return
    context = _context(units[0].codec)
    origin = {unit.pts_us: unit for unit in units}
    for unit in (*units, None):
        try:
            frames = context.decode(_packet(unit) if unit is not None else None)
        except av.error.FFmpegError:
            continue
        for frame in frames:
            source = origin.get(frame.pts)
            if source is not None and not frame.is_corrupt:
                yield _frame(frame, source.camera_id, source.received_at, source.pts_us)


def _packet(unit: AccessUnit) -> Any:
    packet = av.Packet(unit.data)
    packet.pts = unit.pts_us
    packet.time_base = _MICROSECONDS
    return packet


def leading_parameter_sets(unit: AccessUnit) -> bytes:
    """What stands before the first NAL unit that is not a parameter set."""
    types, data, at = TYPES[unit.codec], unit.data, 0
    while True:
        start = data.find(b"\x00\x00\x01", at, at + 8192)
        if start < 0 or start + 3 >= len(data):
            return b""
        if types.type_of(data[start + 3]) not in types.parameter_sets:
            return data[:start].rstrip(b"\x00")
        at = start + 3


def _context(codec: Codec, *, deblock: bool = True) -> Any:
    context = av.CodecContext.create(_NAMES[codec], "r")
    # One thread, set before the first picture: the schedule, not libavcodec, spreads work over the cores.
    context.thread_count = 1
    context.flags |= Flags.low_delay
    context.options = {"max_pixels": str(MAX_PIXELS)} | ({} if deblock else {"skip_loop_filter": "all"})
    return context


def _frame(frame: Any, camera_id: str, captured_at: float, pts_us: int) -> Frame:
    return Frame(camera_id, captured_at, pts_us, _luma(frame), lambda: _bgr(frame), _chroma(frame))


def _bgr(frame: Any) -> ColourImage:
    image: ColourImage = frame.to_ndarray(format="bgr24")
    return image


def _luma(frame: Any) -> GrayImage:
    """The Y plane in place; only pictures of more than 8 bits are converted."""
    if frame.format.name not in _EIGHT_BIT_LUMA:
        converted: GrayImage = frame.to_ndarray(format="gray")
        return converted
    return _plane(frame.planes[0], frame.width, frame.height)


def _chroma(frame: Any) -> tuple[GrayImage, GrayImage] | None:
    if frame.format.name not in _PLANAR_CHROMA:
        return None
    u, v = (_plane(plane, plane.width, plane.height) for plane in frame.planes[1:3])
    return u, v


def _plane(plane: Any, width: int, height: int) -> GrayImage:
    rows: GrayImage = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[:height, :width]
