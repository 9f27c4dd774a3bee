"""Devices found on the network, and taken over: real simulated devices at addresses of their own, real UDP."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.accounts import Account
from config.cameras import Camera
from config.load import read_cameras
from estate.brands import maker_by_stream
from estate.found_table import FORM, Chosen, table_of_found
from estate.interfaces import own_interfaces
from estate.issue import Code
from estate.plan import Options, digest_of, plan_table
from estate.search import DeviceSearch, Wanted, cameras_by_host, pins_of
from estate.template import COLUMNS, as_template
from estate.town_ground import load_ground
from ingest.onvif.problem import Code as Problem
from runtime.clock import SystemClock
from sim.free_port import free_port
from sim.onvif.brand import DAHUA, HIKVISION, UNIVIEW
from sim.onvif.device import Device, DeviceSettings, usual_streams
from sim.onvif.discovery import DiscoveryResponder
from sim.onvif.server import DeviceServer
from tests.estate.test_import import plan_of
from tests.estate.town import CODES, ENVIRON, places, write_estate
from tests.onvif.brands import Uniview
from tests.onvif.server import NETWORKS, door, http, serving
from tests.onvif.test_discovery import Responder
from tests.onvif.test_http_link import certificate

CLOCK = SystemClock()
ACCOUNT = Account("admin", "it's  Right,1")
"""With what a table's cells would lose: an apostrophe, two blanks, a comma."""


@asynccontextmanager
async def devices(hosts: dict[str, Device], port: int) -> AsyncIterator[DeviceServer]:
    server = DeviceServer(CLOCK)
    for host, device in hosts.items():
        server.add(device)
        await server.listen_alone(device.settings.id, host, port)
    try:
        yield server
    finally:
        await server.stop()


def device(id_: str, brand, password: str = ACCOUNT.password) -> Device:
    settings = DeviceSettings(id_, Account("admin", password), usual_streams(id_), brand)
    return Device(settings, clock=CLOCK, rng=random.Random(id_))


async def test_a_known_device_that_announces_https_is_held_against_its_pin(tmp_path: Path):
    """Beside it one that nobody knows: its fingerprint is told, and it is asked nothing."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (context, pin), (other, shown) = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    async with serving(Uniview().answer, context) as known, serving(Uniview().answer, other) as stranger:
        camera = Camera.model_validate({
            "id": "c", "name": "c", "area": "1", "streams": {"sub": {"url": "rtsp://127.0.0.1/x"}},
            "device": {"url": known.url, "certificate_sha256": pin},
        })  # fmt: skip
        answers = [
            '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><d:ProbeMatches><d:ProbeMatch>'
            f"<d:XAddrs>{one.url}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
            for one in (known, stranger)
        ]
        loop = asyncio.get_running_loop()
        responder = Responder([answer.encode() for answer in answers])
        transport, _ = await loop.create_datagram_endpoint(lambda: responder, ("127.0.0.1", 0))
        target = transport.get_extra_info("sockname")
        wanted, pins = Wanted(interfaces=("127.0.0.1",)), pins_of([camera])
        search = DeviceSearch(wanted, lambda _: None, door(), CLOCK, 0.2, target, certificate_for=pins)
        await search.run()
        transport.close()
        found = {one.url: one.probed for one in search.devices}
        assert found[known.url].problem is None
        assert found[known.url].information.manufacturer == "UNIVIEW"
        assert found[stranger.url].problem.code is Problem.TLS_UNTRUSTED
        assert shown in found[stranger.url].problem.en
        assert stranger.asked == []


async def test_who_announces_himself_and_who_is_in_the_range():
    port = free_port()
    hosts = {"127.0.7.11": device("hik", HIKVISION), "127.0.7.12": device("other", DAHUA, "another"),
             "127.0.7.40": device("uni", UNIVIEW)}  # fmt: skip
    asked: list[str] = []

    def account_for(url: str) -> Account:
        asked.append(url)
        return ACCOUNT

    async with devices(hosts, port) as server:
        responder = DiscoveryResponder(lambda: [hosts["127.0.7.40"]], server.address)
        at = await responder.start()
        # Announced from 127.0.0.1, as everything that answers at this responder's socket.
        addresses = (*(f"127.0.7.{n}" for n in range(10, 15)), "127.0.0.1")
        wanted = Wanted(("127.0.0.1",), addresses, (port, free_port()))
        search = DeviceSearch(wanted, account_for, door(), CLOCK, 0.2, ("127.0.0.1", at))
        assert (search.listening, search.total) == (True, 12)
        await search.run()
        responder.stop()
    assert (search.listening, search.done, search.total, search.problem) == (False, 11, 11, "")
    announced, *others = search.devices
    assert (announced.address, announced.number, announced.name) == ("127.0.0.1", 1, "UNIVIEW")
    assert announced.probed is not None
    found = {one.address: one.probed for one in others if one.probed is not None}
    assert set(found) == {"127.0.7.11", "127.0.7.12"}
    hik, other = found["127.0.7.11"], found["127.0.7.12"]
    assert hik.problem is None
    assert hik.information is not None
    assert (hik.information.manufacturer, hik.information.model) == ("HIKVISION", HIKVISION.model)
    assert other.problem is not None
    assert other.problem.code is Problem.NOT_AUTHORIZED
    assert len(asked) == 11


async def test_a_search_says_when_it_cannot_ask_and_ends_when_it_is_told():
    search = DeviceSearch(Wanted(("192.0.2.77",)), lambda _: None, door(), CLOCK, 0.1)
    await search.run()
    assert "assign" in search.problem
    async with serving(lambda _: http("<html/>", 404)) as web:
        search = DeviceSearch(Wanted(addresses=("127.0.0.1",), ports=(web.port, 1)), lambda _: None, door(), CLOCK)
        await search.run()
    (other,) = search.devices
    assert other.probed is not None
    assert other.probed.problem is not None
    assert other.probed.problem.code is Problem.NOT_ONVIF
    async with serving(lambda _: [30.0]) as silent:
        search = DeviceSearch(Wanted(addresses=("127.0.0.1",), ports=(silent.port,)), lambda _: None, door(), CLOCK)
        task = asyncio.create_task(search.run())
        while not silent.connections:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait({task}, timeout=2)
        assert task.cancelled()
    with pytest.raises(ValueError, match="at most 65536"):
        Wanted(addresses=("127.0.0.1",) * 40_000, ports=(80, 8080))


async def test_what_was_found_becomes_a_plan_with_its_account(tmp_path):
    config = write_estate(tmp_path)
    port = free_port()
    hosts = {"127.0.7.11": device("hik", HIKVISION), "127.0.7.12": device("dah", DAHUA)}
    async with devices(hosts, port):
        wanted = Wanted(addresses=tuple(hosts), ports=(port,))
        search = DeviceSearch(wanted, lambda _: ACCOUNT, door(), CLOCK)
        await search.run()
    first, second = sorted(search.devices, key=lambda one: one.address)
    place = places(1, "清东村")[0]
    village = CODES["清东村"]
    chosen = [Chosen(first, "清东村口", "", village, place, 4.5), Chosen(second, "", area="none")]
    table, answers = table_of_found(chosen, ACCOUNT)
    file = read_cameras(config).file
    plan = plan_table(table, file, digest_of(config), load_ground(file, tmp_path), Options("wgs84"), ENVIRON, tmp_path,
                      answers)  # fmt: skip
    assert (plan.form, plan.faulty) == (FORM, 1)
    (camera,) = plan.cameras
    assert camera["name"] == "清东村口"
    assert camera["device"] == {"url": f"http://127.0.7.11:{port}/onvif/device_service"}
    assert camera["streams"]["sub"]["url"] == "rtsp://127.0.7.11/cam/hik/sub"
    assert camera["position"] == {"lon": round(place[0], 7), "lat": round(place[1], 7), "height_m": 4.5}
    (account,) = plan.accounts
    assert (account.username, account.password) == (ACCOUNT.username, ACCOUNT.password)
    assert {one.code for one in plan.rows[1].entry.issues} >= {Code.NAME_MISSING, Code.VILLAGE_UNKNOWN}
    assert cameras_by_host(file.cameras)["10.20.0.9"][0].id == "office-01"


def test_the_template_is_read_back_and_its_examples_are_refused_if_forgotten(tmp_path):
    config = write_estate(tmp_path)
    data = as_template("清东村", 120.47, 30.08)
    plan = plan_of(config, data)
    assert plan.columns.unknown == ()
    assert len(plan.columns.at) == len(COLUMNS)
    assert [[one.code for one in row.entry.issues if one.level == "error"] for row in plan.rows] == [
        [Code.ADDRESS_FOREIGN]
    ] * 2
    explained = load_workbook(BytesIO(data))["说明"]
    assert [row[0].value for row in explained.iter_rows(min_row=2, max_row=len(COLUMNS) + 1)] == [
        heading for heading, *_ in COLUMNS
    ]


def test_own_addresses_are_those_within_the_networks():
    found = own_interfaces(NETWORKS)
    assert [(one.address, one.network) for one in found] == [("127.0.0.1", "127.0.0.0/8")]
    assert own_interfaces(()) == []


@pytest.mark.parametrize(
    ("url", "maker"),
    [
        ("rtsp://10.0.0.1/Streaming/Channels/102", "Hikvision"),
        ("rtsp://10.0.0.1/cam/realmonitor?channel=1&subtype=1", "Dahua"),
        ("rtsp://10.0.0.1:554/unicast/c12/s1/live", "Uniview"),
        ("rtsp://10.0.0.1/stream2", "TP-Link"),
        ("rtsp://10.0.0.1/live/stream2", ""),
    ],
)
def test_a_maker_is_known_by_its_stream_address(url, maker):
    assert maker_by_stream(url) == maker
