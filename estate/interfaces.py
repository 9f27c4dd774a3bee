"""This machine's own IPv4 addresses, to ask from: WS-Discovery goes out by an interface that is chosen."""

import fcntl
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface

from ingest.rtsp.address import Network, permitted

_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
"""linux/sockios.h: the first IPv4 address of an interface, and its mask."""


@dataclass(frozen=True, slots=True)
class Interface:
    """`network` is what the address and its mask say, such as 10.20.0.0/24."""

    name: str
    address: str
    network: str


def own_interfaces(networks: Sequence[Network]) -> list[Interface]:
    """Those whose address lies in `networks`, the loopback last; empty where the system does not tell (not Linux)."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            try:
                address, mask = (_asked(sock, request, name) for request in (_SIOCGIFADDR, _SIOCGIFNETMASK))
            except OSError:
                continue  # it has no IPv4 address
            if permitted(address, networks):
                found.append(Interface(name, address, str(IPv4Interface(f"{address}/{mask}").network)))
    return sorted(found, key=lambda one: (one.address.startswith("127."), one.name))


def _asked(sock: socket.socket, request: int, name: str) -> str:
    reply = fcntl.ioctl(sock.fileno(), request, struct.pack("256s", name.encode()[:15]))
    return socket.inet_ntoa(reply[20:24])
