"""An ingest worker: receives its shard of the cameras, looks at their key frames, tells the API process what it finds.

`python -m api.worker_process --config cameras.yaml --data DIR --shard 0/2`
"""

import argparse
import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import cv2
from pydantic import ValidationError

from api.analyses import Analyses
from api.analyst import Analyst
from api.inspector import Inspector
from api.log_format import set_up_logging
from api.ring_trial import RingTrial
from api.visits import Visits
from api.worker_requests import WorkerRequests
from config.accounts import StreamAccounts, device_account_of
from config.cameras import Camera, CamerasFile
from config.fingerprint import fingerprint
from config.in_use import load_or_in_use
from config.problem import ConfigError
from ingest.dome_controls import DomeControls
from ingest.estate import Estate
from ingest.gop import KeyFrame
from ingest.link_server import Holding, LinkServer
from ingest.live import LiveError, PtzReport
from ingest.opening import Door
from ingest.ring import Ring
from ingest.rtsp.address import parse_networks
from ingest.schedule import Schedule
from ingest.state import StreamStatus
from ingest.transcode import Transcoders
from runtime.clock import Clock, SystemClock
from runtime.file_limit import raise_file_limit
from runtime.spool import Spool
from runtime.supervisor import watch_lifeline
from vision.confirming.detector import ObjectDetector

log = logging.getLogger(__name__)

# What all workers together spend on decoding and looking, in cores, before intervals shrink below the longest allowed:
# 1677 cameras every ten seconds fit, and small estates have every key frame looked at.
_ANALYSIS_CORES = 1.2


class Worker:
    """Composition of one worker. `run` returns after `request_stop`, with every camera told TEARDOWN."""

    def __init__(self, file: CamerasFile, base_dir: Path, data: Path, shard: int, shards: int, clock: Clock) -> None:
        self._clock = clock
        self._stopping = asyncio.Event()
        self._file, self._base_dir, self._shard, self._shards = file, base_dir, shard, shards
        self._accounts = StreamAccounts(file, os.environ, base_dir)
        self._changing = asyncio.Lock()
        cameras = cameras_of(file, shard, shards)
        zone = ZoneInfo(file.town.timezone)
        self._estate = Estate(
            cameras,
            lambda camera: self._accounts.of(camera),
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
        self._spool = Spool(data / "spool" / f"worker-{shard}.sqlite")
        memory = data / "analysis"
        memory.mkdir(parents=True, exist_ok=True)
        self._visits = Visits(
            lambda camera_id, arguments: self._domes.request(camera_id, arguments),
            lambda name, ground: self._analyst.visit(name, ground),
            lambda camera_id: self._estate.statuses().get(camera_id),
            clock,
        )
        self._inspector = Inspector(
            self._spool, data / "quality", self._wake_link, zone, clock, self._ask_aim, self._schedule.interval
        )
        self._analyst = Analyst(
            self._ring,
            self._schedule,
            self._spool,
            memory,
            self._wake_link,
            zone,
            self._visits.at,
            self._inspector.seen,
        )
        self._detector = ObjectDetector(clock)
        self._analyses = Analyses(self._analyst, self._schedule, zone, self._detector)
        self._visits.change(cameras)
        self._domes = DomeControls(
            cameras,
            lambda camera: device_account_of(camera, self._file, os.environ, base_dir),
            _door(file),
            clock,
            random.Random(),
            self._on_dome_moved,
        )
        self._link = self._make_link(data, _holding(file, base_dir, cameras), zone)
        self._loop: asyncio.AbstractEventLoop | None = None

    def _make_link(self, data: Path, holding: Holding, zone: ZoneInfo) -> LinkServer:
        """What the centre asks of this worker ends at the parts it asks."""
        return LinkServer(
            data / "run" / f"worker-{self._shard}.sock",
            holding,
            self,
            WorkerRequests(
                self._estate.ring,
                self._analyst,
                self._clock.now,
                self._domes.request,
                self._visits,
                self._inspector,
                RingTrial(self._estate.ring, self._analyst, self._visits, self._camera, zone),
            ),
            self._spool,
            self._facts,
            self._clock,
            self._configure,
        )

    def request_stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        cameras = cameras_of(self._file, self._shard, self._shards)
        await asyncio.to_thread(self._analyses.change, cameras, self._file.defaults.analysis)
        await asyncio.to_thread(self._inspector.change, cameras)
        await self._link.start()
        looking = threading.Thread(target=self._analyst.run, name="look")
        looking.start()
        inspecting = threading.Thread(target=self._inspector.run, name="inspect")
        inspecting.start()
        detecting = asyncio.create_task(self._change_detector(), name="detector")  # cameras do not wait for a model
        await self._estate.start()
        log.info("worker is up")
        await self._stopping.wait()
        log.info("stopping: telling the domes and the cameras")
        await self._domes.stop()
        await self._transcoders.stop()
        await self._estate.stop()
        log.info("stopping: keeping what stands in front of them in mind")
        self._analyst.stop()
        self._inspector.stop()
        await asyncio.to_thread(looking.join)
        await detecting
        await asyncio.to_thread(self._detector.close)
        await asyncio.to_thread(inspecting.join)
        await self._link.stop()
        self._spool.close()
        log.info("stopped")

    async def _configure(self, plain: dict[str, Any]) -> None:
        """Whoever asked may go away meanwhile: what was begun is finished."""
        await asyncio.shield(asyncio.create_task(self._change(plain), name="configure"))

    async def _change(self, plain: dict[str, Any]) -> None:
        try:
            file = await asyncio.to_thread(CamerasFile.model_validate, plain)
        except ValidationError as problem:
            raise LiveError(f"not a configuration this worker knows: {problem.error_count()} problems") from None
        cameras = cameras_of(file, self._shard, self._shards)
        async with self._changing:
            try:
                await asyncio.to_thread(self._analyses.change, cameras, file.defaults.analysis)
            except ValueError as problem:
                raise LiveError(str(problem)) from None
            await asyncio.to_thread(self._inspector.change, cameras)
            accounts = StreamAccounts(file, os.environ, self._base_dir)
            anew = {one.id for one in cameras if accounts.mark(one) != self._accounts.mark(one)}
            self._file, self._accounts = file, accounts
            self._visits.change(cameras)
            await asyncio.gather(
                self._domes.change(cameras, _door(file)),
                self._estate.change(cameras, file.defaults, file.allowed_networks, anew),
            )
            self._link.holds(_holding(file, self._base_dir, cameras))
        await self._change_detector()
        log.info("%d cameras from now on", len(cameras))

    async def _change_detector(self) -> None:
        await asyncio.to_thread(self._detector.change, self._file.detector, self._base_dir)

    def _ring(self, camera_id: str) -> Ring:
        """For the analysis, which may still look at the last picture of a stream that has ended: an empty one then."""
        try:
            return self._estate.ring(camera_id)
        except KeyError:
            return Ring(0.0, 0)

    def _camera(self, camera_id: str) -> Camera | None:
        return next((one for one in self._file.cameras if one.id == camera_id), None)

    # What the link needs of the streams.

    def subscribe(self, camera_id: str, profile: Any, sink: Any) -> Any:
        if profile == "transcoded":
            return self._transcoders.subscribe(camera_id, sink)
        return self._estate.subscribe(camera_id, profile, sink)

    def statuses(self) -> dict[str, StreamStatus]:
        found = self._estate.statuses()
        for camera_id, status in found.items():
            self._inspector.clock_of(camera_id, status.extra.get("clock_offset_s"))
        for camera_id in self._analyses.ids():
            with contextlib.suppress(KeyError):  # while cameras change, the parts change one after the other
                found[camera_id].sample_interval_s = self._schedule.sampling(camera_id).interval_s
        return found

    def _on_keyframe(self, key: KeyFrame) -> None:
        self._schedule.offer(key)
        self._inspector.offer(key)

    def _on_status(self, status: StreamStatus) -> None:
        self._link.status_changed(status)

    def _on_dome_moved(self, report: PtzReport) -> None:
        self._visits.reported(report)
        self._inspector.dome_moved(report)
        self._link.dome_moved(report)

    def _wake_link(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._link.spooled)

    def _ask_aim(self, camera_id: str) -> None:
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._tell_aim(camera_id), self._loop)

    async def _tell_aim(self, camera_id: str) -> None:
        with contextlib.suppress(LiveError):  # then nobody knows, and it is not judged by where it looks
            status = await self._domes.request(camera_id, {"do": "status"})
            self._inspector.dome_moved(PtzReport(camera_id, **status.body))

    def _facts(self) -> dict[str, Any]:
        return {
            "spooled": self._spool.depth(),
            "looked": self._analyst.looked,
            "judged": self._inspector.judged,
            "stretch": round(self._schedule.stretch, 3),
            "undecodable": self._analyst.undecodable,
            "transcoding": len(self._transcoders),
            **self._detector.figures.to_plain(),
        }


def cameras_of(file: CamerasFile, shard: int, shards: int) -> list[Camera]:
    """Dealt by their ids, not by their places in the file: a camera put in front would move all others."""
    return [camera for camera in file.cameras if crc32(camera.id.encode()) % shards == shard]


def _holding(file: CamerasFile, base_dir: Path, cameras: list[Camera]) -> Holding:
    return Holding(tuple(camera.id for camera in cameras), fingerprint(file, base_dir))


def _door(file: CamerasFile) -> Door:
    return Door(parse_networks(file.allowed_networks), random.Random())


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
        file = load_or_in_use(options.config, options.data)
    except ConfigError as problem:
        log.error("%s", problem)
        return 2
    base_dir = options.config.resolve().parent
    asyncio.run(_run(lambda: Worker(file, base_dir, options.data, shard, shards, SystemClock())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
