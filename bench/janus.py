"""The peer: Janus's streaming plugin (Debian's package `janus`) relaying the same pictures to the same browser.

Janus takes RTP over UDP, so a small forwarder of ours feeds it the time-code cameras' packets unchanged; neither its
cost nor what Janus spends on receiving with no viewer is counted.
"""

import asyncio
import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

from bench.process_cost import cpu_seconds
from bench.simulated_cameras import connect
from bench.wall_centre import Centre
from sim.free_port import free_port
from tests.browser import launch

PAGE = (Path(__file__).parent / "janus_page.js").read_text(encoding="utf-8")
MODULES = "*/janus"
_READ_BYTES = 1 << 18


MAGIC = 0x24
"""In front of a packet between RTSP's texts: RFC 2326 10.12."""


def _after_text(data: bytes) -> int:
    """Where packets begin: behind the answer to PLAY, which comes first."""
    if not data or data[0] == MAGIC:
        return 0
    end = data.find(b"\r\n\r\n")
    return end + 4 if end >= 0 else 0


def forward(rtsp_port: int, cameras: list[str], udp_ports: list[int], ended: Event) -> None:
    """RTP packets of each camera to each port, until told to end."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    streams = [connect(rtsp_port, camera) for camera in cameras]
    kept = [b""] * len(streams)
    while not ended.is_set():
        time.sleep(0.01)
        for n, stream in enumerate(streams):
            try:
                data = kept[n] + stream.recv(_READ_BYTES)
            except BlockingIOError:
                continue
            at = _after_text(data)
            while at + 4 <= len(data) and data[at] == MAGIC:
                after = at + 4 + (data[at + 2] << 8 | data[at + 3])
                if after > len(data):
                    break
                if data[at + 1] == 0:
                    out.sendto(data[at + 4 : after], ("127.0.0.1", udp_ports[n]))
                at = after
            kept[n] = data[at:]
    for stream in streams:
        stream.close()


def configure(folder: Path, port: int, udp_ports: list[int]) -> None:
    """Nothing but the streaming plugin, plain HTTP on the loopback, a mount point for each camera."""
    installed = next(path for root in ("/usr/lib", "/usr/local/lib") for path in Path(root).glob(MODULES))
    plugins, transports = folder / "plugins", folder / "transports"
    for place, kind, name in ((plugins, "plugins", "streaming"), (transports, "transports", "http")):
        place.mkdir(parents=True, exist_ok=True)
        (place / f"libjanus_{name}.so").symlink_to(installed / kind / f"libjanus_{name}.so")
    (folder / "janus.jcfg").write_text(
        f'general: {{ configs_folder = "{folder}" plugins_folder = "{plugins}" transports_folder = "{transports}"\n'
        'debug_level = 2 }\nnat: { ice_ignore_list = "vmnet" }\nmedia: { ipv6 = false }\n'
    )
    (folder / "janus.transport.http.jcfg").write_text(
        f'general: {{ json = "compact" base_path = "/janus" http = true port = {port} ip = "127.0.0.1" }}\n'
        'admin: { admin_http = false }\ncors: { allow_origin = "*" }\n'
    )
    mounts = [
        f'm{n}: {{ type = "rtp" id = {n} audio = false video = true videoport = {udp} videopt = 96\n'
        'videortpmap = "H264/90000" videofmtp = "profile-level-id=42e01f;packetization-mode=1" }'
        for n, udp in enumerate(udp_ports, 1)
    ]
    (folder / "janus.plugin.streaming.jcfg").write_text("general: {}\n" + "\n".join(mounts) + "\n")


LEAST_PACKETS = 10.0
"""A second: a stream that is relayed has some forty."""


async def received(page: Page) -> list[int]:
    """Packets by connection so far."""
    return list(await page.evaluate("() => window.__janus.received()"))


async def until_relayed(page: Page, tiles: int, seconds: float) -> None:
    """Returns when so many connections receive, or after that time."""
    deadline = time.monotonic() + seconds
    while sum(packets > 0 for packets in await received(page)) < tiles and time.monotonic() < deadline:
        await asyncio.sleep(0.5)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


async def janus_ms_per_tile_second(centre: Centre, folder: Path, tiles: int, seconds: float) -> float | None:
    """None where there is no Janus, or nothing of it arrived."""
    program = shutil.which("janus")
    if program is None:
        _say("no janus on this machine: skipped")
        return None
    port, udp_ports = free_port(), [free_port() for _ in range(tiles)]
    home = folder / f"janus-{port}"
    configure(home, port, udp_ports)
    ended = multiprocessing.get_context("spawn").Event()
    forwarder = multiprocessing.get_context("spawn").Process(
        target=forward, args=(centre.rtsp_port, centre.camera_ids[:tiles], udp_ports, ended)
    )
    with (home / "log").open("wb") as log:
        janus = subprocess.Popen([program, "-F", str(home)], stdout=log, stderr=log)
    try:
        forwarder.start()
        await asyncio.sleep(4.0)
        httpx.get(f"http://127.0.0.1:{port}/janus/info").raise_for_status()
        cpu, began = cpu_seconds(janus.pid), time.monotonic()
        await asyncio.sleep(seconds / 2)
        idle = (cpu_seconds(janus.pid) - cpu) / (time.monotonic() - began)
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            page = await browser.new_page(viewport={"width": 1920, "height": 1080})
            await page.goto(f"http://127.0.0.1:{port}/janus/info")
            await page.evaluate(PAGE)
            await page.evaluate(
                "([url, tiles]) => window.__janus.watch(url, tiles)", [f"http://127.0.0.1:{port}/janus", tiles]
            )
            await until_relayed(page, tiles, 40.0)
            await asyncio.sleep(3.0)
            before, cpu, began = await received(page), cpu_seconds(janus.pid), time.monotonic()
            await asyncio.sleep(seconds)
            after, took = await received(page), time.monotonic() - began
            busy = (cpu_seconds(janus.pid) - cpu) / took
            await browser.close()
        rates = [(last - first) / took for first, last in zip(before, after, strict=True)]
        relayed = sum(rate > LEAST_PACKETS for rate in rates)
        cores = f"cores idle {idle:.4f}, watched {busy:.4f}"
        _say(f"janus: {relayed} of {tiles} relayed, {sum(rates):.0f} packets/s; {cores}")
        return round(1000 * (busy - idle) / relayed, 2) if relayed else None
    finally:
        ended.set()
        janus.terminate()
        janus.wait(20)
        forwarder.join(10)
