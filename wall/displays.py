"""Displays: what they show, how they are, and who may put something on them.

Synchronous and thread-safe. What a display shows is stored, and an alarm only stands in front of it: nothing is lost
when server, browser or network come and go. Rights are checked twice: a person puts up only what he sees himself, and
a display is told only what its own area covers, at the moment it asks.
"""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update

from incidents import queries, sessions
from incidents.errors import NotAllowed, NotFound
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.sessions import SessionRules
from incidents.store import Store, Transaction
from incidents.store.display_schema import display_alarms, displays
from runtime.clock import Clock
from wall.display_presence import DisplayPresence
from wall.display_rows import DisplayRow, get_display, list_displays, placed_alarms
from wall.display_turn import alive, on_view
from wall.display_view import (
    AlarmOnView,
    AnySee,
    DisplayView,
    Health,
    HealthReport,
    Instructions,
    Pushed,
    SeeArrangement,
    SeeBlank,
    SeeCamera,
    SeeCase,
    SeeTour,
    TourStep,
    TourToShow,
)
from wall.layouts import cells_in
from wall.shelf import CameraPlaces, Shelf
from wall.showing import (
    AnyShowing,
    Arrangement,
    ShowArrangement,
    ShowBlank,
    ShowCamera,
    ShowCase,
    ShowTour,
    named,
    to_text,
)
from wall.tours import DWELL_MIN_S


class Displays:
    def __init__(
        self, store: Store, clock: Clock, feed: Feed, cameras: CameraPlaces, tours: Shelf, rules: SessionRules
    ) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._cameras = cameras
        self._tours = tours
        self._rules = rules
        self.presence = DisplayPresence(clock)

    # --- for operators

    def visible(self, caller: Caller) -> tuple[DisplayView, ...]:
        with self._store.read() as connection:
            return tuple(self.view(row) for row in list_displays(connection, caller.scope(Permission.DISPLAY_SHOW)))

    def show(self, caller: Caller, display_id: str, showing: AnyShowing) -> Pushed:
        """Puts something on a display, in place of what operators put there before; an alarm in front of it ends.
        Raises NotFound, NotAllowed (the display's area does not cover it), Invalid."""
        with self._store.write() as transaction:
            connection = transaction.connection
            row = get_display(connection, caller.scope(Permission.DISPLAY_SHOW), display_id)
            kept, left_out = self._allowed(connection, caller, row, showing)
            connection.execute(
                update(displays)
                .where(displays.c.id == row.id)
                .values(
                    showing=to_text(kept),
                    shown_at=self._clock.now(),
                    shown_by=caller.account_id,
                    version=displays.c.version + 1,
                )
            )
            connection.execute(delete(display_alarms).where(display_alarms.c.display_id == row.id))
            after = get_display(connection, EVERYWHERE, row.id)
            self.announce(transaction, after)
            return Pushed(display=self.view(after), left_out=left_out)

    def command(self, caller: Caller, display_id: str, what: str) -> None:
        """`identify` or `reload`, now or never: nothing is stored. Raises NotFound."""
        with self._store.read() as connection:
            row = get_display(connection, caller.scope(Permission.DISPLAY_SHOW), display_id)
        self._feed.publish(Change("display", {"what": what, "id": row.id}, (), row.id))

    # --- for the display itself

    def instructions(self, caller: Caller) -> Instructions:
        """What the calling display is to show now. Its session lasts on. Raises NotFound for who is no display."""
        with self._store.write() as transaction:
            connection = transaction.connection
            row = _own(connection, caller)
            sessions.extend(connection, self._rules, caller.session_id, self._clock.now())
            see = self._see(connection, caller, row)
        return Instructions(
            id=row.id, name=row.name, area=row.area, area_name=row.area_name, version=row.version, see=see
        )

    def report(self, caller: Caller, report: HealthReport, browser: str) -> int:
        """Takes in what the calling display says of itself; answers the version of what it should be showing.
        Raises NotFound."""
        with self._store.read() as connection:
            row = _own(connection, caller)
        news = self.presence.report(row.id, report, browser)
        if news.store:
            health = Health(**report.model_dump(), browser=browser)
            with self._store.write() as transaction:
                transaction.connection.execute(
                    update(displays)
                    .where(displays.c.id == row.id)
                    .values(heard_at=self._clock.now(), health=health.model_dump_json())
                )
        if news.tell:
            self._tell_state(row)
        return row.version

    # --- for the service's own parts

    def tick(self) -> None:
        """To be called about once a second: says which displays fell silent, ends alarms whose time is over."""
        now = self._clock.now()
        lost = self.presence.newly_lost()
        with self._store.read() as connection:
            for display_id in lost:
                for row in list_displays(connection, EVERYWHERE, display_id):
                    self._tell_state(row)
            over = set(
                connection.execute(select(display_alarms.c.display_id).where(display_alarms.c.until <= now)).scalars()
            )
        for display_id in sorted(over):
            with self._store.write() as transaction:
                self.settle(transaction, display_id)

    def settle(self, transaction: Transaction, display_id: str) -> bool:
        """After alarms of a display were placed or ended: who has it now. Announced, and True, when that changed."""
        connection, now = transaction.connection, self._clock.now()
        placed = placed_alarms(connection, display_id)
        chosen = on_view(placed, now)
        before = next((one.case_id for one in placed if one.shown_at is not None), None)
        living = {one.case_id for one in alive(placed, now)}
        mine = display_alarms.c.display_id == display_id
        for one in placed:
            this = (mine, display_alarms.c.case_id == one.case_id)
            if one.case_id not in living:
                connection.execute(delete(display_alarms).where(*this))
            elif chosen is not None and one.case_id == chosen.case_id:
                if one.shown_at is None:
                    connection.execute(update(display_alarms).where(*this).values(shown_at=now))
            elif one.shown_at is not None:
                connection.execute(update(display_alarms).where(*this).values(shown_at=None))
        if (chosen.case_id if chosen else None) == before:
            return False
        self.changed(transaction, display_id)
        return True

    def changed(self, transaction: Transaction, display_id: str) -> None:
        """What the display is to show has changed: counts it up and tells."""
        connection = transaction.connection
        connection.execute(update(displays).where(displays.c.id == display_id).values(version=displays.c.version + 1))
        self.announce(transaction, get_display(connection, EVERYWHERE, display_id))

    def announce(self, transaction: Transaction, row: DisplayRow) -> None:
        """Tells operators how the display now stands, and the display that it has something to read."""

        def tell() -> None:
            self._feed.publish(Change("display", {"what": "show", "id": row.id, "version": row.version}, (), row.id))
            self._tell_state(row)

        transaction.after_commit(("display", row.id), tell)

    def view(self, row: DisplayRow) -> DisplayView:
        heard = self.presence.of(row.id)
        connected, heard_at, health = heard or (False, row.heard_at, Health(**row.health) if row.health else None)
        alarm = row.alarm
        return DisplayView(
            id=row.id,
            name=row.name,
            area=row.area,
            area_name=row.area_name,
            showing=row.showing,
            shown_at=row.shown_at,
            shown_by=row.shown_by,
            version=row.version,
            alarm=None
            if alarm is None
            else AlarmOnView(
                case_id=alarm.case_id, level=alarm.level, since=alarm.shown_at or alarm.placed_at, until=alarm.until
            ),
            paired_at=row.paired_at,
            connected=connected,
            heard_at=heard_at,
            health=health,
        )

    def _tell_state(self, row: DisplayRow) -> None:
        data = {"what": "state", "display": json.loads(self.view(row).model_dump_json())}
        self._feed.publish(Change("display", data, (row.area_path,)))

    # --- rights

    def _allowed(
        self, connection: Connection, caller: Caller, row: DisplayRow, showing: AnyShowing
    ) -> tuple[AnyShowing, list[str]]:
        """What of it may be put up by this person, and the cameras the display will leave out."""
        own, its = caller.scope(Permission.CAMERA_SEE), row.rights().scope(Permission.CAMERA_SEE)
        match showing:
            case ShowCamera(camera=camera):
                if not self._covers(own, camera):
                    raise NotFound("no such camera", "camera")
                if not self._covers(its, camera):
                    raise NotAllowed("the display's area does not cover this camera", "camera")
                return showing, []
            case ShowArrangement(arrangement=arrangement):
                cells_in(arrangement.layout, "arrangement.layout")
                cameras = named(arrangement.cameras)
                out = [one for one in cameras if not (self._covers(own, one) and self._covers(its, one))]
                if cameras and len(out) == len(cameras):
                    raise NotAllowed("the display's area covers none of these cameras", "arrangement")
                seen = [one if one is not None and self._covers(own, one) else None for one in arrangement.cameras]
                kept = Arrangement(layout=arrangement.layout, cameras=seen)
                return ShowArrangement(kind="arrangement", name=showing.name, arrangement=kept), out
            case ShowTour(tour_id=tour_id):
                tour = self._tour(connection, caller, tour_id)
                cameras = named(one for step in tour.steps for one in step.cameras)
                out = [one for one in cameras if not self._covers(its, one)]
                if cameras and len(out) == len(cameras):
                    raise NotAllowed("the display's area covers none of the tour's cameras", "tour_id")
                return showing, out
            case ShowCase(case_id=case_id):
                _, path = queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
                if not row.rights().scope(Permission.CASE_SEE).covers(path):
                    raise NotAllowed("the display's area does not cover this case", "case_id")
                return showing, []
            case ShowBlank():
                return showing, []

    def _see(self, connection: Connection, caller: Caller, row: DisplayRow) -> AnySee:
        """What the display reads of it, by its own rights of this moment."""
        its = caller.scope(Permission.CAMERA_SEE)
        if row.alarm is not None and self._sees_case(connection, caller, row.alarm.case_id):
            return SeeCase(case_id=row.alarm.case_id, alarm=True)
        match row.showing:
            case ShowCamera(camera=camera):
                return SeeCamera(camera=camera) if self._covers(its, camera) else SeeBlank(why="not_allowed")
            case ShowArrangement(name=name, arrangement=arrangement):
                cameras = self._only(its, arrangement.cameras)
                return SeeArrangement(name=name, arrangement=Arrangement(layout=arrangement.layout, cameras=cameras))
            case ShowTour(tour_id=tour_id):
                try:
                    tour = self._tour(connection, None, tour_id)
                except NotFound:
                    return SeeBlank(why="gone")
                steps = [step.model_copy(update={"cameras": self._only(its, step.cameras)}) for step in tour.steps]
                # A step of which nothing may be seen would be a black page.
                return SeeTour(tour=tour.model_copy(update={"steps": _with_pictures(steps)}))
            case ShowCase(case_id=case_id):
                seen = self._sees_case(connection, caller, case_id)
                return SeeCase(case_id=case_id) if seen else SeeBlank(why="not_allowed")
            case ShowBlank():
                return SeeBlank()

    def _tour(self, connection: Connection, caller: Caller | None, tour_id: str) -> TourToShow:
        """As the caller sees it; whole where nobody is given. Raises NotFound."""
        name, pages = self._tours.pages_of(connection, caller, tour_id)
        steps = [
            TourStep(layout=page.layout, cameras=list(page.cameras), dwell_s=page.dwell_s or DWELL_MIN_S)
            for page in pages
        ]
        return TourToShow(id=tour_id, name=name, steps=steps)

    def _sees_case(self, connection: Connection, caller: Caller, case_id: str) -> bool:
        try:
            queries.get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
        except NotFound:
            return False
        return True

    def _covers(self, scope: Scope, camera: str) -> bool:
        path = self._cameras.path(camera)
        return path is not None and scope.covers(path)

    def _only(self, scope: Scope, cameras: Iterable[str | None]) -> list[str | None]:
        return [one if one is not None and self._covers(scope, one) else None for one in cameras]


def _with_pictures(steps: list[TourStep]) -> list[TourStep]:
    return [step for step in steps if named(step.cameras)] or steps[:1]


def _own(connection: Connection, caller: Caller) -> DisplayRow:
    return get_display(connection, EVERYWHERE, caller.account_id)
