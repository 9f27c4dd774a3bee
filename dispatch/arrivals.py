"""Who has arrived, by his phone's positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from gis.plane import distance_m
from incidents.case import IN_HAND, Action
from incidents.patrol import COARSE_M, Fix
from incidents.store.schema import cases, orders, worker_track

NEAR_M = 30.0
"""Who stands across the street has arrived."""
APART_S = 30.0
"""Who rides past is gone by then; who comes to stay has had time to say so himself."""
_LOOKED_AT = 60


def is_there(fixes: Sequence[Fix], lon: float, lat: float, error_m: float) -> bool:
    """Whether two positions half a minute apart, and what was measured between them, lie at the place, as well as phone
    and place are known: one alone may be a reflected signal, or somebody riding past. Newest first."""
    near: list[float] = []
    for fix in (one for one in fixes if one.accuracy_m <= COARSE_M):
        if distance_m(fix.lon, fix.lat, lon, lat) > NEAR_M + fix.accuracy_m + error_m:
            return False
        near.append(fix.at)
        if near[0] - fix.at >= APART_S:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Arrival:
    """Of who leads (`action` arrive) or of one sent along (`along_arrive`); `detail` for the trace."""

    case_id: str
    action: Action
    detail: dict[str, Any]


def arrived(connection: Connection) -> list[Arrival]:
    """Who has accepted, has not yet arrived, and is there by now. Only what the phone measured after he accepted
    counts: who was there before may have left."""
    accepted = connection.execute(
        select(
            orders.c.worker_id,
            orders.c.answered_at,
            *(cases.c.id, cases.c.lon, cases.c.lat, cases.c.error_m, cases.c.assignee_id),
        )
        .join(cases, cases.c.id == orders.c.case_id)
        .where(
            orders.c.state == "accepted",
            cases.c.state.in_(sorted(IN_HAND)),
            cases.c.closed_at.is_(None),
            cases.c.lon.is_not(None),
        )
    ).all()
    found: list[Arrival] = []
    for row in accepted:
        leads = row.worker_id == row.assignee_id
        track = connection.execute(
            select(worker_track)
            .where(worker_track.c.account_id == row.worker_id, worker_track.c.at >= (row.answered_at or 0.0))
            .order_by(worker_track.c.at.desc())
            .limit(_LOOKED_AT)
        ).all()
        fixes = [Fix(one.lon, one.lat, one.accuracy_m, one.at) for one in track]
        if is_there(fixes, row.lon, row.lat, min(row.error_m or 0.0, COARSE_M)):
            detail = {"worker_id": row.worker_id, "by": "position", "lon": fixes[0].lon, "lat": fixes[0].lat}
            detail |= {"accuracy_m": fixes[0].accuracy_m, "seen_at": fixes[0].at}
            found.append(Arrival(row.id, Action.ARRIVE if leads else Action.ALONG_ARRIVE, detail))
    return found
