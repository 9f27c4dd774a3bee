"""Whether grids are fit for use: codes, villages and rings of each, and how they lie beside each other."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, get_args

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis.areas import Area
from gis.grid_draft import GridDraft
from gis.grid_problem import Fault, Problem
from gis.grids import Kind
from gis.metric import Metric
from gis.rings import usable
from gis.tiling import tiling_problems

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_ROUNDED = re.compile(r"[0-9]\.[0-9]+E\+?[0-9]+\Z", re.IGNORECASE)
_MOST = 0.9
"""So many grids make a rule that the others break."""
_FEWEST = 10
_AT = re.compile(r"\[?(-?[0-9.]+) (-?[0-9.]+)\]?\Z")


class Parents(Protocol):
    """The villages of the town, by code or name, and by place."""

    def find(self, text: str) -> Area | None: ...

    def has(self, code: str) -> bool:
        """Whether an area of any level has the code."""
        ...


def check_grids(drafts: Sequence[GridDraft], parents: Parents) -> list[Problem]:
    """Everything wrong, in the order of the features; then what is wrong between them. 8436 grids take seconds."""
    problems = [one for draft in drafts for one in _of_one(draft, parents)]
    problems += _codes(drafts)
    kept = [(draft, outline) for draft in drafts if (outline := usable(draft.outline)[0]) is not None]
    if not kept:
        return problems
    metric = metric_of([outline for _, outline in kept])
    shapes = metric.to_metres(np.array([outline for _, outline in kept], dtype=object))
    problems += tiling_problems([draft.label for draft, _ in kept], shapes, metric)
    return problems


def metric_of(outlines: Sequence[BaseGeometry]) -> Metric:
    """Metres around the middle of these (WGS 84)."""
    west, south, east, north = shapely.total_bounds(list(outlines))
    return Metric(float(west + east) / 2, float(south + north) / 2)


def _of_one(draft: GridDraft, parents: Parents) -> list[Problem]:
    found = []

    def problem(fault: Fault, text: str, place: tuple[float, float] | None = None) -> None:
        found.append(Problem(fault, (draft.label,), text, place))

    middle = _middle(draft.outline)
    if not draft.code:
        problem(Fault.CODE_MISSING, "has no code", middle)
    elif _ROUNDED.match(draft.code):
        problem(Fault.CODE_MALFORMED, f"its code {draft.code!r} was rounded by a spreadsheet: its end is lost", middle)
    elif not CODE.match(draft.code):
        problem(Fault.CODE_MALFORMED, f"its code {draft.code[:80]!r} has other characters than letters, digits, dot, "
                "hyphen and underscore, or more than 64", middle)  # fmt: skip
    elif parents.has(draft.code):
        problem(Fault.CODE_OF_AN_AREA, "its code is that of an area; rights at both could not be told apart", middle)
    if draft.kind not in get_args(Kind):
        kinds = ", ".join(get_args(Kind))
        problem(Fault.KIND_UNKNOWN, f"its kind is {draft.kind[:80]!r}; must be one of {kinds}", middle)
    parent = parents.find(draft.village) if draft.village else None
    if parent is None:
        said = f"there is no village {draft.village[:80]!r}" if draft.village else "names no village"
        problem(Fault.PARENT_UNKNOWN, said, middle)
    found += _ring(draft)
    if parent is not None and parent.outline is not None and draft.outline is not None and not found:
        share = _share_within(draft.outline, parent.outline)
        if share < 0.5:
            problem(Fault.PARENT_ELSEWHERE, f"lies in {parent.name} ({parent.code}) by {share:.0%} only", middle)
    return found


def _ring(draft: GridDraft) -> list[Problem]:
    shape, label = draft.outline, (draft.label,)
    if shape is None or shape.is_empty:
        return [Problem(Fault.GEOMETRY_MISSING, label, "has no outline, or a ring of fewer than three corners")]
    if not isinstance(shape, Polygon | MultiPolygon):
        return [Problem(Fault.NO_POLYGON, label, f"is a {shape.geom_type}, not a polygon", _middle(shape))]
    if usable(shape)[0] is None:
        return [Problem(Fault.NO_POLYGON, label, "has no area", _middle(shape))]
    if shape.is_valid:
        return []
    reason = str(shapely.is_valid_reason(shape))
    at = _AT.search(reason)
    place = (float(at[1]), float(at[2])) if at else _middle(shape)
    return [Problem(Fault.RING_CROSSES_ITSELF, label, reason.split("[")[0].lower(), place)]


def _codes(drafts: Sequence[GridDraft]) -> list[Problem]:
    found = []
    first: dict[str, GridDraft] = {}
    for draft in drafts:
        other = first.setdefault(draft.code.casefold(), draft) if draft.code else draft
        if other is not draft:
            text = "has the code of an earlier one" + ("" if other.code == draft.code else ", but for capitals")
            labels = (draft.label, other.label)
            found.append(Problem(Fault.CODE_DOUBLE, labels, text, _middle(draft.outline)))
    lengths = Counter(len(draft.code) for draft in drafts if draft.code)
    if not lengths or len(drafts) < _FEWEST:
        return found
    length, times = lengths.most_common(1)[0]
    if _MOST * len(drafts) <= times < len(drafts):
        found += [
            Problem(Fault.CODE_UNLIKE_OTHERS, (one.label,), f"its code has {len(one.code)} characters, those of "
                    f"{times / len(drafts):.0%} have {length}", _middle(one.outline))
            for one in drafts if one.code and len(one.code) != length
        ]  # fmt: skip
    return found


def _share_within(shape: BaseGeometry, outline: BaseGeometry) -> float:
    if not shape.is_valid or shape.area == 0:
        return 1.0
    return float(shape.intersection(outline).area / shape.area)


def _middle(shape: BaseGeometry | None) -> tuple[float, float] | None:
    if shape is None or shape.is_empty:
        return None
    point = shape.centroid if not shape.is_valid else shape.representative_point()
    return (round(point.x, 7), round(point.y, 7)) if not point.is_empty else None
