"""Where cases lie. Takes the scope, as `incidents.queries` does."""

from array import array
from dataclasses import dataclass, field
from math import nan

from sqlalchemy import Connection

from incidents.case import State
from incidents.case_filter import CaseFilter
from incidents.case_plan import plan_for
from incidents.rights import Scope
from incidents.store.schema import cases

MOST_PLACED = 500_000
"""Cases told at the most, the newest: two seconds of reading."""
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class CasePlaces:
    """Of each case its place in degrees, NaN where none is known, and when it was opened, Unix seconds; newest first.
    `complete` is False where there are more than MOST_PLACED."""

    lons: "array[float]" = field(default_factory=lambda: array("d"))
    lats: "array[float]" = field(default_factory=lambda: array("d"))
    opened_at: "array[float]" = field(default_factory=lambda: array("d"))
    complete: bool = True


def list_case_places(connection: Connection, scope: Scope, wanted: CaseFilter, most: int = MOST_PLACED) -> CasePlaces:
    """Those struck out are left out. Words, order and pages of the filter are not looked at. Raises Invalid."""
    plan = plan_for(connection, scope, wanted)
    plan.add(cases.c.state != State.INVALID.value)
    found = CasePlaces()
    query = plan.select(cases.c.lon, cases.c.lat, cases.c.opened_at).order_by(
        cases.c.opened_at.desc(), cases.c.opened_seq.desc()
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query.limit(most + 1))
    for lon, lat, at in rows:
        if len(found.lons) == most:
            rows.close()
            return CasePlaces(found.lons, found.lats, found.opened_at, complete=False)
        placed = lon is not None and lat is not None
        found.lons.append(lon if placed else nan)
        found.lats.append(lat if placed else nan)
        found.opened_at.append(at)
    return found
