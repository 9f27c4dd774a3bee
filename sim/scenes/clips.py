"""The library of encoded segments: drawn and encoded where the cache lacks them, loaded where it has them."""

import gc
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import cv2

from sim.scenes.catalogue import SCENES, Scene
from sim.scenes.encode import MAX_KBITS, TARGET_KBITS, Codec, encode, fitting_crf
from sim.scenes.events import CLEARED_S, DUMPED_S, LEFT_S, PLACED_S, dumped, stalled
from sim.scenes.film import Film
from sim.scenes.pinhole import HEIGHT, WIDTH
from sim.scenes.places import layout_of
from sim.scenes.truth import standing_box


@cache
def _renderer() -> str:
    """A hash of the drawing and encoding code itself, so that a cache never outlives what made it."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Segment:
    """Twelve seconds in whole closed GOPs; Annex B, parameter sets in front of each IDR; the first unit is an IDR."""

    name: str
    codec: Codec
    fps: float
    access_units: tuple[bytes, ...]
    keyframes: tuple[bool, ...]


@dataclass(frozen=True)
class EventTruth:
    """`box`: x, y, width, height in picture fractions, while it stands. `ground_xy_m`: the ground under its near edge,
    camera-local metres. `size_m`: across the view and upwards. It stands still from `placed_offset_s` of its first
    segment on and is gone from `cleared_offset_s` of its last on."""

    kind: Literal["stall", "dumping"]
    box: tuple[float, float, float, float]
    ground_xy_m: tuple[float, float]
    size_m: tuple[float, float]
    placed_offset_s: float
    cleared_offset_s: float


@dataclass(frozen=True)
class SceneClips:
    scene_id: str
    width: int
    height: int
    segments: dict[str, Segment]
    truth: dict[str, EventTruth]
    """By kind: `stall`, `dumping`."""


class CacheError(Exception):
    """A cache file that cannot be used; says which and why."""


def load_library(
    cache_dir: Path,
    scene_ids: Iterable[str] | None = None,
    *,
    processes: int = 2,
    progress: Callable[[int, int], None] | None = None,
    codec: Codec = "h264",
) -> dict[str, SceneClips]:
    """The clips of the scenes asked for (all by default), in that order. What the cache lacks is drawn first, scene by
    scene in `processes` processes; `progress(done, total)` counts scenes. Raises KeyError for an unknown scene."""
    wanted = list(SCENES) if scene_ids is None else list(dict.fromkeys(scene_ids))
    unknown = [name for name in wanted if name not in SCENES]
    if unknown:
        raise KeyError(f"no such scene: {', '.join(unknown)}")
    cache_dir.mkdir(parents=True, exist_ok=True)
    loaded: dict[str, SceneClips] = {}
    missing: list[str] = []
    for name in wanted:
        try:
            loaded[name] = read(cache_path(cache_dir, SCENES[name], codec), name)
        except FileNotFoundError:
            missing.append(name)
        except CacheError:
            # A damaged file is only a cache: draw it anew over the old one.
            missing.append(name)
    if progress is not None:
        progress(len(loaded), len(wanted))
    for name in _drawn(cache_dir, missing, processes, codec):
        loaded[name] = read(cache_path(cache_dir, SCENES[name], codec), name)
        if progress is not None:
            progress(len(loaded), len(wanted))
    return {name: loaded[name] for name in wanted}


def _drawn(cache_dir: Path, names: list[str], processes: int, codec: Codec) -> Iterable[str]:
    """Draws the scenes into the cache and yields each name when its file is there."""
    # Longest first, so that no process is left with a long one at the end.
    names = sorted(names, key=lambda name: -(SCENES[name].can_stall + SCENES[name].can_dump))
    if processes <= 1 or len(names) <= 1:
        for name in names:
            draw(cache_dir, name, codec)
            yield name
        return
    # Bodies and patches hold no cycles; looking for some would cost a twentieth of the time.
    with ProcessPoolExecutor(
        min(processes, len(names)), mp_context=get_context("spawn"), initializer=gc.disable
    ) as pool:
        running = {pool.submit(draw, cache_dir, name, codec): name for name in names}
        for future in as_completed(running):
            future.result()
            yield running[future]


def draw(cache_dir: Path, scene_id: str, codec: Codec = "h264") -> None:
    """Draws and encodes one scene into the cache, replacing its file in one step."""
    cv2.setNumThreads(1)
    scene = SCENES[scene_id]
    layout = layout_of(scene)
    film = Film(scene.camera, layout, scene.fps)
    gop = round(2 * scene.fps)
    crf: float | None = None
    segments: dict[str, Segment] = {}
    for name in film.casts:
        frames = list(film.shoot(name))
        if crf is None:
            crf = fitting_crf(frames[:gop] + frames[3 * gop : 4 * gop], scene.fps, codec)
        coded = encode(frames, scene.fps, crf, codec)
        segments[name] = Segment(name, codec, scene.fps, coded.access_units, coded.keyframes)
    truth: dict[str, EventTruth] = {}
    if layout.stall is not None:
        box, ground, size = standing_box(film, stalled(layout.stall))
        truth["stall"] = EventTruth("stall", box, ground, size, PLACED_S, LEFT_S)
    if layout.dump is not None:
        box, ground, size = standing_box(film, dumped(layout.dump))
        truth["dumping"] = EventTruth("dumping", box, ground, size, DUMPED_S, CLEARED_S)
    write(cache_path(cache_dir, scene, codec), SceneClips(scene_id, WIDTH, HEIGHT, segments, truth))


def cache_path(cache_dir: Path, scene: Scene, codec: Codec) -> Path:
    parameters = json.dumps([_renderer(), asdict(scene), codec, WIDTH, HEIGHT, TARGET_KBITS, MAX_KBITS], sort_keys=True)
    return cache_dir / f"{scene.id}-{codec}-{hashlib.sha256(parameters.encode()).hexdigest()[:16]}.clips"


_MAGIC = b"GWCLIPS1"
_MAX_HEADER = 4 << 20


def write(path: Path, clips: SceneClips) -> None:
    """Atomically; layout: magic, u32 header length, JSON header with unit lengths, SHA-256 of the payload, payload."""
    header: dict[str, Any] = {"scene_id": clips.scene_id, "width": clips.width, "height": clips.height, "segments": []}
    payload = bytearray()
    for segment in clips.segments.values():
        sizes = [len(unit) for unit in segment.access_units]
        keys = [number for number, key in enumerate(segment.keyframes) if key]
        header["segments"].append(
            {"name": segment.name, "codec": segment.codec, "fps": segment.fps, "sizes": sizes, "keys": keys}
        )
        payload += b"".join(segment.access_units)
    header["truth"] = {kind: asdict(truth) for kind, truth in clips.truth.items()}
    header["sha256"] = hashlib.sha256(payload).hexdigest()
    encoded = json.dumps(header).encode()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(_MAGIC + struct.pack(">I", len(encoded)) + encoded + payload)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).replace(path)


def read(path: Path, scene_id: str) -> SceneClips:
    """Raises FileNotFoundError, or CacheError when the file is not what `write` left."""
    data = path.read_bytes()
    start = len(_MAGIC) + 4
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        raise CacheError(f"{path}: not a clip file")
    (length,) = struct.unpack(">I", data[len(_MAGIC) : start])
    if length > _MAX_HEADER or start + length > len(data):
        raise CacheError(f"{path}: cut short")
    try:
        header = json.loads(data[start : start + length])
        payload = memoryview(data)[start + length :]
        if hashlib.sha256(payload).hexdigest() != header["sha256"] or header["scene_id"] != scene_id:
            raise CacheError(f"{path}: damaged")
        return _clips(header, payload)
    except (ValueError, KeyError, TypeError) as error:
        raise CacheError(f"{path}: damaged header ({error})") from error


def _clips(header: dict[str, Any], payload: memoryview) -> SceneClips:
    segments: dict[str, Segment] = {}
    offset = 0
    for entry in header["segments"]:
        units = []
        for size in entry["sizes"]:
            units.append(bytes(payload[offset : offset + size]))
            offset += size
        keys = set(entry["keys"])
        flags = tuple(number in keys for number in range(len(units)))
        segments[entry["name"]] = Segment(entry["name"], entry["codec"], entry["fps"], tuple(units), flags)
    truth = {kind: _truth(fields) for kind, fields in header["truth"].items()}
    return SceneClips(header["scene_id"], header["width"], header["height"], segments, truth)


def _truth(fields: dict[str, Any]) -> EventTruth:
    box, ground, size = fields["box"], fields["ground_xy_m"], fields["size_m"]
    return EventTruth(
        fields["kind"], (box[0], box[1], box[2], box[3]), (ground[0], ground[1]), (size[0], size[1]),
        fields["placed_offset_s"], fields["cleared_offset_s"],
    )  # fmt: skip
