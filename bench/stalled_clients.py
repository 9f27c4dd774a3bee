"""Clients that open a full wall and never read a byte: what they cost the API process, and whom they disturb."""

import asyncio
import base64
import json
import os
import socket
import struct
from typing import Any

from playwright.async_api import async_playwright

from bench.wall_browser import Wall
from bench.wall_centre import Centre
from tests.browser import launch

RECEIVE_BYTES = 64 * 1024


def stall(centre: Centre, cookie: str, cameras: list[str]) -> socket.socket:
    """An open page's socket: asks for the cameras and then never reads."""
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    stalled.connect(("127.0.0.1", centre.port))
    head = (
        f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{centre.port}\r\nOrigin: {centre.url}\r\nCookie: {cookie}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
    )
    stalled.sendall(head.encode())
    answer = stalled.recv(4096)
    if b" 101 " not in answer:
        raise RuntimeError(f"no WebSocket: {answer[:200]!r}")
    for number, camera in enumerate(cameras):
        stalled.sendall(_frame({"type": "open", "stream": number, "camera": camera, "profile": "sub"}))
    return stalled


def _frame(message: dict[str, Any]) -> bytes:
    """A masked text frame (RFC 6455 5.2), with the mask of zeros."""
    payload = json.dumps(message).encode()
    return struct.pack(">BBH", 0x81, 0x80 | 126, len(payload)) + bytes(4) + payload


async def stalled_clients(centre: Centre, clients: int, seconds: float) -> dict[str, Any]:
    """Memory of the API process before and at its most, and a healthy page's nine tiles meanwhile."""
    cameras = centre.camera_ids[:40]
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        wall = await Wall.open(centre, browser, "9", cameras[:9])
        await asyncio.sleep(3.0)
        alone = await wall.watch(6.0)
        before = most = centre.api_memory_mb()
        sockets = [stall(centre, cookie, cameras) for cookie in centre.cookies(clients)]
        watching = asyncio.create_task(wall.watch(seconds))
        while not watching.done():
            await asyncio.sleep(0.25)
            most = max(most, centre.api_memory_mb())
        beside = await watching
        for one in sockets:
            one.close()
        await browser.close()
    return {
        "stalled_clients": clients,
        "stalled_memory_mb": round(most - before, 1),
        "stalled_healthy_fps": [alone["fps"], beside["fps"]],
        "stalled_healthy_glass_p95_ms": [alone["glass_p95_ms"], beside["glass_p95_ms"]],
    }
