"""The renditions the cameras of a town need: made where the cache lacks them, read from there scene by scene."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from sim.renditions.encode import MAIN_SIZE, encoded_anew
from sim.rtsp.estate import Profile, SimCamera, Variants
from sim.rtsp.nal import Codec
from sim.scenes.catalogue import SCENES
from sim.scenes.clips import CacheError, SceneClips, cache_path, read, write


@dataclass(frozen=True, slots=True, order=True)
class Rendition:
    scene: str
    profile: Profile
    codec: Codec


class OnDisk(Mapping[str, SceneClips]):
    """Clips by scene, read anew at every access: what is sent is kept in packets, a second copy would be too many."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def __getitem__(self, scene: str) -> SceneClips:
        return read(self._files[scene], scene)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, scene: object) -> bool:
        return scene in self._files


def wanted_by(cameras: Iterable[SimCamera]) -> set[Rendition]:
    """All but the H.264 sub-streams, which are what is drawn."""
    wanted = set()
    for camera in cameras:
        if camera.sub == "h265":
            wanted.add(Rendition(camera.scene, "sub", "h265"))
        if camera.main in ("h264", "h265"):
            wanted.add(Rendition(camera.scene, "main", camera.main))
    return wanted


def load_renditions(
    cache_dir: Path,
    cameras: Iterable[SimCamera],
    *,
    processes: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Variants:
    """The scenes must have been drawn into the cache. Makes what is missing; `progress(done, total)` counts that."""
    files = {one: _path(cache_dir, one) for one in sorted(wanted_by(cameras))}
    missing = [one for one, path in files.items() if not _is_there(path, one)]
    # Longest first, so that no process is left with a long one at the end.
    missing.sort(key=lambda one: (one.profile != "main" or one.codec != "h265", -_length(one)))
    for done, _ in enumerate(_made(cache_dir, missing, processes), 1):
        if progress is not None:
            progress(done, len(missing))
    kinds = {(one.profile, one.codec) for one in files}
    return {
        kind: OnDisk({one.scene: path for one, path in files.items() if (one.profile, one.codec) == kind})
        for kind in kinds
    }


def make(cache_dir: Path, rendition: Rendition) -> None:
    drawn = read(cache_path(cache_dir, SCENES[rendition.scene], "h264"), rendition.scene)
    write(_path(cache_dir, rendition), encoded_anew(drawn, rendition.profile, rendition.codec))


def _made(cache_dir: Path, missing: list[Rendition], processes: int) -> Iterator[Rendition]:
    if processes <= 1 or len(missing) <= 1:
        for one in missing:
            make(cache_dir, one)
            yield one
        return
    with ProcessPoolExecutor(min(processes, len(missing)), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(make, cache_dir, one): one for one in missing}
        for future in as_completed(running):
            future.result()
            yield running[future]


def _length(rendition: Rendition) -> int:
    scene = SCENES[rendition.scene]
    return 2 + 3 * (scene.can_stall + scene.can_dump)


def _is_there(path: Path, rendition: Rendition) -> bool:
    try:
        read(path, rendition.scene)
    except (FileNotFoundError, CacheError):
        return False
    return True


def _path(cache_dir: Path, rendition: Rendition) -> Path:
    """Named after what it is made of and what made it, so that a cache never outlives either."""
    drawn = cache_path(cache_dir, SCENES[rendition.scene], "h264").name
    digest = hashlib.sha256(f"{drawn} {_encoder_hash()} {MAIN_SIZE}".encode()).hexdigest()[:16]
    return cache_dir / f"{rendition.scene}-{rendition.profile}-{rendition.codec}-{digest}.clips"


@cache
def _encoder_hash() -> str:
    return hashlib.sha256((Path(__file__).parent / "encode.py").read_bytes()).hexdigest()
