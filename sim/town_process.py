"""`python -m sim.town_process --cameras-file town/cameras.yaml`: the simulated town as one process."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from config.accounts import MissingPassword
from config.problem import ConfigError
from runtime.clock import SystemClock
from runtime.supervisor import watch_lifeline
from sim.estate_files import EstateError, EstateFiles, read_estate
from sim.phones.habits import Habits
from sim.phones.roster import RosterError
from sim.renditions.later import make_missing
from sim.renditions.library import Renditions, load_renditions
from sim.rtsp.clip import SceneClips
from sim.scenes.clips import load_library
from sim.schedule import DEFAULT_RATE, Rate
from sim.town import PhoneOptions, SimTown, TownAddresses, TownOptions

_log = logging.getLogger("sim.town")


def serve(
    files: EstateFiles,
    library: Mapping[str, SceneClips],
    options: TownOptions,
    ready: Callable[[TownAddresses], None] = lambda _addresses: None,
    renditions: Renditions | None = None,
) -> None:
    """Runs the town until SIGINT or SIGTERM. Calls `ready` once everything listens. Must be the main thread. What is
    missing of the renditions is made meanwhile."""
    variants = renditions.there if renditions is not None else None
    asyncio.run(_serve(SimTown(files, library, options, SystemClock(), variants), ready, renditions))


async def _serve(town: SimTown, ready: Callable[[TownAddresses], None], renditions: Renditions | None) -> None:
    running = asyncio.ensure_future(_start_and_run(town, ready, renditions))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await running
    finally:
        _log.info("stopping")
        await town.stop()


async def _start_and_run(town: SimTown, ready: Callable[[TownAddresses], None], renditions: Renditions | None) -> None:
    ready(await town.start())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(town.run())
        if renditions is not None:
            tasks.create_task(make_missing(renditions, town.server.estate))


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    watch_lifeline()
    logging.basicConfig(level=given.log_level.upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        files = read_estate(given.cameras_file, os.environ)
        scenes = sorted({camera.scene for camera in files.cameras})
        library = load_library(given.cache, scenes, progress=_report)
        if not given.renditions_later:
            load_renditions(given.cache, files.cameras, progress=_report_renditions)
        serve(files, library, _options(given), _announce, Renditions(given.cache, files.cameras))
    except (ConfigError, EstateError, MissingPassword, RosterError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _report(done: int, total: int) -> None:
    _log.info("scenes ready: %d of %d", done, total)


def _report_renditions(done: int, total: int) -> None:
    _log.info("main and H.265 streams ready: %d of %d", done, total)


def _announce(addresses: TownAddresses) -> None:
    """One line of JSON, for whoever started the process and waits for it."""
    sys.stdout.write(json.dumps(asdict(addresses)) + "\n")
    sys.stdout.flush()


def _options(given: argparse.Namespace) -> TownOptions:
    phones = None
    if given.api:
        roster = given.workers or given.cameras_file.parent / "workers.csv"
        phones = PhoneOptions(roster, given.api, Habits(speed=given.phone_speed))
    rate = None if given.no_events else Rate(first_s=given.first_event, mean_gap_s=given.mean_gap)
    return TownOptions(
        given.truth,
        given.rtsp_port,
        given.control_port,
        given.seed,
        rate,
        phones,
        onvif_port=given.onvif_port,
        speaker_port=given.speaker_port,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sim.town_process", description=__doc__)
    parser.add_argument("--cameras-file", type=Path, required=True, help="sim_cameras.json must lie beside it")
    parser.add_argument("--cache", type=Path, required=True, help="folder of the rendered clips")
    parser.add_argument("--truth", type=Path, required=True, help="file to which events are appended")
    parser.add_argument("--rtsp-port", type=int, help="instead of the port in cameras.yaml; 0 takes a free one")
    parser.add_argument("--onvif-port", type=int, help="of the devices, likewise")
    parser.add_argument("--speaker-port", type=int, help="of the loudspeakers, likewise")
    parser.add_argument("--control-port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-events", action="store_true", help="nothing happens but what control is asked for")
    parser.add_argument("--first-event", type=float, default=DEFAULT_RATE.first_s, help="seconds after the start")
    parser.add_argument("--mean-gap", type=float, default=DEFAULT_RATE.mean_gap_s, help="seconds between events")
    parser.add_argument("--api", help="origin of the command centre; starts the grid workers' phones")
    parser.add_argument("--workers", type=Path, help="workers.csv; by default the one beside cameras.yaml")
    parser.add_argument("--phone-speed", type=float, default=1.0, help="how much faster grid workers walk and act")
    parser.add_argument(
        "--renditions-later",
        action="store_true",
        help="begin without the main and H.265 streams that are still to make",
    )
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    return parser


if __name__ == "__main__":
    sys.exit(main())
