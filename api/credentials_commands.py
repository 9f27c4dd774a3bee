"""`gridwatch cameras credentials …`: passwords go into the vault, and are never shown again."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from config.atomic_file import write_atomically
from config.vault import MAX_PASSWORD_BYTES, Vault, VaultProblem
from config.yaml_document import read_document
from config.yaml_edit import YamlEdit, YamlEditError


def credentials_set(given: argparse.Namespace) -> int:
    """Puts a password into the vault; it is asked for without being shown, or read from standard input."""
    config: Path = given.config.resolve()
    entry = _entries(config).get(given.name)
    if entry is None and not given.username:
        raise VaultProblem(f"cameras.yaml has no credentials named {given.name}; --username adds them")
    if entry is not None and entry.get("vault") is not True:
        raise VaultProblem(f"credentials.{given.name} names another place for its password; write vault: true instead")
    vault = Vault(config.parent, os.environ)
    vault.put({given.name: _asked(given.name)})
    if entry is None:
        _write(config, given.name, {"username": given.username, "vault": True})
    elif given.username and given.username != entry.get("username"):
        _write_username(config, given.name, given.username)
    print(f"credentials.{given.name}: set")
    return 0


def credentials_list(given: argparse.Namespace) -> int:
    """Tells the names of all credentials and where each password stands."""
    config: Path = given.config.resolve()
    there = set(Vault(config.parent, os.environ).names())
    entries = _entries(config)
    for name, entry in entries.items():
        if entry.get("vault") is True:
            place = "vault" if name in there else "vault (missing: set it)"
        else:
            place = next(
                (f"{key} {entry[key]}" for key in ("password_env", "password_file") if key in entry), "nowhere"
            )
        print(f"{name}\t{entry.get('username', '')}\t{place}")
    for name in sorted(there - entries.keys()):
        print(f"{name}\t\tvault (used by nothing)")
    return 0


def credentials_remove(given: argparse.Namespace) -> int:
    """Takes credentials out of cameras.yaml and the vault, where no camera uses them."""
    config: Path = given.config.resolve()
    whole: Any = read_document(config).value
    cameras = whole.get("cameras") or []
    users = [
        c.get("id") for c in cameras if given.name in (c.get("credentials"), (c.get("device") or {}).get("credentials"))
    ]
    if users:
        raise VaultProblem(f"{len(users)} cameras use credentials.{given.name}, the first is {users[0]}")
    known = given.name in _entries(config)
    if known:
        edit = YamlEdit(config, config.read_bytes().decode())
        edit.remove(("credentials",), given.name)
        _replace(config, edit.result())
    if not Vault(config.parent, os.environ).remove(given.name) and not known:
        raise VaultProblem(f"there are no credentials named {given.name}")
    print(f"credentials.{given.name}: removed")
    return 0


def credentials_rotate(given: argparse.Namespace) -> int:
    """Encrypts the vault with a new key."""
    print(f"{Vault(given.config.resolve().parent, os.environ).rotate()} passwords encrypted anew")
    return 0


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass(f"password of {name}: ")
        if getpass.getpass("once more: ") != password:
            raise VaultProblem("the two are not the same; nothing was written")
        return password
    return sys.stdin.readline(MAX_PASSWORD_BYTES + 2).rstrip("\r\n")


def _entries(config: Path) -> dict[str, Any]:
    """The credentials as written. The rest of the file may have problems: a missing password is one of them."""
    whole: Any = read_document(config).value
    found = whole.get("credentials") if isinstance(whole, dict) else None
    return {name: entry for name, entry in (found or {}).items() if isinstance(entry, dict)}


def _write(config: Path, name: str, entry: dict[str, Any]) -> None:
    edit = YamlEdit(config, config.read_bytes().decode())
    try:
        edit.put(("credentials",), name, entry)
    except YamlEditError:
        edit.put((), "credentials", {name: entry}, after="town")
    _replace(config, edit.result())


def _write_username(config: Path, name: str, username: str) -> None:
    edit = YamlEdit(config, config.read_bytes().decode())
    edit.put(("credentials", name), "username", username)
    _replace(config, edit.result())


def _replace(config: Path, text: str) -> None:
    write_atomically(config, text.encode(), config.stat().st_mode & 0o777)


def add_parsers(groups: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    """Adds `credentials` with its commands."""
    parser = groups.add_parser("credentials", help="accounts of cameras, their passwords in the vault")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    verb = verbs.add_parser("set", parents=[where], help=credentials_set.__doc__)
    verb.add_argument("name")
    verb.add_argument("--username", default="", help="needed for credentials that cameras.yaml does not have yet")
    verb.set_defaults(run=credentials_set)
    verbs.add_parser("list", parents=[where], help=credentials_list.__doc__).set_defaults(run=credentials_list)
    verb = verbs.add_parser("remove", parents=[where], help=credentials_remove.__doc__)
    verb.add_argument("name")
    verb.set_defaults(run=credentials_remove)
    verbs.add_parser("rotate", parents=[where], help=credentials_rotate.__doc__).set_defaults(run=credentials_rotate)
