"""Displays come and go: pairing, naming, moving, removing. See `wall.pairing` for what a code is worth."""

from typing import Literal

from sqlalchemy import delete, insert, update

from incidents import queries, sessions, throttle
from incidents.accounts import insert_display, rename
from incidents.errors import Invalid, NotFound
from incidents.feed import Change, Feed
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.sessions import SessionRules
from incidents.store import Store, Transaction
from incidents.store.display_schema import alarm_rules, display_alarms, display_pairings, displays
from incidents.store.schema import accounts, roles
from runtime.clock import Clock
from wall import pairing
from wall.display_rows import DisplayRow, get_display
from wall.display_view import DisplayView
from wall.displays import Displays
from wall.pairing import Asker, Collected, PairingRules, Waiting
from wall.showing import BLANK, to_text


class DisplayAdmission:
    """Synchronous and thread-safe."""

    def __init__(
        self, store: Store, clock: Clock, feed: Feed, displays: Displays, sessions: SessionRules, rules: PairingRules
    ) -> None:
        self._store = store
        self._clock = clock
        self._feed = feed
        self._displays = displays
        self._sessions = sessions
        self._rules = rules

    # --- for the browser that wants to be a display; it is nobody yet

    def begin(self, former: str | None, *, address: str, browser: str, screen: str) -> Waiting:
        """A code to show. Raises Throttled, Invalid."""
        with self._store.write() as transaction:
            return pairing.begin(
                transaction.connection,
                self._rules,
                former,
                address=address,
                browser=browser,
                screen=screen,
                now=self._clock.now(),
            )

    def poll(self, secret: str, *, address: str) -> Collected | Literal["waiting", "expired"]:
        """The display's session as soon as the code was typed, and this once."""
        now = self._clock.now()
        with self._store.read() as connection:
            bound = pairing.is_bound(connection, secret, now)
        if bound is None:
            return "expired"
        if not bound:
            return "waiting"
        with self._store.write() as transaction:
            found = pairing.collect(transaction.connection, self._sessions, secret, address=address, now=now)
            if found is not None:
                self._tell_session(transaction, found.display_id)
        return found or "expired"

    # --- for whoever may manage displays

    def look_up(self, caller: Caller, code: str, *, address: str) -> Asker:
        """The browser behind a code, before it is let in. Raises NotFound, Throttled."""
        attempt, now = pairing.attempt_of(caller, address), self._clock.now()
        with self._store.read() as connection:
            throttle.check(connection, attempt, now)
            found = pairing.asker(connection, code, now)
        if found is None:
            with self._store.write() as transaction:
                throttle.failed(transaction.connection, attempt, now)
            raise NotFound("no browser waits with this code", "code")
        return found

    def pair(self, caller: Caller, code: str, name: str, area: str, *, address: str) -> DisplayView:
        """A new display at an area. Raises NotFound (no such code), Throttled, Invalid."""
        found = self.look_up(caller, code, address=address)
        now = self._clock.now()
        with self._store.write() as transaction:
            connection = transaction.connection
            self._manageable(transaction, caller, area)
            display_id = insert_display(connection, name, area, now)
            connection.execute(
                insert(displays).values(
                    id=display_id,
                    area=area,
                    showing=to_text(BLANK),
                    shown_at=now,
                    version=1,
                    paired_at=now,
                    paired_by=caller.account_id,
                )
            )
            pairing.bind(connection, found, display_id)
            throttle.succeeded(connection, pairing.attempt_of(caller, address))
            return self._announced(transaction, display_id)

    def pair_again(self, caller: Caller, code: str, display_id: str, *, address: str) -> DisplayView:
        """Another browser takes a display's place and shows what it showed; the one before is cut off when it has.
        Raises NotFound, Throttled."""
        found = self.look_up(caller, code, address=address)
        with self._store.write() as transaction:
            connection = transaction.connection
            row = self._managed(transaction, caller, display_id)
            pairing.bind(connection, found, row.id)
            throttle.succeeded(connection, pairing.attempt_of(caller, address))
            values = {"paired_at": self._clock.now(), "paired_by": caller.account_id}
            connection.execute(update(displays).where(displays.c.id == row.id).values(**values))
            connection.execute(update(accounts).where(accounts.c.id == row.id).values(enabled=True))
            return self._announced(transaction, row.id)

    def change(self, caller: Caller, display_id: str, name: str | None, area: str | None) -> DisplayView:
        """Renames it or moves it to another area; what its new area does not cover goes dark at once.
        Raises NotFound, Invalid."""
        with self._store.write() as transaction:
            connection = transaction.connection
            row = self._managed(transaction, caller, display_id)
            if name is not None:
                rename(connection, row.id, name)
            if area is not None and area != row.area:
                self._manageable(transaction, caller, area)
                connection.execute(update(displays).where(displays.c.id == row.id).values(area=area))
                connection.execute(delete(roles).where(roles.c.account_id == row.id))
                connection.execute(insert(roles).values(account_id=row.id, role="display", area=area))
                self._tell_removed(transaction, row)
                self._tell_session(transaction, row.id)
            self._displays.changed(transaction, row.id)
            return self._displays.view(get_display(connection, EVERYWHERE, row.id))

    def remove(self, caller: Caller, display_id: str) -> None:
        """Its session ends and its pictures with it; its account stays, since traces may name it. Raises NotFound."""
        with self._store.write() as transaction:
            connection = transaction.connection
            row = self._managed(transaction, caller, display_id)
            connection.execute(delete(display_alarms).where(display_alarms.c.display_id == row.id))
            connection.execute(delete(display_pairings).where(display_pairings.c.display_id == row.id))
            connection.execute(update(alarm_rules).where(alarm_rules.c.display_id == row.id).values(display_id=None))
            connection.execute(delete(displays).where(displays.c.id == row.id))
            connection.execute(update(accounts).where(accounts.c.id == row.id).values(enabled=False))
            sessions.end_all(connection, row.id)
            self._tell_session(transaction, row.id)
            self._tell_removed(transaction, row)
        self._displays.presence.forget(row.id)

    def _managed(self, transaction: Transaction, caller: Caller, display_id: str) -> DisplayRow:
        return get_display(transaction.connection, caller.scope(Permission.DISPLAY_MANAGE), display_id)

    def _manageable(self, transaction: Transaction, caller: Caller, area: str) -> None:
        try:
            queries.get_area(transaction.connection, caller.scope(Permission.DISPLAY_MANAGE), area)
        except NotFound:
            raise Invalid(f"no area {area[:64]}", "area") from None

    def _announced(self, transaction: Transaction, display_id: str) -> DisplayView:
        row = get_display(transaction.connection, EVERYWHERE, display_id)
        self._displays.announce(transaction, row)
        return self._displays.view(row)

    def _tell_session(self, transaction: Transaction, display_id: str) -> None:
        change = Change("session", display_id)
        transaction.after_commit(("session", display_id), lambda: self._feed.publish(change))

    def _tell_removed(self, transaction: Transaction, row: DisplayRow) -> None:
        change = Change("display", {"what": "removed", "id": row.id}, (row.area_path,))
        transaction.after_commit(("display removed", row.id), lambda: self._feed.publish(change))
