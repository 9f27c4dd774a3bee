"""`python -m bench.time_code_cameras --cameras FILE --port P`: an estate whose pictures carry their time.

Prints one JSON line when it listens. Each line on standard input asks for something: `times ID,ID…` (when each camera's
next frame is due, Unix seconds, and its number), `alone ID,ID…` (these cameras write frame by frame, however many
sessions play), `fault ID freeze|none`, `counters`. Answers are JSON lines.
"""

import argparse
import asyncio
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.simulated_cameras import SyntheticClips
from bench.time_code import make
from runtime.clock import SystemClock
from runtime.file_limit import raise_file_limit
from sim.faults import FaultSwitch
from sim.rtsp.estate import SimCamera
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.server import RtspServer

CLIPS = 41


def clip_of(index: int) -> int:
    """Which clip the camera at this place of the list shows."""
    return index % CLIPS


class Switchboard:
    def __init__(self, server: RtspServer, clock: SystemClock) -> None:
        self._server, self._clock = server, clock
        self._faults = FaultSwitch(server)

    async def answer(self, words: list[str]) -> Any:
        cameras = self._server.estate.cameras
        match words:
            case ["times", ids]:
                return {one: self._times(one) for one in ids.split(",")}
            case ["alone", ids]:
                for one in ids.split(","):
                    cameras[one].feeds["sub"].own_station()
                return {}
            case ["counters"]:
                return self._server.counters()
            case ["fault", ids, kind]:
                fault = NO_FAULT if kind == "none" else FaultSetting(Fault(kind))
                for one in ids.split(","):
                    await self._faults.set(one, fault)
                return {}
        raise ValueError(f"unknown request {words}")

    def _times(self, camera_id: str) -> list[float]:
        station = self._server.estate.cameras[camera_id].feeds["sub"].station
        return [self._clock.now() + station.due - self._clock.monotonic(), station.next_frame]


async def serve(cameras: Path, port: int) -> None:
    ids = [camera["id"] for camera in yaml.safe_load(cameras.read_text(encoding="utf-8"))["cameras"]]
    with ProcessPoolExecutor(2) as pool:
        made: list[SyntheticClips] = list(pool.map(make, range(min(CLIPS, len(ids)))))
    clock = SystemClock()
    library = {clips.scene_id: clips for clips in made}
    shown = [SimCamera(one, f"code-{clip_of(n)}", n // CLIPS) for n, one in enumerate(ids)]
    server = RtspServer(shown, library, clock=clock, rng=Random(1))
    await server.start(port=port)
    print(json.dumps({"port": server.port}), flush=True)
    switchboard = Switchboard(server, clock)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await switchboard.answer(line.split())), flush=True)
    await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    raise_file_limit()
    asyncio.run(serve(given.cameras, given.port))


if __name__ == "__main__":
    main()
