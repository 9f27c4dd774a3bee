"""One simulated dome behind its own HTTP address, for tests of whoever talks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from random import Random

from config.accounts import Account
from runtime.clock import Clock, SystemClock
from sim.domes.dome import DEFAULT_LIMITS, Dome, DomeLimits
from sim.onvif.brand import GENERIC, Brand
from sim.onvif.device import Device, DeviceSettings, usual_streams
from sim.onvif.server import DeviceServer

ACCOUNT = Account("admin", "qx-2026-dome")


@dataclass
class OneDome:
    """`url` of its device service; `dome` says where it points (`aim`, `moving`) and what it was told (`commands`);
    `device.calls` counts operations, `device.hostile` and `device.quirks` may be changed while it runs."""

    url: str
    host: str
    port: int
    dome: Dome
    device: Device
    server: DeviceServer


@asynccontextmanager
async def one_dome(
    brand: Brand = GENERIC,
    *,
    clock: Clock | None = None,
    host: str = "127.0.0.1",
    limits: DomeLimits = DEFAULT_LIMITS,
    **settings: object,
) -> AsyncIterator[OneDome]:
    """`settings`: fields of DeviceSettings, as `quirks=frozenset({Quirk.STUCK_MOVING})` or `clock_error_s=-3600`."""
    clock = clock or SystemClock()
    given = replace(DeviceSettings("d1", ACCOUNT, usual_streams("d1"), brand), **settings)  # type: ignore[arg-type]
    dome = Dome(clock, limits)
    device, server = Device(given, clock=clock, rng=Random(7), dome=dome), DeviceServer(clock)
    server.add(device)
    port = await server.listen_alone("d1", host)
    try:
        yield OneDome(server.address("d1"), host, port, dome, device, server)
    finally:
        await server.stop()
