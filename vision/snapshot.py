"""What one camera's analysis knows, as bytes that outlive its process: some 100 kB.

    "GWVS" · u8 version · u32 CRC-32 of all that follows · u32 length of the header · header (JSON) · pictures (PNG)

Big-endian. Grey levels are rounded to whole ones. Whatever does not fit exactly is refused.
"""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from config.zones import OpensCase
from vision.area import Episode
from vision.grid import LEAST_SIDE, Gray, Grid, PixelBox
from vision.scene import MOST_LOOKS, EarlierLook, Scene
from vision.static_object import Announcement, StaticObject

MAGIC = b"GWVS"
VERSION = 2
LARGEST_BYTES = 4 * 1024 * 1024
MOST_THINGS = 64
MOST_EPISODES = 32
LARGEST_LEARNT = 256 * 1024
_PREFIX = struct.Struct(">4sBII")
_NOISE_SCALE = 8.0

Count = Field(ge=0, le=2**53)


class SnapshotError(ValueError):
    """The snapshot is damaged, of another version, or of another camera; the message says which."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Told(_Strict):
    zone_id: str
    rule: str
    case_class: str
    level: int
    opens_case: OpensCase
    confirmed_at: FiniteFloat
    confidence: FiniteFloat
    box: list[FiniteFloat] = Field(min_length=4, max_length=4)
    foot: list[FiniteFloat] = Field(min_length=2, max_length=2)
    aspect: str = Field(default="", max_length=32)


class _Thing(_Strict):
    object_id: str = Field(min_length=1, max_length=128)
    box: list[int] = Field(min_length=4, max_length=4)
    first_seen_at: FiniteFloat
    created_at: FiniteFloat
    edge_score: FiniteFloat
    scene: int = Count
    dated: bool
    visible: bool
    last_visible_at: FiniteFloat
    present_samples: int = Count
    judged_samples: int = Count
    absent_samples: int = Count
    absent_at: FiniteFloat
    changed_samples: int = Count
    shrunk_samples: int = Count
    watched_seconds: FiniteFloat
    busy_seconds: FiniteFloat
    busyness: FiniteFloat
    quiet_seconds: FiniteFloat
    last_busy_at: FiniteFloat
    unwanted_since: FiniteFloat
    changed_at: FiniteFloat = 0.0
    settled_area: int = Field(default=0, ge=0, le=2**53)
    calm_seconds: FiniteFloat
    stirs: int = Count
    announced: _Told | None


class _Episode(_Strict):
    object_id: str = Field(min_length=1, max_length=128)
    first_seen_at: FiniteFloat
    told: _Told


class _Learnt(_Strict):
    zone_id: str
    data: str = Field(max_length=LARGEST_LEARNT)


class _Header(_Strict):
    camera_id: str
    width: int = Field(ge=LEAST_SIDE, le=4096)
    height: int = Field(ge=LEAST_SIDE, le=4096)
    last_at: FiniteFloat
    samples: int = Count
    learnt_seconds: FiniteFloat
    scene: int = Count
    newest_scene: int = Count
    earlier: list[int] = Field(max_length=MOST_LOOKS)
    objects: list[_Thing] = Field(max_length=MOST_THINGS)
    remembered: list[_Thing] = Field(max_length=MOST_THINGS)
    episodes: list[_Episode] = Field(default=[], max_length=MOST_EPISODES)
    learnt: list[_Learnt] = Field(default=[], max_length=MOST_EPISODES)
    picture_bytes: list[int] = Field(max_length=3 + MOST_LOOKS + 2 * MOST_THINGS)


@dataclass(frozen=True, slots=True)
class State:
    """`remembered`: things that have left, kept for questions about them; `episodes`: what goes on in a zone;
    `learnt`: what measures of zones have learnt over days, by the zones' ids."""

    last_at: float
    scene: Scene
    objects: list[StaticObject]
    remembered: list[StaticObject]
    episodes: list[Episode] = field(default_factory=list)
    learnt: Mapping[str, bytes] = field(default_factory=dict)


def encode(camera_id: str, state: State) -> bytes:
    scene, background = state.scene, state.scene.background
    pictures = [
        _png(cv2.convertScaleAbs(background.slow)),
        _png(background.last),
        _png(cv2.convertScaleAbs(background.noise, alpha=_NOISE_SCALE)),
        *(look.png for look in scene.earlier),
        *(_png(_crops(thing)) for thing in (*state.objects, *state.remembered)),
    ]
    header = _Header(
        camera_id=camera_id,
        width=scene.grid.width,
        height=scene.grid.height,
        last_at=state.last_at,
        samples=background.samples,
        learnt_seconds=background.learnt_seconds,
        scene=scene.number,
        newest_scene=scene.newest_number,
        earlier=[look.number for look in scene.earlier],
        objects=[_plain(thing) for thing in state.objects],
        remembered=[_plain(thing) for thing in state.remembered],
        episodes=[
            _Episode(object_id=one.object_id, first_seen_at=one.first_seen_at, told=_words(one.told))
            for one in state.episodes
        ],
        learnt=[
            _Learnt(zone_id=zone_id, data=b64encode(zlib.compress(data)).decode("ascii"))
            for zone_id, data in state.learnt.items()
        ],
        picture_bytes=[len(picture) for picture in pictures],
    )
    text = header.model_dump_json().encode()
    body = struct.pack(">I", len(text)) + text + b"".join(pictures)
    return _PREFIX.pack(MAGIC, VERSION, zlib.crc32(body), len(body)) + body


def decode(camera_id: str, data: bytes) -> State:
    """Raises `SnapshotError`."""
    header, pictures = _open(data)
    if header.camera_id != camera_id:
        raise SnapshotError(f"snapshot belongs to camera {header.camera_id[:64]!r}, not to {camera_id!r}")
    grid = Grid(header.width, header.height)
    shape = (grid.height, grid.width)
    slow, last, noise = (_picture(pictures[index], shape) for index in range(3))
    scene = Scene(grid, last)
    background = scene.background
    np.copyto(background.slow, slow)
    np.copyto(background.noise, noise.astype(np.float32) / np.float32(_NOISE_SCALE))
    background.samples, background.learnt_seconds = header.samples, header.learnt_seconds
    looks = [EarlierLook(number, png) for number, png in zip(header.earlier, pictures[3:], strict=False)]
    scene.restore_looks(header.scene, header.newest_scene, looks)
    crops = pictures[3 + len(looks) :]
    things = [_thing(plain, png, grid) for plain, png in zip((*header.objects, *header.remembered), crops, strict=True)]
    count = len(header.objects)
    episodes = [Episode(one.object_id, one.first_seen_at, _announcement(one.told)) for one in header.episodes]
    learnt = {one.zone_id: _inflated(one.data) for one in header.learnt}
    return State(header.last_at, scene, things[:count], things[count:], episodes, learnt)


def _open(data: bytes) -> tuple[_Header, list[bytes]]:
    if len(data) > LARGEST_BYTES:
        raise SnapshotError(f"snapshot of {len(data)} bytes is larger than {LARGEST_BYTES}")
    if len(data) < _PREFIX.size + 4:
        raise SnapshotError(f"snapshot of {len(data)} bytes is cut short")
    magic, version, checksum, length = _PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise SnapshotError("not a snapshot of a camera's analysis")
    if version != VERSION:
        raise SnapshotError(f"snapshot has version {version}; this program reads version {VERSION}")
    body = data[_PREFIX.size :]
    if len(body) != length:
        raise SnapshotError(f"snapshot is cut short: {len(body)} bytes of {length}")
    if zlib.crc32(body) != checksum:
        raise SnapshotError("snapshot is damaged: its checksum does not agree")
    (header_length,) = struct.unpack_from(">I", body)
    try:
        header = _Header.model_validate_json(body[4 : 4 + header_length])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SnapshotError(f"snapshot's header is not as expected: {where}: {first['msg']}") from error
    return header, _cut(header, body[4 + header_length :])


def _cut(header: _Header, rest: bytes) -> list[bytes]:
    expected = 3 + len(header.earlier) + len(header.objects) + len(header.remembered)
    if len(header.picture_bytes) != expected or min(header.picture_bytes) < 0:
        raise SnapshotError(f"snapshot names {len(header.picture_bytes)} pictures where {expected} belong")
    if sum(header.picture_bytes) != len(rest):
        raise SnapshotError(f"snapshot's pictures have {len(rest)} bytes instead of {sum(header.picture_bytes)}")
    pictures, start = [], 0
    for size in header.picture_bytes:
        pictures.append(rest[start : start + size])
        start += size
    return pictures


def _plain(thing: StaticObject) -> _Thing:
    told = thing.announced
    values: dict[str, Any] = {name: getattr(thing, name) for name in _Thing.model_fields if hasattr(thing, name)}
    values["box"] = [thing.box.left, thing.box.top, thing.box.right, thing.box.bottom]
    values["announced"] = None
    if told is not None:
        values["announced"] = _words(told)
    return _Thing(**values)


def _words(told: Announcement) -> _Told:
    return _Told(**{**asdict(told), "box": list(told.box), "foot": list(told.foot)})


def _announcement(told: _Told) -> Announcement:
    words: dict[str, Any] = told.model_dump()
    words["box"], words["foot"] = tuple(told.box), tuple(told.foot)
    return Announcement(**words)


def _thing(plain: _Thing, png: bytes, grid: Grid) -> StaticObject:
    box = PixelBox(*plain.box)
    if not (0 <= box.left < box.right <= grid.width and 0 <= box.top < box.bottom <= grid.height):
        raise SnapshotError(f"object {plain.object_id!r} lies outside the picture: {plain.box}")
    stack = _picture(png, (4 * box.height, box.width))
    mask, appearance, background, hits = (stack[n * box.height : (n + 1) * box.height] for n in range(4))
    announced = None if plain.announced is None else _announcement(plain.announced)
    values = plain.model_dump(exclude={"box", "announced"})
    return StaticObject(
        box=box,
        mask=np.where(mask > 127, np.uint8(255), np.uint8(0)),
        appearance=appearance.astype(np.float32),
        background=background.astype(np.float32),
        hits=hits.astype(np.float32) / np.float32(255.0),
        announced=announced,
        **values,
    )


def _crops(thing: StaticObject) -> Gray:
    levels = [cv2.convertScaleAbs(np.maximum(crop, 0.0)) for crop in (thing.appearance, thing.background)]
    return np.vstack([thing.mask, *levels, cv2.convertScaleAbs(thing.hits, alpha=255.0)])


def _inflated(text: str) -> bytes:
    try:
        inflater = zlib.decompressobj()
        data = inflater.decompress(b64decode(text, validate=True), LARGEST_LEARNT)
    except (ValueError, zlib.error) as error:
        raise SnapshotError(f"what a zone has learnt cannot be read: {error}") from None
    if not inflater.eof:
        raise SnapshotError("what a zone has learnt is cut short or too long")
    return data


def _png(picture: Any) -> bytes:
    _, png = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    return bytes(png)


def _picture(png: bytes, shape: tuple[int, int]) -> Gray:
    _check_size(png, shape)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None or picture.shape != shape:
        raise SnapshotError("a picture in the snapshot cannot be read")
    return np.asarray(picture, np.uint8)


def _check_size(png: bytes, shape: tuple[int, int]) -> None:
    """Before decoding: the size a PNG claims stands in its first chunk (PNG specification, 11.2.2)."""
    if len(png) < 24 or png[:8] != b"\x89PNG\r\n\x1a\n":
        raise SnapshotError("a picture in the snapshot is not PNG")
    width, height = struct.unpack_from(">II", png, 16)
    if (height, width) != shape:
        raise SnapshotError(f"a picture in the snapshot is {width}x{height}, not {shape[1]}x{shape[0]}")
