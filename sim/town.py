"""The simulated town in one process: cameras, what happens in front of them, the fault switch, the phones."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from runtime.clock import Clock
from sim.control import ControlServer, control_app, listen_on_loopback
from sim.director import Director
from sim.estate_files import EstateError, EstateFiles
from sim.faults import FaultSwitch
from sim.hearing import Hearing
from sim.loudspeakers import Loudspeakers
from sim.phones.crew import Crew, read_grids
from sim.phones.habits import DEFAULT_HABITS, Habits
from sim.phones.roads import read_roads
from sim.phones.roster import read_roster
from sim.phones.vendors import TownStreet
from sim.rtsp.clip import SceneClips
from sim.rtsp.estate import Variants
from sim.rtsp.server import RtspServer
from sim.schedule import DEFAULT_RATE, Rate, plan
from sim.town_domes import TownDomes
from sim.truth import TruthLog

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PhoneOptions:
    """`api_url` is the command centre's origin. It need not be up yet."""

    roster: Path
    api_url: str
    habits: Habits = DEFAULT_HABITS


@dataclass(frozen=True, slots=True)
class TownOptions:
    """No port: the one in cameras.yaml. Port 0 takes a free one. No rate: no events but those asked for."""

    truth_file: Path
    rtsp_port: int | None = None
    control_port: int = 0
    seed: int = 1
    rate: Rate | None = DEFAULT_RATE
    phones: PhoneOptions | None = None
    session_limit: int = 6
    onvif_port: int | None = None
    speaker_port: int | None = None


@dataclass(frozen=True, slots=True)
class TownAddresses:
    """`onvif_port` and `speaker_port` are 0 where there are no such devices."""

    rtsp_port: int
    control_url: str
    onvif_port: int = 0
    speaker_port: int = 0


class SimTown:
    """`start`, then `run` until it is cancelled or something fails, then `stop`, which is safe at any time.

    Raises RosterError or OSError when the workers' accounts cannot be read.
    """

    def __init__(
        self,
        files: EstateFiles,
        library: Mapping[str, SceneClips],
        options: TownOptions,
        clock: Clock,
        variants: Variants | None = None,
    ) -> None:
        self._files, self._options, self._clock = files, options, clock
        self._rng = Random(options.seed)
        self.hearing = Hearing()
        self.domes = TownDomes(files.domes, clock, Random(options.seed))
        self.server = RtspServer(
            files.cameras,
            library,
            clock=clock,
            rng=Random(self._rng.random()),
            variants=variants,
            session_limit=options.session_limit,
            live=self.domes.live,
            speakers=files.speakers.cameras,
            hearing=self.hearing,
        )
        self.loudspeakers = Loudspeakers(files.speakers.devices, self.hearing, clock)
        self._roster = read_roster(options.phones.roster) if options.phones is not None else []
        self._truth = TruthLog(options.truth_file)
        run_name = f"run{round(clock.now())}"
        self.director = Director(self.server.estate, files.poses, self._truth, clock, run_name)
        self._control = ControlServer(control_app(self.server, FaultSwitch(self.server), self.director, self.domes))
        self._addresses: TownAddresses | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> TownAddresses:
        """Raises OSError when a port is taken."""
        port = self._files.port if self._options.rtsp_port is None else self._options.rtsp_port
        listener = listen_on_loopback(self._options.control_port)
        self._serving = asyncio.create_task(self._control.serve(sockets=[listener]))
        await self.server.start(HOST, port)
        devices = self._files.domes.port if self._options.onvif_port is None else self._options.onvif_port
        await self.domes.start(HOST, devices, self.server.port)
        speaker_port = self._files.speakers.port if self._options.speaker_port is None else self._options.speaker_port
        if self._files.speakers.devices:
            await self.loudspeakers.start(speaker_port)
        control_url = f"http://{HOST}:{listener.getsockname()[1]}"
        self._addresses = TownAddresses(self.server.port, control_url, self.domes.port, self.loudspeakers.port)
        _log.info(
            "%d cameras at rtsp://%s:%d, control at %s", len(self._files.cameras), HOST, self.server.port, control_url
        )
        return self._addresses

    async def run(self) -> None:
        crew = None
        if self._options.phones is not None and self._addresses is not None:
            crew = self._crew(self._options.phones, self._addresses.control_url)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.server.wait())
            if self._options.rate is not None:
                events = plan(self.director.event_cameras(), self._options.seed, self._options.rate)
                tasks.create_task(self.director.run(events))
            if crew is not None:
                tasks.create_task(crew.run())

    async def stop(self) -> None:
        self._control.should_exit = True
        if self._serving is not None:
            await self._serving
        await self.loudspeakers.stop()
        await self.domes.stop()
        await self.server.stop()
        self._truth.close()

    def _crew(self, phones: PhoneOptions, control_url: str) -> Crew:
        if self._files.roads is None:
            raise EstateError("cameras.yaml names no base layer of roads, so the grid workers cannot walk")
        roads = read_roads(self._files.roads)
        return Crew(
            self._roster,
            roads,
            read_grids(self._files.grids, roads.plane),
            api_url=phones.api_url,
            street=TownStreet(control_url, self._clock),
            clock=self._clock,
            rng=Random(self._rng.random()),
            habits=phones.habits,
            timezone=self._files.timezone,
        )
