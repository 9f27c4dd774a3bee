"""`python -m bench.ingest --cameras N --seconds S --json`: what receiving, decoding and looking cost.

The simulated town's cameras send in one process, the real workers receive and look, this process reads their figures
over the same link as the API process. The same run measures the limit (libavcodec in C decoding the same key frames)
and the peer (one ffmpeg process a camera). Peers look at five pictures a second and we at key frames: say so whenever
the ratio is quoted.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import decode_limit, peer
from bench.process_cost import cpu_seconds, resident_mb
from bench.simulated_estate import Estate, Server, library, prepare
from ingest.link import WorkerLinks
from ingest.link_server import STATUS_EVERY_SECONDS
from ingest.state import StreamState, StreamStatus
from runtime.clock import SystemClock

_CONNECT_SECONDS = 90.0
_WARM_SECONDS = 12.0
_DRAIN_SECONDS = 2.0 + STATUS_EVERY_SECONDS
_EVERY_KEYFRAME_SECONDS = 0.5


@dataclass
class Measured:
    """Of the workers, over the window."""

    connect_all_s: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    server_cpu_seconds: float = 0.0
    rss_mb: float = 0.0
    bytes_received: int = 0
    looked: int = 0
    intervals: dict[str, list[float]] = field(default_factory=dict)
    keyframes_sent: int = 0
    keyframes_received: int = 0
    reconnects: int = 0
    ring_seconds: float = 0.0


def start_workers(estate: Estate, data: Path, workers: int, stack: ExitStack) -> list[subprocess.Popen[bytes]]:
    base = [sys.executable, "-m", "api.worker_process", "--config", str(estate.cameras_file), "--data", str(data)]
    log = stack.enter_context((data / "workers.log").open("wb"))
    found = []
    for shard in range(workers):
        process = subprocess.Popen([*base, "--shard", f"{shard}/{workers}"], stdout=log, stderr=log)
        stack.callback(_stop, process)
        found.append(process)
    return found


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def measure(
    estate: Estate, server: Server, data: Path, workers: int, seconds: float, warm_seconds: float
) -> Measured:
    measured = Measured()
    with ExitStack() as stack:
        begun = time.monotonic()
        processes = start_workers(estate, data, workers, stack)
        pids = [process.pid for process in processes]
        sockets = [data / "run" / f"worker-{shard}.sock" for shard in range(workers)]
        links = WorkerLinks(sockets, SystemClock())
        await links.start()
        try:
            await _all_live(links, len(estate.camera_ids), processes)
            measured.connect_all_s = time.monotonic() - begun
            await asyncio.sleep(warm_seconds)
            await _window(links, pids, server.pid, seconds, measured)
            sent = await asyncio.to_thread(server.pause)
            await asyncio.sleep(_DRAIN_SECONDS)
            statuses = links.statuses().values()
            measured.keyframes_sent = int(sent["keyframes_sent"])
            measured.keyframes_received = sum(status.keyframes for status in statuses)
            measured.reconnects = sum(status.connects for status in statuses) - len(statuses)
        finally:
            await links.stop()
    await asyncio.to_thread(server.resume)
    return measured


async def _all_live(links: WorkerLinks, cameras: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + _CONNECT_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise RuntimeError("a worker has ended; see workers.log")
        if sum(status.state is StreamState.LIVE for status in links.statuses().values()) == cameras:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"not all cameras were connected within {_CONNECT_SECONDS:g} s")


async def _window(links: WorkerLinks, pids: Sequence[int], server_pid: int, seconds: float, measured: Measured) -> None:
    received, looked = _received(links), _looked(links)
    cpu, server_cpu, begun = sum(map(cpu_seconds, pids)), cpu_seconds(server_pid), time.monotonic()
    while time.monotonic() - begun < seconds:
        await asyncio.sleep(0.5)
        for status in links.statuses().values():
            _note_interval(measured.intervals.setdefault(status.camera_id, []), status)
    measured.seconds = time.monotonic() - begun
    measured.cpu_seconds = sum(map(cpu_seconds, pids)) - cpu
    measured.server_cpu_seconds = cpu_seconds(server_pid) - server_cpu
    measured.rss_mb = sum(map(resident_mb, pids))
    # Statuses come now and then: let the next come, and take its time for the rates.
    await asyncio.sleep(STATUS_EVERY_SECONDS + 0.2)
    span = time.monotonic() - begun
    measured.bytes_received = int((_received(links) - received) * measured.seconds / span)
    measured.looked = int((_looked(links) - looked) * measured.seconds / span)
    measured.ring_seconds = statistics.median(status.ring_seconds for status in links.statuses().values())


def _note_interval(seen: list[float], status: StreamStatus) -> None:
    if status.sample_interval_s and (not seen or seen[-1] != status.sample_interval_s):
        seen.append(status.sample_interval_s)


def _received(links: WorkerLinks) -> int:
    return sum(status.bytes_received for status in links.statuses().values())


def _looked(links: WorkerLinks) -> int:
    return sum(int(worker.get("looked", 0)) for worker in links.workers())


def summarise(
    measured: Measured, cameras: int, key_frame_s: float, key_frame_bytes: float, peer_ms: float
) -> dict[str, Any]:
    ours = measured.cpu_seconds / measured.seconds / cameras * 1000
    looks = measured.looked / measured.seconds / cameras
    intervals = [value for seen in measured.intervals.values() for value in seen]
    return {
        "cameras": cameras,
        "seconds": round(measured.seconds, 1),
        "cpu_ms_per_camera_second": round(ours, 3),
        "worker_cores": round(measured.cpu_seconds / measured.seconds, 3),
        "limit_ratio": round(ours / (key_frame_s * 1000 * looks), 3) if looks else None,
        "limit_ms_per_keyframe": round(key_frame_s * 1000, 3),
        "peer_ratio": round(peer_ms / ours, 2),
        "peer_cpu_ms_per_camera_second": round(peer_ms, 2),
        "keyframes_sent": measured.keyframes_sent,
        "keyframes_received": measured.keyframes_received,
        "reconnects": measured.reconnects,
        "samples_per_camera_second": round(looks, 4),
        "sample_interval_s": round(statistics.median(intervals), 2) if intervals else None,
        "sample_interval_worst_s": round(max(intervals), 2) if intervals else None,
        "cameras_sampled": len([seen for seen in measured.intervals.values() if seen]),
        "connect_all_s": round(measured.connect_all_s, 2),
        "rss_mb": round(measured.rss_mb, 1),
        "ring_seconds": round(measured.ring_seconds, 1),
        "stream_kbit_s": round(measured.bytes_received * 8 / measured.seconds / cameras / 1000, 1),
        "keyframe_kb": round(key_frame_bytes / 1000, 1),
        "server_cores": round(measured.server_cpu_seconds / measured.seconds, 3),
        "cores": os.cpu_count(),
    }


def run(options: argparse.Namespace) -> dict[str, Any]:
    folder = (options.folder / f"bench-{options.cameras}").resolve()
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    (data / "spool").mkdir(parents=True)
    interval = _EVERY_KEYFRAME_SECONDS if options.every_keyframe else options.interval
    estate = prepare(folder, options.cameras, interval)
    clips = (options.clips or options.folder / "clips").resolve()
    units = decode_limit.key_frames(library(clips, estate), estate.scenes)
    with Server(estate, clips, folder) as server:
        measured = asyncio.run(measure(estate, server, data, options.workers, options.seconds, options.warm))
        key_frame_s = decode_limit.seconds_per_key_frame(units, folder)
        urls = [estate.url(camera_id) for camera_id in estate.camera_ids[: options.peers]]
        peer_ms = peer.cpu_ms_per_camera_second(urls, min(options.seconds, 10.0))
    return summarise(measured, options.cameras, key_frame_s, statistics.mean(map(len, units)), peer_ms)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__)
    parser.add_argument("--cameras", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    parser.add_argument("--every-keyframe", action="store_true", help="look at every key frame, whatever the budget")
    parser.add_argument("--interval", type=float, default=10.0, help="analysis.interval_seconds of every camera")
    parser.add_argument("--workers", type=int, default=max(1, min(os.cpu_count() or 1, 2)))
    parser.add_argument("--warm", type=float, default=_WARM_SECONDS, help="seconds between all live and the window")
    parser.add_argument("--peers", type=int, default=4, help="cameras the peer is measured on")
    parser.add_argument("--folder", type=Path, default=Path(".gridwatch"), help="all that is written goes here")
    parser.add_argument("--clips", type=Path, help="rendered street scenes; by default below the folder")
    options = parser.parse_args(arguments)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    result = run(options)
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{key:28} {value}" for key, value in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
