"""One scene's sub-stream encoded anew: larger for a main stream, or in H.265. Key frames stay where they were."""

from dataclasses import replace
from fractions import Fraction
from typing import cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import Interpolation

from sim.rtsp.estate import Profile
from sim.rtsp.nal import Codec
from sim.scenes.clips import SceneClips, Segment

MAIN_SIZE = (1280, 720)
_CRF: dict[tuple[Profile, Codec], int] = {("main", "h264"): 30, ("main", "h265"): 32, ("sub", "h265"): 28}


def encoded_anew(clips: SceneClips, profile: Profile, codec: Codec) -> SceneClips:
    """All segments and the truth of `clips`; some 10 ms of CPU a picture, 60 for a main stream in H.265."""
    width, height = MAIN_SIZE if profile == "main" else (clips.width, clips.height)
    segments = {
        name: _segment(segment, codec, width, height, _CRF[profile, codec]) for name, segment in clips.segments.items()
    }
    return SceneClips(clips.scene_id, width, height, segments, clips.truth)


def _segment(segment: Segment, codec: Codec, width: int, height: int, crf: int) -> Segment:
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    encoder = _encoder(codec, segment.fps, width, height, crf)
    units: list[bytes] = []
    number = 0
    for packet in (*map(av.Packet, segment.access_units), None):
        for picture in decoder.decode(packet):
            sized = picture.reformat(width, height, "yuv420p", interpolation=Interpolation.FAST_BILINEAR)
            sized.pts, sized.time_base = number, encoder.time_base
            sized.pict_type = PictureType.I if segment.keyframes[number] else PictureType.NONE
            units += map(bytes, encoder.encode(sized))
            number += 1
    units += map(bytes, encoder.encode(None))
    if len(units) != len(segment.access_units):
        raise ValueError(f"{segment.name}: {len(segment.access_units)} pictures became {len(units)}")
    return replace(segment, codec=codec, access_units=tuple(units))


def _encoder(codec: Codec, fps: float, width: int, height: int, crf: int) -> VideoCodecContext:
    name = "libx264" if codec == "h264" else "libx265"
    encoder = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    rate = Fraction(fps).limit_denominator(100)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base, encoder.thread_count = rate, 1 / rate, 1
    private = "keyint=1000:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1:ref=1"
    private += ":annexb=1" if codec == "h264" else ":open-gop=0:pools=none:frame-threads=1:log-level=none"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": str(crf),
        "forced-idr": "1",
        f"{name.removeprefix('lib')}-params": private,
    }
    return encoder
