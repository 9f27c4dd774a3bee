"""The same scene in another size, as when somebody changes a camera's resolution in its menu."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from sim.rtsp.clip import EventTruth, SceneClips, Segment
from sim.rtsp.nal import Codec, is_key_picture, split_annex_b


@dataclass(frozen=True, slots=True)
class RescaledSegment:
    name: str
    codec: Codec
    fps: float
    access_units: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RescaledClips:
    scene_id: str
    width: int
    height: int
    segments: Mapping[str, Segment]
    truth: Mapping[str, EventTruth]


def rescale(clips: SceneClips, width: int, height: int) -> RescaledClips:
    """Encodes every segment anew, with key frames at the same places. Takes seconds of CPU: run it in a thread."""
    segments = {name: _rescale_segment(segment, width, height) for name, segment in clips.segments.items()}
    return RescaledClips(clips.scene_id, width, height, segments, clips.truth)


def _rescale_segment(segment: Segment, width: int, height: int) -> RescaledSegment:
    decoder = av.CodecContext.create("h264" if segment.codec == "h264" else "hevc", "r")
    encoder = _encoder(segment, width, height)
    keyframes = [
        any(is_key_picture(unit, segment.codec) for unit in split_annex_b(access_unit))
        for access_unit in segment.access_units
    ]
    pictures = [picture for unit in segment.access_units for picture in decoder.decode(av.Packet(unit))]
    pictures += decoder.decode(None)
    out: list[bytes] = []
    for i, (picture, keyframe) in enumerate(zip(pictures, keyframes, strict=True)):
        small = picture.reformat(width, height, "yuv420p")
        small.pts, small.time_base = i, encoder.time_base
        small.pict_type = PictureType.I if keyframe else PictureType.NONE
        out += [bytes(packet) for packet in encoder.encode(small)]
    out += [bytes(packet) for packet in encoder.encode(None)]
    return RescaledSegment(segment.name, segment.codec, segment.fps, tuple(out))


def _encoder(segment: Segment, width: int, height: int) -> VideoCodecContext:
    name = "libx264" if segment.codec == "h264" else "libx265"
    encoder = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    fps = Fraction(segment.fps).limit_denominator(1001)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base, encoder.thread_count = fps, 1 / fps, 1
    private = "keyint=1000:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1"
    private += ":annexb=1" if segment.codec == "h264" else ":open-gop=0:log-level=none:pools=1"
    encoder.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "crf": "26",
        "forced-idr": "1",
        f"{name.removeprefix('lib')}-params": private,
    }
    return encoder
