"""Alarms of sensors become cases: one case as long as it is open, however often the sensor says so.

Synchronous and thread-safe. What is heard comes from brokers and webhooks, as `Reading`s.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from config.sensors import Sensor
from exchange.admission import Rate
from exchange.sensor_reading import Reading
from incidents import trace
from incidents.case import DUPLICATE, OPEN, Action, Actor, Duty, State
from incidents.duplicates import where_it_went
from incidents.errors import Invalid, NotFound, Throttled
from incidents.opening import Draft, Place, class_of, locate, open_case
from incidents.rights import Scope
from incidents.service import Incidents
from incidents.store import Transaction
from incidents.store.exchange_schema import exchange_sensors
from incidents.store.schema import areas, cases
from incidents.text import Text

HEARD_SECONDS = 60.0
"""How exactly it is kept in the store when a sensor was heard."""
REPEAT_SECONDS = 600.0
"""An alarm that goes on is told to its case so often; one that goes on after the case has ended for so long opens
another. Sensors that never say it is over are understood so."""
CHANGES_PER_MINUTE = 6
"""Of one sensor with an open case; a flapping one is told later, when it has come to rest."""
AHEAD_SECONDS = 300.0
MINUTE = 60.0

Outcome = Literal["opened", "joined", "cleared", "heard"]
Key = tuple[str, str]
Seeing = Callable[[float, float], Sequence[str]]
"""Ids of the cameras that see a place, the nearest first."""
NOTES = {
    True: "传感器再次报警 / the sensor reports an alarm again",
    False: "传感器报警解除 / the sensor's alarm is over",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """`heard_at` None: never. `silent`: not heard for as long as is configured, or never since start for so long."""

    sensor: Sensor
    path: str
    heard_at: float | None
    alarm: bool
    silent: bool


@dataclass(slots=True)
class _Known:
    heard_at: float | None = None
    stored_at: float = 0.0
    alarm: bool = False
    noted_at: float = 0.0


class Sensors:
    def __init__(self, incidents: Incidents, seeing: Seeing) -> None:
        self._incidents, self._seeing = incidents, seeing
        self._sensors: Mapping[Key, Sensor] = {}
        self._paths: Mapping[Key, str] = {}
        self._known: dict[Key, _Known] = {}
        self._waiting: dict[Key, Reading] = {}
        self._rate = Rate(incidents.clock)
        self._lock = threading.Lock()
        self._since = incidents.clock.now()

    def configure(self, sensors: Sequence[Sensor]) -> None:
        """These and no others are listened to. Call once the areas are in the store."""
        wanted = {(one.via, one.id): one for one in sensors}
        with self._lock, self._incidents.store.read() as connection:
            rows = connection.execute(select(exchange_sensors)).all() if wanted else []
            stored = {(row.via, row.sensor): row for row in rows}
            for key in wanted.keys() - self._known.keys():
                self._known[key] = _known_from(stored.get(key))
            for key in self._known.keys() - wanted.keys():
                del self._known[key]
                self._waiting.pop(key, None)
            self._paths = self._places(connection, wanted)
            self._sensors = wanted

    def take(self, via: str, reading: Reading) -> Outcome:
        """Raises NotFound where no such sensor is heard through `via`; Invalid where its case cannot be opened."""
        with self._lock:
            return self._take((via, reading.sensor), reading)

    def settle(self) -> None:
        """Tells what flapping sensors came to, once it is their turn. Call every few seconds."""
        with self._lock:
            for key, reading in list(self._waiting.items()):
                del self._waiting[key]
                self._take(key, reading)

    def heard(self, scope: Scope) -> Sequence[Heard]:
        """Those whose place lies in the scope."""
        now = self._incidents.clock.now()
        with self._lock:
            return [
                self._heard(key, sensor, now) for key, sensor in self._sensors.items() if scope.covers(self._paths[key])
            ]

    def _heard(self, key: Key, sensor: Sensor, now: float) -> Heard:
        known, limit = self._known[key], sensor.silent_after_minutes
        last = max(known.heard_at or 0.0, self._since)
        silent = limit is not None and now - last > limit * MINUTE
        return Heard(sensor, self._paths[key], known.heard_at, known.alarm, silent)

    def _take(self, key: Key, reading: Reading) -> Outcome:
        sensor = self._sensors.get(key)
        if sensor is None:
            raise NotFound("no such sensor is heard this way", "sensor")
        now = self._incidents.clock.now()
        if reading.at is not None and reading.at > now + AHEAD_SECONDS:
            # Believing a clock that is ahead would make all that comes after it old.
            reading = replace(reading, at=None)
        known = self._known[key]
        known.heard_at = now
        news = reading.alarm is not None and (
            reading.alarm != known.alarm or (reading.alarm and now - known.noted_at >= REPEAT_SECONDS)
        )
        if not news and now - known.stored_at < HEARD_SECONDS:
            return "heard"
        with self._incidents.store.write() as transaction:
            trace.lock(transaction.connection)
            row = _row(transaction.connection, key)
            try:
                outcome, values = self._told(transaction, sensor, row, reading, now) if news else ("heard", {})
            except Throttled:
                self._waiting[key] = reading
                return "heard"
            _keep(transaction.connection, key, row, {"heard_at": now, **values})
        known.stored_at = now
        known.alarm = values.get("alarm", known.alarm)
        known.noted_at = values.get("noted_at", known.noted_at)
        if "alarm" in values:
            self._waiting.pop(key, None)
        return outcome

    def _told(
        self, transaction: Transaction, sensor: Sensor, row: Row[Any] | None, reading: Reading, now: float
    ) -> tuple[Outcome, dict[str, Any]]:
        """What came of the news, and what to keep. Raises Throttled, Invalid."""
        if row is not None and row.said_at is not None and reading.at is not None and reading.at < row.said_at:
            return "heard", {}  # overtaken by a newer one on the way
        values: dict[str, Any] = {"alarm": reading.alarm}
        if reading.at is not None:
            values["said_at"] = reading.at
        case = _case_of(transaction.connection, row)
        if case is not None and State(case.state) in OPEN:
            return self._join(transaction, sensor, case, reading, now, values)
        if not reading.alarm:
            return "heard", values
        if row is not None and row.alarm and case is not None:
            goes_on = reading.standing or now - (case.closed_at or 0.0) < REPEAT_SECONDS
            if goes_on:
                return "heard", values
        case_id = self._open(transaction, sensor, reading, now)
        return "opened", {**values, "noted_at": now, "case_id": case_id}

    def _join(
        self,
        transaction: Transaction,
        sensor: Sensor,
        case: Row[Any],
        reading: Reading,
        now: float,
        values: dict[str, Any],
    ) -> tuple[Outcome, dict[str, Any]]:
        key = f"{sensor.via}/{sensor.id}"
        self._rate.check(key, CHANGES_PER_MINUTE)
        self._rate.count(key, CHANGES_PER_MINUTE)
        alarm = bool(reading.alarm)
        detail = {"note": NOTES[alarm], "sensor": _told_of(sensor, reading)}
        seen = {"sightings": case.sightings + 1, "last_seen_at": now} if alarm else {}
        duties = frozenset({Duty.COMMENT})
        self._incidents.acting.apply(
            transaction, case.id, Action.COMMENT, _actor(sensor), duties, at=now, detail=detail, changes=seen
        )
        return ("joined", {**values, "noted_at": now}) if alarm else ("cleared", values)

    def _open(self, transaction: Transaction, sensor: Sensor, reading: Reading, now: float) -> str:
        incidents = self._incidents
        case_class = class_of(incidents.town, sensor.case_class)
        seeing = self._seeing(sensor.place.lon, sensor.place.lat)
        draft = Draft(
            state=State.FILED if sensor.files else State.REVIEW,
            case_class=sensor.case_class,
            level=sensor.level or case_class.level,
            source="sensor",
            camera_id=next(iter(seeing), None),
            place=self._place(transaction.connection, sensor),
            opened_at=now,
            seen_at=now,
        )
        case_id = open_case(transaction, incidents.town, draft, _actor(sensor), {"sensor": _told_of(sensor, reading)})
        incidents.acting.opened(transaction, case_id, draft.level, draft.opened_at)
        incidents.acting.announce(transaction, case_id)
        return case_id

    def _place(self, connection: Connection, sensor: Sensor) -> Place:
        """Its grid by the map, else the area it is configured for, else the town."""
        lon, lat = sensor.place.lon, sensor.place.lat
        name = Text(sensor.name, sensor.name_en or sensor.name)
        place = locate(connection, self._incidents.town, lon=lon, lat=lat, error_m=None, camera_id=None)
        if place.grid is not None or sensor.area is None:
            return replace(place, name=name)
        home = connection.execute(select(areas).where(areas.c.code == sensor.area)).one_or_none()
        if home is None:
            raise Invalid(f"sensor {sensor.id} is configured for the area {sensor.area}, which there is not", "area")
        grid = home.code if home.level == "grid" else None
        return Place(home.code, home.parent if grid and home.parent else home.code, grid, lon, lat, None, name)

    def _places(self, connection: Connection, sensors: Mapping[Key, Sensor]) -> dict[Key, str]:
        """Area paths, found as cases find theirs, of thousands at once."""
        town = self._incidents.town
        paths = {row.code: row.path for row in connection.execute(select(areas.c.code, areas.c.path))}
        found = {}
        for key, sensor in sensors.items():
            grid = town.locator.containing(sensor.place.lon, sensor.place.lat)
            codes = (grid.code if grid else None, sensor.area, town.area)
            found[key] = next((paths[code] for code in codes if code in paths), "/")
        return found


def _actor(sensor: Sensor) -> Actor:
    return Actor("system", f"sensor:{sensor.id}", sensor.name)


def _told_of(sensor: Sensor, reading: Reading) -> dict[str, Any]:
    told = {"id": sensor.id, "kind": sensor.kind, "via": sensor.via, "alarm": reading.alarm}
    more = {"value": reading.value, "at": reading.at}
    return told | {name: value for name, value in more.items() if value not in ("", None)}


def _row(connection: Connection, key: Key) -> Row[Any] | None:
    return connection.execute(select(exchange_sensors).where(*_is(key))).one_or_none()


def _keep(connection: Connection, key: Key, row: Row[Any] | None, values: Mapping[str, Any]) -> None:
    if row is None:
        whole = {"via": key[0], "sensor": key[1], "alarm": False, **values}
        connection.execute(insert(exchange_sensors).values(**whole))
    else:
        connection.execute(update(exchange_sensors).where(*_is(key)).values(**values))


def _is(key: Key) -> tuple[Any, Any]:
    return exchange_sensors.c.via == key[0], exchange_sensors.c.sensor == key[1]


def _case_of(connection: Connection, row: Row[Any] | None) -> Row[Any] | None:
    """Its newest case, or the one that was merged into."""
    if row is None or row.case_id is None:
        return None
    case = connection.execute(select(cases).where(cases.c.id == row.case_id)).one()
    if case.resolution != DUPLICATE:
        return case
    return connection.execute(select(cases).where(cases.c.id == where_it_went(connection, case.id)[-1])).one()


def _known_from(row: Row[Any] | None) -> _Known:
    if row is None:
        return _Known()
    return _Known(row.heard_at, row.heard_at, row.alarm, row.noted_at or 0.0)
