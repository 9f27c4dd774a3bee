"""Grid workers: duty, positions, and their import from a table."""

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, select, update

from incidents import queries
from incidents.accounts import Accounts, NewAccount, RoleGiven
from incidents.acting import announce_workers
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.feed import Feed
from incidents.passwords import acceptable
from incidents.patrol import GAP_SECONDS, Fix, Patrol, Span, day_span, reckon, sound
from incidents.phone_clock import Recorded
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.store import Store, Transaction
from incidents.store.phone_schema import worker_duty
from incidents.store.schema import accounts, worker_positions, worker_track, workers
from incidents.text import clean_phone
from incidents.views import WorkerView
from runtime.clock import Clock

MAX_POSITIONS = 1000
MAX_AGE_SECONDS = 7 * 86400.0
MAX_AHEAD_SECONDS = 120.0
TRACK_SECONDS = 90 * 86400.0
MAX_POSITIONS_A_DAY = 20_000
RECENT = 20
"""So many positions tell whether the newest is a jump."""
TRANSPORTS = ("walk", "bicycle", "e-bike", "car")
COLUMNS = ("username", "name", "grids", "home_lon", "home_lat", "transport", "password")
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Position:
    lon: float
    lat: float
    accuracy_m: float
    at: float


@dataclass(frozen=True, slots=True)
class Kit:
    """Of somebody in the field; None leaves it as it is."""

    transport: str | None = None
    skills: Sequence[str] | None = None
    phone: str | None = None

    def columns(self) -> dict[str, Any]:
        """Raises Invalid."""
        told: dict[str, Any] = {}
        if self.transport is not None:
            if self.transport not in TRANSPORTS:
                raise Invalid(f"transport must be one of {', '.join(TRANSPORTS)}", "transport")
            told["transport"] = self.transport
        if self.skills is not None:
            told["skills"] = json.dumps(sorted(set(self.skills))) if self.skills else None
        if self.phone is not None:
            told["phone"] = clean_phone(self.phone, "phone") or None
        return told


@dataclass(frozen=True, slots=True)
class Imported:
    """`known`: user names that existed and were left as they are."""

    created: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workers:
    store: Store
    clock: Clock
    feed: Feed

    def list(self, caller: Caller) -> tuple[WorkerView, ...]:
        with self.store.read() as connection:
            found = queries.list_workers(connection, caller.scope(Permission.WORKER_SEE))
        return tuple(view for view, _ in found)

    def me(self, caller: Caller) -> WorkerView:
        """The caller as a grid worker. Raises NotAllowed for anybody else."""
        _reports(caller)
        with self.store.read() as connection:
            return queries.get_worker(connection, EVERYWHERE, caller.account_id)[0]

    def set_duty(self, caller: Caller, on: bool, recorded: Recorded | None = None) -> WorkerView:
        """Said twice is said once. `recorded`: when the phone was told, where that was without a network."""
        _reports(caller)
        at = recorded.at if recorded else self.clock.now()
        with self.store.write() as transaction:
            since = _switch(transaction.connection, caller.account_id, on, at)
            if since is not None:
                mine = workers.c.account_id == caller.account_id
                transaction.connection.execute(update(workers).where(mine).values(duty=on, duty_since=since))
            transaction.outcome = self._announce(transaction, caller.account_id)
            return transaction.outcome

    def patrol(self, caller: Caller, worker_id: str, day: date, timezone: ZoneInfo) -> tuple[WorkerView, Patrol]:
        """Who he is, and his day in the town's time zone: oneself, or a worker the caller may see. Raises NotFound."""
        scope = EVERYWHERE if worker_id == caller.account_id else caller.scope(Permission.WORKER_SEE)
        span, now = day_span(day, timezone), self.clock.now()
        with self.store.read() as connection:
            worker, _ = queries.get_worker(connection, scope, worker_id)
            track = connection.execute(
                select(worker_track)
                .where(
                    worker_track.c.account_id == worker_id,
                    worker_track.c.at.between(span.from_at - GAP_SECONDS, span.until_at + GAP_SECONDS),
                )
                .order_by(worker_track.c.at)
                .limit(3 * MAX_POSITIONS_A_DAY)
            ).all()
            duty = connection.execute(
                select(worker_duty).where(
                    worker_duty.c.account_id == worker_id,
                    worker_duty.c.from_at < span.until_at,
                    func.coalesce(worker_duty.c.until_at, now) > span.from_at,
                )
            ).all()
        fixes = [Fix(row.lon, row.lat, row.accuracy_m, row.at) for row in track]
        return worker, reckon(fixes, [Span(row.from_at, row.until_at or now) for row in duty], span)

    def report_positions(self, caller: Caller, positions: Sequence[Position]) -> int:
        """Stores the caller's own positions, any order, repeats welcome; returns how many were new.

        Coarse ones and jumps are stored too, but the worker stays where he was last known to be.
        Raises Invalid naming the first bad one; then none is stored.
        """
        _reports(caller)
        now = self.clock.now()
        if len(positions) > MAX_POSITIONS:
            raise Invalid(f"at most {MAX_POSITIONS} positions at once", "positions")
        for index, position in enumerate(positions):
            check_position(position, index, now)
        by_time = {position.at: position for position in positions}
        with self.store.write() as transaction:
            known = set(
                transaction.connection.execute(
                    select(worker_track.c.at).where(
                        worker_track.c.account_id == caller.account_id, worker_track.c.at.in_(by_time)
                    )
                ).scalars()
            )
            new = [by_time[at] for at in sorted(by_time) if at not in known]
            transaction.outcome = len(new)
            if not new:
                return 0
            _bound(transaction.connection, caller.account_id, new)
            transaction.connection.execute(insert(worker_track), [_values(caller.account_id, one) for one in new])
            if self._move(transaction, caller.account_id, new[-1], now):
                self._announce(transaction, caller.account_id, moved=True)
        return len(new)

    def _move(self, transaction: Transaction, account_id: str, newest: Position, now: float) -> bool:
        """Whether the worker is now somewhere else, or known anew to be there."""
        mine = worker_positions.c.account_id == account_id
        latest = transaction.connection.execute(select(worker_positions.c.at).where(mine)).scalar_one_or_none()
        values: dict[str, object]
        if latest is None:
            values = {**_values(account_id, newest), "received_at": now}
            transaction.connection.execute(insert(worker_positions).values(**values))
            return True
        believed = _believed(transaction.connection, account_id, newest, latest)
        if believed is not None and latest < believed.at:
            values = {**_values(account_id, believed), "received_at": now}
            transaction.connection.execute(update(worker_positions).where(mine).values(**values))
        else:
            return False
        return True

    def forget_old_tracks(self) -> int:
        """Deletes positions and duty older than the time they may be kept; returns how many positions."""
        oldest = self.clock.now() - TRACK_SECONDS
        with self.store.write() as transaction:
            transaction.connection.execute(delete(worker_duty).where(worker_duty.c.until_at < oldest))
            old = worker_track.c.at < oldest
            return transaction.connection.execute(delete(worker_track).where(old)).rowcount

    def equip(self, caller: Caller, worker_id: str, kit: Kit) -> WorkerView:
        """How he moves, what he has, where he is called. Which skills there are is the catalogue's to say. Raises
        NotFound, NotAllowed for one whose areas the caller does not manage, Invalid."""
        told = kit.columns()
        scope = caller.scope(Permission.ACCOUNT_MANAGE)
        with self.store.write() as transaction:
            _, paths = queries.get_worker(transaction.connection, scope, worker_id)
            if not all(scope.covers(path) for path in paths):
                raise NotAllowed("this person works beyond your areas", "worker", "该人员的网格超出您的管辖范围")
            if told:
                transaction.connection.execute(update(workers).where(workers.c.account_id == worker_id).values(**told))
            announce_workers(transaction, self.feed, [worker_id])
            transaction.outcome = queries.get_worker(transaction.connection, scope, worker_id)[0]
            return transaction.outcome

    def _announce(self, transaction: Transaction, account_id: str, moved: bool = False) -> WorkerView:
        announce_workers(transaction, self.feed, [account_id], moved)
        return queries.get_worker(transaction.connection, EVERYWHERE, account_id)[0]

    def set_profile(
        self, transaction: Transaction, account_id: str, home: tuple[float, float] | None, kit: Kit
    ) -> None:
        lon, lat = home if home is not None else (None, None)
        transaction.connection.execute(
            update(workers)
            .where(workers.c.account_id == account_id)
            .values(home_lon=lon, home_lat=lat, **kit.columns())
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, checked."""

    line: int
    account: NewAccount
    home: tuple[float, float] | None
    kit: Kit


def read_table(text: str) -> tuple[Row, ...]:
    """Reads workers.csv (UTF-8; grids separated by semicolons; a column `phone` may be there). Raises Invalid naming
    the line and column."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Invalid(f"workers table: missing columns {', '.join(missing)}", "line 1")
    rows: list[Row] = []
    try:
        for record in reader:
            rows.append(_row(reader.line_num, record))
            if len(rows) > MAX_ROWS:
                raise Invalid(f"workers table: more than {MAX_ROWS} lines", f"line {reader.line_num}")
    except csv.Error as error:
        raise Invalid(f"workers table, line {reader.line_num}: {error}", f"line {reader.line_num}") from None
    return tuple(rows)


def import_workers(caller: Caller, everyone: Accounts, crew: Workers, text: str) -> Imported:
    """Makes an account for every line whose user name is new. Raises Invalid naming the line; the lines before it
    are in by then, and running it again goes on from there."""
    created: list[str] = []
    known: list[str] = []
    for row in read_table(text):
        username = row.account.username
        with everyone.store.read() as connection:
            taken = select(accounts.c.id).where(accounts.c.username_key == username.casefold()[:64])
            if connection.execute(taken).first():
                known.append(username)
                continue
        try:
            # Without one an account waits for a one-time code; of a whole table nobody would hand those out.
            acceptable(row.account.password, username)
            made = everyone.create(caller, row.account)
        except (Invalid, Conflict) as error:
            where = f"line {row.line}, {error.where}"
            raise Invalid(f"workers table, line {row.line}: {error.message}", where) from None
        with crew.store.write() as transaction:
            crew.set_profile(transaction, made.id, row.home, row.kit)
        created.append(username)
    return Imported(tuple(created), tuple(known))


def _row(line: int, record: dict[str, str | None]) -> Row:
    def cell(column: str) -> str:
        return (record.get(column) or "").strip()

    def wrong(column: str, why: str) -> Invalid:
        return Invalid(f"workers table, line {line}, {column}: {why}", f"line {line}, {column}")

    grids = tuple(code.strip() for code in cell("grids").split(";") if code.strip())
    if not grids:
        raise wrong("grids", "at least one grid code")
    kit = Kit(cell("transport") or "walk", phone=cell("phone"))
    try:
        kit.columns()
    except Invalid as problem:
        raise wrong(problem.where, problem.message) from None
    home: tuple[float, float] | None = None
    if cell("home_lon") or cell("home_lat"):
        try:
            home = float(cell("home_lon")), float(cell("home_lat"))
        except ValueError:
            raise wrong("home_lon", "home_lon and home_lat must be degrees") from None
        if not (-180 <= home[0] <= 180 and -90 <= home[1] <= 90):
            raise wrong("home_lon", "outside the world; longitude comes first")
    account = NewAccount(
        cell("username"), record.get("password") or "", cell("name"), tuple(RoleGiven("grid_worker", g) for g in grids)
    )
    return Row(line, account, home, kit)


def _reports(caller: Caller) -> None:
    if not caller.scope(Permission.WORKER_REPORT).prefixes:
        raise NotAllowed("only a grid worker's own phone may report this")


def _switch(connection: Connection, account_id: str, on: bool, at: float) -> float | None:
    """Begins or ends a time on duty, never overlapping an earlier one; since when it is so, None where it was so."""
    mine = worker_duty.c.account_id == account_id
    newest = connection.execute(select(worker_duty).where(mine).order_by(worker_duty.c.from_at.desc()).limit(1)).first()
    if on == (newest is not None and newest.until_at is None):
        return None
    if on:
        since: float = at if newest is None else max(at, newest.until_at, newest.from_at + 0.001)
        connection.execute(insert(worker_duty).values(account_id=account_id, from_at=since))
        return since
    assert newest is not None
    since = max(at, newest.from_at)
    connection.execute(update(worker_duty).where(mine, worker_duty.c.from_at == newest.from_at).values(until_at=since))
    return since


def _bound(connection: Connection, account_id: str, new: Sequence[Position]) -> None:
    """Raises Invalid where a phone would fill the disk."""
    of_day = worker_track.c.at.between(new[-1].at - 86400.0, new[-1].at)
    count = select(func.count()).select_from(worker_track).where(worker_track.c.account_id == account_id, of_day)
    if int(connection.execute(count).scalar_one()) + len(new) > MAX_POSITIONS_A_DAY:
        raise Invalid(f"at most {MAX_POSITIONS_A_DAY} positions a day", "positions")


def _believed(connection: Connection, account_id: str, newest: Position, latest: float) -> Position | None:
    """The newest position that is neither coarse nor a jump; where there has been none for long, the newest there is:
    better a rough place than one of the morning."""
    rows = connection.execute(
        select(worker_track)
        .where(worker_track.c.account_id == account_id)
        .order_by(worker_track.c.at.desc())
        .limit(RECENT)
    )
    found = sound(Fix(row.lon, row.lat, row.accuracy_m, row.at) for row in rows)
    if found and newest.at - found[-1].at <= GAP_SECONDS:
        last = found[-1]
        return Position(last.lon, last.lat, last.accuracy_m, last.at)
    return newest if newest.at - latest > GAP_SECONDS else None


def check_position(position: Position, index: int, now: float) -> None:
    """Raises Invalid, naming it by its index."""
    where = f"positions.{index}"
    numbers = (position.lon, position.lat, position.accuracy_m, position.at)
    if not all(math.isfinite(number) for number in numbers):
        raise Invalid("a position is made of finite numbers", where)
    if not (-180 <= position.lon <= 180 and -90 <= position.lat <= 90):
        raise Invalid("longitude and latitude are outside the world", where)
    if not 0 <= position.accuracy_m <= 100_000:
        raise Invalid("accuracy_m must lie between 0 and 100000", f"{where}.accuracy_m")
    if not now - MAX_AGE_SECONDS <= position.at <= now + MAX_AHEAD_SECONDS:
        raise Invalid("at is more than a week ago or lies ahead: check the phone's clock", f"{where}.at")


def _values(account_id: str, one: Position) -> dict[str, object]:
    return {"account_id": account_id, "lon": one.lon, "lat": one.lat, "accuracy_m": one.accuracy_m, "at": one.at}
