"""What can be wrong with grids, and what was mended: each with the features, the place and the size of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry


class Fault(StrEnum):
    """`ERRORS` keep a file out; the others are told."""

    CODE_MISSING = "code_missing"
    CODE_DOUBLE = "code_double"
    CODE_MALFORMED = "code_malformed"
    CODE_OF_AN_AREA = "code_of_an_area"
    CODE_UNLIKE_OTHERS = "code_unlike_others"
    KIND_UNKNOWN = "kind_unknown"
    PARENT_UNKNOWN = "parent_unknown"
    PARENT_ELSEWHERE = "parent_elsewhere"
    GEOMETRY_MISSING = "geometry_missing"
    NO_POLYGON = "no_polygon"
    RING_CROSSES_ITSELF = "ring_crosses_itself"
    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"
    HOLE = "hole"


ERRORS = frozenset({
    Fault.CODE_MISSING, Fault.CODE_DOUBLE, Fault.CODE_MALFORMED, Fault.CODE_OF_AN_AREA, Fault.KIND_UNKNOWN,
    Fault.PARENT_UNKNOWN, Fault.GEOMETRY_MISSING, Fault.NO_POLYGON,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """`features` as they are labelled, `place` a (lon, lat) to look at, `size` in m² or m as the text says; both None
    where there is none. `where` is its outline in WGS 84, for the map."""

    fault: Fault
    features: tuple[str, ...]
    text: str
    place: tuple[float, float] | None = None
    size_m2: float | None = None
    width_m: float | None = None
    where: BaseGeometry | None = None

    @property
    def is_error(self) -> bool:
        return self.fault in ERRORS

    def __str__(self) -> str:
        at = f" at {self.place[0]:.6f}, {self.place[1]:.6f}" if self.place is not None else ""
        return f"{', '.join(self.features)}: {self.text}{at}"


def by_fault(problems: Sequence[Problem]) -> dict[str, int]:
    """How many of each, the errors first."""
    counts: dict[str, int] = {}
    for one in sorted(problems, key=lambda problem: not problem.is_error):
        counts[one.fault.value] = counts.get(one.fault.value, 0) + 1
    return counts
