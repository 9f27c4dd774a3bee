"""A past stretch of time as the map replays it: which cases were open, and where the workers went."""

from dataclasses import dataclass

from sqlalchemy import Connection, Integer, cast, func, or_, select

from incidents.errors import Invalid
from incidents.rights import FIELD_ROLES, Caller, Permission, Scope
from incidents.store import Store
from incidents.store.schema import accounts, areas, cases, roles, worker_track
from incidents.visible_cases import visible_cases

MOST_SECONDS = 86400.0 + 3600.0
"""A day, also one on which clocks are put back."""
MOST_TRACK_SECONDS = 2 * 3600.0
MOST_CASES = 5000
MOST_FIXES = 200_000
LEAST_STEP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PastCase:
    """`closed_at` None: still open. The level is today's: what it was then is in its trace."""

    id: str
    number: str
    case_class: str
    class_zh: str
    class_en: str
    level: int
    title_zh: str
    title_en: str
    grid: str | None
    lon: float
    lat: float
    opened_at: float
    closed_at: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """`fixes`: (at, lon, lat), oldest first."""

    worker_id: str
    name: str
    fixes: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class MapReplay:
    store: Store

    def cases(self, caller: Caller, from_at: float, until_at: float) -> tuple[tuple[PastCase, ...], bool]:
        """Those open at any moment of the stretch that have a place, newest first; and whether there were more.
        Raises Invalid."""
        _check(from_at, until_at, MOST_SECONDS)
        query = (
            visible_cases(caller.scope(Permission.CASE_SEE))
            .where(
                cases.c.opened_at < until_at,
                or_(cases.c.closed_at.is_(None), cases.c.closed_at >= from_at),
                cases.c.lon.is_not(None),
                cases.c.lat.is_not(None),
            )
            .order_by(cases.c.opened_seq.desc())
            .limit(MOST_CASES + 1)
        )
        with self.store.read() as connection:
            rows = connection.execute(query).all()
        found = tuple(
            PastCase(
                row.id, row.number, row.case_class, row.class_name_zh, row.class_name_en, row.level, row.title_zh,
                row.title_en, row.grid, row.lon, row.lat, row.opened_at, row.closed_at,
            )
            for row in rows[:MOST_CASES]
        )  # fmt: skip
        return found, len(rows) > MOST_CASES

    def tracks(self, caller: Caller, from_at: float, until_at: float) -> tuple[tuple[Track, ...], int]:
        """Where those went whom the caller may see, a fix every so many seconds: the second number, which grows with
        how many they are. Raises Invalid."""
        _check(from_at, until_at, MOST_TRACK_SECONDS)
        with self.store.read() as connection:
            names = _seen(connection, caller.scope(Permission.WORKER_SEE))
            step = max(LEAST_STEP_SECONDS, -(-int(until_at - from_at) * max(1, len(names)) // MOST_FIXES))
            return tuple(_tracks(connection, names, from_at, until_at, step)), step


def _check(from_at: float, until_at: float, most: float) -> None:
    if not 0 < until_at - from_at <= most:
        raise Invalid(f"until must lie after from, by {most / 3600:g} hours at most", "until")


def _seen(connection: Connection, scope: Scope) -> dict[str, str]:
    inside = (
        select(roles.c.account_id)
        .join(areas, areas.c.code == roles.c.area)
        .where(roles.c.role.in_(FIELD_ROLES), scope.where(areas.c.path))
    )
    rows = connection.execute(select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(inside)))
    return {row.id: row.name for row in rows}


def _tracks(connection: Connection, names: dict[str, str], from_at: float, until_at: float, step: int) -> list[Track]:
    """The first fix of each step. Asked person by person along the key of the track: there is none by time alone."""
    found = []
    at = worker_track.c.at
    for worker_id, name in names.items():
        firsts = (
            select(func.min(at))
            .where(worker_track.c.account_id == worker_id, at >= from_at, at < until_at)
            .group_by(cast(at / step, Integer))
        )
        rows = connection.execute(
            select(at, worker_track.c.lon, worker_track.c.lat)
            .where(worker_track.c.account_id == worker_id, at.in_(firsts))
            .order_by(at)
        ).all()
        if rows:
            found.append(Track(worker_id, name, tuple((row.at, row.lon, row.lat) for row in rows)))
    return found
