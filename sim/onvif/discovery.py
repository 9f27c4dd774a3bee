"""WS-Discovery, the device's side (WS-Discovery 2005/04; ONVIF Core section 7): answers a Probe that fits."""

import asyncio
import socket
import struct
from collections.abc import Callable
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sim.onvif.device import Device
from sim.onvif.device_service import scopes
from sim.onvif.soap import ENVELOPE, find

GROUP, PORT = "239.255.255.250", 3702
MAX_PROBE_BYTES = 16 * 1024
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_NETWORK = "http://www.onvif.org/ver10/network/wsdl"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"


class DiscoveryResponder:
    """Answers for all `devices`; `address` gives each one's device service. Any UDP port will do: a test's probe goes
    straight to it, a real one by multicast to 3702."""

    def __init__(self, devices: Callable[[], list[Device]], address: Callable[[str], str]) -> None:
        self._devices, self._address = devices, address
        self._transport: asyncio.DatagramTransport | None = None
        self.probes = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0, group: str | None = None) -> int:
        """The port. With `group` it is also a member of that multicast group on the interface of `host`."""
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        endpoint.setblocking(False)
        try:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            endpoint.bind(("" if group else host, port))
            if group:
                member = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(host))
                endpoint.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError:
            endpoint.close()
            raise
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Listener(self._heard), sock=endpoint)
        self._transport = transport
        return int(endpoint.getsockname()[1])

    def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _heard(self, data: bytes, sender: tuple[str, int]) -> None:
        message = _probe(data)
        if message is None or self._transport is None:
            return
        self.probes += 1
        for device in self._devices():
            if not device.refusing:
                self._transport.sendto(_match(device, self._address(device.settings.id), message), sender)


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard(data, addr)


def _probe(data: bytes) -> str | None:
    """The message id of a Probe for devices or for network video transmitters; None for anything else."""
    if len(data) > MAX_PROBE_BYTES or b"<!DOCTYPE" in data:
        return None
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return None
    probe, message = find(root, "Body", "Probe"), find(root, "Header", "MessageID")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or probe is None or message is None:
        return None
    types = find(probe, "Types")
    wanted = {name.rpartition(":")[2] for name in (types.text or "").split()} if types is not None else set()
    return (message.text or "").strip() if wanted <= {"NetworkVideoTransmitter", "Device"} else None


def _match(device: Device, address: str, message: str) -> bytes:
    """ProbeMatches (WS-Discovery section 5.3)."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{ENVELOPE}" xmlns:a="{_ADDRESSING}" '
        f'xmlns:d="{_DISCOVERY}" xmlns:dn="{_NETWORK}" xmlns:tds="{_DEVICE}"><s:Header>'
        f"<a:MessageID>uuid:{device.uuid}</a:MessageID><a:RelatesTo>{escape(message)}</a:RelatesTo>"
        f"<a:To>{_ADDRESSING}/role/anonymous</a:To><a:Action>{_DISCOVERY}/ProbeMatches</a:Action></s:Header>"
        f"<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{device.uuid}</a:Address>"
        f"</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>"
        f"<d:Scopes>{escape(' '.join(scopes(device)))}</d:Scopes><d:XAddrs>{escape(address)}</d:XAddrs>"
        f"<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()
