"""An ingest worker: receives its shard of the cameras, looks at their key frames, tells the API process what it finds.

`python -m api.worker_process --config cameras.yaml --data DIR --shard 0/2`
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import threading
import uuid
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2

from api.analyst import Analyst
from api.log_format import set_up_logging
from api.worker_requests import WorkerRequests
from config.accounts import account_of, device_account_of
from config.cameras import CamerasFile
from config.load import load_cameras
from config.problem import ConfigError
from gis.ground import ground_model
from ingest.dome_controls import DomeControls
from ingest.estate import Estate
from ingest.gop import KeyFrame
from ingest.link_server import LinkServer
from ingest.live import PtzReport
from ingest.opening import Door
from ingest.rtsp.address import parse_networks
from ingest.schedule import Schedule
from ingest.state import StreamStatus
from ingest.transcode import Transcoders
from runtime.clock import Clock, SystemClock
from runtime.file_limit import raise_file_limit
from runtime.spool import Spool
from runtime.supervisor import watch_lifeline
from vision.analysis import CameraAnalysis

log = logging.getLogger(__name__)

# What all workers together spend on decoding and looking, in cores, before intervals shrink below the longest allowed:
# 1677 cameras every ten seconds fit, and small estates have every key frame looked at.
_ANALYSIS_CORES = 1.2


class Worker:
    """Composition of one worker. `run` returns after `request_stop`, with every camera told TEARDOWN."""

    def __init__(self, file: CamerasFile, base_dir: Path, data: Path, shard: int, shards: int, clock: Clock) -> None:
        self._clock = clock
        self._stopping = asyncio.Event()
        cameras = [camera for n, camera in enumerate(file.cameras) if n % shards == shard]
        zone = ZoneInfo(file.town.timezone)
        watched = [camera for camera in cameras if camera.enabled and camera.zones]
        analyses = {c.id: CameraAnalysis(c, ground_model(c), zone, lambda: uuid.uuid4().hex) for c in watched}
        self._estate = Estate(
            cameras,
            lambda camera: account_of(camera, file, os.environ, base_dir),
            file.defaults,
            file.allowed_networks,
            clock,
            random.Random(),
            on_keyframe=self._on_keyframe,
            on_status=self._on_status,
        )
        self._transcoders = Transcoders(
            self._estate.subscribe, file.defaults.transcoded_streams, clock, self._on_status
        )
        self._schedule = Schedule(_ANALYSIS_CORES / shards, clock)
        looks = file.defaults.analysis
        for camera_id in analyses:
            self._schedule.add(camera_id, looks.interval_seconds, looks.candidate_interval_seconds)
        self._watched_ids = list(analyses)
        self._spool = Spool(data / "spool" / f"worker-{shard}.sqlite")
        memory = data / "analysis"
        memory.mkdir(parents=True, exist_ok=True)
        self._analyst = Analyst(analyses, self._estate.ring, self._schedule, self._spool, memory, self._wake_link, zone)
        self._domes = DomeControls(
            cameras,
            lambda camera: device_account_of(camera, file, os.environ, base_dir),
            Door(parse_networks(file.allowed_networks), random.Random()),
            clock,
            random.Random(),
            self._on_dome_moved,
        )
        self._link = LinkServer(
            data / "run" / f"worker-{shard}.sock",
            [camera.id for camera in cameras],
            self,
            WorkerRequests(self._estate.ring, self._analyst, clock.now, self._domes.request),
            self._spool,
            self._facts,
            clock,
        )
        self._loop: asyncio.AbstractEventLoop | None = None

    def request_stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._analyst.restore)
        await self._link.start()
        looking = threading.Thread(target=self._analyst.run, name="look")
        looking.start()
        await self._estate.start()
        log.info("worker is up")
        await self._stopping.wait()
        log.info("stopping: telling the domes and the cameras")
        await self._domes.stop()
        await self._transcoders.stop()
        await self._estate.stop()
        log.info("stopping: keeping what stands in front of them in mind")
        self._analyst.stop()
        await asyncio.to_thread(looking.join)
        await self._link.stop()
        self._spool.close()
        log.info("stopped")

    # What the link needs of the streams.

    def subscribe(self, camera_id: str, profile: Any, sink: Any) -> Any:
        if profile == "transcoded":
            return self._transcoders.subscribe(camera_id, sink)
        return self._estate.subscribe(camera_id, profile, sink)

    def statuses(self) -> dict[str, StreamStatus]:
        found = self._estate.statuses()
        for camera_id in self._watched_ids:
            if camera_id in found:
                found[camera_id].sample_interval_s = self._schedule.sampling(camera_id).interval_s
        return found

    def _on_keyframe(self, key: KeyFrame) -> None:
        self._schedule.offer(key)

    def _on_status(self, status: StreamStatus) -> None:
        self._link.status_changed(status)

    def _on_dome_moved(self, report: PtzReport) -> None:
        self._link.dome_moved(report)

    def _wake_link(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._link.spooled)

    def _facts(self) -> dict[str, Any]:
        return {
            "spooled": self._spool.depth(),
            "looked": self._analyst.looked,
            "stretch": round(self._schedule.stretch, 3),
            "undecodable": self._analyst.undecodable,
            "transcoding": len(self._transcoders),
        }


async def _run(worker_of: Any) -> None:
    worker = worker_of()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.request_stop)
    await worker.run()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m api.worker_process")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--shard", default="0/1", help="which of how many, e.g. 0/2")
    options = parser.parse_args(argv)
    set_up_logging()
    watch_lifeline()
    cv2.setNumThreads(1)
    raise_file_limit()
    shard, shards = (int(part) for part in options.shard.split("/"))
    try:
        file = load_cameras(options.config)
    except ConfigError as problem:
        log.error("%s", problem)
        return 2
    base_dir = options.config.resolve().parent
    asyncio.run(_run(lambda: Worker(file, base_dir, options.data, shard, shards, SystemClock())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
