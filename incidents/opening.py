"""A new case: its number, class, place, deadline, and the first entry of its trace."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, text

from config.camera_map import CameraMap
from config.case_classes import CaseClass, CaseClasses, Level
from config.posts import NO_POSTS, Posts
from config.working_calendar import WorkingCalendar
from incidents import trace
from incidents.areas import known_areas
from incidents.case import Action, Actor, State
from incidents.case_text import write_case_text
from incidents.class_terms import keep_terms
from incidents.deadline import case_due_at
from incidents.errors import Invalid
from incidents.map_squares import map_square
from incidents.repeats import Before, place_cell
from incidents.store import Transaction
from incidents.store.schema import cases
from incidents.text import Text

# Built once: to build a statement costs more than to carry it out, and every case waits for all of them.
_OPEN = insert(cases)
_NEXT = text(
    "INSERT INTO number_sequences (area, day, last) VALUES (:area, :day, 1) "
    "ON CONFLICT (area, day) DO UPDATE SET last = number_sequences.last + 1 RETURNING last"
)


class Grid(Protocol):
    @property
    def code(self) -> str: ...


class Locator(Protocol):
    """What is asked of the geometry: which grid a place lies in."""

    def containing(self, lon: float, lat: float) -> Grid | None: ...


@dataclass(frozen=True, slots=True)
class Town:
    """What opening a case needs to know of the town. `area`: code of the town itself, for a place in no grid."""

    area: str
    timezone: ZoneInfo
    case_classes: CaseClasses
    cameras: CameraMap
    locator: Locator
    calendar: WorkingCalendar
    posts: Posts = NO_POSTS


@dataclass(frozen=True, slots=True)
class Place:
    """`finest` is where rights hold: the grid, else the village, else the town; `path` is its area path, where
    `locate` found it."""

    finest: str
    area: str
    grid: str | None
    lon: float | None
    lat: float | None
    error_m: float | None
    name: Text
    path: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    state: State
    case_class: str
    level: Level
    source: str
    camera_id: str | None
    place: Place
    opened_at: float
    seen_at: float | None = None
    zone_id: str | None = None
    rule: str | None = None
    before: Before | None = None
    people: int = 1
    """How many are to go, where that is more than the class says."""


def class_of(town: Town, code: str) -> CaseClass:
    """Raises Invalid."""
    found = town.case_classes.get(code)
    if found is None:
        raise Invalid(f"no case class {code!r} in the catalogue", "case_class")
    return found


def locate(
    connection: Connection,
    town: Town,
    *,
    lon: float | None,
    lat: float | None,
    error_m: float | None,
    camera_id: str | None,
) -> Place:
    """Grid by the place, else the camera's area, else the town. A code the store does not know is passed over."""
    camera = town.cameras.get(camera_id) if camera_id is not None else None
    grid = town.locator.containing(lon, lat) if lon is not None and lat is not None else None
    codes = [code for code in (grid.code if grid else None, camera.area if camera else None, town.area) if code]
    known = known_areas(connection, codes)
    found = next((known[code] for code in codes if code in known), None)
    if found is None:
        raise Invalid(f"the town's area {town.area} is not in the store", "area")
    is_grid = found.level == "grid"
    # A camera gives the place its name at home. Across its border it would be named to those who do not know it.
    home = known.get(camera.area) if camera is not None else None
    if camera is not None and (home is None or found.path.startswith(home.path)):
        name = Text(camera.name, camera.name_en or camera.name)
    else:
        name = Text(found.name, found.name_en or found.name)
    area = found.parent if is_grid and found.parent is not None else found.code
    return Place(found.code, area, found.code if is_grid else None, lon, lat, error_m, name, found.path)


def open_case(transaction: Transaction, town: Town, draft: Draft, actor: Actor, detail: Mapping[str, Any]) -> str:
    """Writes the case and its first trace entry; returns its id. Announcing it is the caller's."""
    connection = transaction.connection
    seq, _ = head = trace.lock(connection)
    case_class = class_of(town, draft.case_class)
    number = _next_number(connection, town, draft.place.area, draft.opened_at)
    case_id = uuid4().hex
    place = draft.place
    repeated = draft.before.detail() if draft.before else {}
    connection.execute(
        _OPEN,
        dict(
            id=case_id,
            number=number,
            opened_seq=seq + 1,
            state=draft.state.value,
            case_class=draft.case_class,
            class_name_zh=case_class.zh,
            class_name_en=case_class.en,
            level=draft.level,
            edition=town.case_classes.profile,
            terms=keep_terms(connection, case_class),
            title_zh=f"{place.name.zh}:{case_class.zh}",
            title_en=f"{case_class.en} at {place.name.en}",
            source=draft.source,
            camera_id=draft.camera_id,
            zone_id=draft.zone_id,
            rule=draft.rule,
            **_where(place),
            opened_at=draft.opened_at,
            updated_at=draft.opened_at,
            deadline_at=case_due_at(
                town.case_classes, draft.case_class, draft.level, draft.opened_at, town.timezone, town.calendar
            ),
            needs_person=False,
            reworks=0,
            sightings=0 if draft.seen_at is None else 1,
            last_seen_at=draft.seen_at,
            version=1,
            hands=_crew(max(draft.people, case_class.people)),
            **(draft.before.columns() if draft.before else {}),
        ),
    )
    trace.append(
        connection,
        case_id=case_id,
        at=draft.opened_at,
        action=Action.OPEN,
        actor=actor,
        from_state=None,
        to_state=draft.state,
        detail={"number": number, "case_class": draft.case_class, "level": draft.level, **detail, **repeated},
        first=head,
    )
    write_case_text(connection, case_id, [str(detail.get("note", ""))], new=True)
    return case_id


def _crew(people: int) -> str | None:
    """As `incidents.case_rows` reads it."""
    return json.dumps({"people": people}) if people > 1 else None


def _where(place: Place) -> dict[str, Any]:
    """The columns of a case that say where it is."""
    return {
        "lon": place.lon,
        "lat": place.lat,
        "place_cell": place_cell(place.lon, place.lat),
        "map_square": map_square(place.lon, place.lat),
        "error_m": place.error_m,
        "place": place.finest,
        "area": place.area,
        "grid": place.grid,
        "address": place.name.zh,
    }


def _next_number(connection: Connection, town: Town, area: str, at: float) -> str:
    """Counted by village: over the town, a village would learn from its own numbers how many cases others have."""
    day = datetime.fromtimestamp(at, UTC).astimezone(town.timezone).strftime("%Y%m%d")
    last = connection.execute(_NEXT, {"area": area, "day": day}).scalar_one()
    return f"{area}-{day}-{last:04d}"
