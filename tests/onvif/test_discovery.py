"""WS-Discovery over real UDP: answers bounded, once each, at the sender's address."""

import asyncio
import random
import re
import time
from urllib.parse import urlsplit

import pytest

from ingest.onvif.discovery import GROUP, MAX_DATAGRAM, MAX_OF_ONE, Found, _Listener, discover, found_in
from runtime.clock import SystemClock
from sim.onvif.device import Device as SimulatedDevice
from sim.onvif.device import DeviceSettings, usual_streams
from sim.onvif.discovery import DiscoveryResponder
from sim.onvif.server import DeviceServer
from tests.onvif.brands import ACCOUNT
from tests.onvif.mutation import byte_mutation, structure_mutation
from tests.onvif.server import NETWORKS

MATCH = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><d:ProbeMatches><d:ProbeMatch>'
    "<a:EndpointReference><a:Address>urn:uuid:{n}</a:Address></a:EndpointReference>"
    "<d:Scopes>onvif://www.onvif.org/name/HIKVISION%20DS-2DF8 onvif://www.onvif.org/hardware/DS-2DF8442</d:Scopes>"
    "<d:XAddrs>http://[fe80::1]/onvif/x {xaddr}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
)


class Responder(asyncio.DatagramProtocol):
    """Answers every probe with all of `answers`."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked.append(data.decode())
        for answer in self.answers:
            self.transport.sendto(answer, addr)  # type: ignore[attr-defined]


async def search(answers: list[bytes], seconds: float = 0.2) -> tuple[list[Found], Responder]:
    loop = asyncio.get_running_loop()
    transport, responder = await loop.create_datagram_endpoint(lambda: Responder(answers), ("127.0.0.1", 0))
    target = transport.get_extra_info("sockname")
    found = [one async for one in discover(["127.0.0.1"], NETWORKS, random.Random(1), seconds, target)]
    transport.close()
    return found, responder


async def test_each_device_once_and_nothing_from_noise() -> None:
    good = MATCH.format(n=1, xaddr="http://127.0.0.1:8000/onvif/device_service").encode()
    noise = [b"", b"\xff" * 100, b"<e:Envelope/>", b"<!DOCTYPE a><a/>", good[: len(good) // 2], b"<a>" * 500]
    found, responder = await search([*noise, good, good, good + b" " * MAX_DATAGRAM])
    (one,) = found
    assert one.url == "http://127.0.0.1:8000/onvif/device_service"
    assert (one.address, one.name, one.hardware) == ("127.0.0.1", "HIKVISION DS-2DF8", "DS-2DF8442")
    assert len(responder.asked) == 2
    assert re.search("urn:uuid:[0-9a-f-]{36}", responder.asked[0])
    assert "dn:NetworkVideoTransmitter" in responder.asked[0]


@pytest.mark.parametrize(
    ("xaddr", "url"),
    [
        ("http://8.8.8.8/onvif/device_service", "http://10.1.1.9/onvif/x"),
        ("https://10.1.1.9:8443/o", "https://10.1.1.9:8443/o"),
        ("ftp://10.1.1.9/o", "http://10.1.1.9/onvif/x"),
        ("http://10.1.1.9:99999/o", "http://10.1.1.9/onvif/x"),
    ],
)
def test_the_address_is_the_senders(xaddr: str, url: str) -> None:
    found = found_in(MATCH.format(n=1, xaddr=xaddr).encode(), "10.1.1.9")
    assert found is not None
    assert found.url == url


class Noted(asyncio.DatagramProtocol):
    """Notes from which address each probe comes, and answers with one device."""

    def __init__(self, name: int) -> None:
        self.name = name
        self.senders: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.senders.append(addr[0])
        answer = MATCH.format(n=self.name, xaddr=f"http://10.0.0.{self.name}/onvif/device_service").encode()
        self.transport.sendto(answer, addr)  # type: ignore[attr-defined]


async def test_the_probe_leaves_by_every_interface_that_is_chosen_and_by_no_other() -> None:
    loop = asyncio.get_running_loop()
    transport, noted = await loop.create_datagram_endpoint(lambda: Noted(1), ("127.0.0.1", 0))
    target = transport.get_extra_info("sockname")
    chosen = ["127.0.0.7", "192.0.2.77", "127.0.0.9"]  # the second is not ours: the others are asked all the same
    found = [one async for one in discover(chosen, NETWORKS, random.Random(1), 0.2, target)]
    transport.close()
    assert sorted(noted.senders) == ["127.0.0.7"] * 2 + ["127.0.0.9"] * 2
    assert [one.url for one in found] == ["http://127.0.0.1/onvif/x"]


async def test_devices_are_found_by_multicast() -> None:
    """As in the field, but on the loopback: each device is a member of the group."""
    clock, servers, responders = SystemClock(), [], []
    port = 0
    for number in (1, 2):
        server = DeviceServer(clock)
        settings = DeviceSettings(f"d{number}", ACCOUNT, usual_streams("c"), name=f"dome {number}")
        server.add(SimulatedDevice(settings, clock=clock, rng=random.Random(number)))
        await server.listen(f"127.0.{number}.1")
        responder = DiscoveryResponder(lambda s=server: list(s.devices.values()), server.address)  # type: ignore[misc]
        port = await responder.start("127.0.0.1", port, GROUP[0])
        servers.append(server)
        responders.append(responder)
    try:
        target = (GROUP[0], port)
        found = [one async for one in discover(["127.0.0.1"], NETWORKS, random.Random(1), 0.3, target)]
    finally:
        for responder in responders:
            responder.stop()
        for server in servers:
            await server.stop()
    assert len(found) == 2
    assert {one.address for one in found} == {"127.0.0.1"}  # whence the answer came, whatever it says


HOSTILE: dict[str, str] = {
    "ten thousand scopes": "<d:Scopes>" + "onvif://www.onvif.org/name/x " * 500 + "</d:Scopes>",
    "ten thousand addresses": "<d:XAddrs>" + "http://127.0.0.1:1/x " * 700 + "</d:XAddrs>",
    "a password in the address": "<d:XAddrs>http://admin:secret@127.0.0.1:81/onvif/d?password=secret</d:XAddrs>",
    "text that runs backwards": "<d:Scopes>onvif://www.onvif.org/name/%E2%80%AEgpj.exe%0d%0a%1b[31m</d:Scopes>",
    "an endless name": "<d:Scopes>onvif://www.onvif.org/name/" + "n" * 9000 + "</d:Scopes>",
    "deep": "<a>" * 3000,
    "a document type": "<!DOCTYPE a>",
    "nothing": "",
}


@pytest.mark.parametrize("inner", HOSTILE.values(), ids=HOSTILE.keys())
def test_malicious_matches_are_bounded(inner: str) -> None:
    match = f"<d:ProbeMatches><d:ProbeMatch>{inner}</d:ProbeMatch></d:ProbeMatches>"
    body = f"<e:Envelope><e:Body>{match}</e:Body></e:Envelope>"
    began = time.process_time()
    found = found_in(body.encode(), "10.1.1.9")
    assert time.process_time() - began < 0.1
    if inner.startswith(("<!", "<a>")):
        assert found is None
        return
    assert found is not None
    assert found.url.startswith(("http://10.1.1.9/", "http://10.1.1.9:"))
    assert "admin" not in found.url
    assert "secret" not in found.url
    assert max(len(found.name), len(found.hardware), len(found.endpoint)) <= 128
    assert found.name.isprintable()


def test_mutated_matches_never_raise() -> None:
    rng = random.Random(5)
    good = MATCH.format(n=1, xaddr="http://127.0.0.1:8000/onvif/device_service").encode()
    found = [found_in(kind(good, rng), "10.1.1.9") for kind in (byte_mutation, structure_mutation) for _ in range(150)]
    assert 10 < sum(one is not None for one in found) < 290
    assert all(urlsplit(one.url).hostname == "10.1.1.9" for one in found if one)


async def test_one_that_floods_does_not_use_up_the_search() -> None:
    queue: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue(3 * MAX_OF_ONE)
    listener = _Listener(queue, NETWORKS)
    for _ in range(2 * MAX_OF_ONE):
        listener.datagram_received(b"<a/>", ("127.0.0.66", 3702))
    listener.datagram_received(b"<a/>", ("127.0.0.1", 3702))
    listener.datagram_received(b"<a/>", ("8.8.8.8", 3702))
    listener.datagram_received(b"x" * (MAX_DATAGRAM + 1), ("127.0.0.1", 3702))
    assert queue.qsize() == MAX_OF_ONE + 1


async def test_says_when_no_interface_can_be_used() -> None:
    with pytest.raises(OSError, match="assign"):
        await anext(discover(["192.0.2.77"], NETWORKS, random.Random(1), 0.1))
