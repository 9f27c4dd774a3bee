"""WS-Discovery (OASIS WS-Discovery, April 2005, as ONVIF Core 7 uses it) on chosen interfaces."""

import asyncio
import random
import socket
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from config.camera_device import check_device_url
from ingest.onvif.problem import DeviceProblem, printable
from ingest.onvif.uris import service_path
from ingest.onvif.xml_reply import Node, read_xml
from ingest.rtsp.address import Network, permitted

GROUP = ("239.255.255.250", 3702)
MAX_DATAGRAM = 16 * 1024
MAX_DATAGRAMS = 20_000
"""In one search; what comes after is not read."""
MAX_FOUND = 4096
MAX_OF_ONE = 4096
"""Answers from one address, so that one that floods does not end the search for the others."""
_WAITING = 256
_TIMES = 2
"""Datagrams get lost, so each probe goes out twice."""
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>urn:uuid:{message}</w:MessageID>'
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
    '<w:Action e:mustUnderstand="true">'
    "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered. `url` is at the address the answer came from, whatever the answer says."""

    address: str
    url: str
    name: str
    hardware: str
    endpoint: str


class _Listener(asyncio.DatagramProtocol):
    """Queues what comes from `networks`; drops it when nobody keeps up."""

    def __init__(self, queue: "asyncio.Queue[tuple[bytes, str]]", networks: Sequence[Network]) -> None:
        self._queue, self._networks = queue, networks
        self._heard: Counter[str] = Counter()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        sender = addr[0]
        if len(data) > MAX_DATAGRAM or self._queue.full() or not permitted(sender, self._networks):
            return
        self._heard[sender] += 1
        if self._heard[sender] <= MAX_OF_ONE:
            self._queue.put_nowait((data, sender))

    def error_received(self, exc: Exception) -> None:
        """An ICMP error for a probe; the other interfaces may still answer."""


async def discover(
    interfaces: Sequence[str],
    networks: Sequence[Network],
    rng: random.Random,
    seconds: float = 3.0,
    target: tuple[str, int] = GROUP,
) -> AsyncIterator[Found]:
    """Devices as they answer, each once, for `seconds`. `interfaces` are our own IPv4 addresses to ask from.

    Raises OSError when none of them can be used. Answers from outside `networks` are left out.
    """
    queue: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue(_WAITING)
    loop = asyncio.get_running_loop()
    probe = _PROBE.format(message=uuid.UUID(int=rng.getrandbits(128), version=4)).encode()
    with ExitStack() as undo:
        failed: OSError | None = None
        listening = 0
        for interface in interfaces:
            try:
                transport = await _listen(interface, _Listener(queue, networks))
            except OSError as error:
                failed = error
                continue
            undo.callback(transport.close)
            listening += 1
            for _ in range(_TIMES):
                transport.sendto(probe, target)
        if not listening:
            raise failed or OSError("no interface to ask from")
        seen: set[str] = set()
        until = loop.time() + seconds
        for _ in range(MAX_DATAGRAMS):
            try:
                async with asyncio.timeout_at(until):
                    data, sender = await queue.get()
            except TimeoutError:
                return
            found = found_in(data, sender)
            if found is not None and found.url not in seen and len(seen) < MAX_FOUND:
                seen.add(found.url)
                yield found


async def _listen(interface: str, listener: _Listener) -> asyncio.DatagramTransport:
    with ExitStack() as undo:
        sock = undo.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, ip_address(interface).packed)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sock.bind((interface, 0))
        made = await asyncio.get_running_loop().create_datagram_endpoint(lambda: listener, sock=sock)
        undo.pop_all()
        return made[0]


def found_in(data: bytes, sender: str) -> Found | None:
    """The first match of a ProbeMatches datagram; None when it is none, or cannot be read."""
    try:
        match = read_xml(data).find("ProbeMatch")
    except DeviceProblem:
        return None
    if match is None:
        return None
    scopes = match.said("Scopes").split()[:64]
    endpoint = printable(match.said("EndpointReference", "Address"), 128)
    return Found(sender, _url(match, sender), _scope(scopes, "name"), _scope(scopes, "hardware"), endpoint)


def _url(match: Node, sender: str) -> str:
    """The device service at the sender: scheme, port and path from the address that names it, else the usual."""
    for xaddr in sorted(match.said("XAddrs").split()[:8], key=lambda text: f"//{sender}" not in text):
        try:
            parts = urlsplit(xaddr[:512])
            port = parts.port
            path, _ = service_path(xaddr[:512])
            url = f"{parts.scheme}://{sender}{f':{port}' if port else ''}{path}"
            check_device_url(url)
        except (ValueError, DeviceProblem):
            continue  # another scheme, or a secret in it
        return url
    return f"http://{sender}/onvif/device_service"


def _scope(scopes: Sequence[str], kind: str) -> str:
    """`onvif://www.onvif.org/name/HIKVISION%20DS` → `HIKVISION DS`."""
    mark = f"/{kind}/"
    text = next((scope.split(mark, 1)[1] for scope in scopes if mark in scope), "")
    return printable(unquote(text).replace("_", " "), 64)
