"""`python -m bench.reload --cameras 1677`: how long a change of cameras.yaml takes while all cameras are received.

The processes of `gridwatch serve` on simulated cameras. In every round one camera gets another name and another one is
switched off or on again; then `POST /estate/reload`. CPU is what the processes used beyond receiving, in seconds.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from api.listening import Listening
from api.serve import Installation, children, prepare
from api.setup_code import setup_code_file
from bench.process_cost import cpu_seconds
from bench.simulated_estate import Estate, Server, library
from bench.simulated_estate import prepare as prepare_estate
from runtime.clock import SystemClock
from runtime.supervisor import Supervisor
from sim.free_port import free_port

_CONNECT_SECONDS = 180.0
_REST_SECONDS = 4.0


@dataclass
class Measured:
    """One entry a round; `idle`: CPU seconds a second between the rounds."""

    reload_s: list[float] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)
    api_cpu_s: list[float] = field(default_factory=list)
    worker_cpu_s: list[float] = field(default_factory=list)
    sessions_opened: list[int] = field(default_factory=list)
    late: int = 0
    """Workers that had not finished when the request was answered."""


class Centre:
    """The running command centre, its administrator, and the file being edited."""

    def __init__(self, installation: Installation, supervisor: Supervisor) -> None:
        self.installation, self.supervisor = installation, supervisor
        url = installation.listening.url
        self.client = httpx.AsyncClient(base_url=f"{url}/api/v1", headers={"origin": url}, timeout=120)

    async def begin(self, cameras: int) -> None:
        await self._until(self._answers)
        code = setup_code_file(self.installation.data).read_text().strip()
        form = {"code": code, "username": "bench", "password": "bench-of-reload-1", "name": "bench"}
        (await self.client.post("/setup", json=form)).raise_for_status()

        async def all_live() -> bool:
            return bool((await self.health())["cameras"].get("live", 0) == cameras)

        await self._until(all_live)

    async def health(self) -> dict[str, Any]:
        return dict((await self.client.get("/health")).json())

    async def _answers(self) -> bool:
        try:
            return (await self.client.get("/setup")).status_code == 200
        except httpx.TransportError:
            return False

    async def _until(self, condition: Any) -> None:
        async with asyncio.timeout(_CONNECT_SECONDS):
            while not await condition():
                await asyncio.sleep(0.2)

    async def state_of(self, camera_id: str, wanted: str) -> None:
        async with asyncio.timeout(60):
            while (await self.client.get(f"/cameras/{camera_id}")).json()["state"] != wanted:
                await asyncio.sleep(0.2)

    def cpu(self) -> tuple[float, float]:
        """Of the API process, of the workers."""
        pids = {child: self.supervisor.pid_of(child) or 0 for child in self.supervisor.restarts}
        return cpu_seconds(pids.pop("api")), sum(cpu_seconds(pid) for pid in pids.values())


async def measure(centre: Centre, estate: Estate, server: Server, rounds: int) -> Measured:
    found = Measured()
    await centre.begin(len(estate.camera_ids))
    renamed, switched = estate.camera_ids[0], estate.camera_ids[1]
    for number in range(rounds):
        await asyncio.sleep(_REST_SECONDS)
        before, at = centre.cpu(), time.monotonic()
        await asyncio.sleep(_REST_SECONDS)
        idle = [(now - then) / (time.monotonic() - at) for now, then in zip(centre.cpu(), before, strict=True)]
        opened = server.counters()["sessions_opened"]
        on = number % 2 == 1
        edit(estate.cameras_file, renamed, f"round {number}", switched, on)
        before, at = centre.cpu(), time.monotonic()
        answer = (await centre.client.post("/estate/reload")).raise_for_status().json()
        found.reload_s.append(time.monotonic() - at)
        if set(answer["changed"]) != {renamed, switched}:
            raise RuntimeError(f"not what was changed: {answer}")
        found.late += len(answer["unsettled"])
        await centre.state_of(switched, "live" if on else "disabled")
        found.back_s.append(time.monotonic() - at)
        await asyncio.sleep(1.0)
        used = [now - then for now, then in zip(centre.cpu(), before, strict=True)]
        span = time.monotonic() - at
        found.api_cpu_s.append(used[0] - idle[0] * span)
        found.worker_cpu_s.append(used[1] - idle[1] * span)
        found.sessions_opened.append(server.counters()["sessions_opened"] - opened)
    return found


def edit(file: Path, renamed: str, name: str, switched: str, on: bool) -> None:
    text = file.read_text(encoding="utf-8")
    text = re.sub(rf"(?m)^(  - id: {renamed}\n    name: ).*$", rf"\g<1>{name}", text)
    text = re.sub(rf"(?m)^(  - id: {switched}\n)(    enabled: \w+\n)?", rf"\g<1>    enabled: {str(on).lower()}\n", text)
    file.write_text(text, encoding="utf-8")


async def run(options: argparse.Namespace) -> dict[str, Any]:
    folder = (options.folder / f"reload-{options.cameras}").resolve()
    shutil.rmtree(folder / "data", ignore_errors=True)
    estate = prepare_estate(folder, options.cameras, 10.0)
    clips = (options.clips or options.folder / "clips").resolve()
    library(clips, estate)
    installation = Installation(
        estate.cameras_file, folder / "data", Listening(port=free_port()), options.workers, log_dir=folder / "log"
    )
    prepare(installation)
    with Server(estate, clips, folder) as server:
        supervisor = Supervisor(children(installation), SystemClock())
        running = asyncio.create_task(supervisor.run())
        centre = Centre(installation, supervisor)
        try:
            found = await measure(centre, estate, server, options.rounds)
        finally:
            await centre.client.aclose()
            supervisor.request_stop()
            await running
    return {
        "cameras": options.cameras,
        "rounds": options.rounds,
        "reload_median_s": round(statistics.median(found.reload_s), 2),
        "reload_worst_s": round(max(found.reload_s), 2),
        "in_effect_median_s": round(statistics.median(found.back_s), 2),
        "in_effect_worst_s": round(max(found.back_s), 2),
        "api_cpu_s": round(statistics.median(found.api_cpu_s), 2),
        "worker_cpu_s": round(statistics.median(found.worker_cpu_s), 2),
        "workers_late": found.late,
        "sessions_opened": sum(found.sessions_opened),
        "switched_on": options.rounds // 2,
        "load_1_min": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reload", description=__doc__)
    parser.add_argument("--cameras", type=int, default=1677)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--workers", type=int, default=max(1, min(os.cpu_count() or 1, 2)))
    parser.add_argument("--folder", type=Path, default=Path(".gridwatch"), help="all that is written goes here")
    parser.add_argument("--clips", type=Path, help="rendered street scenes; by default below the folder")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options = parser.parse_args(arguments)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    result = asyncio.run(run(options))
    print(json.dumps(result) if options.json else "\n".join(f"{key:22} {value}" for key, value in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
