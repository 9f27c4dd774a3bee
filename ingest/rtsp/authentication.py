"""Basic (RFC 7617) and Digest (RFC 7616, and RFC 2617 as most cameras speak it) for RTSP requests."""

import base64
import hashlib
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.accounts import Account

_HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
_PARAMETER = re.compile(r'([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_MAX_PARAMETERS = 16
_STRENGTH = ("SHA-256-sess", "SHA-256", "MD5-sess", "MD5")


@dataclass(frozen=True, slots=True)
class Challenge:
    scheme: str
    realm: str
    nonce: str = ""
    opaque: str | None = None
    algorithm: str | None = None
    qop_auth: bool = False
    stale: bool = False


def parse_challenge(value: str) -> Challenge | None:
    """One `WWW-Authenticate` value, or None when it is of no kind we speak."""
    scheme, _, rest = value.strip().partition(" ")
    found = {}
    for count, match in enumerate(_PARAMETER.finditer(rest)):
        if count >= _MAX_PARAMETERS:
            break
        quoted = match.group(2)
        found[match.group(1).lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match.group(3)
    realm = found.get("realm", "")
    if scheme.lower() == "basic":
        return Challenge("basic", realm)
    if scheme.lower() != "digest" or "nonce" not in found or any("\n" in v or "\r" in v for v in found.values()):
        return None
    algorithm = found.get("algorithm")
    if algorithm is not None and algorithm.upper().removesuffix("-SESS") not in _HASHES:
        return None
    offered = [part.strip().lower() for part in found["qop"].split(",")] if found.get("qop") else []
    if offered and "auth" not in offered:
        return None
    return Challenge(
        "digest",
        realm,
        found["nonce"],
        found.get("opaque"),
        algorithm,
        qop_auth=bool(offered),
        stale=found.get("stale", "").lower() == "true",
    )


def strongest(values: Sequence[str]) -> Challenge | None:
    """The best of the challenges offered: SHA-256 before MD5 before Basic."""

    def rank(challenge: Challenge) -> int:
        if challenge.scheme == "basic":
            return len(_STRENGTH)
        name = (challenge.algorithm or "MD5").upper().replace("-SESS", "-sess")
        return _STRENGTH.index(name)

    challenges = [challenge for value in values[:8] if (challenge := parse_challenge(value)) is not None]
    return min(challenges, key=rank, default=None)


class Authenticator:
    """Answers challenges for one account on one connection, and signs every later request."""

    def __init__(self, account: Account, rng: random.Random) -> None:
        self._account = account
        self._rng = rng
        self._challenge: Challenge | None = None
        self._uses = 0
        self._cnonce = ""

    @property
    def ready(self) -> bool:
        return self._challenge is not None

    def challenged(self, values: Sequence[str], *, signed: bool) -> bool:
        """Takes a 401's challenges; True when it is worth sending the request again.

        After a signed request it is so only when the nonce was stale, or differs without the camera
        saying so (Dahua renews nonces without `stale`), and `retried` guards against doing it for ever.
        """
        challenge = strongest(values)
        if challenge is None:
            return False
        renewed = self._challenge is None or challenge.stale or challenge.nonce != self._challenge.nonce
        self._challenge = challenge
        self._uses = 0
        self._cnonce = f"{self._rng.getrandbits(64):016x}"
        return not signed or renewed

    def header(self, method: str, uri: str) -> str | None:
        """The `Authorization` value for one request, or None before any challenge."""
        challenge = self._challenge
        if challenge is None:
            return None
        if challenge.scheme == "basic":
            pair = f"{self._account.username}:{self._account.password}".encode()
            return "Basic " + base64.b64encode(pair).decode("ascii")
        self._uses += 1
        return self._digest(challenge, method, uri)

    def _digest(self, challenge: Challenge, method: str, uri: str) -> str:
        name = (challenge.algorithm or "MD5").upper()
        digest = _HASHES[name.removesuffix("-SESS")]
        secret = digest(f"{self._account.username}:{challenge.realm}:{self._account.password}".encode())
        if name.endswith("-SESS"):
            secret = digest(f"{secret}:{challenge.nonce}:{self._cnonce}".encode())
        target = digest(f"{method}:{uri}".encode())
        count = f"{self._uses:08x}"
        middle = f"{challenge.nonce}:{count}:{self._cnonce}:auth" if challenge.qop_auth else challenge.nonce
        parts = {
            "username": _quoted(self._account.username),
            "realm": _quoted(challenge.realm),
            "nonce": _quoted(challenge.nonce),
            "uri": _quoted(uri),
            "response": _quoted(digest(f"{secret}:{middle}:{target}".encode())),
        }
        if challenge.algorithm is not None:
            parts["algorithm"] = challenge.algorithm
        if challenge.opaque is not None:
            parts["opaque"] = _quoted(challenge.opaque)
        if challenge.qop_auth:
            parts |= {"qop": "auth", "nc": count}
        if challenge.qop_auth or name.endswith("-SESS"):
            parts["cnonce"] = _quoted(self._cnonce)
        return "Digest " + ", ".join(f"{key}={value}" for key, value in parts.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
