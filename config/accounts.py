"""The account a camera is opened with. Passwords stand in the vault, environment or files, never in cameras.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.cameras import Camera, CamerasFile, Credentials
from config.vault import Vault, VaultProblem

MAX_PASSWORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Account:
    """User name and password of a camera; its repr does not show the password."""

    username: str
    password: str = field(repr=False)


class MissingPassword(Exception):
    """The place that should hold a password has none. The text names the place, never what was in it."""


def account_of(camera: Camera, file: CamerasFile, environ: Mapping[str, str], base_dir: Path) -> Account | None:
    """The account of `camera`, read now; None when it names no credentials.

    `base_dir` is the folder of cameras.yaml, to which `password_file` is relative. Raises MissingPassword.
    """
    return account_named(camera.credentials, file, environ, base_dir)


class StreamAccounts:
    """The accounts of one reading of the configuration: a password is read once, however many cameras have it."""

    def __init__(self, file: CamerasFile, environ: Mapping[str, str], base_dir: Path) -> None:
        self._file, self._environ, self._base_dir = file, environ, base_dir
        self._known: dict[str | None, Account | MissingPassword | None] = {}
        try:
            self._marks = Vault(base_dir, environ).marks()
        except VaultProblem:
            self._marks = {}

    def mark(self, camera: Camera) -> str:
        """Another one when the account's password has been written again, be it the same. Does not read it."""
        credentials = self._file.credentials.get(camera.credentials or "")
        try:
            if credentials is not None and credentials.vault:
                return self._marks.get(camera.credentials or "", "")
            if credentials is not None and credentials.password_file is not None:
                return str((self._base_dir / credentials.password_file).stat().st_mtime_ns)
        except OSError:
            pass  # there is none: it is told when the account is asked for
        return ""

    def of(self, camera: Camera) -> Account | None:
        """As `account_of`. Raises MissingPassword."""
        name = camera.credentials
        if name not in self._known:
            try:
                self._known[name] = account_named(name, self._file, self._environ, self._base_dir)
            except MissingPassword as problem:
                self._known[name] = problem
        found = self._known[name]
        if isinstance(found, MissingPassword):
            raise MissingPassword(str(found))
        return found


def device_account_of(camera: Camera, file: CamerasFile, environ: Mapping[str, str], base_dir: Path) -> Account | None:
    """The account it is managed with: `device.credentials`, else that of its streams. Raises MissingPassword."""
    own = camera.device.credentials if camera.device is not None else None
    return account_named(own or camera.credentials, file, environ, base_dir)


def account_named(name: str | None, file: CamerasFile, environ: Mapping[str, str], base_dir: Path) -> Account | None:
    """The account of an entry under credentials; None for None. Raises MissingPassword."""
    if name is None:
        return None
    credentials = file.credentials[name]
    return Account(credentials.username, _password(name, credentials, environ, base_dir))


def _password(name: str, credentials: Credentials, environ: Mapping[str, str], base_dir: Path) -> str:
    where = f"credentials.{name}"
    if credentials.vault:
        try:
            return Vault(base_dir, environ).password(name)
        except VaultProblem as problem:
            raise MissingPassword(f"{where}: {problem}") from None
    if credentials.password_env is not None:
        password = environ.get(credentials.password_env, "")
        if not password:
            raise MissingPassword(f"{where}: the environment variable {credentials.password_env} is not set")
        return password
    if credentials.password_file is None:
        raise MissingPassword(f"{where}: neither password_env nor password_file is given")
    return _first_line(base_dir / credentials.password_file, where)


def _first_line(path: Path, where: str) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_PASSWORD_BYTES + 1)
    except OSError as error:
        raise MissingPassword(f"{where}: {path} cannot be read: {error.strerror or error}") from None
    if len(raw) > MAX_PASSWORD_BYTES:
        raise MissingPassword(f"{where}: {path} is longer than {MAX_PASSWORD_BYTES} bytes")
    try:
        password = raw.decode("utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except UnicodeDecodeError:
        raise MissingPassword(f"{where}: {path} is not UTF-8 text") from None
    if not password:
        raise MissingPassword(f"{where}: the first line of {path} is empty")
    return password
