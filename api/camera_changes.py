"""Single cameras changed by administrators, each within his areas, and nobody's password sent to somebody else."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.centre import Centre
from api.estate_desk import refused
from api.running_estate import Changes, FileProblems
from api.schemas.estate_changes import CameraAccount, CameraChange, NewCamera
from config.cameras import Camera, CamerasFile, Zone
from config.problem import ConfigError
from config.vault import VaultProblem
from config.yaml_edit import YamlEditError
from estate.camera_edit import (
    GONE,
    CameraInvalid,
    Keys,
    Opened,
    accounts_of,
    add_camera,
    camera_of,
    change_camera,
    changed_camera,
    open_for_change,
    remove_camera,
)
from estate.new_account import NewAccount
from estate.zone_edit import NoSuchView, change_zones, version_of, zones_of
from incidents import case_queries
from incidents.case_filter import CaseFilter
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.rights import EVERYWHERE, Caller, Permission, Scope

_PATHS: Mapping[str, Keys] = {
    "name": ("name",), "name_en": ("name_en",), "area": ("area",), "national_code": ("national_code",),
    "enabled": ("enabled",), "credentials": ("credentials",), "sub_url": ("streams", "sub", "url"),
    "main_url": ("streams", "main", "url"), "device_url": ("device", "url"),
}  # fmt: skip
_BRANCHES: Mapping[str, Keys] = {"main_url": ("streams", "main"), "device_url": ("device",)}
"""What goes as a whole when its address does."""
_NEEDED = {"name", "area", "enabled", "sub_url"}


class CameraChanges:
    """For one caller; whoever manages the whole town may do all of it, others only within their areas."""

    def __init__(self, centre: Centre, caller: Caller) -> None:
        self._centre = centre
        self._scope: Scope = caller.scope(Permission.ESTATE_MANAGE)
        town = centre.cameras.area_path(centre.config.town.area)
        self._whole_town = town is not None and self._scope.covers(town)
        self._index = -1

    async def change(self, camera_id: str, body: CameraChange) -> Changes:
        """Raises NotFound, NotAllowed, Invalid, Conflict, FileProblems."""
        self._centre.cameras.get(self._scope, camera_id)

        def write(config: Path) -> CamerasFile:
            opened = open_for_change(config)
            index = self.find(opened, camera_id)
            before = opened.file.cameras[index]
            password = self._password(opened, before, body.account)
            values = _values(body, password)
            after = changed_camera(before, values)
            self._check(opened, before, after, password)
            return change_camera(opened, index, values, password, os.environ)

        return await self.carried_out(write)

    async def zones(self, camera_id: str, view: str | None, base: str, zones: Sequence[Zone]) -> Changes:
        """These zones for the camera, or for its view, where they are still those of version `base`. Else raises
        Conflict, and what the file says by now has taken effect: it can be loaded. Raises as `change`."""
        self._centre.cameras.get(self._scope, camera_id)
        stale: list[str] = []

        def write(config: Path) -> CamerasFile:
            opened = open_for_change(config)
            index = self.find(opened, camera_id)
            try:
                before = zones_of(opened.file.cameras[index], view)
                if version_of(before) == base:
                    return change_zones(opened, index, view, zones, os.environ)
            except NoSuchView:
                raise NotFound("no such view", "view") from None
            stale.append(camera_id)
            return opened.file

        changes = await self.carried_out(write)
        if stale:
            raise Conflict(
                "somebody changed these zones meanwhile; load them anew",
                "version",
                "有人同时修改了任务区，请重新载入后再保存",
            )
        return changes

    async def add(self, body: NewCamera) -> tuple[str, Changes]:
        """Its id, and what came of it. Raises as `change`."""
        self._area_path(body.area or "")
        given: list[str] = []

        def write(config: Path) -> CamerasFile:
            opened = open_for_change(config)
            self._index = len(opened.file.cameras)
            plain: dict[str, Any] = {"id": _new_id(opened, body), "name": "", "area": ""}
            password = self._password(opened, None, body.account, plain["id"])
            for keys, value in _values(body, password).items():
                at = plain
                for step in keys[:-1]:
                    at = at.setdefault(step, {})
                if value is not GONE:
                    at[keys[-1]] = value
            camera = camera_of(plain)
            if opened.index(camera.id) is not None:
                raise Conflict(f"there is a camera {camera.id} already", "id", f"编号 {camera.id} 已被使用")
            self._check(opened, None, camera, password)
            given.append(camera.id)
            return add_camera(opened, camera, password, os.environ)

        changes = await self.carried_out(write)
        return given[0], changes

    async def remove(self, camera_id: str, *, with_open_cases: bool) -> Changes:
        """Raises Conflict while cases it saw are open, unless that is wanted. Its cases stay as they are."""
        self._centre.cameras.get(self._scope, camera_id)

        def write(config: Path) -> CamerasFile:
            opened = open_for_change(config)
            index = self.find(opened, camera_id)
            open_cases = self._open_cases(camera_id)
            if open_cases and not with_open_cases:
                raise Conflict(
                    f"{open_cases} open cases were seen by this camera, and without it only a person can verify them; "
                    "say with_open_cases to remove it all the same, or switch it off instead",
                    "with_open_cases",
                    f"有 {open_cases} 个未结事件由它发现，删除后只能由人核查；可以先停用它",
                )
            return remove_camera(opened, index, os.environ)

        return await self.carried_out(write)

    async def carried_out(self, write: Callable[[Path], CamerasFile]) -> Changes:
        try:
            return await self._centre.running.edit(write)
        except CameraInvalid as problem:
            raise Invalid(str(problem), _field(problem.where)) from problem
        except (YamlEditError, VaultProblem) as problem:
            raise refused(problem) from problem
        except FileProblems as error:
            if self._whole_town:
                raise
            mine = [one for one in error.problems if one.key.startswith(f"cameras[{self._index}].")]
            if not mine:
                raise Conflict(
                    "cameras.yaml has problems, which an administrator of the whole town must mend",
                    zh="配置文件有问题，请全镇的管理员先改好",
                ) from None
            raise FileProblems(ConfigError(mine)) from None

    def seen(self, cameras: Iterable[Camera]) -> list[str]:
        """Ids of those in the caller's areas: what else took effect with a change is not told."""
        paths = {camera.id: self._centre.cameras.area_path(camera.area) for camera in cameras}
        return [camera_id for camera_id, path in paths.items() if path is not None and self._scope.covers(path)]

    def find(self, opened: Opened, camera_id: str) -> int:
        """By the file as it is now: a camera that was moved there meanwhile is another's already."""
        index = opened.index(camera_id)
        path = self._centre.cameras.area_path(opened.file.cameras[index].area) if index is not None else None
        if index is None or path is None or not self._scope.covers(path):
            raise NotFound("no such camera", "camera")
        self._index = index
        return index

    def _area_path(self, code: str) -> str:
        path = self._centre.cameras.area_path(code)
        if path is None or not self._scope.covers(path):
            raise NotFound("no such area", "area")
        return path

    def _password(
        self, opened: Opened, before: Camera | None, account: CameraAccount | None, new_id: str = ""
    ) -> NewAccount | None:
        """In place of the camera's own account where no other camera uses that; else under a name of its own."""
        if account is None:
            return None
        name = before.credentials if before is not None else None
        entry = opened.file.credentials.get(name or "")
        if name is None or entry is None or not entry.vault or len(opened.users_of(name)) > 1:
            stem = f"cam-{before.id if before is not None else new_id}"[:56]
            number, name = 1, stem
            while name in opened.file.credentials:
                number += 1
                name = f"{stem}-{number}"
        return NewAccount(name, account.username, account.password.get_secret_value())

    def _check(self, opened: Opened, before: Camera | None, after: Camera, password: NewAccount | None) -> None:
        """Raises NotFound, Invalid, NotAllowed."""
        self._area_path(after.area)
        for name in sorted(accounts_of(after)):
            if password is not None and name == password.name:
                continue
            if name not in opened.file.credentials or not self._may_use(opened, name, before, after):
                raise NotAllowed(
                    f"credentials.{name} is not an account of your cameras alone: give user and password",
                    "credentials",
                    f"{name} 不是只供您的摄像机使用的账号：请输入用户名和密码",
                )

    def _may_use(self, opened: Opened, name: str, before: Camera | None, after: Camera) -> bool:
        """Whether this camera may be opened with an account. Its password is sent to wherever the camera's address
        points: who manages a part of the town sends to a new address only what is that part's own."""
        if self._whole_town:
            return True
        if before is not None and name in accounts_of(before) and _hosts(after) <= _hosts(before):
            return True
        paths = [self._centre.cameras.area_path(camera.area) for camera in opened.users_of(name)]
        return bool(paths) and all(path is not None and self._scope.covers(path) for path in paths)

    def _open_cases(self, camera_id: str) -> int:
        wanted = CaseFilter(state="open", camera=camera_id, limit=1)
        with self._centre.incidents.store.read() as connection:
            return case_queries.list_cases(connection, EVERYWHERE, wanted).total


def _values(body: CameraChange, password: NewAccount | None) -> dict[Keys, Any]:
    """What the body says, by paths below the camera. Raises Invalid."""
    values: dict[Keys, Any] = {}
    for name in sorted(body.model_fields_set & _PATHS.keys()):
        value = getattr(body, name)
        if value or value is False:
            values[_PATHS[name]] = value
        elif name in _NEEDED:
            raise Invalid(f"{name}: a camera must have it", name, "此项必填")
        else:
            values[_BRANCHES.get(name, _PATHS[name])] = GONE
    for name in sorted(body.model_fields_set & {"position", "view"}):
        branch = getattr(body, name)
        if branch is None:
            values[(name,)] = GONE
        else:
            values |= {(name, key): getattr(branch, key) for key in sorted(branch.model_fields_set)}
    if password is not None:
        values["credentials",] = password.name
    return values


def _hosts(camera: Camera) -> set[tuple[str, str]]:
    """Where its passwords are sent: by scheme, since rtsps may not become rtsp."""
    urls = [camera.streams.sub.url]
    urls += [camera.streams.main.url] if camera.streams.main is not None else []
    urls += [camera.device.url] if camera.device is not None else []
    return {(urlsplit(url).scheme, urlsplit(url).netloc) for url in urls}


def _new_id(opened: Opened, body: NewCamera) -> str:
    if body.id:
        return body.id
    host = urlsplit(body.sub_url or "").hostname or "new"
    stem = "cam-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in host)[:40].strip("-")
    taken = {camera.id.casefold() for camera in opened.file.cameras}
    given, number = stem, 1
    while given.casefold() in taken:
        number += 1
        given = f"{stem}-{number}"
    return given


def _field(where: str) -> str:
    """The field of the request that a key of the camera came from."""
    if where in ("streams", "streams.sub"):
        return "sub_url"
    return next((name for name, keys in _PATHS.items() if ".".join(keys) == where), where)
