"""The piece of the ring in which a thing came, and the picture of who brought it, kept on disk until a rule has decided
about the thing.

A rule decides after minutes, the ring holds seconds: without this the moment of coming would be lost.
"""

from collections.abc import Collection
from pathlib import Path


class ObjectClips:
    """Files of one kind by camera and object. Object ids are our own, never a camera's words."""

    def __init__(self, folder: Path, suffix: str = ".mp4") -> None:
        self._folder, self._suffix = folder, suffix
        folder.mkdir(parents=True, exist_ok=True)
        self._held: dict[str, set[str]] = {}
        for path in folder.glob(f"*{suffix}"):
            camera_id, _, object_id = path.stem.partition("~")
            self._held.setdefault(camera_id, set()).add(object_id)

    def has(self, camera_id: str, object_id: str) -> bool:
        return object_id in self._held.get(camera_id, ())

    def keep(self, camera_id: str, object_id: str, content: bytes) -> None:
        if not content:
            return
        self._path(camera_id, object_id).write_bytes(content)
        self._held.setdefault(camera_id, set()).add(object_id)

    def take(self, camera_id: str, object_id: str) -> bytes:
        """The file, which stays until the object has gone; empty where there is none."""
        path = self._path(camera_id, object_id)
        return path.read_bytes() if self.has(camera_id, object_id) and path.exists() else b""

    def forget_all_but(self, camera_id: str, object_ids: Collection[str]) -> None:
        for gone in self._held.get(camera_id, set()) - set(object_ids):
            self._path(camera_id, gone).unlink(missing_ok=True)
            self._held[camera_id].discard(gone)

    def _path(self, camera_id: str, object_id: str) -> Path:
        return self._folder / f"{camera_id}~{object_id}{self._suffix}"
