"""Passwords of cameras, encrypted at rest: AES-256-GCM, each entry bound to its name, the key kept apart.

The file `credentials.vault` stands beside cameras.yaml. Its key comes from GRIDWATCH_VAULT_KEY, else from the file
that GRIDWATCH_VAULT_KEY_FILE names, else from `credentials.key` beside it (mode 0600), made with the first password.
Whoever has both files has the passwords: back them up apart, or give the key from elsewhere.
"""

import base64
import binascii
import fcntl
import functools
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.atomic_file import write_atomically

VAULT_FILE = "credentials.vault"
KEY_FILE = "credentials.key"
KEY_VARIABLE = "GRIDWATCH_VAULT_KEY"
KEY_FILE_VARIABLE = "GRIDWATCH_VAULT_KEY_FILE"
MAX_ENTRIES = 20_000
MAX_PASSWORD_BYTES = 4096
_KEY_BYTES, _NONCE_BYTES = 32, 12
_MAX_KEY_FILE_BYTES = 4096
_MAX_VAULT_BYTES = 64 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class VaultProblem(Exception):
    """The vault cannot be used, or does not hold what was asked for. The text never says what is in it; `zh` is the
    same in Chinese, "" where nobody has put it so."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class _Key:
    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells keys apart in the file without saying anything about them."""
        return hashlib.sha256(b"gridwatch vault key id\0" + self.secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Sealed:
    key: str
    nonce: bytes
    text: bytes = field(repr=False)


class Vault:
    """The vault of one folder. Every call reads the files anew; changes are locked against each other and atomic."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._path = folder / VAULT_FILE
        given = environ.get(KEY_FILE_VARIABLE, "")
        self._given_keys = environ.get(KEY_VARIABLE, "")
        self._key_path = Path(given) if given else folder / KEY_FILE
        self._key_is_ours = not given and not self._given_keys

    def __repr__(self) -> str:
        return f"Vault({str(self._path)!r})"

    def names(self) -> list[str]:
        """Names of all entries; needs no key."""
        return sorted(_entries(self._path))

    def marks(self) -> dict[str, str]:
        """What is another for an entry each time it is written, be it the same password. Says nothing about it."""
        return {name: entry.nonce.hex() for name, entry in _entries(self._path).items()}

    def password(self, name: str) -> str:
        """Raises VaultProblem."""
        entry = _entries(self._path).get(name)
        if entry is None:
            raise VaultProblem(f"the vault {self._path} has no password of that name")
        return _open(name, entry, self._keys())

    def put(self, passwords: Mapping[str, str]) -> None:
        """Adds or replaces passwords, all or none. Raises VaultProblem."""
        for name, password in passwords.items():
            _check(name, password)
        with self._changing() as entries:
            if len(entries.keys() | passwords.keys()) > MAX_ENTRIES:
                raise VaultProblem(f"a vault holds at most {MAX_ENTRIES} passwords")
            key = self._first_key(entries)
            entries |= {name: _seal(name, password, key) for name, password in passwords.items()}

    def remove(self, name: str) -> bool:
        """Whether there was one. Raises VaultProblem."""
        with self._changing() as entries:
            return entries.pop(name, None) is not None

    def rotate(self) -> int:
        """Encrypts everything anew, and tells how many entries. Raises VaultProblem, and has changed nothing then.

        A key file of our own gets a new key. Keys given by the operator are left to him: he puts the new one in front
        of the old one, rotates, and takes the old one away.
        """
        with self._changing() as entries:
            keys = self._keys()
            plain = {name: _open(name, entry, keys) for name, entry in entries.items()}
            if self._key_is_ours:
                # Both keys stand in the file until the vault is written, so that a crash between loses nothing.
                keys = [_Key(secrets.token_bytes(_KEY_BYTES)), *keys]
                self._write_keys(keys)
            entries |= {name: _seal(name, password, keys[0]) for name, password in plain.items()}
        if self._key_is_ours:
            self._write_keys(keys[:1])
        return len(plain)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, _Sealed]]:
        """The entries, to be changed; written when the block ends without an error."""
        try:
            with self._path.with_suffix(".lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                entries = dict(_entries(self._path))
                before = dict(entries)
                yield entries
                if entries != before:
                    write_atomically(self._path, _file_of(entries), mode=0o600)
        except OSError as error:
            raise VaultProblem(f"the vault {self._path} cannot be written: {error.strerror or error}") from None

    def _first_key(self, entries: Mapping[str, _Sealed]) -> _Key:
        if self._key_is_ours and not self._key_path.exists() and not entries:
            self._write_keys([_Key(secrets.token_bytes(_KEY_BYTES))])
        return self._keys()[0]

    def _keys(self) -> list[_Key]:
        """The newest first."""
        if self._given_keys:
            return _parse_keys(self._given_keys, KEY_VARIABLE)
        try:
            with self._key_path.open("rb") as stream:
                shared = os.fstat(stream.fileno()).st_mode & 0o077
                raw = stream.read(_MAX_KEY_FILE_BYTES + 1)
        except OSError as error:
            raise VaultProblem(f"the key {self._key_path} cannot be read: {error.strerror or error}") from None
        # A file the operator names may be a container's secret, whose mode is not his to choose.
        if self._key_is_ours and shared:
            raise VaultProblem(f"the key {self._key_path} can be read by others; make it so again: chmod 600")
        if len(raw) > _MAX_KEY_FILE_BYTES:
            raise VaultProblem(f"the key {self._key_path} is longer than {_MAX_KEY_FILE_BYTES} bytes")
        return _parse_keys(raw.decode("ascii", "replace"), str(self._key_path))

    def _write_keys(self, keys: list[_Key]) -> None:
        text = "".join(base64.b64encode(key.secret).decode() + "\n" for key in keys)
        write_atomically(self._key_path, text.encode(), mode=0o600)


def _parse_keys(text: str, where: str) -> list[_Key]:
    keys = []
    for word in text.replace(",", " ").split():
        try:
            secret = base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != _KEY_BYTES:
            raise VaultProblem(
                f"{where} must hold {_KEY_BYTES} bytes as base64, such as `openssl rand -base64 32` makes"
            )
        keys.append(_Key(secret))
    if not keys:
        raise VaultProblem(f"{where} is empty")
    return keys


def _check(name: str, password: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise VaultProblem(
            "a name has 1 to 64 letters, digits, - or _, and begins with a letter or digit",
            "账号名为 1 到 64 个字母、数字、- 或 _，以字母或数字开头",
        )
    if not password or len(password.encode()) > MAX_PASSWORD_BYTES:
        raise VaultProblem(f"{name}: a password has 1 to {MAX_PASSWORD_BYTES} bytes")
    if any(ord(character) < 32 or ord(character) == 127 for character in password):
        raise VaultProblem(f"{name}: a password has no control characters", "密码不能含有控制字符")


def _seal(name: str, password: str, key: _Key) -> _Sealed:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _Sealed(key.id, nonce, AESGCM(key.secret).encrypt(nonce, password.encode(), _bound_to(name)))


def _open(name: str, entry: _Sealed, keys: list[_Key]) -> str:
    key = next((key for key in keys if key.id == entry.key), None)
    if key is None:
        raise VaultProblem("was encrypted with another key than the one given")
    try:
        return AESGCM(key.secret).decrypt(entry.nonce, entry.text, _bound_to(name)).decode()
    except (InvalidTag, ValueError):
        raise VaultProblem("was changed by somebody without the key") from None


def _bound_to(name: str) -> bytes:
    """An entry moved to another name does not open."""
    return b"gridwatch vault 1\0" + name.encode()


def _file_of(entries: Mapping[str, _Sealed]) -> bytes:
    shown = {
        name: {
            "key": one.key,
            "nonce": base64.b64encode(one.nonce).decode(),
            "sealed": base64.b64encode(one.text).decode(),
        }
        for name, one in sorted(entries.items())
    }
    return json.dumps({"version": 1, "entries": shown}, indent=1).encode()


def _entries(path: Path) -> Mapping[str, _Sealed]:
    """Nothing where there is no file. Raises VaultProblem."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise VaultProblem(f"the vault {path} cannot be read: {error.strerror or error}") from None
    return _read(path, status.st_mtime_ns, status.st_size, status.st_ino)


@functools.lru_cache(maxsize=4)
def _read(path: Path, _changed_ns: int, size: int, _inode: int) -> Mapping[str, _Sealed]:
    """Kept (as encrypted as it is) while the file stays the same: a thousand cameras ask one after the other."""
    if size > _MAX_VAULT_BYTES:
        raise VaultProblem(f"the vault {path} is too large")
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != 1:
            raise VaultProblem(f"the vault {path} was written by a newer version")
        return {
            name: _Sealed(str(one["key"]), base64.b64decode(one["nonce"]), base64.b64decode(one["sealed"]))
            for name, one in document["entries"].items()
        }
    except OSError as error:
        raise VaultProblem(f"the vault {path} cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise VaultProblem(f"the vault {path} is damaged; put back a copy of it") from None
