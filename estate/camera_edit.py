"""One camera of cameras.yaml changed, added or taken away; everything else stays as it stands, comments too."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.atomic_file import write_atomically
from config.cameras import Camera, CamerasFile
from config.load import read_cameras
from config.problem import ConfigError
from config.vault import Vault
from config.yaml_edit import YamlEdit
from estate.new_account import NewAccount, checked, put_accounts

Keys = tuple[str, ...]
GONE = object()
"""As a value: the key is taken away."""


class CameraInvalid(Exception):
    """The camera would not be one; `where` is the key below it, as `position.lon`."""

    def __init__(self, where: str, rule: str) -> None:
        super().__init__(f"{where}: {rule}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Opened:
    """cameras.yaml as it was read for a change."""

    config: Path
    raw: bytes
    file: CamerasFile

    def index(self, camera_id: str) -> int | None:
        return next((n for n, camera in enumerate(self.file.cameras) if camera.id == camera_id), None)

    def users_of(self, credentials: str) -> list[Camera]:
        """The cameras that use an account, for their streams or their device."""
        return [camera for camera in self.file.cameras if credentials in accounts_of(camera)]


def accounts_of(camera: Camera) -> set[str]:
    """Names of the entries under credentials that a camera uses."""
    device = camera.device.credentials if camera.device is not None else None
    return {name for name in (camera.credentials, device) if name is not None}


def open_for_change(config: Path) -> Opened:
    """Raises ConfigError: a file with problems is not changed."""
    raw = config.read_bytes()
    return Opened(config, raw, read_cameras(config).file)


def changed_camera(before: Camera, values: Mapping[Keys, Any]) -> Camera:
    """The camera with other values, by their paths below it. Raises CameraInvalid."""
    plain = before.model_dump(mode="json", exclude_defaults=True)
    for path, value in values.items():
        at = plain
        for step in path[:-1]:
            at = at.setdefault(step, {})
        if value is GONE:
            at.pop(path[-1], None)
        else:
            at[path[-1]] = value
    return camera_of(plain)


def camera_of(plain: Mapping[str, Any]) -> Camera:
    """Raises CameraInvalid."""
    try:
        return Camera.model_validate(plain)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
        rule = detail["msg"].removeprefix("Value error, ")
        raise CameraInvalid(".".join(str(step) for step in detail["loc"]) or "camera", rule) from None


def change_camera(
    opened: Opened, index: int, values: Mapping[Keys, Any], password: NewAccount | None, environ: Mapping[str, str]
) -> CamerasFile:
    """Writes the file with other values of one camera; what it says then. Raises ConfigError, YamlEditError,
    VaultProblem, OSError, and nothing was written."""
    edit = YamlEdit(opened.config, opened.raw.decode())
    before = opened.file.cameras[index].model_dump(mode="json", exclude_defaults=True)
    for path, value in _whole_branches(before, values).items():
        parent: tuple[str | int, ...] = ("cameras", index, *path[:-1])
        if value is GONE:
            edit.remove(parent, path[-1])
        else:
            edit.put(parent, path[-1], value)
    put_accounts(edit, opened.file.credentials, [password] if password is not None else [])
    return write_edited(opened, edit, password, environ)


def add_camera(opened: Opened, camera: Camera, password: NewAccount | None, environ: Mapping[str, str]) -> CamerasFile:
    """At the end of the list. Raises as `change_camera`."""
    edit = YamlEdit(opened.config, opened.raw.decode())
    edit.append(("cameras",), [camera.model_dump(mode="json", exclude_defaults=True)])
    put_accounts(edit, opened.file.credentials, [password] if password is not None else [])
    return write_edited(opened, edit, password, environ)


def remove_camera(opened: Opened, index: int, environ: Mapping[str, str]) -> CamerasFile:
    """Comments before it stay. Its account stays too: another camera may come. Raises as `change_camera`."""
    edit = YamlEdit(opened.config, opened.raw.decode())
    edit.remove_item(("cameras",), index)
    return write_edited(opened, edit, None, environ)


def _whole_branches(before: Mapping[str, Any], values: Mapping[Keys, Any]) -> dict[Keys, Any]:
    """What is to be written where a branch is not there yet: the branch, with all that goes into it."""
    wanted: dict[Keys, Any] = {}
    for path, value in values.items():
        at: Any = before
        for depth, step in enumerate(path[:-1]):
            if step not in at:
                branch = wanted.setdefault(path[: depth + 1], {})
                for inner in path[depth + 1 : -1]:
                    branch = branch.setdefault(inner, {})
                if value is not GONE:
                    branch[path[-1]] = value
                break
            at = at[step]
        else:
            if value is not GONE or path[-1] in at:
                wanted[path] = value
    return {path: value for path, value in wanted.items() if value != {}}


def write_edited(
    opened: Opened, edit: YamlEdit, password: NewAccount | None, environ: Mapping[str, str]
) -> CamerasFile:
    """Password first, then the file: a crash in between leaves a password that nothing names. Raises ConfigError,
    YamlEditError, VaultProblem, OSError, and nothing was written."""
    text = edit.result()
    file, found = checked(opened.config, text, [password] if password is not None else [])
    if found or file is None:
        raise ConfigError(found)
    vault = Vault(opened.config.parent, environ)
    if opened.config.read_bytes() != opened.raw:
        raise ConfigError.of(opened.config, "was changed by somebody else at this moment; try again")
    if password is not None:
        vault.put({password.name: password.password})
    mode = opened.config.stat().st_mode & 0o777
    write_atomically(opened.config.with_name(f"{opened.config.name}.bak"), opened.raw, mode)
    write_atomically(opened.config, text.encode(), mode)
    return file
