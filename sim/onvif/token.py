"""WS-Security UsernameToken, the device's side (UsernameToken Profile 1.1 section 3.1; ONVIF Core section 5.12.2)."""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from datetime import UTC, datetime
from xml.etree import ElementTree

from config.accounts import Account
from sim.onvif.soap import find

_MOST_NONCES = 4096


class TokenRefused(Exception):
    """The token does not open the device; the message says why, for whoever debugs the simulation."""


class TokenGate:
    """Judges tokens by the device's own clock. A nonce is good once within `window_s`."""

    def __init__(self, account: Account, window_s: float) -> None:
        self._account, self._window_s = account, window_s
        self._seen: OrderedDict[str, float] = OrderedDict()

    def judge(self, header: ElementTree.Element | None, device_now: float) -> bool:
        """Whether there is a good token; False where there is none at all. Raises TokenRefused."""
        token = find(header, "Security", "UsernameToken") if header is not None else None
        if token is None:
            return False
        texts = {name: _text(token, name) for name in ("Username", "Password", "Nonce", "Created")}
        password = find(token, "Password")
        if password is None or not password.get("Type", "").endswith("#PasswordDigest"):
            raise TokenRefused("the password is not a digest")
        created = _parse_time(texts["Created"])
        if abs(created - device_now) > self._window_s:
            raise TokenRefused(f"made {created - device_now:+.0f} s by the device's clock")
        try:
            nonce = base64.b64decode(texts["Nonce"], validate=True)
        except binascii.Error:
            raise TokenRefused("the nonce is not base64") from None
        expected = hashlib.sha1(nonce + texts["Created"].encode() + self._account.password.encode()).digest()
        right = hmac.compare_digest(base64.b64encode(expected).decode(), texts["Password"])
        if texts["Username"] != self._account.username or not right:
            raise TokenRefused("wrong user name or password")
        self._use_once(texts["Nonce"], device_now)
        return True

    def _use_once(self, nonce: str, device_now: float) -> None:
        while self._seen and (len(self._seen) >= _MOST_NONCES or next(iter(self._seen.values())) < device_now):
            self._seen.popitem(last=False)
        if nonce in self._seen:
            raise TokenRefused("the nonce was used before")
        self._seen[nonce] = device_now + 2 * self._window_s


def _text(token: ElementTree.Element, name: str) -> str:
    found = find(token, name)
    if found is None or not found.text:
        raise TokenRefused(f"{name} is missing")
    return found.text.strip()


def _parse_time(text: str) -> float:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise TokenRefused("Created is not a time") from None
    return time.replace(tzinfo=time.tzinfo or UTC).timestamp()
