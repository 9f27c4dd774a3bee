"""Positions taken in, and shown to ten map clients: a real server, real signed reports, real WebSockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import websockets

from bench.gis_city import ACCOUNT, WORKERS, City, Walkers, running_city, signed
from incidents.patrol import AGREEING
from wall.positions import HEADER

CLIENTS, SECONDS = 10, 20
UNPACED_SECONDS = 8
WARMING = AGREEING
"""Far from where they were last known to be, they are believed when so many of their positions agree."""


@dataclass
class MapClient:
    """What one page was told."""

    counts: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    frames_bytes: int = 0
    reported_at: float = 0.0
    """When the last report was sent off."""

    async def listen(self, socket: websockets.ClientConnection) -> None:
        async for frame in socket:
            if not isinstance(frame, bytes):
                continue
            # Ages in a frame are whole seconds, and reading it would keep the other nine waiting.
            self.delays.append(time.time() - self.reported_at)
            self.counts.append((len(frame) - HEADER.size) // 20)
            self.frames_bytes += len(frame)


def positions_shown(seed: int) -> dict[str, float]:
    """`positions_per_second`: of ten thousand a second reported for 20 s, how many the slowest of ten clients was told
    of; `positions_intake_per_second`: as fast as the server takes them, nobody waiting between."""
    with running_city(seed) as city:
        return asyncio.run(_measure(city))


async def _measure(city: City) -> dict[str, float]:
    walkers = Walkers(city.names, city.seed)
    steps = [walkers.step(0.0) for _ in range(WARMING + SECONDS)]
    bodies = steps[WARMING:]
    async with httpx.AsyncClient(base_url=f"{city.url}/api/v1", timeout=60) as gateway, _clients(city) as clients:
        for body in steps[:WARMING]:
            await _report(gateway, body, time.time())
            await asyncio.sleep(1.0)
        await asyncio.sleep(2.0)
        for client in clients:
            client.counts.clear()
            client.delays.clear()
            client.frames_bytes = 0
        cpu, begun = city.cpu_seconds, time.monotonic()
        for number, body in enumerate(bodies):
            await asyncio.sleep(max(0.0, begun + number - time.monotonic()))
            at = time.time()
            for client in clients:
                client.reported_at = at
            await _report(gateway, body, at)
        took = max(float(SECONDS), time.monotonic() - begun)
        await asyncio.sleep(1.5)
        cpu = city.cpu_seconds - cpu
        told = [sum(client.counts) / took for client in clients]
        size = sum(client.frames_bytes for client in clients) / len(clients) / took
        delays = sorted(delay for client in clients for delay in client.delays)
        begun, taken = time.monotonic(), 0
        while time.monotonic() - begun < UNPACED_SECONDS:
            await _report(gateway, bodies[taken % SECONDS], time.time())
            taken += 1
        intake = taken * WORKERS / (time.monotonic() - begun)
    return {
        "positions_per_second": round(min(told)),
        "positions_intake_per_second": round(intake),
        "positions_delay_p95_s": round(delays[int(0.95 * len(delays))], 2),
        "positions_kb_per_client_second": round(size / 1000, 1),
        "positions_server_cpu_s_per_s": round(cpu / (took + 1.5), 2),
    }


async def _report(gateway: httpx.AsyncClient, body: bytes, at: float) -> None:
    fresh = body.replace(b'"at":0.0', f'"at":{at:.2f}'.encode())
    reply = await gateway.post("/exchange/positions/radio", content=fresh, headers=signed(fresh))
    reply.raise_for_status()
    if reply.json()["taken"] != WORKERS:
        raise RuntimeError(f"not all positions were taken: {reply.text[:200]}")


@asynccontextmanager
async def _clients(city: City) -> AsyncIterator[list[MapClient]]:
    """Ten pages of as many operators, watching where people are."""
    with city.client() as first:
        for number in range(CLIENTS):
            form = {"username": f"watcher{number}", "password": ACCOUNT["password"], "name": "watcher"}
            role = {"role": "operator", "area": "330603"}
            first.post("/accounts", json={**form, "roles": [role]}).raise_for_status()
    clients = [MapClient() for _ in range(CLIENTS)]
    sockets, tasks = [], []
    for number, client in enumerate(clients):
        with city.client(f"watcher{number}") as other:
            cookie = "; ".join(f"{one.name}={one.value}" for one in other.cookies.jar)
        address = f"{city.url.replace('http', 'ws')}/api/v1/live"
        headers = {"Cookie": cookie, "Origin": city.url}
        socket = await websockets.connect(address, additional_headers=headers, max_size=None)
        await socket.send('{"type":"events","topics":["worker"]}')
        await socket.send('{"type":"positions","on":true}')
        sockets.append(socket)
        tasks.append(asyncio.create_task(client.listen(socket)))
    try:
        yield clients
    finally:
        for socket in sockets:
            await socket.close()
        await asyncio.gather(*tasks, return_exceptions=True)
