"""The small town with a dome that goes its rounds: a real device by ONVIF, pictures drawn from where it points and
encoded, and the worker's own analysis of them, all on one clock that may run faster."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from api.analyses import Analyses
from api.analyst import Analyst
from api.inspector import Inspector
from api.ring_trial import RingTrial
from api.verification import VerificationRules
from api.visits import Visits
from api.worker_requests import WorkerRequests
from config.cameras import Analysis, CamerasFile
from ingest.access_unit import AccessUnit
from ingest.dome_controls import DomeControls
from ingest.gop import KeyFrame
from ingest.live import LiveUnit, PtzReport, Reply
from ingest.ring import Ring
from ingest.schedule import Schedule
from ingest.state import StreamState, StreamStatus
from runtime.clock import Clock
from runtime.spool import Spool
from sim.domes.live import LivePicture
from sim.domes.mount import Mount
from sim.domes.wares import Ware
from sim.geography.files import CENTRE
from sim.town_domes import SimDome, TownDomes
from tests.api.town import RunningTown, running_town
from tests.onvif.server import door
from tests.sim.fast_clock import FastClock
from tests.sim.small_dome_town import ACCOUNT, write_dome_town
from tests.wall.replay_live import ReplayLive
from tests.wall.turning_town import dome_config, town_map

DOME = "dome-1"
KEY_S = 2.0
PLACES = {"crossing": (60.0, 300.0), "river": (-150.0, -260.0)}
WIDE_M = 45.0
RULES = VerificationRules(patience_seconds=60.0, retry_seconds=2.0, poll_seconds=1.0)


class WatchedLive(ReplayLive):
    """What a worker does with one dome, without processes and RTSP."""

    def __init__(self, domes: TownDomes, config: CamerasFile, folder: Path, clock: Clock) -> None:
        super().__init__({})
        self.domes, self.clock = domes, clock
        source = domes.live[0].sources["sub"]
        assert isinstance(source, LivePicture)
        self.source = source
        self._statuses[DOME] = StreamStatus(DOME, state=StreamState.LIVE, since=clock.now(), codec="h264")
        self._gops[DOME, "sub"] = []
        self.rings[DOME, "sub"] = Ring(20.0, 8 * 1024 * 1024)
        self.dome_controls = DomeControls(config.cameras, lambda _: ACCOUNT, door(), clock, Random(1), self.reported)
        self.visits = Visits(
            self.dome_controls.request, lambda *given: self.analyst.visit(*given), self.status_of, clock
        )
        self.schedule = Schedule(4.0, clock)
        self.spool = Spool(folder / "worker.sqlite")
        zone = ZoneInfo("Asia/Shanghai")
        self.analyst = Analyst(self.ring, self.schedule, self.spool, folder, self._wake, zone, self.visits.at)
        Analyses(self.analyst, self.schedule, zone).change(config.cameras, Analysis())
        self.visits.change(config.cameras)
        inspector = Inspector(self.spool, folder / "quality", self._wake, zone, clock)
        cameras = {camera.id: camera for camera in config.cameras}
        trial = RingTrial(self.ring, self.analyst, self.visits, cameras.get, zone)
        self.worker = WorkerRequests(
            self.ring, self.analyst, clock.now, self.dome_controls.request, self.visits, inspector, trial
        )
        self.told: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self.analyst.run)
        self._waiting = asyncio.Event()

    def ring(self, camera_id: str) -> Ring:
        return self.rings[camera_id, "sub"] if camera_id == DOME else Ring(0, 0)

    def reported(self, report: PtzReport) -> None:
        self.visits.reported(report)
        self.dome_moved(report)

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        if camera_id != DOME:
            return await super().request(camera_id, op, **arguments)
        self.asked.append((camera_id, op, arguments))
        return await self.worker(camera_id, op, arguments)

    def start(self) -> None:
        super().start()
        self._loop = asyncio.get_running_loop()
        self._tasks += [asyncio.create_task(self._show()), asyncio.create_task(self._deliver())]
        self._thread.start()

    async def stop(self) -> None:
        self.analyst.stop()
        await asyncio.to_thread(self._thread.join)
        await super().stop()
        assert self.dome_controls is not None
        await self.dome_controls.stop()
        self.spool.close()

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._waiting.set)

    async def _deliver(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            for record in self.spool.pending():
                await self.detect(record.body, record.blobs)
                self.told.append(record.body)
                self.spool.acknowledge(record.key)

    async def _show(self) -> None:
        """Key frames alone: nobody watches the stream."""
        key, count = (DOME, "sub"), 0
        while True:
            data = await asyncio.to_thread(self.source.next_unit(True))
            unit = AccessUnit(DOME, "sub", "h264", True, int(count * KEY_S * 1e6), self.clock.now(), data, count == 0)
            self._gops[key] = [unit]
            self._keep(key, unit)
            newest = self.rings[key].newest
            assert newest is not None
            self.schedule.offer(KeyFrame(DOME, unit.received_at, KEY_S, newest))
            for subscription in tuple(self.subscriptions):
                if (subscription.camera_id, subscription.profile) == key:
                    subscription.sink(LiveUnit(unit))
            count += 1
            await self.clock.sleep(KEY_S)


def with_views(config: CamerasFile, dome: SimDome) -> CamerasFile:
    """The dome as it truly stands, with a view of each of `PLACES`; quick dwells."""
    mount = Mount(0.0, 0.0, dome.height_m, dome.heading_deg, dome.pitch_deg, dome.roll_deg)
    views = []
    for name, (x, y) in PLACES.items():
        zoom = float(np.tan(np.radians(30)) * 2 * np.hypot(np.hypot(x, y), dome.height_m) / WIDE_M)
        aim = mount.aim_at(x, y, 0.0, round(zoom, 1))
        zone = {"id": f"{name}-stall", "rule": "stall", "case_class": "05-01", "dwell_seconds": 16.0,
                "polygon": [[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95]]}  # fmt: skip
        given = {"pan_deg": round(aim.pan_deg, 2), "tilt_deg": round(aim.tilt_deg, 2), "zoom": aim.zoom}
        views.append({"id": name, "name": f"{name}视角", "name_en": f"View {name}", "aim": given, "zones": [zone],
                      "dwell_seconds": 16.0, "stay_seconds": 60.0})  # fmt: skip
    content = config.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    for camera in content["cameras"]:
        if camera["id"] == dome.id:
            stands = {"heading_deg": dome.heading_deg, "pitch_deg": dome.pitch_deg, "roll_deg": dome.roll_deg}
            camera["ptz"] = {**camera["ptz"], "mount": stands, "views": views}
    return CamerasFile.model_validate(content)


@dataclass
class RoundsTown:
    town: RunningTown
    live: WatchedLive
    domes: TownDomes
    clock: Clock

    def put(self, name: str, place: str, east_m: float = 4.0, north_m: float = -3.0) -> tuple[float, float]:
        """A stall beside the middle of a view; where it stands."""
        x, y = PLACES[place][0] + east_m, PLACES[place][1] + north_m
        self.domes.wares.put(name, Ware("stall", x, y, 20.0))
        return CENTRE.to_degrees(x, y)

    def stands_at(self) -> str | None:
        visit = self.live.visits.at(DOME)
        return visit.view.id if visit is not None else None

    def ready(self, view: str) -> bool:
        watched = self.live.analyst.analysis_of(f"{DOME}.{view}")
        return watched is not None and watched.analysis.ready

    async def call(self, account: str, method: str, path: str, body: Any = None) -> Any:
        reply = await self.town.client(account).request(method, path, json=body)
        assert reply.status_code == 200, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json()

    async def until(self, condition: Any, seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def rounds_town(folder: Path, speed: float = 20.0, **changed: Any) -> AsyncIterator[RoundsTown]:
    """`changed` goes to the settings."""
    clock = FastClock(speed)
    files = write_dome_town(folder / "town", 1)
    domes = TownDomes(files, clock, Random(3))
    await domes.start("127.0.0.1", 0, 1)
    try:
        config = with_views(dome_config(domes), files.domes[0])
        live = WatchedLive(domes, config, folder, clock)
        given = {"live": live, "config": config, "town_map": town_map(files.folder), "verification": RULES}
        given = {**given, **changed}
        async with running_town(folder, clock=clock, **given) as town:
            yield RoundsTown(town, live, domes, clock)
    finally:
        await domes.stop()
