"""A very small library of clips, encoded here: grey level and a moving bar say which segment and frame is shown."""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from sim.rtsp.nal import Codec

WIDTH, HEIGHT, FPS, GOP = 160, 96, 12, 6
LEVELS = {
    "idle": 40,
    "idle-2": 60,
    "stall_arrive": 90,
    "stall_serve": 120,
    "stall_leave": 150,
    "dump_bring": 180,
    "dump_rest": 200,
    "dump_clear": 220,
}


@dataclass(frozen=True)
class TinySegment:
    name: str
    codec: Codec
    fps: float
    access_units: tuple[bytes, ...]
    keyframes: tuple[bool, ...]


@dataclass(frozen=True)
class TinyTruth:
    box: tuple[float, float, float, float]
    ground_xy_m: tuple[float, float]
    placed_offset_s: float
    cleared_offset_s: float


@dataclass(frozen=True)
class TinyClips:
    scene_id: str
    width: int
    height: int
    segments: dict[str, TinySegment]
    truth: dict[str, TinyTruth]


TRUTH = {
    "stall": TinyTruth((0.4, 0.5, 0.1, 0.2), (3.0, 20.0), 0.5, 0.5),
    "dumping": TinyTruth((0.2, 0.6, 0.1, 0.1), (-4.0, 12.0), 0.5, 0.5),
}


def encode_segment(name: str, codec: Codec = "h264", frames: int = 12, noise: bool = False) -> TinySegment:
    """Closed GOPs of six frames at 12 a second. With noise the key frames are large enough to be fragmented."""
    encoder = av.CodecContext.create("libx264" if codec == "h264" else "libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    encoder.gop_size, encoder.thread_count, encoder.bit_rate = GOP, 1, 200_000
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", f"x{codec[1:]}-params": _private_options(codec)}
    rng = np.random.default_rng(1)
    packets = []
    for i in range(frames):
        luma = np.full((HEIGHT, WIDTH), LEVELS[name], np.uint8)
        luma[:, i * 8 : i * 8 + 8] = 255
        if noise:
            luma[HEIGHT // 2 :] = rng.integers(0, 255, (HEIGHT // 2, WIDTH), np.uint8)
        planes = np.concatenate([luma, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = i
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return TinySegment(name, codec, FPS, tuple(bytes(p) for p in packets), tuple(p.is_keyframe for p in packets))


def _private_options(codec: Codec) -> str:
    both = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes=0:repeat-headers=1"
    return both + (":annexb=1" if codec == "h264" else ":open-gop=0:log-level=none:pools=1")


def make_clips(scene_id: str, codec: Codec = "h264", names: tuple[str, ...] = tuple(LEVELS)) -> TinyClips:
    segments = {name: encode_segment(name, codec, noise=name == "idle") for name in names}
    kinds = {"stall": "stall_arrive", "dumping": "dump_bring"}
    truth = {kind: TRUTH[kind] for kind, first in kinds.items() if first in names}
    return TinyClips(scene_id, WIDTH, HEIGHT, segments, truth)
