"""An analyst at work on coded key frames in a ring, as in a worker."""

import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from api.analyses import Analyses
from api.analyst import Analyst
from config.cameras import Analysis
from ingest.access_unit import AccessUnit
from ingest.gop import KeyFrame, UnitGop
from ingest.ring import Ring
from ingest.schedule import Schedule
from runtime.clock import SystemClock
from runtime.spool import Spool
from tests.vision.scenery import KEY_SECONDS, SHANGHAI, START, camera, frame_at, noise, zone
from tests.vision.test_bringer import BAG, walks_up
from vision.confirming.detector import ObjectDetector


class ToldSchedule(Schedule):
    """Says when a look is over."""

    def __init__(self) -> None:
        super().__init__(8.0, SystemClock())
        self.over = threading.Event()

    def done(self, cpu_seconds: float) -> None:
        super().done(cpu_seconds)
        self.over.set()


def key_frames(seconds: float) -> list[AccessUnit]:
    """Of a street where somebody puts down a bag."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 640, 360, "yuv420p", Fraction(1)
    encoder.options = {"preset": "ultrafast", "crf": "20", "tune": "zerolatency", "x264-params": "keyint=1"}
    units = []
    for step in range(int(seconds / KEY_SECONDS)):
        gray = frame_at(step * KEY_SECONDS, [BAG, walks_up(), noise(2.0)]).luma
        picture = av.VideoFrame.from_ndarray(np.dstack([gray, gray, gray]), format="bgr24")
        (packet,) = encoder.encode(picture)
        at = START + step * KEY_SECONDS
        units.append(AccessUnit("c1", "sub", "h264", True, int(step * KEY_SECONDS * 1e6), at, bytes(packet)))
    return units


def looked_at(folder: Path, units: list[AccessUnit], detector: ObjectDetector | None = None) -> Spool:
    """What an analyst told of them, one look after another."""
    schedule, spool, ring = ToldSchedule(), Spool(folder / "spool.sqlite"), Ring(20.0, 8 << 20)
    analyst = Analyst(lambda _: ring, schedule, spool, folder, lambda: None, SHANGHAI)
    looks = Analysis(interval_seconds=2, candidate_interval_seconds=2)
    Analyses(analyst, schedule, SHANGHAI, detector).change([camera(zone("dumping"))], looks)
    looking = threading.Thread(target=analyst.run)
    looking.start()
    try:
        for unit in units:
            gop = UnitGop(unit)
            ring.begin(gop)
            schedule.over.clear()
            if schedule.offer(KeyFrame("c1", unit.received_at, KEY_SECONDS, gop)):
                assert schedule.over.wait(60)
    finally:
        analyst.stop()
        looking.join()
    return spool
