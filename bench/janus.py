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
            at = 0
            while at + 4 <= len(data):
                after = at + 4 + (data[at + 2] << 8 | data[at + 3])
                if after > len(data):
                    break
                if data[at] == 0x24 and data[at + 1] == 0:
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


async def playing(page: Page, tiles: int, seconds: float) -> int:
    """Waits until so many videos play; how many do after that time."""
    deadline, found = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        found = await page.evaluate("() => window.__janus.playing()")
        if found >= tiles:
            break
        await asyncio.sleep(0.5)
    return found


async def janus_ms_per_tile_second(centre: Centre, folder: Path, tiles: int, seconds: float) -> float | None:
    """None where there is no Janus."""
    program = shutil.which("janus")
    if program is None:
        sys.stderr.write("no janus on this machine: skipped\n")
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
            shown = await playing(page, tiles, 30.0)
            await asyncio.sleep(3.0)
            cpu, began = cpu_seconds(janus.pid), time.monotonic()
            await asyncio.sleep(seconds)
            busy = (cpu_seconds(janus.pid) - cpu) / (time.monotonic() - began)
            await browser.close()
        sys.stderr.write(f"janus: {shown} of {tiles} play, idle {idle:.4f}, watched {busy:.4f} cores\n")
        return round(1000 * (busy - idle) / max(1, shown), 2)
    finally:
        ended.set()
        janus.terminate()
        janus.wait(20)
        forwarder.join(10)
