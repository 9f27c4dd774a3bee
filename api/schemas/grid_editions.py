"""Editions of the grids, and files that may become one."""

from datetime import date
from typing import Any

from pydantic import Field

from api.schemas import Answer, Body, Names


class Heading(Answer):
    name: str
    sample: str = Field(description="the first value under it")


class CoordinateChoice(Answer):
    system: str
    name: str
    inside: float | None = Field(description="share of places in the village they should be in")
    road_m: float | None


class Coordinates(Answer):
    """`system` empty: it is not known, and nothing has a place until it is told."""

    system: str
    how: str
    said: str
    choices: list[CoordinateChoice] = Field(description="what the numbers can be, the best first")


class GridChanged(Answer):
    code: str
    name: str
    what: str = Field(description="new, gone, redrawn, or moved to another village")
    km2_before: float | None
    km2: float | None
    parts: list[tuple[str, float]] = Field(
        description="codes and shares: what a new or redrawn one was cut from, or who has the ground of one gone"
    )
    place: tuple[float, float]


class PersonLeftBehind(Answer):
    """Whose role is at a grid that there is no more: it holds for the cases filed there, and for nothing new."""

    account: str
    name: str
    username: str
    role: str
    grid: str
    grid_name: str


class GridPreview(Answer):
    id: str = Field(description="to take it by; kept for half an hour")
    form: str
    columns: dict[str, str] = Field(description="field → the file's heading")
    headings: list[Heading]
    coordinates: Coordinates
    warnings: list[str]
    counts: dict[str, int]
    by_fault: dict[str, int]
    problems: list[dict[str, Any]] = Field(description="at most 2000; the counts are of all")
    mended: list[dict[str, Any]]
    changes: dict[str, list[str]] = Field(description="codes that are new, gone and redrawn, against today's grids")
    changed: list[GridChanged] = Field(description="the same one by one, the largest first, at most 2000")
    people: list[PersonLeftBehind] = Field(description="whose grid would be gone")


class TakeGrids(Body):
    first_day: date = Field(description="the day they hold from")


class GridEdition(Answer):
    first_day: date | None = Field(description="null for the grids file of cameras.yaml")
    grids: int | None
    source: str
    system: str
    taken_by: str
    taken_at: float | None
    present: bool = Field(description="in force now")
    coming: bool = Field(description="does not hold yet, and may be withdrawn")


class GridEditions(Answer):
    items: list[GridEdition]
    problem: Names | None = Field(description="why the edition that should hold today does not; null where it does")
    people: list[PersonLeftBehind]
