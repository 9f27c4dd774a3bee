"""`python -m bench.simulated_cameras --sessions 1677 --seconds 10`: what the simulated cameras' RTSP server costs.

Synthetic streams (465 kbit/s, 12 and 15 frames/s, GOP 2 s), a client that only drains its sockets ten times a second,
no authentication. Prints one JSON object; `core` is CPU seconds per second of the server's process alone, on loopback.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import select
import socket
import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random

from runtime.clock import SystemClock
from sim.rtsp.clip import EventTruth
from sim.rtsp.estate import SimCamera
from sim.rtsp.nal import Codec
from sim.rtsp.server import RtspServer

SCENES = 16
SETTLE_SECONDS = 4.0
KEY_BYTES, PICTURE_BYTES = 41_000, (2500, 3200)


@dataclass(frozen=True)
class SyntheticSegment:
    name: str
    codec: Codec
    fps: float
    access_units: tuple[bytes, ...]


@dataclass(frozen=True)
class SyntheticClips:
    """A `SceneClips` in which nothing ever happens."""

    scene_id: str
    segments: dict[str, SyntheticSegment]
    width: int = 640
    height: int = 360
    truth: dict[str, EventTruth] = field(default_factory=dict)


def make_clips(scene_id: str, fps: float, rng: Random) -> SyntheticClips:
    """Twelve seconds of access units that have the sizes of a street scene's and nothing in them."""

    def nal(header: int, size: int) -> bytes:
        return b"\x00\x00\x00\x01" + bytes([header]) + bytes(1 + byte % 255 for byte in rng.randbytes(size))

    key = b"\x00\x00\x00\x01\x67\x4d\x40\x1e\x00\x00\x00\x01\x68\xee\x3c\x80"
    units: list[bytes] = []
    for _ in range(6):
        units.append(key + nal(0x65, KEY_BYTES))
        units += [nal(0x41, rng.randint(*PICTURE_BYTES)) for _ in range(round(2 * fps) - 1)]
    return SyntheticClips(scene_id, {"idle": SyntheticSegment("idle", "h264", fps, tuple(units))})


def serve(pipe: Connection, sessions: int) -> None:
    asyncio.run(_serve(pipe, sessions))


async def _serve(pipe: Connection, sessions: int) -> None:
    rng = Random(1)
    library = {f"s{i}": make_clips(f"s{i}", 15 if i % 2 else 12, rng) for i in range(SCENES)}
    cameras = [SimCamera(f"c{i}", f"s{i % SCENES}", i // SCENES) for i in range(sessions)]
    server = RtspServer(cameras, library, clock=SystemClock(), rng=rng)
    await server.start()
    pipe.send(server.port)
    while await asyncio.to_thread(pipe.recv) == "counters":
        used = os.times()
        pipe.send({**server.counters(), "cpu": used.user + used.system})
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    await server.stop()


def connect(port: int, camera: str) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port))
    url = f"rtsp://127.0.0.1:{port}/cam/{camera}/sub"
    transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
    stream.sendall(f"SETUP {url}/trackID=1 RTSP/1.0\r\nCSeq: 1\r\n{transport}\r\n\r\n".encode())
    session = re.search(rb"Session: (\w+)", stream.recv(4096))
    if session is None:
        raise RuntimeError(f"camera {camera} gave no session")
    stream.sendall(f"PLAY {url} RTSP/1.0\r\nCSeq: 2\r\nSession: {session[1].decode()}\r\n\r\n".encode())
    stream.setblocking(False)
    return stream


def drain(streams: dict[int, socket.socket], seconds: float) -> int:
    """Bytes read."""
    poll = select.epoll()
    for number in streams:
        poll.register(number, select.EPOLLIN)
    buffer, read, end = bytearray(1 << 20), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for number, _ in poll.poll(0.1, len(streams)):
            read += streams[number].recv_into(buffer)
        time.sleep(0.1)
    poll.close()
    return read


def measure(sessions: int, seconds: float) -> dict[str, float]:
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs, sessions))
    process.start()
    port = ours.recv()
    began = time.monotonic()
    streams = {stream.fileno(): stream for stream in (connect(port, f"c{i}") for i in range(sessions))}
    connected = time.monotonic() - began
    drain(streams, SETTLE_SECONDS)
    before, began = _counters(ours), time.monotonic()
    read = drain(streams, seconds)
    after, took = _counters(ours), time.monotonic() - began
    for stream in streams.values():
        stream.close()
    ours.send("stop")
    rss = ours.recv()
    process.join()
    return {
        "sessions": sessions,
        "core": round((after["cpu"] - before["cpu"]) / took, 3),
        "kbit_per_session_second": round(read * 8 / took / sessions / 1000, 1),
        "late_ticks": after["late_ticks"] - before["late_ticks"],
        "skips": after["skips"],
        "connect_all_s": round(connected, 2),
        "rss_mb": round(rss),
    }


def _counters(pipe: Connection) -> dict[str, float]:
    pipe.send("counters")
    return dict(pipe.recv())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1677)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(json.dumps(measure(given.sessions, given.seconds)))


if __name__ == "__main__":
    main()
