import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from runtime.clock import SystemClock
from runtime.supervisor import Child, Supervisor

_RECORDER = """
import signal, sys, time
from runtime.supervisor import watch_lifeline
watch_lifeline()
name, log = sys.argv[1], sys.argv[2]
def note(text):
    with open(log, "a") as out:
        out.write(f"{name} {text}\\n")
def stop(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGHUP, lambda *_: note("told"))
note("started")
while True:
    time.sleep(0.05)
"""


def _child(name: str, log: Path) -> Child:
    return Child(name, [sys.executable, "-c", _RECORDER, name, str(log)], grace_seconds=5)


async def _until(condition, seconds: float = 30.0) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def _lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


async def test_a_signal_is_handed_to_the_child_it_is_for(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor([_child("worker", log), _child("api", log)], SystemClock())
    supervisor.send_signal("api", signal.SIGHUP)
    running = asyncio.create_task(supervisor.run())
    await _until(lambda: len(_lines(log)) == 2)
    supervisor.send_signal("api", signal.SIGHUP)
    await _until(lambda: "api told" in _lines(log))
    assert "worker told" not in _lines(log)
    supervisor.request_stop()
    await running


async def test_children_stop_in_reverse_order(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor([_child("worker", log), _child("api", log)], SystemClock())
    running = asyncio.create_task(supervisor.run())
    await _until(lambda: len(_lines(log)) == 2)
    supervisor.request_stop()
    await asyncio.wait_for(running, 15)
    assert _lines(log)[2:] == ["api stopped", "worker stopped"]


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor([_child("worker", log)], SystemClock())
    running = asyncio.create_task(supervisor.run())
    await _until(lambda: len(_lines(log)) == 1)
    pid = supervisor.pid_of("worker")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await _until(lambda: len(_lines(log)) == 2)
    assert supervisor.pid_of("worker") not in (None, pid)
    assert supervisor.restarts == {"worker": 1}
    supervisor.request_stop()
    await asyncio.wait_for(running, 15)


async def test_a_child_that_ignores_the_request_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    supervisor = Supervisor([Child("deaf", [sys.executable, "-c", deaf], grace_seconds=0.5)], SystemClock())
    running = asyncio.create_task(supervisor.run())
    await _until(lambda: supervisor.pid_of("deaf") is not None)
    await asyncio.sleep(0.3)
    supervisor.request_stop()
    await asyncio.wait_for(running, 10)
    assert supervisor.pid_of("deaf") is None


_PARENT = """
import asyncio, sys
from runtime.clock import SystemClock
from runtime.supervisor import Child, Supervisor
child = Child("orphan", [sys.executable, "-c", sys.argv[1], "orphan", sys.argv[2]])
asyncio.run(Supervisor([child], SystemClock()).run())
"""


async def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, _RECORDER, str(log)])
    await _until(lambda: len(_lines(log)) == 1)
    parent.kill()
    parent.wait()
    await _until(lambda: _lines(log)[1:] == ["orphan stopped"])
