"""`gridwatch cameras credentials …`: passwords go into the vault, and are never shown again."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from api.reload_commands import tell_running
from config.vault import MAX_PASSWORD_BYTES, Vault, VaultProblem
from estate.kept_accounts import check_settable, kept_accounts, remove_account, set_account

_KEYS = {"environment": "password_env", "file": "password_file"}


def credentials_set(given: argparse.Namespace) -> int:
    """Puts a password into the vault; it is asked for without being shown, or read from standard input."""
    config: Path = given.config.resolve()
    known = {one.name: one for one in kept_accounts(config, os.environ) if one.known}
    check_settable(known.get(given.name), given.name, given.username)
    set_account(config, os.environ, given.name, given.username, _asked(given.name))
    print(f"credentials.{given.name}: set")
    return tell_running(given.data)


def credentials_list(given: argparse.Namespace) -> int:
    """Tells the names of all credentials and where each password stands."""
    for one in kept_accounts(given.config.resolve(), os.environ):
        place = f"{_KEYS[one.place]} {one.where}" if one.where else one.place
        if one.missing:
            place = "vault (missing: set it)"
        elif not one.known:
            place = "vault (used by nothing)"
        print(f"{one.name}\t{one.username}\t{place}")
    return 0


def credentials_remove(given: argparse.Namespace) -> int:
    """Takes credentials out of cameras.yaml and the vault, where no camera uses them."""
    remove_account(given.config.resolve(), os.environ, given.name)
    print(f"credentials.{given.name}: removed")
    return tell_running(given.data)


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
