"""What a dome does when nobody turns it: a case to look at, its watching rounds, its patrol, or its guard position."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from config.dome_views import DomeView
from incidents.errors import IncidentError
from ingest.live import LiveError
from runtime.clock import Clock
from wall.ptz.desk import PtzDesk
from wall.ptz.keeping import DomeSettings, Guard, Patrol, PtzKeeping
from wall.ptz.presets import Presets
from wall.ptz.rounds_switch import RoundsSwitch
from wall.ptz.timetable import due
from wall.ptz.watch import Outcome, Stay, Watch, usual_stay
from wall.ptz.wishes import Wish, Wishes

logger = logging.getLogger(__name__)

RESUMES_AFTER_S = 30.0
"""Rounds and patrols go on when nobody has turned the dome for so long; the guard's idle time where one is set."""
_LOOK_S = 0.5
_AFTER_FAILURE_S = 10.0
_LONGEST_WISH_S = 300.0
"""A case is looked at for so long at once, then others have their turn."""

Tell = Callable[[str, str | None, DomeView | None], None]
ViewsOf = Callable[[str], Sequence[DomeView]]


@dataclass
class _Round:
    """Where the task of one dome is. `untouched`: moves of people when it began, if it may begin at once."""

    untouched: int | None
    step: int = 0
    seen: dict[str, float] = field(default_factory=dict)
    interrupted: str | None = None
    logged: bool = False


class Rounds:
    """A task for each dome that has something to do. Every hand goes before it, at once.

    `tell` hears what turns a dome now: `guard`, `patrol`, `watch` or `verify`, the last two with the view; or nothing.
    """

    def __init__(
        self,
        desk: PtzDesk,
        presets: Presets,
        keeping: PtzKeeping,
        clock: Clock,
        tell: Tell,
        watch: Watch,
        switch: RoundsSwitch,
        views_of: ViewsOf,
        timezone: ZoneInfo,
        resumes_after_s: float = RESUMES_AFTER_S,
    ) -> None:
        self._desk, self._presets, self._keeping, self.clock, self._tell = desk, presets, keeping, clock, tell
        self._watch, self.switch, self._views_of, self.timezone = watch, switch, views_of, timezone
        self._resumes_after_s = resumes_after_s
        self.wishes = Wishes()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._started = False
        desk.on_hand.append(lambda camera_id: tell(camera_id, None, None))

    def start(self, camera_ids: Sequence[str]) -> None:
        """After a start the idle time is waited for: who turned a dome before is not known."""
        self._started = True
        for camera_id in {*camera_ids, *self._keeping.kept()}:
            self._begin(camera_id, None)

    async def stop(self) -> None:
        self._started = False
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def changed(self, camera_id: str) -> None:
        """The settings or views of a dome are new: it begins anew with them."""
        self._begin(camera_id, self._desk.moves_of(camera_id))

    def forget(self, camera_id: str) -> None:
        """The dome is not there any more."""
        if (task := self._tasks.pop(camera_id, None)) is not None:
            task.cancel()

    def watches(self, camera_id: str) -> bool:
        """Whether it visits views, of whatever hours."""
        return bool(self._views_of(camera_id)) and self.switch.is_on(camera_id)

    def has_view(self, camera_id: str, view_id: str) -> bool:
        """Whether it would come there for a wish."""
        return self.watches(camera_id) and any(view.id == view_id for view in self._views_of(camera_id))

    def _begin(self, camera_id: str, untouched: int | None) -> None:
        self.forget(camera_id)
        self._tell(camera_id, None, None)
        settings = self._keeping.settings(camera_id)
        if self._started and (settings.guard or _walks(settings.patrol) or self.watches(camera_id)):
            run = self._run(camera_id, settings, _Round(untouched))
            self._tasks[camera_id] = asyncio.create_task(run, name=f"rounds {camera_id}")

    async def _run(self, camera_id: str, settings: DomeSettings, at: _Round) -> None:
        while True:
            try:
                if not await self._turn(camera_id, settings, at):
                    await self.clock.sleep(_LOOK_S)
            except (LiveError, IncidentError) as problem:
                logger.info("rounds of dome %s: %s", camera_id, problem)
                self._tell(camera_id, None, None)
                await self.clock.sleep(_AFTER_FAILURE_S)

    async def _turn(self, camera_id: str, settings: DomeSettings, at: _Round) -> bool:
        """One thing done, or False when there is nothing to do now."""
        patrol, guard = settings.patrol, settings.guard
        idle_s = guard.idle_s if guard is not None else self._resumes_after_s
        idle = self._desk.idle_s(camera_id) >= idle_s
        if self._desk.hand_on(camera_id) or not (idle or self._desk.moves_of(camera_id) == at.untouched):
            at.logged = False
            return False
        if self.watches(camera_id):
            wish = self.wishes.first(camera_id)
            if wish is not None:
                await self._serve(camera_id, wish, at)
                return True
            view = due(self._views_of(camera_id), at.seen, at.interrupted, self.clock.now(), self.timezone)
            if view is not None:
                await self._visit(camera_id, view, at)
                return True
        at.logged = False
        if patrol is not None and _walks(patrol):
            at.step += await self._step(camera_id, patrol, at.step)
            return True
        if guard is not None and idle:
            await self._stand_guard(camera_id, guard)
            return True
        return False

    async def _visit(self, camera_id: str, view: DomeView, at: _Round) -> None:
        self._tell(camera_id, "watch", view)
        stay = usual_stay(view, lambda: self.wishes.first(camera_id) is not None)
        outcome = await self._watch.visit(
            camera_id, view, stay, "watch", None if at.logged else {"view": view.id, "name": view.name}
        )
        self._ended(camera_id, view, at, outcome)

    async def _serve(self, camera_id: str, wish: Wish, at: _Round) -> None:
        view = next((one for one in self._views_of(camera_id) if one.id == wish.view_id), None)
        if view is None:
            self.wishes.to_the_end(wish)
            await self.clock.sleep(_LOOK_S)
            return
        self._tell(camera_id, "verify", view)

        def stands(standing: bool) -> None:
            (wish.stands.set if standing else wish.stands.clear)()

        def over(stood_s: float, _undecided: bool) -> bool:
            return not self.wishes.is_open(wish) or stood_s > _LONGEST_WISH_S

        outcome = await self._watch.visit(
            camera_id,
            view,
            Stay(over, stands, lambda: not self.wishes.is_open(wish)),
            "verify",
            {"view": view.id, "name": view.name, "case": wish.case_id},
        )
        if outcome == "done":
            at.seen[view.id] = self.clock.monotonic()
        if self.wishes.is_open(wish):
            self.wishes.to_the_end(wish)
        at.logged = False
        await self._after(camera_id, outcome)

    def _ended(self, camera_id: str, view: DomeView, at: _Round, outcome: Outcome) -> None:
        """A view that was interrupted comes first; one that is not reached waits for its next turn."""
        at.interrupted = view.id if outcome in ("hand", "wanted") else None
        at.logged = outcome != "hand"
        if at.interrupted is None:
            at.seen[view.id] = self.clock.monotonic()
        if outcome in ("hand", "missed"):
            self._tell(camera_id, None, None)

    async def _after(self, camera_id: str, outcome: Outcome) -> None:
        if outcome in ("hand", "missed"):
            self._tell(camera_id, None, None)
        if outcome == "missed":
            await self.clock.sleep(_AFTER_FAILURE_S)

    async def _step(self, camera_id: str, patrol: Patrol, number: int) -> int:
        """1 when it was done to its end, 0 when a hand came between."""
        step = patrol.steps[number % len(patrol.steps)]
        moved = self._desk.moves_of(camera_id)
        if not await self._go_to_preset(camera_id, step.preset, "patrol"):
            return 0
        await self._presets.arrived(camera_id)
        ends = self.clock.monotonic() + step.dwell_s
        while (left := ends - self.clock.monotonic()) > 0:
            if self._desk.moves_of(camera_id) != moved or self._desk.hand_on(camera_id):
                self._tell(camera_id, None, None)
                return 0
            if self._is_due(camera_id):
                return 1
            await self.clock.sleep(min(left, _LOOK_S))
        return 1

    async def _stand_guard(self, camera_id: str, guard: Guard) -> None:
        """Goes there once, and stays until somebody turns it or a view is due."""
        moved = self._desk.moves_of(camera_id)
        if not await self._go_to_preset(camera_id, guard.preset, "guard"):
            return
        while self._desk.moves_of(camera_id) == moved and not self._desk.hand_on(camera_id):
            if self._is_due(camera_id):
                return
            await self.clock.sleep(_LOOK_S)
        self._tell(camera_id, None, None)

    def _is_due(self, camera_id: str) -> bool:
        if not self.watches(camera_id):
            return False
        views = self._views_of(camera_id)
        wanted = self.wishes.first(camera_id) is not None
        return wanted or due(views, {}, None, self.clock.now(), self.timezone) is not None

    async def _go_to_preset(self, camera_id: str, preset: str, action: str) -> bool:
        gone = await self._desk.go_round(camera_id, action, "goto_preset", {"token": preset}, {"preset": preset})
        if gone:
            self._tell(camera_id, action, None)
        return gone


def _walks(patrol: Patrol | None) -> bool:
    return patrol is not None and patrol.on and bool(patrol.steps)
