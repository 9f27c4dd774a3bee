"""Access units of any codec to H.264 access units of the wall's size, one after the other."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from ingest.access_unit import AccessUnit, Codec

WIDTH, HEIGHT, FPS = 640, 360, 12
KEY_EVERY = 2 * FPS
KBITS = 700
MAX_PIXELS = 5120 * 3840
_DECODERS: dict[Codec, str] = {"h264": "h264", "h265": "hevc"}
_ENCODERS = ("libx264", "libopenh264")
_X264 = (
    f"keyint={KEY_EVERY}:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1:annexb=1"
    f":vbv-maxrate={KBITS}:vbv-bufsize={KBITS // 2}"
)
_STEP_US = 1_000_000 // FPS
# A source of 12.5 or 15 pictures a second does not fall on our times: nearly due is due.
_SLACK_US = _STEP_US // 3
_REMEMBERED = 256


class Recoder:
    """Belongs to one thread. What cannot be decoded is left out, up to the next key frame."""

    def __init__(self) -> None:
        self._codec: Codec | None = None
        self._decoder: Any = None
        self._encoder: VideoCodecContext | None = None
        self._shape: tuple[int, int, Fraction | None] | None = None
        self._sources: dict[int, AccessUnit] = {}
        self._held: Any = None
        self._due_us = 0
        self._count = 0
        self._needs_key = True
        self._key_wanted = True
        self._gap = True

    def request_key(self) -> None:
        """The next unit will be a key frame."""
        self._key_wanted = True
        # Somebody waits for it: its time has come, whatever the rhythm says.
        self._due_us = 0

    def push(self, unit: AccessUnit, *, show: bool = True) -> list[AccessUnit]:
        """The units that are ready now. `show=False` decodes only: something newer is waiting already.

        Raises av.error.FFmpegError when there is no way to encode, ValueError when there is no encoder.
        """
        if unit.discontinuity:
            self._gap = True
            self._needs_key = self._needs_key or not unit.keyframe
        if self._needs_key and not unit.keyframe:
            return []
        frames = self._decode(unit)
        if frames:
            self._held = frames[-1]
        if not show:
            return []
        pictures = frames or ([self._held] if self._held is not None else [])
        self._held = None
        return [coded for picture in pictures for coded in self._code(picture)]

    def _decode(self, unit: AccessUnit) -> list[Any]:
        if unit.codec != self._codec:
            self._codec, self._decoder = unit.codec, _decoder(unit.codec)
            self._sources.clear()
        self._needs_key = False
        if len(self._sources) >= _REMEMBERED:
            self._sources.clear()
        self._count += 1
        # Counted by us: a camera's own times may jump back, and two pictures may claim the same one.
        self._sources[self._count] = unit
        packet = av.Packet(unit.data)
        packet.pts = packet.dts = self._count
        try:
            found = self._decoder.decode(packet)
        except av.error.FFmpegError:
            self._decoder, self._codec, self._needs_key, self._gap = None, None, True, True
            return []
        return [frame for frame in found if not frame.is_corrupt]

    def _code(self, picture: Any) -> list[AccessUnit]:
        source = self._sources.pop(picture.pts, None)
        if source is None:
            return []
        if self._gap:
            self._due_us = 0
        if source.pts_us < self._due_us - _SLACK_US:
            return []
        self._due_us = max(self._due_us + _STEP_US, source.pts_us + _STEP_US - _SLACK_US)
        encoder = self._encoder_for(picture)
        number = picture.pts
        small = picture.reformat(encoder.width, encoder.height, "yuv420p")
        small.pts, small.time_base = number, encoder.time_base
        small.pict_type = PictureType.I if self._key_wanted or self._gap else PictureType.NONE
        coded = []
        for packet in encoder.encode(small):
            keyframe = bool(packet.is_keyframe)
            coded.append(replace(source, codec="h264", keyframe=keyframe, data=bytes(packet), discontinuity=self._gap))
            self._gap = False
            self._key_wanted = self._key_wanted and not keyframe
        return coded

    def _encoder_for(self, picture: Any) -> VideoCodecContext:
        shape = (*fitting(picture.width, picture.height), self._decoder.sample_aspect_ratio or None)
        if self._encoder is None or shape != self._shape:
            self._encoder, self._shape = _encoder(*shape), shape
            self._key_wanted = True
        return self._encoder


def fitting(width: int, height: int) -> tuple[int, int]:
    """The largest even size within WIDTH × HEIGHT of the same shape; never larger than the original."""
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _decoder(codec: Codec) -> Any:
    context = av.CodecContext.create(_DECODERS[codec], "r")
    context.thread_count = 1
    context.options = {"max_pixels": str(MAX_PIXELS)}
    return context


def _encoder(width: int, height: int, aspect: Fraction | None) -> VideoCodecContext:
    name = next((name for name in _ENCODERS if name in av.codecs_available), None)
    if name is None:
        raise ValueError("this build of FFmpeg has no H.264 encoder")
    context = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    context.gop_size, context.thread_count = KEY_EVERY, 1
    if aspect:
        context.sample_aspect_ratio = aspect
    if name == "libx264":
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": "25",
            "forced-idr": "1",
            "x264-params": _X264,
        }
    else:
        context.bit_rate = KBITS * 1000
    return context
