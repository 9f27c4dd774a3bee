"""A dome's picture as H.264: drawn and encoded one by one while somebody watches."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from runtime.clock import Clock
from sim.domes.dome import Aim, Dome
from sim.domes.mount import Mount
from sim.domes.picture import Ground, Picture
from sim.rtsp.nal import parameter_sets, split_annex_b
from sim.scenes.lettering import write

Image = npt.NDArray[np.uint8]
FPS = 12.5
SUB_SIZE, MAIN_SIZE = (640, 360), (1280, 720)
_GRAIN_LEVELS, _GRAIN_ROOM = 3.0, 64
_LOCAL = timezone(timedelta(hours=8))


class Camera:
    """What is in front of one dome's lens, for all its streams. `ground` is made when first somebody looks."""

    def __init__(self, dome: Dome, mount: Mount, ground: Callable[[], Ground], clock: Clock, name: str) -> None:
        self.dome, self.mount, self.clock, self.name = dome, mount, clock, name
        self._ground = ground
        self._pictures: dict[tuple[int, int], Picture] = {}

    def picture(self, aim: Aim, size: tuple[int, int]) -> Image:
        if size not in self._pictures:
            self._pictures = {known: one for known, one in self._pictures.items() if known in (SUB_SIZE, MAIN_SIZE)}
            self._pictures[size] = Picture(self._ground(), self.mount, self.dome.limits, *size)
        return self._pictures[size].at(aim)

    def snapshot(self) -> bytes:
        """A JPEG of now."""
        _, data = cv2.imencode(".jpg", self.picture(self.dome.aim(), SUB_SIZE), [cv2.IMWRITE_JPEG_QUALITY, 85])
        return bytes(data)


class LivePicture:
    """A `sim.rtsp.live.PictureSource`: one stream of a dome."""

    def __init__(self, camera: Camera, size: tuple[int, int], fps: float = FPS) -> None:
        self._camera, self._size, self._fps = camera, size, fps
        self._encoder: VideoCodecContext | None = None
        self._encoder_size = size
        self._last: tuple[Aim, str, tuple[int, int], Image] | None = None
        self._number = 0

    @property
    def fps(self) -> float:
        return self._fps

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def parameter_sets(self) -> tuple[bytes, ...]:
        return _parameter_sets(self._size, self._fps)

    def resize(self, width: int, height: int) -> None:
        self._size = (width, height)

    def next_unit(self, keyframe: bool) -> Callable[[], bytes]:
        aim = self._camera.dome.aim()
        at = datetime.fromtimestamp(self._camera.clock.now(), _LOCAL).strftime("%Y-%m-%d %H:%M:%S")
        size = self._size
        return lambda: self._encode(aim, f"{at} {self._camera.name}", size, keyframe)

    def _encode(self, aim: Aim, text: str, size: tuple[int, int], keyframe: bool) -> bytes:
        if self._encoder is None or self._encoder_size != size:
            self._encoder, self._encoder_size, keyframe = _encoder(size, self._fps), size, True
        if self._last is None or self._last[:3] != (aim, text, size):
            image = self._camera.picture(aim, size).copy()
            _stamp(image, text)
            planes = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420).astype(np.uint8)
            _add_grain(planes[: size[1]], self._number)
            self._last = (aim, text, size, planes)
        frame = av.VideoFrame.from_ndarray(self._last[3], format="yuv420p")
        frame.pts, frame.time_base = self._number, self._encoder.time_base
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        self._number += 1
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))


def _encoder(size: tuple[int, int], fps: float) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    rate = Fraction(fps).limit_denominator(100)
    encoder.pix_fmt, encoder.framerate, encoder.time_base, encoder.thread_count = "yuv420p", rate, 1 / rate, 1
    most = round(size[0] * size[1] * 5 / 1000)
    private = "keyint=1000:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1:ref=1"
    private += f":vbv-maxrate={most}:vbv-bufsize={most}"
    encoder.options = {
        "preset": "superfast" if size[0] <= SUB_SIZE[0] else "ultrafast",
        "profile": "main", "tune": "zerolatency", "crf": "26", "forced-idr": "1", "x264-params": f"{private}:annexb=1",
    }  # fmt: skip
    return encoder


@lru_cache(maxsize=16)
def _parameter_sets(size: tuple[int, int], fps: float) -> tuple[bytes, ...]:
    """Those that every encoder of this size and rate makes, out of one grey picture."""
    encoder = _encoder(size, fps)
    grey = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
    frame.pts = 0
    unit = b"".join(bytes(packet) for packet in encoder.encode(frame))
    return parameter_sets(split_annex_b(unit), "h264")


def _add_grain(luma: Image, number: int) -> None:
    """A sensor's noise, never twice the same: a picture whose rows repeat is one of a camera that has frozen."""
    height, width = luma.shape
    down, right = number * 37 % _GRAIN_ROOM, number * 59 % _GRAIN_ROOM
    more, less = (field[down : down + height, right : right + width] for field in _grain(luma.shape))
    luma[:] = cv2.subtract(cv2.add(luma, more), less)


@lru_cache(maxsize=4)
def _grain(shape: tuple[int, int]) -> tuple[Image, Image]:
    """What is added and what is taken off, a little larger than the picture."""
    size = (shape[0] + _GRAIN_ROOM, shape[1] + _GRAIN_ROOM)
    noise = np.random.default_rng(11).normal(0.0, _GRAIN_LEVELS, size)
    return noise.clip(0, 40).astype(np.uint8), (-noise).clip(0, 40).astype(np.uint8)


def _stamp(image: Image, text: str) -> None:
    """Time and name in the top left corner, as cameras write them into their pictures."""
    height = max(14, image.shape[0] // 22)
    letters = _letters(text, height)
    part = image[4 : 4 + letters.shape[0], 6 : 6 + letters.shape[1]]
    cut = letters[: part.shape[0], : part.shape[1]]
    np.maximum(part, cut, out=part)


@lru_cache(maxsize=64)
def _letters(text: str, height: int) -> Image:
    image = np.zeros((height, height * len(text) * 2 // 3, 3), np.uint8)
    write(image, text, (0, 0, image.shape[1], height), (255, 255, 255), weight=500)
    return image
