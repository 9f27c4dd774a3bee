"""The API process: HTTP, WebSocket, the store, and the links to the ingest workers.

`python -m api.server_process --config cameras.yaml --data DIR [--host H] [--port P] [--workers N] [--database URL]`
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import uvicorn
import uvloop

from api.app import build_centre, create_app
from api.certificate_check import CertificateProblem
from api.encryption import encrypting
from api.https import Https
from api.listening import Listening
from api.listening import add_arguments as add_listening
from api.listening import read_arguments as read_listening
from api.log_format import set_up_logging
from api.reload_socket import Answer, ReloadSocket, socket_of
from api.running_estate import Changes, FileProblems, RunningEstate
from api.server import listen, server_config
from api.settings import Settings
from api.setup_code import setup_code_file as setup_code_file
from api.setup_code import write_setup_code
from api.town_files import read_town, today_in
from config.cameras import Camera, CamerasFile
from config.in_use import keep_in_use, load_or_in_use
from config.problem import ConfigError
from gis.files import GeographyError
from incidents.errors import Conflict, IncidentError
from incidents.service import Incidents
from incidents.store import Store, open_store
from ingest.link import WorkerLinks
from runtime.clock import Clock, SystemClock
from runtime.collector import settle_heap
from runtime.supervisor import watch_lifeline

logger = logging.getLogger(__name__)


def settings_of(data: Path, listening: Listening, config: Path | None = None) -> Settings:
    own = listening.https.credentials(data).own if listening.https else None
    return Settings(
        data_dir=data,
        cameras_file=config.resolve() if config is not None else None,
        host=listening.host,
        port=listening.port,
        secure=listening.secure or listening.https is not None,
        authority=own.authority if own else None,
        trusted_proxies=listening.trusted_proxies,
        whep_network=listening.whep_network,
        whep_origins=frozenset(listening.whep_origins),
    )


async def run(
    settings: Settings, config: CamerasFile, base_dir: Path, store: Store, workers: int, https: Https | None = None
) -> None:
    """Serves until SIGINT or SIGTERM. Raises what keeps it from starting."""
    clock: Clock = SystemClock()
    town = read_town(config, base_dir, today_in(config, clock.now()))
    incidents = Incidents(store, settings.data_dir / "evidence", clock, town.town)
    incidents.load_areas(town.areas)
    links = WorkerLinks([settings.data_dir / "run" / f"worker-{n}.sock" for n in range(workers)], clock)
    centre = build_centre(settings, config, town.town_map, incidents, links, clock)
    links.follow(centre.running.configuration)
    keep_in_use(config, settings.data_dir)
    centre.running.followers.append(partial(_keep, settings.data_dir, centre.running))
    app = create_app(centre)
    listener = listen(settings.host, settings.port)
    write_setup_code(incidents, settings.data_dir)
    host, port = listener.getsockname()[:2]
    scheme = "https" if https else "http"
    try:
        async with AsyncExitStack() as stack:
            context = await stack.enter_async_context(encrypting(https, settings, clock, port)) if https else None
            server = uvicorn.Server(server_config(app, settings, context))
            stop_on_signals(server)
            await stack.enter_async_context(reloading(centre.running, settings.data_dir))
            await links.start()
            settle_heap()
            logger.info("listening on %s://%s:%d", scheme, host, port)
            await server.serve(sockets=[listener])
    finally:
        await links.stop()
        store.close()
        logger.info("links to the workers and the store are closed")


def _keep(data: Path, estate: RunningEstate, _cameras: Sequence[Camera], _changes: Changes) -> None:
    asyncio.get_running_loop().run_in_executor(None, keep_in_use, estate.file, data)


@asynccontextmanager
async def reloading(estate: RunningEstate, data: Path) -> AsyncIterator[None]:
    """cameras.yaml is read again on SIGHUP, which only logs what came of it, and for commands on this machine, which
    are answered."""

    async def reload() -> Answer:
        try:
            changes = await estate.reload()
        except FileProblems as error:
            for problem in error.problems:
                logger.error("%s", problem)
            return {"error": str(error), "problems": [str(problem) for problem in error.problems]}
        except Conflict as error:
            logger.error("%s", error)
            return {"error": str(error)}
        return {
            "added": len(changes.added),
            "changed": len(changes.changed),
            "removed": len(changes.removed),
            "next_start": changes.next_start,
            "unsettled": changes.unsettled,
        }

    tasks: set[asyncio.Task[Answer]] = set()

    def hang_up() -> None:
        task = asyncio.create_task(reload(), name="reload")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hang_up)
    asking = ReloadSocket(socket_of(data), reload)
    await asking.start()
    try:
        yield
    finally:
        await asking.stop()
        await asyncio.gather(*tasks, return_exceptions=True)


def stop_on_signals(server: uvicorn.Server) -> None:
    """uvicorn raises the signal that stopped it once more when it is done; without a handler of ours that would kill
    the process before the rest is closed."""

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m api.server_process")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    add_listening(parser)
    parser.add_argument("--workers", type=int, default=1, help="ingest workers to connect to")
    parser.add_argument("--database", default="", help="PostgreSQL URL; without it, SQLite in the data folder")
    arguments = parser.parse_args(argv)
    set_up_logging()
    watch_lifeline()
    listening = read_listening(parser, arguments)
    settings = settings_of(arguments.data, listening, arguments.config)
    try:
        config = load_or_in_use(arguments.config, arguments.data)
        store = open_store(arguments.database or arguments.data / "gridwatch.sqlite")
        serving = run(settings, config, arguments.config.parent, store, arguments.workers, listening.https)
        uvloop.run(serving)
    except (CertificateProblem, ConfigError, GeographyError, IncidentError, OSError) as error:
        logger.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
