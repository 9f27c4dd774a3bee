"""Keeps child processes running, and stops them in order."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.clock import Clock

log = logging.getLogger(__name__)

LIFELINE = "GRIDWATCH_LIFELINE_FD"
_HEALTHY_SECONDS = 60.0
_MAX_DELAY = 30.0


@dataclass(frozen=True)
class Child:
    """A process to keep running. `grace_seconds` is the time between SIGTERM and SIGKILL.

    `output` is a file to append its standard output and error to; without one they are this process's own.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 10.0
    output: Path | None = None


class Supervisor:
    """Starts the children in order, restarts each that ends (0.2 s, doubling to 30 s, reset after a healthy minute),
    and stops them in reverse order.

    Each child holds the reading end of a pipe whose writing end only this process has: see `watch_lifeline`.
    """

    def __init__(self, children: Sequence[Child], clock: Clock) -> None:
        self._children = list(children)
        self._clock = clock
        self._stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._lifeline_read, self._lifeline_write = os.pipe()
        self.restarts: dict[str, int] = {child.name: 0 for child in children}

    def pid_of(self, name: str) -> int | None:
        process = self._running.get(name)
        return process.pid if process and process.returncode is None else None

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """To a child that runs; one that is being started has nothing to be told."""
        process = self._running.get(name)
        if process is not None and process.returncode is None:
            process.send_signal(number)

    def request_stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Returns after `request_stop`, when every child has ended."""
        keepers = [asyncio.create_task(self._keep(child), name=f"keep {child.name}") for child in self._children]
        await self._stopping.wait()
        for child in reversed(self._children):
            await self._stop_child(child)
        await asyncio.gather(*keepers)
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)

    async def _keep(self, child: Child) -> None:
        delay = 0.2
        while not self._stopping.is_set():
            started = self._clock.monotonic()
            code = await self._run_once(child)
            if self._stopping.is_set():
                return
            if self._clock.monotonic() - started > _HEALTHY_SECONDS:
                delay = 0.2
            log.warning("%s ended with status %s, starting it again in %.1f s", child.name, code, delay)
            self.restarts[child.name] += 1
            await self._pause(delay)
            delay = min(delay * 2, _MAX_DELAY)

    async def _run_once(self, child: Child) -> int | None:
        environment = {**os.environ, **child.env, LIFELINE: str(self._lifeline_read)}
        try:
            with contextlib.ExitStack() as open_files:
                output = open_files.enter_context(child.output.open("ab")) if child.output else None
                process = await asyncio.create_subprocess_exec(
                    *child.argv,
                    env=environment,
                    pass_fds=[self._lifeline_read],
                    start_new_session=True,
                    stdout=output,
                    stderr=output,
                )
        except OSError as problem:
            log.error("%s cannot be started: %s", child.name, problem)
            return None
        self._running[child.name] = process
        log.info("%s started, pid %d", child.name, process.pid)
        return await process.wait()

    async def _pause(self, seconds: float) -> None:
        stop = asyncio.create_task(self._stopping.wait())
        nap = asyncio.create_task(self._clock.sleep(seconds))
        _, left = await asyncio.wait({stop, nap}, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()

    async def _stop_child(self, child: Child) -> None:
        process = self._running.get(child.name)
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), child.grace_seconds)
            log.info("%s stopped", child.name)
        except TimeoutError:
            log.warning("%s did not stop within %.0f s and is killed", child.name, child.grace_seconds)
            process.kill()
            await process.wait()


def watch_lifeline() -> None:
    """Called once by a child: ends this process by SIGTERM when its supervisor is gone, however it went."""
    number = os.environ.pop(LIFELINE, None)
    if number is None:
        return

    def wait() -> None:
        os.read(int(number), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
