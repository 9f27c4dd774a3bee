"""A clip somebody brings, as pictures at the rate of key frames. The file is an attacker: its container is told by its
first bytes and opened as nothing else, and everything it announces is bounded. Meant for a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.error
import cv2
import numpy as np

from ingest.frame import Frame

MAX_SECONDS = 1800.0
MAX_PIXELS = 3840 * 2160
MAX_PACKETS = 200_000
MAX_PICTURES = 2000
WIDEST = 960
"""Pictures are shown and judged at most so wide; the analysis looks at some 320 pixels across."""

_KEY_FRAMES_WITHIN = 1.1
CODECS = frozenset({"h264", "hevc", "mpeg4", "mjpeg", "mpeg2video", "vp8", "vp9", "av1", "h263", "mpeg1video"})
_OPTIONS = {"protocol_whitelist": "file,crypto,data", "enable_drefs": "0", "use_absolute_path": "0"}


class FootageError(ValueError):
    """The file is no clip we play; the message says why, `zh` in Chinese."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a clip before a picture is decoded. `key_seconds`: the longest time between two key frames."""

    container: str
    width: int
    height: int
    seconds: float
    key_seconds: float

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height in pixels of the pictures given out."""
        scale = min(1.0, WIDEST / self.width)
        return max(2, round(self.width * scale)), max(2, round(self.height * scale))


def container_of(head: bytes) -> str:
    """libavformat's name of the container by the first 400 bytes of a file. Raises FootageError."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] == b"\x00\x00\x01\xba":
        return "mpeg"  # a program stream: what recorders export
    if head[:1] == b"\x47" and head[188:189] == b"\x47" and head[376:377] == b"\x47":
        return "mpegts"
    raise FootageError("not an MP4, AVI, MKV, MPEG-PS or MPEG-TS file", "不是 MP4、AVI、MKV、PS 或 TS 视频文件")


def open_clip(path: Path) -> Opening:
    """Looks through the packets without decoding one. Raises FootageError."""
    with path.open("rb") as file:
        container = container_of(file.read(400))
    try:
        with av.open(str(path), format=container, options=_OPTIONS) as opened:
            stream = _stream(opened)
            times, keys = _packet_times(opened, stream)
    except (av.error.FFmpegError, OSError, OverflowError, ValueError) as problem:
        raise _unreadable(problem) from problem
    if not times:
        raise FootageError("the file holds no pictures", "文件中没有画面")
    seconds = max(times) - min(times)
    if seconds > MAX_SECONDS:
        text, zh = f"the clip is {seconds / 60:.0f} min long; at most", f"视频长 {seconds / 60:.0f} 分钟，最长"
        raise FootageError(f"{text} {MAX_SECONDS / 60:.0f}", f"{zh} {MAX_SECONDS / 60:.0f} 分钟")
    gaps = [later - before for before, later in pairwise(keys)] or [seconds + 1.0]
    return Opening(container, stream.width, stream.height, seconds, max(gaps))


def pictures(path: Path, opening: Opening, interval: float, camera_id: str, begins: float) -> Iterator[Frame]:
    """The first picture at or after every multiple of `interval` seconds; `captured_at` counts from `begins`. Where key
    frames come often enough only these are decoded. Raises FootageError, also where more is in it than announced."""
    width, height = opening.shown
    given, first = 0, None
    try:
        with av.open(str(path), format=opening.container, options=_OPTIONS) as opened:
            stream = _stream(opened)
            stream.thread_type = "NONE"
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            if opening.key_seconds <= _KEY_FRAMES_WITHIN * interval:
                stream.codec_context.skip_frame = "NONKEY"
            for decoded in opened.decode(stream):
                if decoded.width * decoded.height > MAX_PIXELS:
                    raise _too_large(decoded.width, decoded.height)
                if decoded.time is None:
                    continue
                first = decoded.time if first is None else first
                at = decoded.time - first
                if at < given * interval - 1e-6 or not 0.0 <= at <= MAX_SECONDS:
                    continue
                given = max(given + 1, int(at / interval + 1e-6) + 1)
                image = decoded.to_ndarray(format="bgr24", width=width, height=height)
                yield _frame(camera_id, begins + at, image)
                if given >= MAX_PICTURES:
                    return
    except FootageError:
        raise
    except (av.error.FFmpegError, OSError, OverflowError, ValueError) as problem:
        if not given:
            raise _unreadable(problem) from problem


def _frame(camera_id: str, at: float, image: Any) -> Frame:
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    return Frame(camera_id, at, int(at * 1e6), luma, lambda: image)


def _stream(opened: Any) -> Any:
    if not opened.streams.video:
        raise FootageError("the file holds no video", "文件中没有视频")
    stream = opened.streams.video[0]
    if stream.codec_context is None or stream.codec_context.name not in CODECS:
        name = stream.codec_context.name if stream.codec_context is not None else "unknown"
        raise FootageError(f"video coded as {name} is not played", f"不支持的视频编码 {name}")
    if stream.width < 64 or stream.height < 64 or stream.width * stream.height > MAX_PIXELS:
        raise _too_large(stream.width, stream.height)
    return stream


def _packet_times(opened: Any, stream: Any) -> tuple[list[float], list[float]]:
    """Seconds of every packet, and of the key frames in order."""
    times: list[float] = []
    keys: list[float] = []
    for number, packet in enumerate(opened.demux(stream)):
        if number >= MAX_PACKETS:
            raise FootageError(f"more than {MAX_PACKETS} pictures", f"画面超过 {MAX_PACKETS} 帧")
        ticks = packet.pts if packet.pts is not None else packet.dts
        if ticks is None or not packet.size:
            continue
        at = float(ticks * packet.time_base)
        times.append(at)
        if packet.is_keyframe:
            keys.append(at)
    return times, sorted(keys)


def _too_large(width: int, height: int) -> FootageError:
    return FootageError(
        f"pictures of {width}×{height} are out of bounds: 64×64 to 3840×2160", f"画面 {width}×{height} 超出范围"
    )


def _unreadable(problem: Exception) -> FootageError:
    if isinstance(problem, FootageError):
        return problem
    return FootageError(
        f"the file cannot be read as video: {type(problem).__name__}", "文件损坏或不完整，无法作为视频读取"
    )
