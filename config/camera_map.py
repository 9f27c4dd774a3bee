"""The cameras as they are now, for everybody who holds the map."""

from collections.abc import Iterable, Iterator, Mapping

from config.cameras import Camera


class CameraMap(Mapping[str, Camera]):
    """By id, in the order of cameras.yaml. `replace` makes all of it other cameras in one assignment: whoever reads it
    in another thread sees the cameras of before or those of after."""

    def __init__(self, cameras: Iterable[Camera]) -> None:
        self._cameras = {camera.id: camera for camera in cameras}

    def replace(self, cameras: Iterable[Camera]) -> None:
        self._cameras = {camera.id: camera for camera in cameras}

    def __getitem__(self, camera_id: str) -> Camera:
        return self._cameras[camera_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cameras)

    def __len__(self) -> int:
        return len(self._cameras)
