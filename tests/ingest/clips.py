"""Tiny clips, encoded for real, and the RTP packets a camera would make of them."""

import struct
from dataclasses import dataclass
from functools import cache

import av
import numpy as np

from ingest.access_unit import Codec
from ingest.parameter_sets import nal_units

START = b"\x00\x00\x00\x01"
MTU = 700


@dataclass(frozen=True)
class Picture:
    keyframe: bool
    units: tuple[bytes, ...]


@dataclass(frozen=True)
class Clip:
    codec: Codec
    width: int
    height: int
    pictures: tuple[Picture, ...]
    sets: tuple[bytes, ...]

    def kind(self, unit: bytes) -> int:
        return unit[0] & 0x1F if self.codec == "h264" else (unit[0] >> 1) & 0x3F

    def is_set(self, unit: bytes) -> bool:
        return self.kind(unit) in ({7, 8} if self.codec == "h264" else {32, 33, 34})

    def is_slice(self, unit: bytes) -> bool:
        return 1 <= self.kind(unit) <= 5 if self.codec == "h264" else self.kind(unit) < 32

    def annex_b(self, picture: Picture) -> bytes:
        """What the depacketiser must give: sets in front of a key frame, then the rest as sent."""
        rest = [unit for unit in picture.units if not (picture.keyframe and self.is_set(unit))]
        return b"".join(START + unit for unit in ([*self.sets, *rest] if picture.keyframe else rest))


@cache
def clip(
    codec: Codec = "h264", *, slices: int = 1, width: int = 192, height: int = 128, gop: int = 5, crf: int = 20
) -> Clip:
    """Four groups of pictures with something moving, so that pictures differ."""
    name = "libx264" if codec == "h264" else "libx265"
    context = av.CodecContext.create(name, "w")
    context.thread_count = 1  # otherwise x264 makes a slice of each thread
    context.width, context.height, context.pix_fmt, context.framerate = width, height, "yuv420p", 25
    params = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:repeat-headers=1:slices={slices}"
    if codec == "h264":
        context.options = {"preset": "veryfast", "x264-params": params, "crf": str(crf)}
    else:
        extra = f":open-gop=0:log-level=none:pools=1:frame-threads=1:crf={crf}"
        context.options = {"preset": "ultrafast", "x265-params": params + extra}
    pictures = []
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    for index in range(gop * 4):
        image = np.roll(noise, index * 4, axis=1)
        image[: height // 2] = 40 + index * 5
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        pictures += [_picture(packet) for packet in context.encode(frame)]
    pictures += [_picture(packet) for packet in context.encode(None)]
    whole = Clip(codec, width, height, tuple(pictures), ())
    sets = sorted((unit for unit in pictures[0].units if whole.is_set(unit)), key=whole.kind)
    return Clip(codec, width, height, tuple(pictures), tuple(sets))


def _picture(packet: av.Packet) -> Picture:
    return Picture(bool(packet.is_keyframe), tuple(nal_units(bytes(packet))))


def payloads(clip: Clip, picture: Picture, *, aggregate: bool = False) -> list[bytes]:
    """RTP payloads of a picture: single NAL units, fragments for what is longer than MTU, sets aggregated if asked."""
    found: list[bytes] = []
    together = [unit for unit in picture.units if clip.is_set(unit)] if aggregate else []
    if together:
        head = bytes([24]) if clip.codec == "h264" else bytes([48 << 1, 1])
        found.append(head + b"".join(struct.pack(">H", len(unit)) + unit for unit in together))
    for unit in picture.units:
        if unit in together:
            continue
        found += [unit] if len(unit) <= MTU else _fragments(clip, unit)
    return found


def _fragments(clip: Clip, unit: bytes) -> list[bytes]:
    if clip.codec == "h264":
        head, kind, body = bytes([unit[0] & 0xE0 | 28]), unit[0] & 0x1F, unit[1:]
    else:
        head, kind, body = bytes([unit[0] & 0x81 | 49 << 1, unit[1]]), (unit[0] >> 1) & 0x3F, unit[2:]
    pieces = [body[at : at + MTU] for at in range(0, len(body), MTU)]
    return [
        head + bytes([kind | (0x80 if index == 0 else 0) | (0x40 if index == len(pieces) - 1 else 0)]) + piece
        for index, piece in enumerate(pieces)
    ]


def _ends_unit(clip: Clip, part: bytes) -> bool:
    at, fragment = (1, 28) if clip.codec == "h264" else (2, 49)
    return clip.kind(part) != fragment or part[at] & 0x40 != 0


def rtp(
    payload: bytes, sequence: int, timestamp: int, *, marker: bool, payload_type: int = 96, odd: bool = False
) -> bytes:
    """One packet; `odd` has two CSRCs, a header extension and padding."""
    first, second = 0x80, payload_type | (0x80 if marker else 0)
    if not odd:
        return struct.pack(">BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x1234) + payload
    head = struct.pack(">BBHII", first | 0x32, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 0x1234)
    return head + b"\x00\x00\x00\x09" * 2 + b"\xbe\xde\x00\x01" + b"ext!" + payload + b"\x00\x00\x03"


def framed(packet: bytes, channel: int = 0) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(packet)) + packet


class Packetiser:
    """Numbers and stamps a clip's pictures as one session's packets."""

    def __init__(
        self,
        clip: Clip,
        *,
        sequence: int = 65530,
        timestamp: int = 0xFFFF_F000,
        step: int = 3600,
        markers: str = "last",
        aggregate: bool = False,
        odd: bool = False,
        in_band_sets: bool = True,
    ) -> None:
        self.clip = clip
        self._sequence, self._timestamp, self._step = sequence, timestamp, step
        self._markers, self._aggregate, self._odd, self._in_band_sets = markers, aggregate, odd, in_band_sets

    def packets(self, picture: Picture) -> list[bytes]:
        clip = self.clip
        if not self._in_band_sets:
            picture = Picture(picture.keyframe, tuple(unit for unit in picture.units if not clip.is_set(unit)))
        parts = payloads(clip, picture, aggregate=self._aggregate)
        found = []
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            marker = self._markers != "none" and (last or (self._markers == "every" and _ends_unit(clip, part)))
            found.append(rtp(part, self._sequence, self._timestamp, marker=marker, odd=self._odd))
            self._sequence += 1
        self._timestamp += self._step
        return found

    def pause(self, ticks: int) -> None:
        self._timestamp += ticks
