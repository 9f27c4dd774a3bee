"""What the API calls. Synchronous and thread-safe: call it in a thread. Errors are those of `incidents.errors`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from config.case_classes import Level
from config.earning import Earning
from config.repeats import Repeats
from gis.plane import distance_m
from incidents import queries, trace
from incidents.accounts import Accounts
from incidents.acting import (
    CAMERA_DUTIES,
    LOOK_DUTIES,
    Acting,
    Follower,
)
from incidents.action_detail import PERSONS_DETAIL, clean_detail, filled_in
from incidents.areas import Area, load_areas
from incidents.awaiting import VerificationTarget, awaiting_camera
from incidents.case import Action, Actor, Standing, State
from incidents.case_filter import CaseFilter
from incidents.case_queue import CaseQueue
from incidents.case_rows import standing_of
from incidents.case_text import index_words
from incidents.class_terms import terms_of
from incidents.correction import correction, index_corrected
from incidents.duplicates import Merging
from incidents.duties import allowed_actions, as_companion, duties_of, in_place_of, part_actions
from incidents.earning import EarnedOpening
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.evidence_files import EvidenceFiles
from incidents.feed import Feed
from incidents.intake import Intake, Taken
from incidents.judgements import Judging
from incidents.matching import MatchRules
from incidents.opening import Draft, Place, Town, locate, open_case
from incidents.part_queries import list_parts
from incidents.passwords import Passwords
from incidents.phone_clock import Recorded
from incidents.position_intake import PositionIntake
from incidents.remembered import Remembered
from incidents.reminders import once_a_day
from incidents.repeat_queries import get_repeat, get_same_place
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.routing import Routing
from incidents.sessions import SessionRules
from incidents.store import Store
from incidents.store.schema import cases
from incidents.supervision import Supervision
from incidents.telling import Telling
from incidents.text import clean_text
from incidents.trace import TraceCheck
from incidents.verdicts import ruled_out
from incidents.views import AreaView, CaseDetail, CasePage, CaseView, EvidenceView
from incidents.workers import Workers
from runtime.clock import Clock

MAX_CAPTION = 400
ACROSS_BORDER_M = 500.0


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case made by hand."""

    case_class: str
    lon: float
    lat: float
    level: Level | None = None
    note: str = ""
    camera_id: str | None = None
    error_m: float | None = None
    """Of the place (one sigma), where it was measured in a camera's picture."""
    people: int = 1
    """How many are to go, where that is more than the class says."""
    recorded: Recorded | None = None
    """When it was written down on a phone without a network."""


class Incidents:
    """Cases, evidence, areas; `accounts` and `workers` hold the rest. `feed` tells what has changed."""

    def __init__(
        self,
        store: Store,
        evidence_folder: Path,
        clock: Clock,
        town: Town,
        *,
        passwords: Passwords | None = None,
        session_rules: SessionRules | None = None,
        match_rules: MatchRules | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.town = town
        self.feed = Feed()
        self.files = EvidenceFiles(evidence_folder)
        self.acting = Acting(self.feed)
        self.accounts = Accounts(store, clock, self.feed, passwords or Passwords(), session_rules or SessionRules())
        self.workers = Workers(store, clock, self.feed)
        self.positions = PositionIntake(store, clock, self.feed)
        self._paths: dict[str, str] = {}
        self.telling = Telling(self._paths, town.cameras, town.area)
        self.queue = CaseQueue(store, self.telling)
        self.earning = Earning()
        """When a rule has earned to open cases by itself; replaced when it is configured otherwise."""
        self.repeats = Repeats()
        """How long a thing is known again; replaced when it is configured otherwise."""
        self.remembered = Remembered(evidence_folder.with_name("suppressed"), town.timezone)
        self._intake = Intake(
            store,
            self.files,
            clock,
            lambda: self.town,
            self.acting,
            match_rules or MatchRules(),
            self.remembered,
            EarnedOpening(lambda: self.earning),
            lambda: self.repeats,
        )
        # Merging first: it asks the verdict that judging takes back.
        self.acting.followers += [Merging(self.acting).follow, Judging(self.remembered).follow, index_words]
        self.acting.followers += [index_corrected, once_a_day]
        self.routing = Routing(self.acting, lambda: self.town)
        self.acting.router = self.routing
        self.supervision = Supervision(store, clock, self.acting, lambda: self.town.case_classes.urge_after)

    def follow(self, follower: Follower) -> None:
        """`follower` is called inside the transaction of everything done to a case from now on."""
        self.acting.followers.append(follower)

    # --- areas

    def load_areas(self, given: Iterable[Area]) -> None:
        """Raises Invalid. Call at every start, before anything else."""
        with self.store.write() as transaction:
            load_areas(transaction.connection, given)
            every = queries.list_areas(transaction.connection, EVERYWHERE)
        self._paths.update({area.code: area.path for area in every})

    def list_areas(self, caller: Caller) -> tuple[AreaView, ...]:
        with self.store.read() as connection:
            return queries.list_areas(connection, caller.scope(Permission.CASE_SEE))

    # --- cases

    def take_detection(self, detection: Mapping[str, Any], blobs: Sequence[bytes]) -> Taken:
        """See `Intake.take`."""
        return self._intake.take(detection, blobs)

    def create_case(self, caller: Caller, wanted: NewCase) -> CaseView:
        """Raises Invalid, or NotAllowed where the caller may not create cases at that place."""
        case_class = self.town.case_classes.get(wanted.case_class)
        if case_class is None:
            raise Invalid(f"no case class {wanted.case_class!r} in the catalogue", "case_class")
        if wanted.camera_id is not None and wanted.camera_id not in self.town.cameras:
            raise Invalid(f"no camera {wanted.camera_id!r}", "camera_id")
        if not (-180 <= wanted.lon <= 180 and -90 <= wanted.lat <= 90):
            raise Invalid("longitude and latitude are outside the world", "lon")
        note = clean_detail(Action.COMMENT, {"note": wanted.note})
        note |= wanted.recorded.detail() if wanted.recorded else {}
        with self.store.write() as transaction:
            connection = transaction.connection
            place = self._placed(connection, caller.scope(Permission.CASE_CREATE), wanted)
            note |= caller.in_place_of(lambda one: one.scope(Permission.CASE_CREATE).covers(place.path))
            own = caller.scope(Permission.WORKER_REPORT).prefixes
            draft = Draft(
                state=State.FILED,
                case_class=wanted.case_class,
                level=wanted.level or case_class.level,
                source="worker" if own else "operator",
                camera_id=wanted.camera_id,
                place=place,
                opened_at=self.clock.now(),
                people=wanted.people,
            )
            case_id = open_case(transaction, self.town, draft, caller.actor(), note)
            self.acting.opened(transaction, case_id, draft.level, draft.opened_at)
            return self.acting.announce(transaction, case_id)

    def _placed(self, connection: Connection, scope: Scope, wanted: NewCase) -> Place:
        """Where the case lies. What a camera sees just across the border of its area, in an area the caller has no
        right to, is reported where the camera belongs. Raises NotAllowed."""
        lon, lat, error_m = wanted.lon, wanted.lat, wanted.error_m
        place = locate(connection, self.town, lon=lon, lat=lat, error_m=error_m, camera_id=wanted.camera_id)
        if scope.covers(place.path):
            return place
        camera = self.town.cameras.get(wanted.camera_id or "")
        at = camera.position if camera else None
        if camera and at and distance_m(at.lon, at.lat, lon, lat) <= ACROSS_BORDER_M:
            home = locate(connection, self.town, lon=None, lat=None, error_m=None, camera_id=camera.id)
            if scope.covers(home.path):
                return replace(home, lon=lon, lat=lat, error_m=error_m)
        raise NotAllowed("you may not create cases at this place")

    def list_cases(self, caller: Caller, wanted: CaseFilter | None = None) -> CasePage:
        return self.queue.page(caller, wanted or CaseFilter())

    def get_case(self, caller: Caller, case_id: str) -> CaseDetail:
        scope = caller.scope(Permission.CASE_SEE)
        with self.store.read() as connection:
            view, path = queries.get_case(connection, scope, case_id)
            row = connection.execute(select(cases).where(cases.c.id == case_id)).one()
            standing = standing_of(connection, row)
            return CaseDetail(
                self.telling.case(scope, view),
                self.telling.trace(caller, view, queries.get_trace(connection, scope, case_id)),
                queries.list_evidence(connection, scope, case_id),
                allowed_actions(
                    caller,
                    path,
                    standing,
                    PERSONS_DETAIL,
                    ruled_out(connection, caller, row, self.clock.now()),
                ),
                get_repeat(connection, scope, case_id),
                get_same_place(connection, scope, case_id),
                terms_of(connection, row.terms),
                self.routing.told(connection, case_id),
                tuple(
                    replace(part, actions=part_actions(caller, path, standing, part.post))
                    for part in list_parts(connection, scope, case_id)
                ),
            )

    def _standing(self, connection: Connection, case_id: str) -> Standing:
        return standing_of(connection, connection.execute(select(cases).where(cases.c.id == case_id)).one())

    def act(
        self,
        caller: Caller,
        case_id: str,
        action: str,
        detail: Mapping[str, Any] | None = None,
        version: int | None = None,
        recorded: Recorded | None = None,
    ) -> CaseView:
        """One of the actions of the contracts (`strike-out` or `strike_out`). With `version`, Conflict when the case
        has changed since. Raises NotFound, NotAllowed, Conflict, Invalid."""
        name = action.replace("-", "_")
        if name not in {one.value for one in PERSONS_DETAIL}:
            raise Invalid(f"no action {action[:40]!r}; there are {', '.join(PERSONS_DETAIL)}", "action")
        wanted = Action(name)
        clean = clean_detail(wanted, detail or {})
        with self.store.write() as transaction:
            connection = transaction.connection
            trace.lock(connection)
            view, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            standing = self._standing(connection, case_id)
            duties = duties_of(caller, path, standing)
            wanted = as_companion(caller, standing, wanted)
            clean = filled_in(connection, self.town, caller, view, standing, duties, wanted, clean)
            more, columns = correction(connection, self.town, view, wanted, clean)
            clean |= more | (recorded.detail() if recorded else {})
            clean |= in_place_of(caller, path, standing, wanted, clean)
            now, actor = self.clock.now(), caller.actor()
            done = self.acting.apply(
                transaction, case_id, wanted, actor, duties, at=now, detail=clean, version=version, changes=columns
            )
        return self.telling.case(caller.scope(Permission.CASE_SEE), done)

    def looked(self, caller: Caller, case_id: str, camera_ids: Sequence[str]) -> None:
        """A person turned these domes to the case: an entry each. Who may turn them was asked before. Raises NotFound
        where he may not see the case."""
        with self.store.write() as transaction:
            trace.lock(transaction.connection)
            _, path = queries.get_case(transaction.connection, caller.scope(Permission.CASE_SEE), case_id)
            beside = caller.in_place_of(lambda one: one.scope(Permission.PTZ_CONTROL).covers(path))
            for camera_id in camera_ids:
                camera = self.town.cameras.get(camera_id)
                name = {"zh": camera.name, "en": camera.name_en or camera.name} if camera else camera_id
                detail = {"dome_id": camera_id, "dome": name, **beside}
                now = self.clock.now()
                self.acting.apply(transaction, case_id, Action.LOOK, caller.actor(), LOOK_DUTIES, at=now, detail=detail)

    # --- verification by the camera

    def awaiting_camera(self) -> tuple[VerificationTarget, ...]:
        """Handled cases a camera has yet to look at, oldest first; for the loop that asks the cameras."""
        with self.store.read() as connection:
            return awaiting_camera(connection)

    def camera_verified(
        self,
        case_id: str,
        camera_id: str,
        result: str,
        reason: str | Mapping[str, str],
        *,
        captured_at: float,
        picture: bytes | None,
    ) -> CaseView:
        """What the camera answered: `gone` closes, `present` sends it back as rework, `cannot_tell` leaves it to a
        person. `reason` is one line, or one in each language (`zh`, `en`).

        Raises Conflict when the case is no longer waiting, NotFound, Invalid."""
        camera = self.town.cameras.get(camera_id)
        actor = Actor("camera", camera_id, camera.name if camera else camera_id)
        stored = self.files.store(picture, "picture") if picture is not None else None
        with self.store.write() as transaction:
            now = self.clock.now()
            if stored is not None:
                self.acting.add_evidence(transaction, case_id, stored, actor, CAMERA_DUTIES, at=now, caption=result)
            return self.acting.apply(
                transaction,
                case_id,
                Action.VERIFY,
                actor,
                CAMERA_DUTIES,
                at=now,
                detail={"result": result, "reason": _bounded(reason), "captured_at": captured_at},
            )

    # --- evidence

    def add_evidence(
        self, caller: Caller, case_id: str, content: bytes, caption: str = "", recorded: Recorded | None = None
    ) -> EvidenceView:
        """A picture, clip or voice note by whoever may comment on the case or handles it. Raises as `act`."""
        caption = clean_text(caption, "caption", MAX_CAPTION)
        scope = caller.scope(Permission.CASE_SEE)
        with self.store.read() as connection:
            queries.get_case(connection, scope, case_id)
        stored = self.files.store(content)
        with self.store.write() as transaction:
            trace.lock(transaction.connection)
            _, path = queries.get_case(transaction.connection, scope, case_id)
            standing = self._standing(transaction.connection, case_id)
            duties = duties_of(caller, path, standing)
            beside = in_place_of(caller, path, standing, Action.EVIDENCE) | (recorded.detail() if recorded else {})
            evidence_id = self.acting.add_evidence(
                transaction,
                case_id,
                stored,
                caller.actor(),
                duties,
                at=self.clock.now(),
                caption=caption,
                detail=beside,
            )
            self.acting.announce(transaction, case_id)
            added = queries.get_evidence(transaction.connection, scope, evidence_id)
            transaction.outcome = added
            return added

    def get_evidence(self, caller: Caller, evidence_id: str) -> tuple[EvidenceView, Path]:
        """The row and where the bytes lie. Raises NotFound."""
        with self.store.read() as connection:
            view = queries.get_evidence(connection, caller.scope(Permission.CASE_SEE), evidence_id)
        return view, self.files.open_path(view.sha256)

    # --- trace

    def check_trace(self, caller: Caller, case_id: str) -> TraceCheck:
        """Raises NotFound."""
        with self.store.read() as connection:
            view, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
            if not caller.scope(Permission.TRACE_CHECK).covers(path):
                raise NotAllowed("you may not check traces")
            found = trace.check_case(connection, view.id)
        # Told by its place in the case: the count over all cases is nobody's business who sees but some.
        return replace(found, broken_at=None if found.valid else found.entries, head_seq=0)

    def camera_areas(self, caller: Caller) -> frozenset[str]:
        """Codes of the areas whose cameras the caller may see."""
        with self.store.read() as connection:
            found = queries.list_areas(connection, caller.scope(Permission.CAMERA_SEE))
        return frozenset(area.code for area in found)


def visible_camera(incidents: Incidents, caller: Caller, camera_id: str) -> str:
    """The camera's id when the caller may see it. Raises NotFound."""
    camera = incidents.town.cameras.get(camera_id)
    if camera is None or camera.area not in incidents.camera_areas(caller):
        raise NotFound("no such camera", "camera")
    return camera_id


def _bounded(reason: str | Mapping[str, str]) -> str | dict[str, str]:
    if isinstance(reason, str):
        return reason[:MAX_CAPTION]
    return {language: str(reason[language])[:MAX_CAPTION] for language in ("zh", "en") if language in reason}
