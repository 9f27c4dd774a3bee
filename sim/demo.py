"""`make demo`: the simulated town and the command centre on this machine alone, until Ctrl-C."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.account_commands import import_accounts
from api.listening import Listening
from api.serve import Installation, children, prepare, run_supervised, worker_count
from api.server_process import setup_code_file
from runtime.clock import Clock, SystemClock
from runtime.file_limit import raise_file_limit
from runtime.supervisor import Child
from sim.base_maps.town import make_base_maps
from sim.estate_files import read_estate
from sim.free_port import free_port
from sim.geography.town import generate
from sim.renditions.library import Renditions, load_renditions
from sim.scenes.clips import load_library

READY_SECONDS = 240.0
DOMES = 3
LOUDSPEAKERS = 12
MOST_DRAWING_PROCESSES = 6
"""Each takes half a gigabyte."""


@dataclass(frozen=True)
class Plan:
    """One demonstration: where it lives and how it is set."""

    folder: Path
    clips: Path
    cameras: int
    seed: int
    dwell: float
    port: int
    rtsp_port: int
    onvif_port: int
    control_port: int
    speaker_port: int
    phone_speed: float
    events: tuple[str, ...]
    everything_first: bool = False

    @property
    def town(self) -> Path:
        return self.folder / "town"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def installation(self) -> Installation:
        return Installation(
            config=self.town / "cameras.yaml",
            data=self.folder / "data",
            listening=Listening(port=self.port),
            workers=worker_count(self.cameras),
            log_dir=self.folder / "log",
        )


def town_settings(
    cameras: int, seed: int, dwell: float, rtsp_port: int, onvif_port: int, speaker_port: int
) -> dict[str, float]:
    """What a made town is remembered by; `form` changes when the same settings give other files than before."""
    ports = {"port": rtsp_port, "onvif": onvif_port, "speakers": speaker_port}
    return {"cameras": cameras, "seed": seed, "dwell": dwell, **ports, "form": 6}


def make_town(plan: Plan) -> None:
    """Writes the town's input files, unless those of the same settings are there."""
    ports = plan.rtsp_port, plan.onvif_port, plan.speaker_port
    settings = town_settings(plan.cameras, plan.seed, plan.dwell, *ports)
    stamp = plan.town / "made-with.json"
    if stamp.exists() and json.loads(stamp.read_text()) == settings:
        return
    generate(
        plan.seed, plan.cameras, plan.town,
        dwell_seconds=plan.dwell, rtsp_port=plan.rtsp_port, onvif_port=plan.onvif_port, domes=DOMES,
        speaker_port=plan.speaker_port, loudspeakers=LOUDSPEAKERS,
    )  # fmt: skip
    make_base_maps(plan.town)
    stamp.write_text(json.dumps(settings))


def drawing_processes() -> int:
    return max(2, min(os.cpu_count() or 2, MOST_DRAWING_PROCESSES))


def render_clips(plan: Plan, say: Callable[[str], None]) -> int:
    """Renders what the cameras show, once; later starts find it. Returns how many of the main and H.265 streams are
    still missing: the town makes them while it runs."""
    files = read_estate(plan.town / "cameras.yaml", os.environ)
    scenes = sorted({camera.scene for camera in files.cameras})

    def progress(done: int, total: int) -> None:
        if total:
            say(f"\r  rendering street scenes {done}/{total}")

    def anew(done: int, total: int) -> None:
        say(f"\r  encoding main streams {done}/{total}   ")

    load_library(plan.clips, scenes, processes=drawing_processes(), progress=progress)
    if plan.everything_first:
        load_renditions(plan.clips, files.cameras, processes=drawing_processes(), progress=anew)
    say("\r" + " " * 40 + "\r")
    return len(Renditions(plan.clips, files.cameras).missing)


def town_child(plan: Plan) -> Child:
    argv = [
        sys.executable, "-m", "sim.town_process",
        "--cameras-file", str(plan.town / "cameras.yaml"),
        "--cache", str(plan.clips),
        "--truth", str(plan.folder / "truth.jsonl"),
        "--seed", str(plan.seed),
        "--rtsp-port", str(plan.rtsp_port),
        "--onvif-port", str(plan.onvif_port),
        "--control-port", str(plan.control_port),
        "--speaker-port", str(plan.speaker_port),
        "--api", plan.url,
        "--phone-speed", str(plan.phone_speed),
        "--renditions-later",
        *plan.events,
    ]  # fmt: skip
    return Child("town", argv, output=plan.folder / "log" / "town.log")


async def announce(plan: Plan, missing: int, clock: Clock, say: Callable[[str], None]) -> None:
    """Waits until the centre answers, then says where it is, how to get in, and how many streams are still missing."""
    deadline = clock.monotonic() + READY_SECONDS
    async with httpx.AsyncClient(base_url=plan.url, timeout=2.0) as client:
        while clock.monotonic() < deadline:
            try:
                answer = await client.get("/api/v1/setup")
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                say(_welcome(plan, bool(answer.json()["needed"]), missing))
                return
            await clock.sleep(0.25)
    say(f"The command centre does not answer after {READY_SECONDS:.0f} s; see {plan.folder / 'log' / 'api.log'}\n")


def _welcome(plan: Plan, first: bool, missing: int) -> str:
    code_file = setup_code_file(plan.installation().data)
    if first and code_file.exists():
        code = code_file.read_text().strip()
        entry = f"  code for the first account  {code}\n  or open straight away       {plan.url}/#code={code}\n"
    else:
        entry = "  sign in with the account you made\n"
    if missing:
        entry += (
            f"\n  {missing} main and H.265 streams are being made in the background; until then large tiles show less\n"
        )
    return (
        f"\nGridwatch is up: {plan.cameras} cameras and {DOMES} domes in the simulated town of Qingdu 清渡镇\n\n"
        f"  open                        {plan.url}\n{entry}\n"
        f"  logs {plan.folder / 'log'} · what really happens {plan.folder / 'truth.jsonl'}\n"
        "  Ctrl-C stops everything\n\n"
    )


async def run(plan: Plan, missing: int, clock: Clock, say: Callable[[str], None]) -> None:
    installation = plan.installation()
    prepare(installation)
    telling = asyncio.create_task(announce(plan, missing, clock, say))
    await run_supervised([town_child(plan), *children(installation)], clock)
    telling.cancel()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.demo", description=__doc__)
    parser.add_argument("--cameras", type=int, default=48)
    parser.add_argument("--folder", type=Path, default=Path(".gridwatch"), help="all that is written goes here")
    parser.add_argument("--clips", type=Path, help="rendered street scenes; by default below the folder")
    parser.add_argument("--seed", type=int, default=1, help="another number, another town")
    parser.add_argument("--dwell", type=float, default=60.0, help="seconds a thing must stand to count")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--rtsp-port", type=int, default=8554)
    parser.add_argument("--onvif-port", type=int, default=8556, help="of the domes' device services")
    parser.add_argument("--control-port", type=int, default=8555, help="switchboard of the simulated town")
    parser.add_argument("--speaker-port", type=int, default=8557, help="of the simulated loudspeakers")
    parser.add_argument("--phone-speed", type=float, default=4.0, help="how much faster grid workers walk and act")
    parser.add_argument("--first-event", type=float, help="seconds until the first event")
    parser.add_argument("--mean-gap", type=float, help="mean seconds between events, at least 60")
    parser.add_argument(
        "--everything-first", action="store_true", help="make all main and H.265 streams before the start"
    )
    parser.add_argument("--no-events", action="store_true", help="nothing happens but what control is asked for")
    return parser


def plan_of(given: argparse.Namespace) -> Plan:
    folder = (given.folder / f"demo-{given.cameras}").resolve()
    events = ["--no-events"] if given.no_events else []
    if given.first_event is not None:
        events += ["--first-event", str(given.first_event)]
    if given.mean_gap is not None:
        events += ["--mean-gap", str(given.mean_gap)]
    return Plan(
        folder=folder,
        clips=(given.clips or given.folder / "clips").resolve(),
        cameras=given.cameras,
        seed=given.seed,
        dwell=given.dwell,
        port=free_port(given.port),
        rtsp_port=free_port(given.rtsp_port),
        onvif_port=free_port(given.onvif_port),
        control_port=free_port(given.control_port),
        speaker_port=free_port(given.speaker_port),
        phone_speed=given.phone_speed,
        events=tuple(events),
        everything_first=given.everything_first,
    )


def main(argv: list[str] | None = None) -> int:
    plan = plan_of(_parser().parse_args(argv))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

    def say(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    raise_file_limit()
    plan.folder.mkdir(parents=True, exist_ok=True)
    say(f"Making the town of {plan.cameras} cameras\n")
    make_town(plan)
    installation = plan.installation()
    with ThreadPoolExecutor(1) as beside:
        # Hashing the workers' passwords takes a third of a second each, outside of the interpreter.
        accounts = beside.submit(import_accounts, installation.config, installation.data, "", plan.town / "workers.csv")
        missing = render_clips(plan, say)
        accounts.result()
    asyncio.run(run(plan, missing, SystemClock(), say))
    say("Stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
