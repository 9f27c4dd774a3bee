"""One dome as its worker turns it: commands one after the other, stop before everything, and a dead-man's lease.

Steering must be said again before its lease is over, else the dome is stopped. The device is told a timeout as well,
so that it stops when this process dies.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from config.accounts import MissingPassword
from ingest.dome_link import DomeLink
from ingest.dome_speed import Speeds, at_zoom, differ
from ingest.live import LiveError, PtzReport, Reply
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.ptz import PtzDriver, PtzStatus
from runtime.clock import Clock

log = logging.getLogger(__name__)

SHORTEST_LEASE_S, LONGEST_LEASE_S = 0.2, 3.0
LONGEST_WATCH_S = 60.0
_FAST_S, _SLOW_S = 0.2, 1.0
_STIRRED_S = 2.0
"""So long after a command the dome is looked at closely: it may not have begun to turn."""
_LONGEST_FAST_S = 60.0
"""Of some firmware the word MOVING never ends; no dome turns longer than this."""
_RENEW_S = 0.4
"""An unchanged move is said again to the device after so long: well within its timeout of a second or two."""
_SLOW_DEVICE_S = 0.25
_MOST_WAITING = 8
_STOP_TRIES, _STOP_AGAIN_S = 20, 0.3
_ZOOM_KNOWN_S, _ZOOM_WITHIN_S = 3.0, 0.3
"""Before a hand's first move a magnification older than this is asked for anew, and waited for no longer than that."""

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A hand's speeds, what the dome was told for them, and when."""

    hand: Speeds
    told: Speeds
    at: float


class DomeControl:
    """`request` answers what docs/design/ptz.md lists; LiveError says in words for an operator why it does not.

    `report` is called in the event loop with every change of where the dome points while somebody steers or watches it.
    A hand's speeds are those of the widest view, `wide_hfov_deg` across: pan and tilt are slowed with the
    magnification. Where that is None the dome slows itself.
    """

    def __init__(
        self,
        camera_id: str,
        link: DomeLink,
        clock: Clock,
        report: Callable[[PtzReport], None],
        wide_hfov_deg: float | None,
    ) -> None:
        self._camera_id, self._link, self._clock, self._report = camera_id, link, clock, report
        self._wide_hfov_deg = wide_hfov_deg
        self._one = asyncio.Lock()
        self._waiting = 0
        self._wanted: Speeds | None = None
        self._sent: _Sent | None = None
        self._sender: asyncio.Future[None] | None = None
        self._moves = 0
        """Moves begun: what was on its way before a stop must not outlive it."""
        self._moving_out = 0
        self._steered = False
        self._lease_until = 0.0
        self._latency = 0.0
        self._watch_until = self._stirred_until = self._fast_until = 0.0
        self._newest: PtzReport | None = None
        self._newest_at = 0.0
        self._lease_task: asyncio.Task[None] | None = None
        self._poll_task: asyncio.Task[None] | None = None
        self._pace_task: asyncio.Task[None] | None = None
        self._look_now, self._looked = asyncio.Event(), asyncio.Event()

    async def request(self, arguments: Body) -> Reply:
        """Raises LiveError."""
        try:
            return Reply(await self._obey(str(arguments.get("do")), arguments))
        except DeviceProblem as problem:
            raise LiveError(problem.en, problem.code.value, problem.zh) from None
        except MissingPassword as problem:
            raise LiveError(str(problem), Code.NO_ACCOUNT.value) from None

    async def close(self) -> None:
        """Stops what is being steered, and says goodbye to the device."""
        if self._steered:
            with contextlib.suppress(DeviceProblem, MissingPassword, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._stop()
        tasks = [task for task in (self._lease_task, self._poll_task, self._pace_task) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._link.let_go()

    async def _obey(self, what: str, given: Body) -> Body:
        match what:
            case "steer":
                speeds = Speeds(*(_share(given[axis]) for axis in ("pan", "tilt", "zoom")))
                await self._steer(speeds, float(given["lease_s"]))
                return {}
            case "stop":
                await self._stop()
                return {}
            case "status":
                return _plain(await self._look())
            case "watch":
                self._watch(float(given["seconds"]))
                return _plain(self._newest) if self._newest is not None else {}
            case "capabilities":
                if given.get("anew") and not self._steered and self._waiting == 0:
                    await self._link.let_go()
                return _capabilities(await self._link.driver())
            case "absolute" | "relative" | "goto_preset":
                return await self._in_turn(lambda driver: self._move(driver, what, given), moves=True)
        return await self._in_turn(lambda driver: _other(driver, what, given))

    # Moves, one after the other.

    async def _in_turn(self, work: Callable[[PtzDriver], Awaitable[Body]], moves: bool = False) -> Body:
        if self._waiting >= _MOST_WAITING:
            raise DeviceProblem(Code.BUSY, "too many commands wait for this dome")
        began = self._moves
        self._waiting += 1
        try:
            async with self._one:
                driver = await self._link.driver()
                if moves and self._moves != began:
                    return {"overtaken": True}
                return await self._link.tried(work(driver))
        finally:
            self._waiting -= 1

    async def _move(self, driver: PtzDriver, what: str, given: Body) -> Body:
        self._moves += 1
        self._wanted, self._sent, self._steered = None, None, False
        self._stir()
        self._moving_out += 1
        try:
            if what == "goto_preset":
                await driver.goto_preset(str(given["token"]))
            elif what == "relative":
                await driver.relative(*(float(given[axis]) for axis in ("pan_deg", "tilt_deg", "zoom")))
            else:
                turn = (_maybe(given.get(name)) for name in ("pan_deg", "tilt_deg", "zoom", "speed"))
                await driver.absolute(*turn)
        finally:
            self._moving_out -= 1
        self._stir()
        return {}

    async def _steer(self, speeds: Speeds, lease_s: float) -> None:
        """Returns when said to the device, or at once when a sender is at work already: it takes the newest."""
        lease = min(max(lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S)
        self._lease_until = self._clock.monotonic() + lease
        self._wanted, self._steered = speeds, True
        if self._lease_task is None or self._lease_task.done():
            self._lease_task = asyncio.create_task(self._hold_lease(), name=f"lease {self._camera_id}")
        await self._say()

    async def _say(self) -> None:
        """Sends what is wanted, newest first, unless that is being done already."""
        if self._sender is not None:
            return
        self._sender = asyncio.get_running_loop().create_future()
        try:
            async with self._one:
                driver = await self._link.driver()
                if self._sent is None:
                    await self._know_zoom()
                while (wanted := self._wanted) is not None:
                    self._wanted = None
                    await self._link.tried(self._send(driver, wanted))
        finally:
            self._wanted = None
            self._sender.set_result(None)
            self._sender = None

    async def _send(self, driver: PtzDriver, hand: Speeds) -> None:
        now = self._clock.monotonic()
        if now >= self._lease_until or not self._steered:
            return
        speeds = self._slowed(hand)
        sent = self._sent
        if sent is not None and hand == sent.hand and now - sent.at < _RENEW_S and not differ(sent.told, speeds):
            return
        self._moves += 1
        self._stir()
        self._moving_out += 1
        try:
            # A device that takes long to answer would else stop between two of our renewals.
            timeout = 1.0 if self._latency < _SLOW_DEVICE_S else 2.0
            await driver.continuous(speeds.pan, speeds.tilt, speeds.zoom, timeout)
        finally:
            self._moving_out -= 1
        self._latency = self._clock.monotonic() - now
        if self._steered:
            self._sent = _Sent(hand, speeds, now)

    def _slowed(self, hand: Speeds) -> Speeds:
        zoom = self._newest.zoom if self._newest is not None else None
        return hand if self._wide_hfov_deg is None else at_zoom(hand, zoom, self._wide_hfov_deg)

    async def _know_zoom(self) -> None:
        """A dome that nobody watched may have been zoomed by somebody else."""
        known = self._newest is not None and self._clock.monotonic() - self._newest_at < _ZOOM_KNOWN_S
        if known or self._wide_hfov_deg is None:
            return
        self._looked.clear()
        self._start_polling()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ZOOM_WITHIN_S):
                await self._looked.wait()

    def _keep_pace(self) -> None:
        """The magnification is new: a hand that still turns the dome turns it at the speed of that."""
        sent = self._sent
        if self._steered and sent is not None and self._sender is None and differ(sent.told, self._slowed(sent.hand)):
            self._wanted = sent.hand
            self._pace_task = asyncio.create_task(self._say_quietly(), name=f"pace {self._camera_id}")

    async def _say_quietly(self) -> None:
        with contextlib.suppress(DeviceProblem, MissingPassword):
            await self._say()

    async def _stop(self) -> None:
        """Said at once, over a connection of its own; and again when a move was on its way meanwhile."""
        self._wanted, self._sent, self._steered = None, None, False
        self._moves += 1
        mark, on_its_way = self._moves, self._moving_out > 0
        driver = self._link.opened or await self._link.driver()
        self._stir()
        await driver.stop()
        while on_its_way and self._moving_out and self._moves == mark:
            await self._clock.sleep(0.02)
        if on_its_way and self._moves == mark:
            await driver.stop()

    async def _hold_lease(self) -> None:
        """Stops the dome when nobody says any more that it shall turn."""
        while self._steered:
            left = self._lease_until - self._clock.monotonic()
            if left > 0:
                await self._clock.sleep(left)
                continue
            log.info("dome %s: its lease is over, it is stopped", self._camera_id)
            await self._stop_surely()

    async def _stop_surely(self) -> None:
        """Until it is said, or somebody has turned the dome since."""
        for _ in range(_STOP_TRIES):
            try:
                await self._stop()
                return
            except (DeviceProblem, MissingPassword) as problem:
                log.warning("dome %s: stop: %s", self._camera_id, problem)
            mark = self._moves
            await self._clock.sleep(_STOP_AGAIN_S)
            if self._steered or self._moves != mark:
                return

    # Where it points.

    def _stir(self) -> None:
        now = self._clock.monotonic()
        self._stirred_until, self._fast_until = now + _STIRRED_S, now + _LONGEST_FAST_S
        self._start_polling()

    def _watch(self, seconds: float) -> None:
        now = self._clock.monotonic()
        self._watch_until = max(self._watch_until, now + min(max(seconds, 0.0), LONGEST_WATCH_S))
        self._start_polling()

    def _start_polling(self) -> None:
        self._look_now.set()
        if self._poll_task is None or self._poll_task.done():
            self._poll_task = asyncio.create_task(self._poll(), name=f"dome {self._camera_id}")

    async def _poll(self) -> None:
        while (interval := self._interval()) is not None:
            self._look_now.clear()
            try:
                await self._look()
            except DeviceProblem as problem:
                log.debug("dome %s: %s", self._camera_id, problem)
                interval = max(_SLOW_S, self._link.rests_s())
            except MissingPassword as problem:
                log.warning("dome %s: %s", self._camera_id, problem)
                return
            await self._rest(interval)

    async def _rest(self, seconds: float) -> None:
        """Until so much later, or until a command was sent."""
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        waking = asyncio.ensure_future(self._look_now.wait())
        done, pending = await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if waking in done and sleeping not in done:
            # Commands come five times a second: the device is asked no oftener than that either.
            await self._clock.sleep(min(seconds, _FAST_S))

    def _interval(self) -> float | None:
        now = self._clock.monotonic()
        moving = self._newest is not None and self._newest.moving is True and now < self._fast_until
        if self._steered or moving or now < self._stirred_until:
            return _FAST_S
        return _SLOW_S if now < self._watch_until else None

    async def _look(self) -> PtzReport:
        driver = await self._link.driver()
        status = await self._link.tried(driver.status())
        report = _report(self._camera_id, status, self._clock.now())
        before, self._newest, self._newest_at = self._newest, report, self._clock.monotonic()
        self._looked.set()
        self._keep_pace()
        if before is None or _changed(before, report):
            self._report(report)
        return report


async def _other(driver: PtzDriver, what: str, given: Body) -> Body:
    match what:
        case "presets":
            return {"presets": [{"token": one.token, "name": one.name} for one in await driver.presets()]}
        case "set_preset":
            return {"token": await driver.set_preset(str(given["name"]), given.get("token"))}
        case "remove_preset":
            await driver.remove_preset(str(given["token"]))
        case "focus":
            await driver.focus(_share(given["speed"]))
        case "autofocus":
            await driver.autofocus(bool(given["on"]))
        case "iris":
            await driver.iris(min(max(float(given["opening"]), 0.0), 1.0))
        case "auxiliary":
            await driver.auxiliary(given["what"], bool(given["on"]))
        case _:
            raise DeviceProblem(Code.NOT_SUPPORTED, what)
    return {}


def _share(value: Any) -> float:
    return min(max(float(value), -1.0), 1.0)


def _maybe(value: Any) -> float | None:
    return None if value is None else float(value)


def _report(camera_id: str, status: PtzStatus, at: float) -> PtzReport:
    return PtzReport(camera_id, status.pan_deg, status.tilt_deg, status.zoom, status.moving, at)


def _changed(before: PtzReport, now: PtzReport) -> bool:
    return (before.pan_deg, before.tilt_deg, before.zoom, before.moving) != (
        now.pan_deg,
        now.tilt_deg,
        now.zoom,
        now.moving,
    )


def _plain(report: PtzReport) -> Body:
    return {key: value for key, value in asdict(report).items() if key != "camera_id"}


def _capabilities(driver: PtzDriver) -> Body:
    found = driver.capabilities
    return {**asdict(found), "auxiliary": sorted(found.auxiliary)}
