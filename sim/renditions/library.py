"""The renditions the cameras of a town need: made where the cache lacks them, read from there scene by scene."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from sim.renditions.encode import MAIN_SIZE, encoded_anew
from sim.rtsp.estate import Kind, Profile, SimCamera, Variants
from sim.rtsp.nal import Codec
from sim.scenes.catalogue import SCENES
from sim.scenes.clips import CacheError, SceneClips, cache_path, read, write


@dataclass(frozen=True, slots=True, order=True)
class Rendition:
    scene: str
    profile: Profile
    codec: Codec

    @property
    def kind(self) -> Kind:
        return self.profile, self.codec


class OnDisk(Mapping[str, SceneClips]):
    """Clips by scene, read anew at every access: what is sent is kept in packets, a second copy would be too many."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}

    def add(self, scene: str, file: Path) -> None:
        self._files[scene] = file

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


class Renditions:
    """What the cameras need: `there` by kind, and `missing`, longest first, until each is made and `add`ed."""

    def __init__(self, cache_dir: Path, cameras: Iterable[SimCamera]) -> None:
        self.cache_dir = cache_dir
        wanted = sorted(wanted_by(cameras))
        self.there: dict[Kind, OnDisk] = {one.kind: OnDisk() for one in wanted}
        self.missing: list[Rendition] = []
        for one in wanted:
            if _is_there(_path(cache_dir, one), one):
                self.add(one)
            else:
                self.missing.append(one)
        # Longest first, so that no process is left with a long one at the end.
        self.missing.sort(key=lambda one: (one.kind != ("main", "h265"), -_length(one)))

    def add(self, rendition: Rendition) -> None:
        """It has been made."""
        self.there[rendition.kind].add(rendition.scene, _path(self.cache_dir, rendition))
        if rendition in self.missing:
            self.missing.remove(rendition)


def load_renditions(
    cache_dir: Path,
    cameras: Iterable[SimCamera],
    *,
    processes: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Variants:
    """The scenes must have been drawn into the cache. Makes what is missing; `progress(done, total)` counts that."""
    renditions = Renditions(cache_dir, cameras)
    missing = list(renditions.missing)
    for done, one in enumerate(_made(cache_dir, missing, processes), 1):
        renditions.add(one)
        if progress is not None:
            progress(done, len(missing))
    return renditions.there


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
