"""Where a camera may be reached: its URL taken apart, its name resolved once, its address held against a list."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.rtsp.message import RtspError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) → numeric addresses, best first. Raises OSError."""
DEFAULT_PORT = 554


class AddressRefused(RtspError):
    """The address is not within `allowed_networks`, or cannot be read."""


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """`text` is the URL as configured, without user information and fragment."""

    text: str
    host: str
    port: int
    secure: bool


def parse_camera_url(url: str) -> CameraUrl:
    """Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("the address cannot be read") from None
    if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname:
        raise AddressRefused("the address is not rtsp://host/…")
    if "@" in parts.netloc:
        raise AddressRefused("the address holds a user name; name it under credentials")
    text = url.split("#", 1)[0]
    if any(ord(c) <= 32 or ord(c) == 127 for c in text):
        raise AddressRefused("the address holds blanks or control characters")
    default = 322 if parts.scheme == "rtsps" else DEFAULT_PORT
    return CameraUrl(text, parts.hostname, port or default, parts.scheme == "rtsps")


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Raises ValueError naming the entry."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def permitted(address: str, networks: Sequence[Network]) -> bool:
    """Whether an IPv4 or IPv6 address lies in one of the networks. An IPv4 address in IPv6 dress counts as IPv4."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return any((mapped or ip) in network for network in networks)


async def resolve_permitted(url: CameraUrl, networks: Sequence[Network], resolve: Resolver) -> str:
    """The address to connect to: resolved once, so that what was checked is what is connected to.

    Raises AddressRefused, and OSError when the name cannot be resolved.
    """
    addresses = await resolve(url.host, url.port)
    for address in addresses:
        if permitted(address, networks):
            return address
    raise AddressRefused(f"{', '.join(addresses[:3]) or url.host} is not within allowed_networks")


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
