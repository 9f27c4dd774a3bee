"""Addresses a device names: kept to its own host, without secrets, or refused."""

import re
from urllib.parse import urlsplit

from config.cameras import check_stream_url
from config.redaction import has_secret_parameter
from ingest.onvif.problem import Code, DeviceProblem

_LONGEST = 1024
_PLAIN = re.compile(r"[\x21-\x7e]{1,1024}")
_TWO_PORTS = re.compile(r"^([^:\[\]]*):[0-9]{1,5}(:[0-9]{1,5})$")
"""Some put RTSP's port behind the Host header that came, port and all (milg0/onvif-java-lib #19)."""
_USER_IN_URI = re.compile(r"(?:^|[^a-z])(?:user|username|usr|account|secret)[_\s]*=", re.IGNORECASE)


def service_path(xaddr: str) -> tuple[str, str]:
    """Path and query of a service address, and the host it names ("" for none). The configured origin is kept.

    Devices behind NAT, or moved without a restart, name an address that is no longer theirs. Raises DeviceProblem.
    """
    # Some list several addresses (IPv4 and IPv6) in one; their paths are the same.
    first = (xaddr.split() or [""])[0]
    if not 0 < len(first) <= _LONGEST:
        raise DeviceProblem(Code.BROKEN_REPLY, "a service address that is missing or endless")
    try:
        parts = urlsplit(first)
        host = parts.hostname or ""
    except ValueError:
        raise DeviceProblem(Code.BROKEN_REPLY, "a service address that cannot be read") from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme not in ("http", "https", "") or not path.startswith("/") or not _PLAIN.fullmatch(path):
        raise DeviceProblem(Code.BROKEN_REPLY, "a service address that cannot be used")
    return path, host


def stream_address(uri: str, host: str) -> tuple[str, str]:
    """An RTSP address at `host`, without user and password, and the host the device named.

    Raises DeviceProblem: broken_reply, secret_in_uri.
    """
    uri = uri.strip()
    if not uri or not _PLAIN.fullmatch(uri):
        raise DeviceProblem(Code.BROKEN_REPLY, "a stream address that cannot be read")
    scheme, _, rest = uri.partition("://")
    netloc, slash, tail = rest.partition("/")
    if "?" in netloc or "#" in netloc:
        raise DeviceProblem(Code.BROKEN_REPLY, "a stream address that cannot be read")
    netloc = _TWO_PORTS.sub(r"\1\2", netloc.rpartition("@")[2])
    try:
        parts = urlsplit(f"{scheme.lower()}://{netloc}")
        named, port = parts.hostname or "", parts.port
    except ValueError:
        raise DeviceProblem(Code.BROKEN_REPLY, "a stream address that cannot be read") from None
    if parts.scheme not in ("rtsp", "rtsps"):
        raise DeviceProblem(Code.BROKEN_REPLY, f"a stream address of scheme {parts.scheme[:16]}")
    shown = f"[{host}]" if ":" in host else host
    address = f"{parts.scheme}://{shown}{f':{port}' if port else ''}{slash}{tail.partition('#')[0]}"
    _refuse_secret(address)
    try:
        check_stream_url(address)
    except ValueError as problem:
        raise DeviceProblem(Code.BROKEN_REPLY, str(problem)) from None
    return address, named


def snapshot_path(uri: str) -> tuple[str, str]:
    """Path and query of a snapshot at the configured origin, and the host named. Raises DeviceProblem."""
    scheme, separator, rest = uri.strip().partition("://")
    bare = f"{scheme}{separator}{rest.partition('/')[0].rpartition('@')[2]}/{rest.partition('/')[2]}"
    path, named = service_path(bare)
    _refuse_secret(path)
    return path, named


def _refuse_secret(text: str) -> None:
    if has_secret_parameter(text) or _USER_IN_URI.search(text):
        raise DeviceProblem(Code.SECRET_IN_URI)
