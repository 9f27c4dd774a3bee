"""Digest authentication, the server's side (RFC 7616; RFC 2617 for clients that know only MD5)."""

import hashlib
import hmac
import re
from collections.abc import Callable
from enum import Enum, auto
from random import Random
from urllib.parse import urlsplit

from config.accounts import Account
from runtime.clock import Clock

_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Verdict(Enum):
    GRANTED = auto()
    STALE = auto()
    DENIED = auto()


class DigestRealm:
    """Makes challenges and judges answers. Nonces are self-contained: their time, sealed with a key of this process.

    With `qop` the client must answer with quality of protection `auth`, as web servers of cameras want.
    """

    def __init__(self, realm: str, clock: Clock, rng: Random, nonce_seconds: float, *, qop: bool = False) -> None:
        self._realm, self._clock, self._nonce_seconds = realm, clock, nonce_seconds
        self._qop = qop
        self._key = rng.randbytes(32)

    def challenges(self, stale: bool = False) -> list[str]:
        """Values of the WWW-Authenticate headers, in this order: clients that keep only the last (FFmpeg) get MD5."""
        nonce = self._nonce(f"{self._clock.monotonic():.3f}")
        suffix = (', qop="auth"' if self._qop else "") + (", stale=true" if stale else "")
        return [
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={name}{suffix}' for name in ("SHA-256", "MD5")
        ]

    def judge(self, authorization: str, method: str, request_uri: str, account: Account) -> Verdict:
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != "digest":
            return Verdict.DENIED
        given = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        make = _HASHES.get(given.get("algorithm", "MD5").upper())
        nonce, uri = given.get("nonce", ""), given.get("uri", "")
        if self._qop and given.get("qop") != "auth":
            return Verdict.DENIED
        if make is None or not self._is_ours(nonce) or not _same_resource(uri, request_uri):
            return Verdict.DENIED

        def digest(text: str) -> str:
            return make(text.encode()).hexdigest()

        secret = digest(f"{account.username}:{self._realm}:{account.password}")
        counted = ":".join([nonce, given.get("nc", ""), given.get("cnonce", ""), "auth"]) if "qop" in given else nonce
        expected = digest(f"{secret}:{counted}:{digest(f'{method}:{uri}')}")
        right = hmac.compare_digest(expected, given.get("response", "").lower())
        if not right or given.get("username") != account.username or given.get("realm") != self._realm:
            return Verdict.DENIED
        age = self._clock.monotonic() - float(nonce.split("-")[0])
        return Verdict.GRANTED if age <= self._nonce_seconds else Verdict.STALE

    def _nonce(self, made_at: str) -> str:
        return f"{made_at}-{hmac.new(self._key, made_at.encode(), 'sha256').hexdigest()[:32]}"

    def _is_ours(self, nonce: str) -> bool:
        return hmac.compare_digest(self._nonce(nonce.split("-")[0]).encode(), nonce.encode())


def _same_resource(uri: str, request_uri: str) -> bool:
    """An answer for one camera must not open another; some clients leave out the trailing slash or the track."""
    given, asked = urlsplit(uri).path.rstrip("/"), urlsplit(request_uri).path.rstrip("/")
    return bool(given) and (asked == given or asked.startswith(given + "/") or given.startswith(asked + "/"))
