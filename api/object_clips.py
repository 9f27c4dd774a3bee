"""The piece of the ring in which a thing came, kept on disk until a rule has decided about the thing.

A rule decides after minutes, the ring holds seconds: without this the moment of coming would be lost.
"""

from collections.abc import Collection
from pathlib import Path


class ObjectClips:
    """MP4 by camera and object. Object ids are our own, never a camera's words."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._held: dict[str, set[str]] = {}
        for path in folder.glob("*.mp4"):
            camera_id, _, object_id = path.stem.partition("~")
            self._held.setdefault(camera_id, set()).add(object_id)

    def has(self, camera_id: str, object_id: str) -> bool:
        return object_id in self._held.get(camera_id, ())

    def keep(self, camera_id: str, object_id: str, clip: bytes) -> None:
        if not clip:
            return
        self._path(camera_id, object_id).write_bytes(clip)
        self._held.setdefault(camera_id, set()).add(object_id)

    def take(self, camera_id: str, object_id: str) -> bytes:
        """The clip, which stays until the object has gone; empty where there is none."""
        path = self._path(camera_id, object_id)
        return path.read_bytes() if self.has(camera_id, object_id) and path.exists() else b""

    def forget_all_but(self, camera_id: str, object_ids: Collection[str]) -> None:
        for gone in self._held.get(camera_id, set()) - set(object_ids):
            self._path(camera_id, gone).unlink(missing_ok=True)
            self._held[camera_id].discard(gone)

    def _path(self, camera_id: str, object_id: str) -> Path:
        return self._folder / f"{camera_id}~{object_id}.mp4"
