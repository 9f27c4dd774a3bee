"""What the worker does while a camera cannot be judged: no rule looks at it, verification says why, and it goes on."""

import threading
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from api.analyst import Analyst
from api.inspector import Inspector
from api.ring_trial import RingTrial
from api.visits import Visits
from api.worker_requests import WorkerRequests
from ingest.access_unit import AccessUnit
from ingest.frame import Frame
from ingest.gop import KeyFrame, UnitGop
from ingest.ring import Ring
from ingest.schedule import Schedule
from runtime.spool import Spool
from sim.picture_faults import Spoiling, Spoilt
from sim.rtsp.spoil import encode_planar
from tests.api.test_inspector import fixed
from tests.ingest.hand_clock import HandClock
from tests.vision.quality_town import START, pictures
from vision.analysis import CameraAnalysis
from vision.observation import Observation

ZONE = ZoneInfo("Asia/Shanghai")
COVERED = (Spoilt(Spoiling.COVERED, 1.0, 3),)
STEP = 10.0


class Counting(CameraAnalysis):
    seen = 0

    def observe(self, frame: Frame) -> Observation:
        self.seen += 1
        return super().observe(frame)


class ToldSchedule(Schedule):
    def __init__(self, clock: HandClock) -> None:
        super().__init__(100.0, clock)
        self.over = threading.Event()

    def done(self, cpu_seconds: float) -> None:
        super().done(cpu_seconds)
        self.over.set()


class Worker:
    """The looking half of one, with one camera."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.at, self.number = HandClock(START), START, 0
        self.ring, self.schedule, spool = Ring(60.0, 8 << 20), ToldSchedule(self.clock), Spool(folder / "spool.sqlite")
        self.inspector = Inspector(spool, folder / "quality", lambda: None, ZONE, self.clock)
        self.inspector.change([fixed("c0")])
        self.analyst = Analyst(
            lambda _: self.ring, self.schedule, spool, folder, lambda: None, ZONE, inspect=self.inspector.seen
        )
        self.analysis = Counting(fixed("c0"), None, ZONE, lambda: "thing")
        self.analyst.watch("c0", self.analysis)
        self.schedule.add("c0", 2.0, 2.0)
        visits = cast(Visits, None)  # no dome here
        trial = RingTrial(lambda _: self.ring, self.analyst, visits, lambda _: fixed("c0"), ZONE)
        self.ask = WorkerRequests(
            lambda _: self.ring, self.analyst, lambda: self.at, _no_dome, visits, self.inspector, trial
        )

    def look(self, times: int, *state: Spoilt) -> int:
        """How many pictures the rules were shown."""
        before = self.analysis.seen
        for _ in range(times):
            self.at, self.number = self.at + STEP, self.number + 1
            self.clock.turn(STEP)
            (data,) = encode_planar([pictures(0, tuple(state))[self.number % 3]], 1.0, "h264", {0})
            gop = UnitGop(AccessUnit("c0", "sub", "h264", True, 0, self.at, data))
            self.ring.begin(gop)
            self.schedule.over.clear()
            assert self.schedule.offer(KeyFrame("c0", self.at, STEP, gop))
            assert self.schedule.over.wait(10)
        return self.analysis.seen - before

    async def verify(self) -> str:
        reply = await self.ask("c0", "verify", {"object_id": "o1", "box": [0.4, 0.5, 0.1, 0.1]})
        assert reply.body["result"] == "cannot_tell"
        return str(reply.body["reason"]["code"])


async def _no_dome(camera_id: str, arguments: dict[str, Any]) -> Any:
    raise AssertionError((camera_id, arguments))


async def test_rules_wait_for_a_camera_that_can_be_judged(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    thread = threading.Thread(target=worker.analyst.run)
    thread.start()
    try:
        assert worker.look(20) == 20
        assert await worker.verify() != "covered"
        # From the first bad look on, which comes with the next that is due; long before the fault is told.
        assert worker.look(6, *COVERED) <= 4
        assert worker.look(12, *COVERED) == 0
        assert await worker.verify() == "covered"
        assert worker.look(14) >= 3
        assert worker.look(5) == 5
        assert await worker.verify() != "covered"
    finally:
        worker.analyst.stop()
        thread.join()
