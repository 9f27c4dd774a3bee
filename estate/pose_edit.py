"""Position and view of one fixed camera, and the matches they were solved from, changed in cameras.yaml."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from config.cameras import Camera, CamerasFile, GroundPoint, Position, View
from config.yaml_document import KeyPath
from config.yaml_edit import YamlEdit
from estate.camera_edit import Opened, write_edited

_POSE = {"position", "view", "homography", "matches"}


def posed(before: Camera, position: Position, view: View, matches: Sequence[GroundPoint]) -> Camera:
    """The camera as it would be: ground points of its own would come before a pose, and go."""
    changes = {"position": position, "view": view, "matches": list(matches), "homography": None}
    return before.model_copy(update=changes)


def pose_version(camera: Camera) -> str:
    """The same for the same pose and matches, and another for others."""
    text = json.dumps(camera.model_dump(mode="json", include=_POSE), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def change_pose(opened: Opened, index: int, after: Camera, environ: Mapping[str, str]) -> CamerasFile:
    """Writes the file with the pose and matches of `after`; what it says then. Raises ConfigError, YamlEditError,
    OSError, and nothing was written."""
    edit = YamlEdit(opened.config, opened.raw.decode())
    base: KeyPath = ("cameras", index)
    before = opened.file.cameras[index]
    _put_model(edit, base, "position", before.position, after.position)
    _put_model(edit, base, "view", before.view, after.view)
    if before.matches != after.matches:
        matches: list[Any] = [_plain_match(one) for one in after.matches]
        edit.put(base, "matches", matches, over_lines=True)
    if "homography" in edit.keys(base):
        edit.remove(base, "homography")
    return write_edited(opened, edit, None, environ)


def _put_model(edit: YamlEdit, base: KeyPath, key: str, before: BaseModel | None, after: BaseModel | None) -> None:
    """Key by key where it is there already, so that comments and what is not changed stay."""
    assert after is not None
    if before is None:
        edit.put(base, key, after.model_dump(mode="json", exclude_defaults=True))
        return
    old = before.model_dump(mode="json")
    for name, value in after.model_dump(mode="json").items():
        if value != old[name]:
            edit.put((*base, key), name, value)


def _plain_match(one: GroundPoint) -> dict[str, Any]:
    return {"picture": [round(each, 5) for each in one.picture], "lon": round(one.lon, 7), "lat": round(one.lat, 7)}
