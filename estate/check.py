"""The whole estate looked at: which cameras answer, what they send, whose clock is off."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from config.accounts import Account, MissingPassword
from config.cameras import Camera, Defaults
from config.redaction import shown_url
from estate.findings import Finding, Found, findings_of, found
from estate.watching import Patience, Watched, Watcher
from ingest.onvif.probe import Probed, probe
from ingest.opening import Door
from runtime.clock import Clock

CONCURRENCY = 96
"""Cameras at once, with both streams each: at 4 Mbit/s a main stream half a gigabit."""
PER_HOST = 32
"""Of these, at one address: a recorder sends only so many streams."""

PATIENCE = Patience()
T = TypeVar("T")
AccountOf = Callable[[Camera], Account | None]
"""May raise MissingPassword."""


@dataclass(slots=True)
class Checked:
    """One camera. What was not asked, such as the device of a camera without one, is None."""

    camera: Camera
    sub: Watched | None = None
    main: Watched | None = None
    device: Probed | None = None
    findings: list[Found] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """`error`: it does not play; `warning`: it does, and something should be mended; `good`."""
        return self.findings[0].level if self.findings else "good"


@dataclass(frozen=True, slots=True)
class Checking:
    """With what an estate is checked."""

    stream_account: AccountOf
    device_account: AccountOf
    defaults: Defaults
    door: Door
    clock: Clock
    patience: Patience = PATIENCE
    concurrency: int = CONCURRENCY


async def check_estate(cameras: Sequence[Camera], checking: Checking) -> AsyncIterator[Checked]:
    """Every camera that is switched on, as they are done. Leaving the iteration ends what is still looked at."""
    watcher = Watcher(checking.door, checking.clock, checking.defaults, checking.patience)
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
    waiting = iter(_by_turns([camera for camera in cameras if camera.enabled]))
    running: set[asyncio.Task[Checked]] = set()
    try:
        while True:
            while len(running) < checking.concurrency and (camera := next(waiting, None)) is not None:
                running.add(asyncio.create_task(_check_in_turn(hosts[_host(camera)], camera, watcher, checking)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await watcher.close()


def _host(camera: Camera) -> str:
    return urlsplit(camera.streams.sub.url).hostname or ""


def _by_turns(cameras: Sequence[Camera]) -> list[Camera]:
    """One of each host, then the next of each, so that those of one recorder do not hold all places by waiting."""
    seen: Counter[str] = Counter()
    turns = []
    for number, camera in enumerate(cameras):
        seen[_host(camera)] += 1
        turns.append((seen[_host(camera)], number, camera))
    return [camera for _, _, camera in sorted(turns, key=lambda turn: turn[:2])]


async def _check_in_turn(turn: asyncio.Semaphore, camera: Camera, watcher: Watcher, checking: Checking) -> Checked:
    async with turn:
        return await _check(camera, watcher, checking)


async def _check(camera: Camera, watcher: Watcher, checking: Checking) -> Checked:
    checked = Checked(camera)
    try:
        account = checking.stream_account(camera)
        managed = checking.device_account(camera) if camera.device is not None else None
    except MissingPassword as problem:
        checked.findings = [found(Finding.NO_PASSWORD, (str(problem),))]
        return checked
    # The account is tried at the sub stream alone: some count a wrong password in each as an attack of its own.
    opened = asyncio.Event()
    async with _ending(watcher.watch(camera, "sub", account, opened)) as sub, _ending(opened.wait()) as plays:
        await asyncio.wait({sub, plays}, return_when=asyncio.FIRST_COMPLETED)
        outcome = "plays" if opened.is_set() else (found_sub.outcome if (found_sub := sub.result()) else "")
        if outcome != "unauthorised":
            main = None if outcome == "unreachable" else watcher.watch(camera, "main", account)
            asked = _probed(camera, managed, checking)
            checked.main, checked.device = await asyncio.gather(main or _nothing(), asked)
        checked.sub = await sub
    checked.findings = findings_of(checked.sub, checked.main, checked.device)
    return checked


@asynccontextmanager
async def _ending(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """The work as a task that does not outlive the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _nothing() -> None:
    return None


async def _probed(camera: Camera, account: Account | None, checking: Checking) -> Probed | None:
    device = camera.device
    if device is None:
        return None
    turning = camera.ptz.profile if camera.ptz is not None else ""
    pin = device.certificate_sha256
    return await probe(device.url, account, checking.door, checking.clock, pin, turning=turning)


def as_data(checked: Checked) -> dict[str, object]:
    """For JSON; addresses are shown without their query."""
    device = checked.device
    return {
        "id": checked.camera.id,
        "name": checked.camera.name,
        "verdict": checked.verdict,
        "streams": {one.profile: _stream_data(one) for one in (checked.sub, checked.main) if one is not None},
        "device": None
        if device is None
        else {
            "manufacturer": device.information.manufacturer if device.information else "",
            "model": device.information.model if device.information else "",
            "firmware": device.information.firmware if device.information else "",
            "clock_offset_s": None if device.clock_offset_s is None else round(device.clock_offset_s, 1),
            "turns": device.turns,
            "problem": device.problem.code.value if device.problem else None,
        },
        "findings": [
            {"code": one.code.value, "level": one.level, "zh": one.zh, "en": one.en} for one in checked.findings
        ],
    }


def _stream_data(stream: Watched) -> dict[str, object]:
    return {
        "url": shown_url(stream.url),
        "outcome": stream.outcome,
        "error": stream.error,
        "codec": stream.codec,
        "width": stream.width,
        "height": stream.height,
        "kbps": stream.kbps,
        "packets_lost": stream.packets_lost,
        "gop_s": stream.gops,
    }
