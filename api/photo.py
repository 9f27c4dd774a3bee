"""A photo from a phone: checked before it is decoded, turned upright, freed of its metadata."""

import struct
from dataclasses import dataclass

import cv2
import numpy as np

MAX_PIXELS = 50_000_000
MAX_SIDE = 16_000
STORED_SIDE = 2560
JPEG_QUALITY = 88
# Start-of-frame markers (ITU-T T.81 table B.1); C4, C8 and CC are something else.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


class PhotoError(ValueError):
    """The bytes are no photo we take; the message is fit for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright JPEG without metadata."""

    jpeg: bytes
    width: int
    height: int


def read_photo(data: bytes) -> Photo:
    """Checks type and size by the header alone, then decodes, scales to at most 2560 pixels a side and encodes anew,
    so that neither EXIF (position, device) nor anything hidden in the file is kept. Raises `PhotoError`."""
    width, height = picture_size(data)
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS or not width or not height:
        raise PhotoError(f"a picture of {width}×{height} is out of bounds")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise PhotoError("the picture cannot be decoded") from error
    if image is None:
        raise PhotoError("the picture cannot be decoded")
    scale = STORED_SIDE / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    stored, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not stored:
        raise PhotoError("the picture cannot be encoded")
    return Photo(encoded.tobytes(), int(image.shape[1]), int(image.shape[0]))


def picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) from the header of a JPEG, PNG or WebP. Raises `PhotoError` for anything else."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg_size(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            width, height = struct.unpack_from(">II", data, 16)
            return int(width), int(height)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp_size(data)
    except (struct.error, IndexError) as error:
        raise PhotoError("the picture is cut off") from error
    raise PhotoError("not a JPEG, PNG or WebP picture")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise PhotoError("a broken JPEG picture")
        marker = data[at + 1]
        if marker in JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        at += 2 if marker in JPEG_BARE else 2 + max(2, struct.unpack_from(">H", data, at + 2)[0])


def _webp_size(data: bytes) -> tuple[int, int]:
    """RFC 9649: lossy, lossless and extended file headers."""
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise PhotoError("not a WebP picture")
