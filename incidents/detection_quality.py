"""How often each camera's rules are right, what is remembered of what they got wrong, and what would make them better.

Safe to call from any thread; rights are in `incidents.detection_queries`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import insert

from config.cameras import Camera
from config.earning import Earning
from config.zones import Zone
from incidents import detection_queries as queries
from incidents.detection_queries import CauseView, ChangeView, Counted, JudgedView, Wanted
from incidents.earning import DAY, Record, wilson
from incidents.errors import Invalid, NotFound
from incidents.rights import Caller, Permission
from incidents.service import Incidents
from incidents.store.judgement_schema import threshold_changes
from incidents.suggestions import Suggestion, suggest

TREND_WINDOWS = 6
LONGEST_DAYS = 3650
ALL_DAYS_TREND = 180
SUGGESTED_FROM_DAYS = 90
FORGOTTEN_SHOWN_SECONDS = 3600.0
UNSAID = "unsaid"
"""Where a rejection names no cause."""


@dataclass(slots=True)
class Figures:
    """`rejected` by cause; `trend`: (right, judged) in each part of the time, oldest first."""

    right: int = 0
    judged: int = 0
    duplicates: int = 0
    waiting: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    trend: list[list[int]] = field(default_factory=lambda: [[0, 0] for _ in range(TREND_WINDOWS)])
    remembered: int = 0
    suppressed: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares precision lies, by 95 %."""
        return wilson(self.right, self.judged)

    def add(self, counted: Counted) -> None:
        if counted.verdict == "duplicate":
            self.duplicates += counted.count
            return
        right = counted.verdict == "confirmed"
        self.judged += counted.count
        self.right += counted.count if right else 0
        if not right:
            cause = counted.cause or UNSAID
            self.rejected[cause] = self.rejected.get(cause, 0) + counted.count
        for part, count in zip(self.trend, counted.by_window, strict=True):
            part[0] += count if right else 0
            part[1] += count


NOTHING = Record(0, 0)


@dataclass(slots=True)
class RuleFigures:
    """Of one camera's rule. `zones`: the same by zone, "" where it is not known. `record`: of the time that earns."""

    camera_id: str
    rule: str
    total: Figures = field(default_factory=Figures)
    zones: dict[str, Figures] = field(default_factory=dict)
    record: Record = NOTHING

    def zone(self, zone_id: str | None) -> Figures:
        return self.zones.setdefault(zone_id or "", Figures())


@dataclass(frozen=True, slots=True)
class Overview:
    days: int
    from_at: float
    total: Figures
    rules: tuple[RuleFigures, ...]
    earning: Earning


class DetectionQuality:
    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents
        self._store, self._clock = incidents.store, incidents.clock

    def overview(self, caller: Caller, days: int, area: str | None = None, camera: str | None = None) -> Overview:
        """Of the last `days`, of all that is kept where 0; the ones with most false first. Raises Invalid, NotFound."""
        if not 0 <= days <= LONGEST_DAYS:
            raise Invalid(f"days must lie between 0 and {LONGEST_DAYS}", "days")
        scope, now, earning = caller.scope(Permission.CAMERA_SEE), self._clock.now(), self._incidents.earning
        since = now - days * DAY if days else 0.0
        wanted = Wanted(area=area, camera=camera, since=since)
        with self._store.read() as connection:
            counted = queries.count_verdicts(connection, scope, wanted, _windows(now, days))
            waiting = queries.count_waiting(connection, scope, wanted)
            causes = queries.count_causes(connection, scope, wanted, now)
            earned = queries.count_verdicts(
                connection, scope, Wanted(area=area, camera=camera, since=now - earning.days * DAY)
            )
        total, rules = Figures(), _Rules()
        for one in counted:
            for figures in (total, *rules.of(one.camera_id, one.rule, one.zone_id)):
                figures.add(one)
        for (camera_id, rule, zone_id), count in waiting.items():
            for figures in (total, *rules.of(camera_id, rule, zone_id)):
                figures.waiting += count
        for cause in causes:
            for figures in (total, *rules.of(cause.camera_id, cause.rule, cause.zone_id)):
                figures.remembered += cause.count
                figures.suppressed += cause.suppressed
        rules.note_records(earned)
        return Overview(days, since, total, rules.sorted(), earning)

    def rejected(self, caller: Caller, wanted: Wanted, days: int) -> tuple[JudgedView, ...]:
        """Newest first, of a camera the caller sees, and of these the cases he sees."""
        since = self._clock.now() - days * DAY if days else 0.0
        narrowed = Wanted(None, wanted.camera, wanted.rule, wanted.zone, wanted.cause, since, wanted.limit)
        with self._store.read() as connection:
            return queries.list_judged(connection, caller.scope(Permission.CASE_SEE), narrowed)

    def causes(self, caller: Caller, area: str | None = None, camera: str | None = None) -> tuple[CauseView, ...]:
        """Those that hold, and those forgotten in the last hour, which can be taken back."""
        now = self._clock.now()
        wanted = Wanted(area=area, camera=camera, since=now - FORGOTTEN_SHOWN_SECONDS)
        with self._store.read() as connection:
            return queries.list_causes(connection, caller.scope(Permission.CAMERA_SEE), wanted, now)

    def forget(self, caller: Caller, cause_id: str, forgotten: bool) -> CauseView:
        """From now on what it kept back is raised; or again not. Raises NotFound, Conflict."""
        scope = caller.scope(Permission.CASE_TRIAGE)
        with self._store.write() as transaction:
            connection = transaction.connection
            queries.get_cause(connection, scope, cause_id)
            by = caller.account_id if forgotten else None
            self._incidents.remembered.set_forgotten(connection, cause_id, by, self._clock.now())
            return queries.get_cause(connection, scope, cause_id)[0]

    def cause_picture(self, caller: Caller, cause_id: str) -> Path:
        """Of the newest detection it kept from being raised. Raises NotFound."""
        with self._store.read() as connection:
            _, sha256 = queries.get_cause(connection, caller.scope(Permission.CAMERA_SEE), cause_id)
        if sha256 is None:
            raise NotFound("there is no such picture", "cause")
        return self._incidents.remembered.picture(sha256)

    def suggestions(self, caller: Caller, camera: Camera, zone: Zone) -> tuple[Suggestion, ...]:
        """For one of the camera's zones as it is now."""
        since = self._clock.now() - SUGGESTED_FROM_DAYS * DAY
        wanted = Wanted(camera=camera.id, rule=zone.rule, zone=zone.id, since=since)
        with self._store.read() as connection:
            facts = queries.list_facts(connection, caller.scope(Permission.CAMERA_SEE), wanted)
        return suggest(facts, zone, self._incidents.town.timezone)

    def changes(self, caller: Caller, camera: str | None = None) -> tuple[ChangeView, ...]:
        """Suggestions that were taken, newest first."""
        with self._store.read() as connection:
            return queries.list_changes(connection, caller.scope(Permission.CAMERA_SEE), Wanted(camera=camera))

    def note_change(self, caller: Caller, camera: Camera, zone: Zone, taken: Suggestion) -> None:
        """That this was taken, once it has taken effect."""
        with self._store.write() as transaction:
            transaction.connection.execute(
                insert(threshold_changes).values(
                    id=uuid4().hex,
                    camera_id=camera.id,
                    area=camera.area,
                    zone_id=zone.id,
                    rule=zone.rule,
                    key=taken.key,
                    before=_text(taken.now),
                    after=_text(taken.value),
                    spared=taken.spared,
                    lost=taken.lost,
                    at=self._clock.now(),
                    by=caller.account_id,
                )
            )


def changed(zone: Zone, suggestion: Suggestion) -> Zone:
    """The zone with the suggested value."""
    outer, _, inner = suggestion.key.partition(".")
    value = list(suggestion.value) if isinstance(suggestion.value, tuple) else suggestion.value
    plain = zone.model_dump(mode="json")
    return Zone.model_validate({**plain, outer: {**plain[outer], inner: value} if inner else value})


def views_and_zones(camera: Camera) -> Iterable[tuple[str | None, Zone]]:
    """Of its picture (None), or of a dome's views."""
    yield from ((None, zone) for zone in camera.zones)
    for view in camera.views:
        yield from ((view.id, zone) for zone in view.zones)


def _text(value: float | tuple[str, ...]) -> str:
    return " ".join(value) if isinstance(value, tuple) else f"{value:g}"


class _Rules:
    def __init__(self) -> None:
        self._found: dict[tuple[str, str], RuleFigures] = {}

    def of(self, camera_id: str, rule: str, zone_id: str | None) -> tuple[Figures, Figures]:
        one = self._found.setdefault((camera_id, rule), RuleFigures(camera_id, rule))
        return one.total, one.zone(zone_id)

    def note_records(self, earned: Iterable[Counted]) -> None:
        counts: dict[tuple[str, str], Figures] = {}
        for one in earned:
            figures = counts.setdefault((one.camera_id, one.rule), Figures(trend=[]))
            figures.add(one)
        for key, figures in counts.items():
            if key in self._found:
                self._found[key].record = Record(figures.right, figures.judged)

    def sorted(self) -> tuple[RuleFigures, ...]:
        """The loudest first: by false alarms, then by what waits."""

        def loudness(one: RuleFigures) -> tuple[int, int, str, str]:
            return one.total.right - one.total.judged, -one.total.waiting, one.camera_id, one.rule

        return tuple(sorted(self._found.values(), key=loudness))


def _windows(now: float, days: int) -> tuple[tuple[float, float], ...]:
    part = (days or ALL_DAYS_TREND) * DAY / TREND_WINDOWS
    begin = now - part * TREND_WINDOWS
    return tuple((begin + part * number, begin + part * (number + 1)) for number in range(TREND_WINDOWS))
