"""Mutated replies never do more than mark their device: no crash, bounded memory and time, nobody else is asked.

GRIDWATCH_MUTATIONS=10000 runs so many of each kind; by default it is a small part, with other seeds in every part.
"""

import asyncio
import random
import resource
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable

import pytest

from ingest.onvif import wsdl
from ingest.onvif.device_clock import clock_offset
from ingest.onvif.http_link import Reply, Times
from ingest.onvif.onvif_ptz import OnvifPtz
from ingest.onvif.probe import Probed, probe_all
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.profiles import choose_streams, profiles_in
from ingest.onvif.soap import answer_of
from ingest.onvif.spaces import node_in
from ingest.onvif.uris import service_path, snapshot_path, stream_address
from ingest.onvif.xml_reply import Node
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Dahua, Hikvision, Scripted, Uniview, utc
from tests.onvif.mutation import COUNT, byte_mutation, structure_mutation, wrapped
from tests.onvif.server import ENVELOPE, Answer, Asked, door, fault, http, serving
from tests.onvif.test_brands import HIK

QUICK, QUICK_SOCKETS = 600, 120


def seeds() -> list[tuple[str, bytes]]:
    makers: list[Scripted] = [Hikvision(), Dahua(0, 0), Uniview()]
    found = [(name, (ENVELOPE % inner).encode()) for maker in makers for name, inner in maker.replies.items()]
    found += [("GetStatus", (ENVELOPE % maker.status()).encode()) for maker in makers]
    found += [("GetSystemDateAndTime", (ENVELOPE % utc(offset)).encode()) for offset in (0, 3600)]
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
        "GetServices": lambda node: [service_path(one.said("XAddr")) for one in node.all("Service")],
        "GetSystemDateAndTime": lambda node: clock_offset(node, 0.0),
        "GetStreamUri": uri,
        "GetSnapshotUri": uri,
    }


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [byte_mutation, structure_mutation], ids=["bytes", "structure"])
def test_mutated_replies_are_read_or_refused_within_bounds(kind: Callable[[bytes, random.Random], bytes]) -> None:
    count = COUNT or QUICK
    rng, start, reads = random.Random(20260 + count), seeds(), readers()
    refused: Counter[Code] = Counter()
    slowest, longest = 0.0, 0
    for number in range(count):
        if number == count - count // 30:
            tracemalloc.start()  # it triples the time, so only a part is watched
        name, body = start[number % len(start)]
        reply = Reply(rng.choice([200, 200, 400, 500]), {}, kind(body, rng))
        began = time.process_time()
        try:
            reads.get(name, Node.walk)(answer_of(reply))
        except DeviceProblem as problem:
            refused[problem.code] += 1
            longest = max(longest, len(problem.en))
        slowest = max(slowest, time.process_time() - began)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{kind.__name__}: {count} replies, slowest {slowest:.2f} s, peak {peak / 2**20:.1f} MB, {dict(refused)}")
    assert {Code.BROKEN_XML, Code.FORBIDDEN_XML} <= refused.keys()
    assert count / 10 < refused.total() < 0.99 * count
    assert peak < 64 * 1024 * 1024
    assert slowest < 2.0
    assert longest < 400


@pytest.mark.timeout(600)
async def test_mutated_devices_over_sockets_are_each_a_result_and_nobody_else_is_asked() -> None:
    count = COUNT or QUICK_SOCKETS
    rng = random.Random(7 + count)
    await asyncio.to_thread(wsdl.load)
    makers: list[Scripted] = [Hikvision(), Dahua(0, 0), Uniview()]

    async with serving(lambda _: http("<a/>")) as trap:
        elsewhere = f"127.0.0.1:{trap.port}"
        for maker in makers:
            for name in ("GetServices", "GetCapabilities", "GetSnapshotUri", "GetStreamUri"):
                for host in ("192.168.1.64", "10.9.9.9:8080", "8.8.8.8:5544"):
                    maker.replies[name] = maker.replies.get(name, "").replace(host, elsewhere)

        def answer(asked: Asked) -> Answer:
            last = asked.path[-1]
            reply = makers[int(last) % 3 if last.isdigit() else rng.randrange(3)].answer(asked)
            assert isinstance(reply, bytes)
            _, _, body = reply.partition(b"\r\n\r\n")
            luck = rng.random()
            if not body or luck < 0.7:
                return reply
            if luck < 0.8:
                return http(byte_mutation(body, rng))
            if luck < 0.9:
                return http(structure_mutation(body, rng, elsewhere))
            if luck < 0.97:
                return wrapped(body, rng, elsewhere)
            # The head as well, with the connection closed after it: a wrong length must not leave the reader waiting.
            return [byte_mutation(reply, rng), b""]

        began = time.monotonic()
        async with serving(answer) as served:
            urls = [f"{served.url}{number % 3}" for number in range(count)]
            results: list[Probed] = []
            async for step in probe_all(urls, lambda _: ACCOUNT, door(), SystemClock(), 32, Times(1, 1, 2)):
                results.append(step.result)
                served.asked.clear()
        seconds = time.monotonic() - began
    codes = Counter(result.problem.code if result.problem else "answered" for result in results)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count} devices in {seconds:.0f} s, {memory} MB for both sides: {dict(codes)}")
    assert len(results) == count
    assert trap.connections == 0
    assert len(codes) >= 5
    assert codes["answered"] >= count / 20
    assert seconds < 10 + count / 20
