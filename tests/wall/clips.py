"""Tiny clips encoded for the tests: real access units, a few kilobytes each."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from ingest.access_unit import Codec

ENCODERS: dict[Codec, str] = {"h264": "libx264", "h265": "libx265"}


@dataclass(frozen=True)
class Clip:
    """Encoded units in order: (key frame, Annex B bytes)."""

    codec: Codec
    width: int
    height: int
    fps: int
    units: tuple[tuple[bool, bytes], ...]


@functools.cache
def encode_clip(
    codec: Codec = "h264",
    width: int = 320,
    height: int = 180,
    frames: int = 20,
    gop: int = 10,
    fps: int = 20,
    b_frames: int = 0,
    profile: str = "",
) -> Clip:
    """Moving gradients; parameter sets stand before every key frame."""
    context = av.CodecContext.create(ENCODERS[codec], "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, fps), Fraction(fps)
    quiet = "log-level=none:" if codec == "h265" else ""
    parameters = f"{quiet}keyint={gop}:min-keyint={gop}:scenecut=0:bframes={b_frames}:repeat-headers=1"
    context.options = {"preset": "ultrafast", f"x{codec[1:]}-params": parameters}
    if profile:
        # The fastest preset leaves out what would make it more than baseline.
        context.options |= {"preset": "veryfast", "profile": profile}
    if not b_frames:
        context.options |= {"tune": "zerolatency"}
    units = []
    for index, picture in enumerate(pictures(width, height, frames)):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = index
        units += [(packet.is_keyframe, bytes(packet)) for packet in context.encode(frame)]
    units += [(packet.is_keyframe, bytes(packet)) for packet in context.encode(None)]
    return Clip(codec, width, height, fps, tuple(units))


def pictures(width: int, height: int, count: int) -> Iterator[np.ndarray]:
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    for index in range(count):
        red, green = (across + index * 8) % 256, (down * 2 + index * 4) % 256
        yield np.stack([red, green, (red + green) // 2], axis=2).astype(np.uint8)
