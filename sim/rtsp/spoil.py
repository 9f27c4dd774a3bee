"""The same scene with its picture spoilt, or standing still: what a camera sends that sees nothing of use."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from sim.picture_faults import Planar, Spoilt
from sim.rtsp.clip import SceneClips, Segment
from sim.rtsp.nal import Codec, is_key_picture, split_annex_b
from sim.rtsp.rescale import RescaledClips, RescaledSegment

NEW_PICTURES_PER_SECOND = 2.5
"""Each spoilt picture is shown several times over: drawing them is the cost."""


def spoil(clips: SceneClips, spoilt: Spoilt) -> RescaledClips:
    """Key frames stay at their places. Takes a second of CPU a segment: run it in a thread."""
    return _each(clips, lambda segment: _spoil_segment(segment, spoilt))


def still(clips: SceneClips) -> RescaledClips:
    """One picture again and again, bit for bit, in every segment, while the stream goes on as ever."""
    first = next(iter(clips.segments.values()))
    planar = next(_pictures(first))
    length = _gop_of(first)
    group = encode_planar([planar] * length, first.fps, first.codec, {0})
    return _each(clips, lambda segment: tuple(group[n % length] for n in range(len(segment.access_units))))


def _each(clips: SceneClips, units_of: Callable[[Segment], tuple[bytes, ...]]) -> RescaledClips:
    segments: dict[str, Segment] = {
        name: RescaledSegment(one.name, one.codec, one.fps, units_of(one)) for name, one in clips.segments.items()
    }
    return RescaledClips(clips.scene_id, clips.width, clips.height, segments, clips.truth)


def _spoil_segment(segment: Segment, spoilt: Spoilt) -> tuple[bytes, ...]:
    every = max(1, round(segment.fps / NEW_PICTURES_PER_SECOND))
    keys = _keys(segment)
    pictures: list[Planar] = []
    for number, planar in enumerate(_pictures(segment)):
        if number % every == 0 or number in keys:
            latest = spoilt(planar, number)
        pictures.append(latest)
    return encode_planar(pictures, segment.fps, segment.codec, keys)


def _keys(segment: Segment) -> set[int]:
    return {
        number
        for number, unit in enumerate(segment.access_units)
        if any(is_key_picture(one, segment.codec) for one in split_annex_b(unit))
    }


def _gop_of(segment: Segment) -> int:
    """Frames from one key frame to the next; of a segment with a single one, all."""
    keys = sorted(_keys(segment))
    return keys[1] - keys[0] if len(keys) > 1 else len(segment.access_units)


def _pictures(segment: Segment) -> Iterator[Planar]:
    decoder: Any = av.CodecContext.create("h264" if segment.codec == "h264" else "hevc", "r")
    for unit in segment.access_units:
        yield from (_planar(frame) for frame in decoder.decode(av.Packet(unit)))
    yield from (_planar(frame) for frame in decoder.decode(None))


def _planar(frame: Any) -> Planar:
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def encode_planar(pictures: list[Planar], fps: float, codec: Codec, keys: set[int]) -> tuple[bytes, ...]:
    """Access units with key frames at `keys` and nowhere else."""
    name = "libx264" if codec == "h264" else "libx265"
    encoder = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    rate = Fraction(fps).limit_denominator(1001)
    encoder.width, encoder.height = pictures[0].shape[1], pictures[0].shape[0] * 2 // 3
    encoder.pix_fmt, encoder.framerate, encoder.time_base, encoder.thread_count = "yuv420p", rate, 1 / rate, 1
    private = "keyint=1000:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1"
    private += ":annexb=1" if codec == "h264" else ":open-gop=0:log-level=none:pools=1"
    options = {"preset": "superfast", "tune": "zerolatency", "crf": "28", "forced-idr": "1"}
    encoder.options = {**options, f"{name.removeprefix('lib')}-params": private}
    out: list[bytes] = []
    for number, planar in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(planar, format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        frame.pict_type = PictureType.I if number in keys else PictureType.NONE
        out += [bytes(packet) for packet in encoder.encode(frame)]
    out += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(out)
