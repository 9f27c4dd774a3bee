"""The entries under credentials: which there are, which cameras use them, passwords put into the vault."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.atomic_file import write_atomically
from config.vault import Vault, VaultProblem
from config.yaml_document import read_document
from config.yaml_edit import YamlEdit, YamlEditError


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """One entry, without its password. `place`: where that stands: `vault`, `environment`, `file` or `nowhere`, and
    `where` names the variable or the file. `missing`: the vault has none for it. `cameras`: ids of those that use it.
    `known` is False for a password in the vault that cameras.yaml does not name."""

    name: str
    username: str
    place: str
    where: str = ""
    missing: bool = False
    known: bool = True
    cameras: tuple[str, ...] = ()


def kept_accounts(config: Path, environ: Mapping[str, str]) -> list[KeptAccount]:
    """All of them in the order of the file, then passwords nobody names. The rest of cameras.yaml may have problems:
    a missing password is one of them. Raises ConfigError, VaultProblem."""
    whole: Any = read_document(config).value
    there = set(Vault(config.parent, environ).names())
    users = _users(whole)
    entries = _entries(whole)
    listed = []
    for name, entry in entries.items():
        place, where = _place(entry)
        cameras = tuple(users.get(name, ()))
        missing = place == "vault" and name not in there
        listed.append(KeptAccount(name, str(entry.get("username", "")), place, where, missing, True, cameras))
    return listed + [KeptAccount(name, "", "vault", known=False) for name in sorted(there - entries.keys())]


def check_settable(account: KeptAccount | None, name: str, username: str) -> None:
    """Raises VaultProblem where a password cannot be set: nobody's user name is known, or it stands elsewhere."""
    if account is None and not username:
        raise VaultProblem(
            f"cameras.yaml has no credentials named {name}: give a user name to add them",
            f"还没有名为 {name} 的账号：请填写用户名来新增",
        )
    if account is not None and account.place != "vault":
        raise VaultProblem(
            f"credentials.{name} names another place for its password; write vault: true instead",
            f"{name} 的密码不在这里保存（环境变量或文件），请在服务器上更改",
        )


def set_account(config: Path, environ: Mapping[str, str], name: str, username: str, password: str) -> None:
    """Puts the password into the vault; a name that cameras.yaml does not have is added. An empty `username` leaves
    it. Raises VaultProblem, ConfigError, YamlEditError."""
    known = {one.name: one for one in kept_accounts(config, environ) if one.known}
    check_settable(known.get(name), name, username)
    entry = _entries(read_document(config).value).get(name)
    Vault(config.parent, environ).put({name: password})
    if entry is None:
        _write(config, name, {"username": username, "vault": True})
    elif username and username != entry.get("username"):
        edit = YamlEdit(config, config.read_bytes().decode())
        edit.put(("credentials", name), "username", username)
        _replace(config, edit.result())


def remove_account(config: Path, environ: Mapping[str, str], name: str) -> None:
    """Takes it out of cameras.yaml and the vault. Raises VaultProblem, also while cameras use it."""
    whole: Any = read_document(config).value
    users = _users(whole).get(name, [])
    if users:
        raise VaultProblem(
            f"{len(users)} cameras use credentials.{name}, the first is {users[0]}",
            f"有 {len(users)} 台摄像机在用 {name}，第一台是 {users[0]}",
        )
    known = name in _entries(whole)
    if known:
        edit = YamlEdit(config, config.read_bytes().decode())
        edit.remove(("credentials",), name)
        _replace(config, edit.result())
    if not Vault(config.parent, environ).remove(name) and not known:
        raise VaultProblem(f"there are no credentials named {name}")


def _entries(whole: Any) -> dict[str, Any]:
    found = whole.get("credentials") if isinstance(whole, dict) else None
    return {name: entry for name, entry in (found or {}).items() if isinstance(entry, dict)}


def _users(whole: Any) -> dict[str, list[str]]:
    """Ids of the cameras that use an entry, for their streams or their device."""
    users: dict[str, list[str]] = {}
    for camera in (whole.get("cameras") if isinstance(whole, dict) else None) or []:
        if isinstance(camera, dict):
            device = camera.get("device")
            named = {camera.get("credentials"), device.get("credentials") if isinstance(device, dict) else None}
            for name in named - {None}:
                users.setdefault(str(name), []).append(str(camera.get("id", "?")))
    return users


def _place(entry: Mapping[str, Any]) -> tuple[str, str]:
    if entry.get("vault") is True:
        return "vault", ""
    for key, place in (("password_env", "environment"), ("password_file", "file")):
        if key in entry:
            return place, str(entry[key])
    return "nowhere", ""


def _write(config: Path, name: str, entry: dict[str, Any]) -> None:
    edit = YamlEdit(config, config.read_bytes().decode())
    try:
        edit.put(("credentials",), name, entry)
    except YamlEditError:
        edit.put((), "credentials", {name: entry}, after="town")
    _replace(config, edit.result())


def _replace(config: Path, text: str) -> None:
    write_atomically(config, text.encode(), config.stat().st_mode & 0o777)
