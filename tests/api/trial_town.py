"""The small town with an eye in the east: a drawn street in the ring, a cart in it, and a worker's own analysis."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import cv2
import yaml

from api.analyst import Analyst
from api.ring_trial import RingTrial
from api.visits import Visits
from config.cameras import Camera, CamerasFile
from config.load import load_cameras
from gis.ground import ground_model
from ingest.access_unit import AccessUnit
from ingest.gop import UnitGop
from ingest.live import Configuration, LiveError, Reply
from ingest.ring import Ring
from ingest.schedule import Schedule
from runtime.clock import SystemClock
from runtime.spool import Spool
from tests.api.test_server_process import write_town
from tests.api.town import RunningTown, running_town
from tests.vision.scenery import Stands, frame_at, passers_by
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive
from vision.analysis import CameraAnalysis

CAMERA = "east-cam"
CART = Stands(300, 220, 70, 50, begins=40)
SECONDS = 80
KEY_SECONDS = 2
ZONE = ZoneInfo("Asia/Shanghai")


def encode(number: int, context: Any) -> list[bytes]:
    luma = frame_at(float(number * KEY_SECONDS), [CART, passers_by()]).luma
    picture = av.VideoFrame.from_ndarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR), format="bgr24")
    picture.pts = number
    return [bytes(packet) for packet in context.encode(picture)]


class StreetLive(ReplayLive):
    """Answers `snapshot` and `trial` for the camera in the east as its worker does."""

    def __init__(self, folder: Path, file: CamerasFile) -> None:
        super().__init__({("east-cam", "sub"): encode_clip(), ("west-cam", "sub"): encode_clip()})
        self.file, self.ring = file, Ring(20.0, 8 << 20)
        clock = SystemClock()
        self.spool = Spool(folder / "street.sqlite")
        self.analyst = Analyst(lambda _: self.ring, Schedule(1.0, clock), self.spool, folder, lambda: None, ZONE)
        camera = self.camera(CAMERA)
        assert camera is not None
        self.analysis = CameraAnalysis(camera, ground_model(camera), ZONE, lambda: "cart")
        self.analyst.watch(CAMERA, self.analysis)
        self.trial = RingTrial(lambda _: self.ring, self.analyst, _no_visits(clock), self.camera, ZONE)

    def camera(self, camera_id: str) -> Camera | None:
        return next((one for one in self.file.cameras if one.id == camera_id), None)

    def watch_the_street(self) -> None:
        """Up to now: the analysis has looked at every key frame, the ring holds the last ones."""
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = 640, 360, "yuv420p"
        context.time_base, context.framerate = Fraction(KEY_SECONDS), Fraction(1, KEY_SECONDS)
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": "keyint=1:repeat-headers=1",
        }
        begins = time.time() - SECONDS
        for number in range(SECONDS // KEY_SECONDS):
            at = begins + number * KEY_SECONDS
            for data in encode(number, context):
                self.ring.begin(UnitGop(AccessUnit(CAMERA, "sub", "h264", True, int(at * 1e6), at, data)))
            frame = frame_at(float(number * KEY_SECONDS), [CART, passers_by()])
            moved = type(frame)(CAMERA, at, frame.pts_us, frame.luma, frame.colour)
            self.analysis.observe(moved)

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        if camera_id != CAMERA or op not in ("snapshot", "trial"):
            return await super().request(camera_id, op, **arguments)
        self.asked.append((camera_id, op, arguments))
        if op == "trial":
            return await asyncio.to_thread(self.trial, camera_id, arguments)
        _, jpeg = cv2.imencode(".jpg", frame_at(float(SECONDS), [CART, passers_by()]).colour())
        return Reply({"captured_at": time.time(), "width": 640, "height": 360}, (jpeg.tobytes(),))

    async def configure(self, configuration: Configuration) -> list[str]:
        self.file = CamerasFile.model_validate(configuration.file)
        camera = self.camera(CAMERA)
        if camera is not None:
            self.analyst.reconfigure(CAMERA, camera, ground_model(camera))
        return await super().configure(configuration)


def _no_visits(clock: SystemClock) -> Visits:
    async def ask(camera_id: str, _given: dict[str, Any]) -> Reply:
        raise LiveError(f"{camera_id} does not turn")

    return Visits(ask, lambda *_: {}, lambda _: None, clock)


def write_street_town(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Path:
    """cameras.yaml of the small town, its cameras fixed ones; `change` is given the whole as plain data."""
    path = write_town(folder)
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    for camera in whole["cameras"]:
        for key in ("ptz", "device"):
            camera.pop(key, None)
        camera["position"]["height_m"] = 4.0
    change(whole)
    path.write_text(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@asynccontextmanager
async def street_town(
    folder: Path, live_of: type[StreetLive] = StreetLive, **settings: Any
) -> AsyncIterator[tuple[RunningTown, StreetLive, Path]]:
    """The town, its live, and its cameras.yaml."""
    (folder / "config").mkdir()
    config = write_street_town(folder / "config")
    file = load_cameras(config)
    live = live_of(folder, file)
    live.watch_the_street()
    try:
        async with running_town(folder, cameras_file=config, config=file, live=live, **settings) as town:
            yield town, live, config
    finally:
        live.spool.close()
