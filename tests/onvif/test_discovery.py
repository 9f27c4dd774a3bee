"""WS-Discovery over real UDP: answers bounded, once each, at the sender's address."""

import asyncio
import random
import re

import pytest

from ingest.onvif.discovery import MAX_DATAGRAM, Found, discover, found_in
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


async def test_says_when_no_interface_can_be_used() -> None:
    with pytest.raises(OSError, match="assign"):
        await anext(discover(["192.0.2.77"], NETWORKS, random.Random(1), 0.1))
