"""`python -m bench.estate_check --json`: `gridwatch cameras check` over an estate with known faults.

1677 simulated cameras, each at an address of its own, with ONVIF of three makers: 5 % dead, smart codecs, exchanged
streams, another camera's address, wrong passwords, drifting clocks, wrong zones. Prints what the command took, and by
finding how many of those that are there it named (`recall`) and how many of those it named are there (`precision`).
Streams are synthetic: 0.3 Mbit/s the sub stream, 1 Mbit/s the main stream.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from bench.estate_faults import ADMIN, VIEWER, Faulty, device_of, faulty_estate, stream_of, write_estate
from bench.ptz_probe import silent_port
from runtime.clock import SystemClock
from runtime.file_limit import raise_file_limit
from sim.onvif.device import Device
from sim.onvif.server import DeviceServer
from sim.rtsp.clip import EventTruth
from sim.rtsp.nal import Codec
from sim.rtsp.server import RtspServer

FPS = 12
EVEN, SMART, UNEVEN = (24,) * 4, (90, 90), (12, 42, 12, 42)
"""Frames of each group of pictures."""


@dataclass(frozen=True)
class Segment:
    codec: Codec
    access_units: tuple[bytes, ...]
    name: str = "idle"
    fps: float = FPS


@dataclass(frozen=True)
class Clips:
    scene_id: str
    width: int
    height: int
    segments: dict[str, Segment]
    truth: dict[str, EventTruth] = field(default_factory=dict)


def clips(scene: str, width: int, height: int, groups: tuple[int, ...] = EVEN, codec: Codec = "h264") -> Clips:
    """Real pictures with something moving, with key frames where `groups` begin."""
    encoder = cast(VideoCodecContext, av.CodecContext.create("libx264" if codec == "h264" else "libx265", "w"))
    encoder.width, encoder.height, encoder.pix_fmt, encoder.thread_count = width, height, "yuv420p", 1
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    private = "keyint=1000:min-keyint=1:scenecut=0:bframes=0:repeat-headers=1"
    private += ":annexb=1" if codec == "h264" else ":open-gop=0:log-level=none:pools=1:frame-threads=1"
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "30", "forced-idr": "1",
                       f"{'x264' if codec == 'h264' else 'x265'}-params": private}  # fmt: skip
    noise = np.random.default_rng(7).integers(90, 160, (height, width), dtype=np.uint8)
    keys = {sum(groups[:n]) for n in range(len(groups))}
    units: list[bytes] = []
    for index in range(sum(groups)):
        picture = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
        band = slice(height // 3, height // 3 + height // 8)
        picture[band] = np.roll(noise[band], index * 3, axis=1)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = index, encoder.time_base
        frame.pict_type = PictureType.I if index in keys else PictureType.NONE
        units += [bytes(packet) for packet in encoder.encode(frame)]
    units += [bytes(packet) for packet in encoder.encode(None)]
    return Clips(scene, width, height, {"idle": Segment(codec, tuple(units))})


def serve(pipe: Connection, cameras: list[Faulty]) -> None:
    raise_file_limit()
    asyncio.run(_serve(pipe, cameras))


async def _serve(pipe: Connection, cameras: list[Faulty]) -> None:
    clock, rng = SystemClock(), Random(3)
    small, large = clips("plain", 640, 360), clips("plain", 1280, 720)
    largest = clips("large", 1920, 1080)
    library = dict.fromkeys(("plain", "smart", "uneven", "h265"), small)
    library |= {"large": largest, "another": clips("another", 704, 576)}
    mains = library | dict.fromkeys(("plain", "another", "h265"), large)
    mains |= {"smart": clips("smart", 1280, 720, SMART), "uneven": clips("uneven", 1280, 720, UNEVEN)}
    subs = {"h265": clips("h265", 640, 360, codec="h265")}
    living = [camera for camera in cameras if camera.stream != "dead"]
    streams = RtspServer(
        [stream_of(camera, number) for number, camera in enumerate(living)], library, clock=clock, rng=rng,
        variants={("main", "h264"): mains, ("sub", "h265"): subs},
    )  # fmt: skip
    await streams.start("0.0.0.0")
    devices = DeviceServer(clock)
    for camera in living:
        devices.add(Device(device_of(camera), clock=clock, rng=rng))
    onvif = await devices.listen("0.0.0.0")
    pipe.send((streams.port, onvif))
    with contextlib.suppress(EOFError):
        await asyncio.to_thread(pipe.recv)
    await devices.stop()
    await streams.stop()


def run_check(config: Path, at_once: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """The command as an administrator types it, and what it cost."""
    argv = [sys.executable, "-m", "api.command", "cameras", "check", "--json", "--config", str(config)]
    argv += ["--at-once", str(at_once)] if at_once else []
    environ = os.environ | {"BENCH_VIEWER": VIEWER.password, "BENCH_ADMIN": ADMIN.password}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, env=environ, stdout=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {
        "check_s": round(time.monotonic() - began, 1),
        "check_cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "check_memory_mb": after.ru_maxrss // 1024,
        "exit_status": done.returncode,
    }
    return json.loads(done.stdout), cost


def judged(cameras: list[Faulty], checked: list[dict[str, Any]]) -> dict[str, Any]:
    """By finding: how many there are, how many were named, how many rightly."""
    said = {row["id"]: {one["code"] for one in row["findings"]} for row in checked}
    rows = {row["id"]: row for row in checked}
    there: Counter[str] = Counter()
    named: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong = []
    for camera in cameras:
        expected, found = {code.value for code in camera.expected}, said[camera.id]
        there.update(expected)
        named.update(found)
        right.update(expected & found)
        if expected != found:
            what = (camera.stream, camera.clock, camera.brand.name)
            gops = {profile: (one["gop_s"], one["error"]) for profile, one in rows[camera.id]["streams"].items()}
            errors = {"missed": [*expected - found], "false": [*found - expected]}
            wrong.append({"id": camera.id, "is": what, **errors, "streams": gops})
    return {
        "cameras": len(cameras),
        "exactly_right": len(cameras) - len(wrong),
        "recall": round(right.total() / max(1, there.total()), 4),
        "precision": round(right.total() / max(1, named.total()), 4),
        "findings": {code: {"there": there[code], "named": named[code], "right": right[code]}
                     for code in sorted(there | named)},
        "wrong": wrong[:20],
    }  # fmt: skip


def measure(count: int, seed: int, at_once: int) -> dict[str, Any]:
    cameras = faulty_estate(count, seed)
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs, cameras))
    process.start()
    theirs.close()
    try:
        with tempfile.TemporaryDirectory() as scratch, silent_port("0.0.0.0") as dead:
            rtsp, onvif = ours.recv()
            config = write_estate(Path(scratch), cameras, rtsp, onvif, dead)
            checked, cost = run_check(config, at_once)
    finally:
        ours.close()
        process.join(20)
    return {**cost, "load": round(os.getloadavg()[0], 1), **judged(cameras, checked)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    parser.add_argument("--cameras", type=int, default=1677)
    parser.add_argument("--seed", type=int, default=1, help="which cameras have which faults")
    parser.add_argument("--at-once", type=int, default=0, help="cameras looked at at once; 0: as the command does")
    given = parser.parse_args()
    raise_file_limit()
    found = measure(given.cameras, given.seed, given.at_once)
    print(json.dumps(found) if given.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
