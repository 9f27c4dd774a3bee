"""Probing many: progress, dead and hostile addresses, pinned certificates, and what one device may cost."""

import asyncio
import tracemalloc
from pathlib import Path
from random import Random

import pytest

from ingest.onvif import wsdl
from ingest.onvif.http_link import Times
from ingest.onvif.probe import addresses_in, probe, probe_all
from ingest.onvif.problem import Code
from ingest.onvif.xml_reply import MAX_BYTES
from runtime.clock import SystemClock
from sim.onvif.brand import Hostile
from sim.onvif.device import Device as SimulatedDevice
from sim.onvif.device import DeviceSettings, usual_streams
from sim.onvif.server import DeviceServer
from tests.onvif.brands import ACCOUNT, Dahua, Hikvision, Scripted, Uniview
from tests.onvif.server import NETWORKS, Answer, Asked, door, http, serving
from tests.onvif.test_http_link import certificate

CLOCK = SystemClock()


async def test_probes_many_at_once_with_progress_and_reasons() -> None:
    makers: list[Scripted] = [Uniview(), Dahua(0, 0), Hikvision()]

    def answer(asked: Asked) -> Answer:
        return makers[0].answer(asked)

    async with (
        serving(answer) as served,
        serving(lambda _: http("<html/>", 404)) as web,
        serving(lambda _: [10.0]) as silent,
    ):
        urls = [served.url] * 20 + [web.url, silent.url, "http://8.8.8.8/onvif", "http://127.0.0.1:1/"]
        progress = [step async for step in probe_all(urls, lambda _: ACCOUNT, door(), CLOCK, 8, Times(0.5, 0.3, 0.5))]
    assert [step.done for step in progress] == list(range(1, 25))
    results = {step.result.url: step.result.problem for step in progress}
    assert results.pop(served.url) is None
    assert {url: problem.code for url, problem in results.items() if problem is not None} == {
        web.url: Code.NOT_ONVIF, silent.url: Code.TIMED_OUT,
        "http://8.8.8.8/onvif": Code.ADDRESS_REFUSED, "http://127.0.0.1:1/": Code.UNREACHABLE,
    }  # fmt: skip


async def test_every_https_device_is_held_against_its_own_pin(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (one, first), (two, second) = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    async with serving(Uniview().answer, one) as gate, serving(Uniview().answer, two) as yard:

        async def asked(pins: dict[str, str]) -> list[Code | None]:
            steps = probe_all([gate.url, yard.url], lambda _: ACCOUNT, door(), CLOCK, certificate_for=pins.__getitem__)
            found = {step.result.url: step.result.problem async for step in steps}
            return [problem.code if (problem := found[url]) else None for url in (gate.url, yard.url)]

        assert await asked({gate.url: first, yard.url: second}) == [None, None]
        said = len(gate.asked) + len(yard.asked)
        assert await asked({gate.url: second, yard.url: first}) == [Code.CERTIFICATE_CHANGED] * 2
        assert await asked({gate.url: "", yard.url: ""}) == [Code.TLS_UNTRUSTED] * 2
        assert len(gate.asked) + len(yard.asked) == said


async def test_a_device_that_is_slow_on_purpose_is_left_with_what_it_said() -> None:
    maker = Uniview()

    def answer(asked: Asked) -> Answer:
        reply = maker.answer(asked)
        assert isinstance(reply, bytes)
        return [0.0 if asked.operation != "GetProfiles" else 0.6, reply]

    async with serving(answer) as served:
        found = await probe(served.url, ACCOUNT, door(), CLOCK, within_s=0.4)
    assert found.problem is not None
    assert (found.problem.code, "0.4 s" in found.problem.en) == (Code.TIMED_OUT, True)
    assert found.information is not None


async def test_devices_that_never_stop_sending_cost_no_more_than_the_bound_each() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b"<a>" * 5461 + b"x\r\n"
    await asyncio.to_thread(wsdl.load)
    async with serving(lambda _: [head, *[chunk] * 400]) as served:
        tracemalloc.start()
        steps = probe_all([served.url] * 24, lambda _: ACCOUNT, door(), CLOCK, 12, Times(1, 1, 5))
        problems = [step.result.problem async for step in steps]
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # On a busy machine the time may run out before the size does; either bound holds.
    assert len(problems) == 24
    assert {problem.code for problem in problems if problem} <= {Code.TOO_LARGE, Code.TIMED_OUT}
    assert all(problems)
    assert peak < 12 * 1.5 * MAX_BYTES
    assert kept < 2 * MAX_BYTES  # what is kept of a device is its reason, not its answer


HOSTILE: dict[Hostile, Code] = {
    Hostile.GIGANTIC: Code.TOO_LARGE, Hostile.DEEP: Code.FORBIDDEN_XML, Hostile.DTD: Code.FORBIDDEN_XML,
    Hostile.EXTERNAL: Code.FORBIDDEN_XML, Hostile.REDIRECT: Code.REDIRECTED, Hostile.CONTENT_TYPE: Code.NOT_ONVIF,
    Hostile.GARBAGE: Code.FORBIDDEN_XML, Hostile.CUT: Code.BROKEN_HTTP, Hostile.HEADERS: Code.BROKEN_HTTP,
    Hostile.EMPTY: Code.BROKEN_REPLY, Hostile.DRIP: Code.TIMED_OUT, Hostile.SILENT: Code.TIMED_OUT,
    Hostile.LENGTH: Code.TIMED_OUT,
}  # fmt: skip


async def test_every_hostile_device_is_a_result_beside_an_honest_one() -> None:
    server = DeviceServer(CLOCK)
    for kind in [None, *Hostile]:
        settings = DeviceSettings(kind or "honest", ACCOUNT, usual_streams("c"), hostile=kind)
        server.add(SimulatedDevice(settings, clock=CLOCK, rng=Random(1)))
    await server.listen()
    try:
        urls = {server.address(id_): id_ for id_ in server.devices}
        began = CLOCK.monotonic()
        steps = probe_all(list(urls), lambda _: ACCOUNT, door(), CLOCK, 64, Times(1, 0.3, 0.8))
        found = {urls[step.result.url]: step.result.problem async for step in steps}
        assert CLOCK.monotonic() - began < 5
    finally:
        await server.stop()
    assert found.pop("honest") is None
    assert {id_: problem.code for id_, problem in found.items() if problem} == HOSTILE


async def test_leaving_the_iteration_ends_what_is_still_asked() -> None:
    async with serving(lambda _: [5.0]) as served:
        steps = probe_all([served.url] * 3 + ["http://127.0.0.1:1/"], lambda _: None, door(), CLOCK)
        assert (await anext(steps)).result.problem is not None
        before = asyncio.all_tasks()
        await steps.aclose()  # type: ignore[attr-defined]
        assert len(asyncio.all_tasks()) <= len(before) - 3


RANGES: dict[str, tuple[int, str, str]] = {
    "127.0.1.0/24": (254, "127.0.1.1", "127.0.1.254"),
    "127.0.0.5-127.0.0.7": (3, "127.0.0.5", "127.0.0.7"),
    " 127.0.0.5-80 ": (76, "127.0.0.5", "127.0.0.80"),
    "127.0.0.9": (1, "127.0.0.9", "127.0.0.9"),
    "127.0.0.8/31": (2, "127.0.0.8", "127.0.0.9"),
}


@pytest.mark.parametrize(("text", "expected"), RANGES.items(), ids=RANGES.keys())
def test_ranges(text: str, expected: tuple[int, str, str]) -> None:
    found = addresses_in(text, NETWORKS)
    assert (len(found), found[0], found[-1]) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("127.0.0.9-127.0.0.5", "ends before it begins"),
        ("127.0.0.0/8", "at most 65536"),
        ("8.8.8.0/30", r"8\.8\.8\.1 is not within allowed_networks"),
        ("camera", "is not an address or range"),
        ("127.0.0.5-900", "is not an address or range"),
    ],
)
def test_ranges_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        addresses_in(text, NETWORKS)


ADDRESSES: dict[str, Code] = {
    "http://127.0.0.1:1/\x00": Code.ADDRESS_REFUSED,
    "http://127.0.0.1:1/球机": Code.ADDRESS_REFUSED,
    "http://\u0301.example/": Code.ADDRESS_REFUSED,
    "http://admin:x@127.0.0.1/": Code.ADDRESS_REFUSED,
    f"http://{'a' * 70}.example/": Code.UNREACHABLE,
    "http://a..b/": Code.UNREACHABLE,
    "http://[::1": Code.ADDRESS_REFUSED,
}


@pytest.mark.parametrize(("url", "code"), ADDRESSES.items(), ids=range(len(ADDRESSES)))
async def test_an_address_that_is_none_is_a_result(url: str, code: Code) -> None:
    result = await probe(url, None, door(), CLOCK)
    assert result.problem is not None
    assert result.problem.code is code


REALMS: dict[str, Code | None] = {
    "球机": None, "café": None, "a\tb": None, "r" * 9000: None, "\x7f": None, "a\x00b": Code.BROKEN_HTTP,
}  # fmt: skip


@pytest.mark.parametrize(("realm", "code"), REALMS.items(), ids=range(len(REALMS)))
async def test_a_realm_comes_back_as_the_device_wrote_it(realm: str, code: Code | None) -> None:
    device = Hikvision()
    device.realm = realm
    async with serving(device.answer) as served:
        result = await probe(served.url, ACCOUNT, door(), CLOCK)
    assert (result.problem.code if result.problem else None) is code
