"""What the queue of cases can be asked for."""

import math
from dataclasses import dataclass
from enum import StrEnum

from incidents.errors import Invalid
from incidents.week_time import WeekTime


class Sort(StrEnum):
    """`opened`: newest first; `oldest`; `updated`: what changed last first; `deadline`: what is due first, of those
    with a deadline; `level`: the highest first."""

    OPENED = "opened"
    OLDEST = "oldest"
    UPDATED = "updated"
    DEADLINE = "deadline"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """All that is given must fit. `state`: a state, or `open` for all not ended. `area`: that and what lies below it.
    `from_at`, `to_at`: opened then, `to_at` not included. `overdue_at`: still open then and its deadline over.
    `assignee`: an account's id. `bbox`: west, south, east, north. `repeat`: those that repeat an earlier case, or do
    not. `post`: id of the post that holds it. `supervised`: under supervision, or not. `tier`: whom it has come up to,
    1 to 4. `during`: opened at that time of the week; needs `from_at` and `to_at`. `before`: id of the last case of the
    page before; `cursor`: the same, by `CasePage.next`."""

    state: str | None = None
    camera: str | None = None
    area: str | None = None
    assignee: str | None = None
    repeat: bool | None = None
    post: str | None = None
    supervised: bool | None = None
    tier: int | None = None
    text: str | None = None
    case_class: str | None = None
    level: int | None = None
    source: str | None = None
    from_at: float | None = None
    to_at: float | None = None
    overdue_at: float | None = None
    bbox: tuple[float, float, float, float] | None = None
    during: WeekTime | None = None
    sort: Sort = Sort.OPENED
    limit: int = 100
    before: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the case with this value of what is sorted by, and this `opened_seq`."""

    value: float
    seq: int

    def __str__(self) -> str:
        return f"{self.value!r}_{self.seq}"


def cursor_from(given: str) -> Cursor:
    """Raises Invalid."""
    value, _, seq = given[:80].partition("_")
    try:
        found = Cursor(float(value), int(seq))
    except ValueError:
        raise Invalid("cursor is none that was given out", "cursor") from None
    if not math.isfinite(found.value) or not 0 <= found.seq < 2**63:
        raise Invalid("cursor is none that was given out", "cursor")
    return found
