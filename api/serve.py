"""Which processes make up a command centre, and how they are started."""

import asyncio
import logging
import math
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from api.listening import Listening
from runtime.clock import Clock
from runtime.supervisor import Child, Supervisor

log = logging.getLogger(__name__)

API = "api"
_CAMERAS_PER_WORKER = 400


@dataclass(frozen=True)
class Installation:
    """Where one command centre lives and how it listens. `data` holds all it writes."""

    config: Path
    data: Path
    listening: Listening = field(default_factory=Listening)
    workers: int = 1
    database: str = ""
    log_dir: Path | None = None

    def socket_of(self, worker: int) -> Path:
        return self.data / "run" / f"worker-{worker}.sock"

    def sockets(self) -> list[Path]:
        return [self.socket_of(n) for n in range(self.workers)]


def worker_count(cameras: int) -> int:
    """One process per core at most; at least two where there are cores, so that a crash never takes all cameras."""
    cores = os.cpu_count() or 1
    return max(1, min(cores, max(2, math.ceil(cameras / _CAMERAS_PER_WORKER))))


def children(installation: Installation) -> list[Child]:
    """Workers first: the API process finds them waiting, and is stopped before them."""
    base = ["--config", str(installation.config), "--data", str(installation.data)]
    workers = [
        Child(
            f"worker-{n}",
            [sys.executable, "-m", "api.worker_process", *base, "--shard", f"{n}/{installation.workers}"],
            output=_output(installation, f"worker-{n}"),
        )
        for n in range(installation.workers)
    ]
    listen = [*installation.listening.arguments(), "--workers", str(installation.workers)]
    database = ["--database", installation.database] if installation.database else []
    api = Child(
        API,
        [sys.executable, "-m", "api.server_process", *base, *listen, *database],
        output=_output(installation, API),
    )
    return [*workers, api]


def _output(installation: Installation, name: str) -> Path | None:
    return installation.log_dir / f"{name}.log" if installation.log_dir else None


def prepare(installation: Installation) -> None:
    """Makes the folders; what is in them is for this user alone."""
    for folder in ("run", "spool", "analysis", "evidence"):
        (installation.data / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    if installation.log_dir:
        installation.log_dir.mkdir(parents=True, exist_ok=True)


async def run_supervised(all_children: list[Child], clock: Clock) -> None:
    """Runs until SIGINT or SIGTERM, then stops the children in reverse order. SIGHUP has cameras.yaml read again."""
    supervisor = Supervisor(all_children, clock)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.request_stop)
    in_terminal = os.isatty(0)

    def hang_up() -> None:
        # The terminal this was started from may be gone: then it is the word to stop, else to read the files again.
        if in_terminal and not os.isatty(0):
            supervisor.request_stop()
        else:
            supervisor.send_signal(API, signal.SIGHUP)

    loop.add_signal_handler(signal.SIGHUP, hang_up)
    await supervisor.run()
