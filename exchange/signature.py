"""Signatures of webhooks as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`.

A secret may be given as `whsec_` and base64; any other text is taken as it is. Several, with blanks between, are all
valid at once: so that one can be replaced without a gap.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
LEAST_BYTES = 16
MAX_SIGNATURES = 8
MAX_ID = 128


class WeakSecret(ValueError):
    """A secret that cannot be used. The text does not repeat it."""


def sign(secrets: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header: one signature for each secret. Raises WeakSecret."""
    signed = _signed(message_id, str(timestamp), body)
    return " ".join(f"v1,{_mac(key, signed)}" for key in _keys(secrets))


def is_signed(secrets: str, message_id: str, timestamp: str, body: bytes, given: str) -> bool:
    """Whether one of the signatures is by one of the secrets, whatever their order. Says nothing of the time.
    Raises WeakSecret."""
    signed = _signed(message_id, timestamp, body)
    ours = [_mac(key, signed).encode() for key in _keys(secrets)]
    theirs = [one.partition(",") for one in given.split()[:MAX_SIGNATURES]]
    values = [value.encode() for version, _, value in theirs if version == "v1"]
    return any(hmac.compare_digest(one, other) for one in ours for other in values)


def _signed(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def _mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _keys(secrets: str) -> Iterator[bytes]:
    words = secrets.split()
    if not words:
        raise WeakSecret("the secret is empty")
    for word in words:
        key = word.encode()
        if word.startswith(PREFIX):
            try:
                key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
            except (binascii.Error, ValueError):
                raise WeakSecret(f"the secret begins with {PREFIX} and is not base64 after it") from None
        if len(key) < LEAST_BYTES:
            raise WeakSecret(f"the secret is shorter than {LEAST_BYTES} bytes")
        yield key
