"""Frames → access units: x264 or x265 as a camera's sub-stream has it, whole closed GOPs of two seconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

from sim.scenes.pinhole import HEIGHT, WIDTH

GOP_S = 2
TARGET_KBITS = 465
MAX_KBITS = 560

Codec = Literal["h264", "h265"]
Planar = npt.NDArray[np.uint8]
"""One I420 picture, (height × 3/2, width)."""


@dataclass(frozen=True)
class Encoded:
    access_units: tuple[bytes, ...]
    keyframes: tuple[bool, ...]

    def kbits_per_second(self, fps: float) -> float:
        return sum(map(len, self.access_units)) * 8 / 1000 / (len(self.access_units) / fps)


def _context(codec: Codec, fps: float, crf: float) -> VideoCodecContext:
    gop = round(GOP_S * fps)
    context = av.CodecContext.create("libx264" if codec == "h264" else "libx265", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    rate = Fraction(fps).limit_denominator(100)
    context.framerate, context.time_base = rate, 1 / rate
    context.gop_size, context.thread_count = gop, 1
    limits = (
        f"vbv-maxrate={MAX_KBITS}:vbv-bufsize={MAX_KBITS}:keyint={gop}:min-keyint={gop}"
        ":scenecut=0:bframes=0:repeat-headers=1"
    )
    if codec == "h264":
        # subme=0: noise leaves little to be found below whole pixels, and it is a fifth of the time.
        more = f"{limits}:ref=1:open-gop=0:annexb=1:sliced-threads=0:threads=1:aq-mode=1:subme=0"
        more += ":range=tv:colormatrix=smpte170m"
        context.options = {
            "preset": "superfast",
            "profile": "main",
            "tune": "zerolatency",
            "crf": f"{crf:.1f}",
            "x264-params": more,
        }
    else:
        more = f"{limits}:ref=1:open-gop=0:annexb=1:pools=none:frame-threads=1:log-level=error"
        context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": f"{crf:.1f}", "x265-params": more}
    return context


def encode(frames: Iterable[Planar], fps: float, crf: float, codec: Codec = "h264") -> Encoded:
    """Every frame in, every access unit out, in order; Annex B with parameter sets in front of each IDR."""
    context = _context(codec, fps, crf)
    packets: list[av.Packet[Any]] = []

    for number, picture in enumerate(frames):
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return Encoded(tuple(map(bytes, packets)), tuple(packet.is_keyframe for packet in packets))


def fitting_crf(sample: Sequence[Planar], fps: float, codec: Codec = "h264") -> float:
    """The quality at which one GOP like this one comes to the target rate; a scene keeps it for all its segments."""
    start = 26.0
    rate = encode(sample, fps, start, codec).kbits_per_second(fps)
    crf = start + 6.0 * float(np.log2(rate / TARGET_KBITS)) * 0.95
    return round(min(max(crf, 18.0), 40.0), 1)
