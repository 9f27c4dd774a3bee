"""Probing many: progress, dead addresses, and mutated replies that never do more than mark their device."""

import asyncio
import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from ingest.onvif import wsdl
from ingest.onvif.http_link import Reply, Times
from ingest.onvif.onvif_ptz import OnvifPtz
from ingest.onvif.probe import Probed, addresses_in, probe, probe_all
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.profiles import choose_streams, profiles_in
from ingest.onvif.soap import answer_of
from ingest.onvif.spaces import node_in
from ingest.onvif.uris import snapshot_path, stream_address
from ingest.onvif.xml_reply import Node
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Dahua, Hikvision, Scripted, Uniview
from tests.onvif.server import ENVELOPE, NETWORKS, Answer, Asked, door, fault, http, serving
from tests.onvif.test_brands import HIK
from tests.onvif.test_xml_reply import mutated

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


def seeds() -> list[tuple[str, bytes]]:
    makers: list[Scripted] = [Hikvision(), Dahua(0, 0), Uniview()]
    found = [(name, (ENVELOPE % inner).encode()) for maker in makers for name, inner in maker.replies.items()]
    found += [("GetStatus", (ENVELOPE % maker.status()).encode()) for maker in makers]
    return [*found, ("Fault", fault("NotAuthorized", "Sender").partition(b"\r\n\r\n")[2])]


def readers() -> dict[str, Callable[[Node], object]]:
    driver = OnvifPtz.__new__(OnvifPtz)
    driver._node = node_in(answer_of(Reply(200, {}, (ENVELOPE % Hikvision().replies["GetNodes"]).encode())), "N", HIK)

    def uri(node: Node) -> object:
        text = node.said("MediaUri", "Uri") or node.said("Uri")
        return stream_address(text, "10.0.0.1"), snapshot_path(text)

    return {
        "GetProfiles": lambda node: choose_streams(profiles_in(node)),
        "GetNodes": lambda node: node_in(node, "N", HIK),
        "GetStatus": lambda node: driver._position(node.find("Position") or node),
        "GetPresets": lambda node: [driver._position(preset.find("PTZPosition") or preset) for preset in node.children],
        "GetStreamUri": uri,
        "GetSnapshotUri": uri,
    }


def test_ten_thousand_mutated_replies_are_read_or_refused_within_bounds() -> None:
    rng, start = random.Random(20260), seeds()
    reads = readers()
    refused: dict[Code, int] = {}
    slowest, longest = 0.0, 0
    for number in range(10_000):
        if number == 9_000:
            tracemalloc.start()  # it triples the time, so only a part is watched
        name, body = start[number % len(start)]
        began = time.perf_counter()
        try:
            node = answer_of(Reply(rng.choice([200, 200, 400, 500]), {}, mutated(body, rng)))
            reads.get(name, Node.walk)(node)
        except DeviceProblem as problem:
            refused[problem.code] = refused.get(problem.code, 0) + 1
            longest = max(longest, len(problem.en))
        slowest = max(slowest, time.perf_counter() - began)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {Code.BROKEN_XML, Code.FORBIDDEN_XML, Code.BROKEN_REPLY, Code.NOT_AUTHORIZED} <= refused.keys()
    assert 1_000 < sum(refused.values()) < 9_900
    assert peak < 8 * 1024 * 1024
    assert slowest < 1.0
    assert longest < 400


async def test_three_hundred_mutated_devices_over_sockets_are_each_a_result() -> None:
    rng = random.Random(7)
    makers: list[Scripted] = [Hikvision(), Dahua(0, 0), Uniview()]
    await asyncio.to_thread(wsdl.load)

    def answer(asked: Asked) -> Answer:
        reply = makers[int(asked.path[-1]) % 3 if asked.path[-1].isdigit() else rng.randrange(3)].answer(asked)
        assert isinstance(reply, bytes)
        _, _, body = reply.partition(b"\r\n\r\n")
        if body and rng.random() < 0.3:
            return http(mutated(body, rng))
        # The head as well, with the connection closed after it: a wrong length must not leave the reader waiting.
        return reply if rng.random() < 0.97 else [mutated(reply, rng), b""]

    async with serving(answer) as served:
        urls = [f"{served.url}{number % 3}" for number in range(300)]
        results: list[Probed] = [
            step.result async for step in probe_all(urls, lambda _: ACCOUNT, door(), CLOCK, 32, Times(1, 1, 2))
        ]
    assert len(results) == 300
    codes = {result.problem.code for result in results if result.problem is not None}
    assert len(codes) >= 4
    assert sum(result.problem is None for result in results) >= 20


async def test_one_probe_by_a_certificate_that_is_no_fingerprint_is_a_result() -> None:
    result = await probe("http://127.0.0.1:1/\x00", None, door(), CLOCK)
    assert result.problem is not None
    assert result.problem.code is Code.ADDRESS_REFUSED
