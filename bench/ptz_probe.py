"""How long it takes to ask a whole estate what it is: simulated devices of three brands, some addresses dead."""

import asyncio
import contextlib
import ipaddress
import multiprocessing
import random
import resource
import socket
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection

from config.accounts import Account
from ingest.onvif.probe import probe_all
from ingest.opening import Door
from runtime.clock import SystemClock
from sim.onvif.brand import BRANDS
from sim.onvif.device import Device, DeviceSettings, usual_streams
from sim.onvif.server import DeviceServer

ACCOUNT = Account("admin", "bench-2026-probe")
NAMES = ("hikvision", "dahua", "uniview")


def serve(pipe: Connection, devices: int) -> None:
    """Tells the address of every device, then serves until the pipe is closed."""
    asyncio.run(_serve(pipe, devices))


async def _serve(pipe: Connection, devices: int) -> None:
    clock, rng = SystemClock(), random.Random(5)
    server = DeviceServer(clock)
    for number in range(devices):
        id_ = f"d{number}"
        settings = DeviceSettings(id_, ACCOUNT, usual_streams(id_), BRANDS[NAMES[number % len(NAMES)]])
        settings.clock_error_s = rng.uniform(-240, 240)
        server.add(Device(settings, clock=clock, rng=rng))
    await server.listen()
    pipe.send([server.address(f"d{number}") for number in range(devices)])
    with contextlib.suppress(EOFError):
        await asyncio.to_thread(pipe.recv)
    await server.stop()


@contextlib.contextmanager
def silent_port(host: str = "127.0.0.1") -> Iterator[int]:
    """A port from which no answer comes: its queue is full, so the system drops what asks to connect."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind((host, 0))
        full.listen(0)
        port = int(full.getsockname()[1])
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


async def probe_estate(urls: list[str]) -> dict[str, float | int]:
    door = Door([ipaddress.ip_network("127.0.0.0/8")], random.Random(6))
    outcomes: Counter[str] = Counter()
    began, cpu = time.monotonic(), time.process_time()
    async for progress in probe_all(urls, lambda _url: ACCOUNT, door, SystemClock()):
        problem = progress.result.problem
        outcomes[problem.code if problem else "answered"] += 1
    return {
        "probe_1677_s": round(time.monotonic() - began, 1),
        "probe_cpu_s": round(time.process_time() - cpu, 1),
        "probe_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        **{f"probe_{name}": count for name, count in sorted(outcomes.items())},
    }


def measure_probe(addresses: int, dead_share: float) -> dict[str, float | int]:
    """One address in 1/`dead_share` is dead."""
    dead = round(addresses * dead_share)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, addresses - dead))
    process.start()
    theirs.close()
    try:
        with silent_port() as nobody:
            urls = [*ours.recv(), *[f"http://127.0.0.1:{nobody}/onvif/device_service"] * dead]
            random.Random(7).shuffle(urls)
            return asyncio.run(probe_estate(urls))
    finally:
        ours.close()
        process.join(20)
