"""How grids lie beside each other, in metres: overlaps, gaps, slivers, holes; and closing them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from gis.grid_problem import Fault, Problem
from gis.metric import Metric

LEAST_M2 = 0.5
"""Smaller overlaps and gaps are rounding: seven digits of a degree are a centimetre, along a border of 50 m."""
SLIVER_WIDTH_M = 3.0
SNAP_M = 0.5
GAP_WIDTH_M = 20.0
"""A gap wider than this is taken for land of no grid (a lake, a neighbour's enclave), and told as a hole."""
_SPIKE_M = 0.01
Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Closing:
    """How far `close_up` goes: corners this near to each other become one; gaps up to this width are given to the
    neighbour with the longest common border."""

    snap_m: float = SNAP_M
    gap_width_m: float = GAP_WIDTH_M


def tiling_problems(labels: Sequence[str], shapes: Shapes, metric: Metric) -> list[Problem]:
    """`shapes`: valid polygons in metres, `labels[n]` naming `shapes[n]`."""
    tree = STRtree(shapes)
    return [
        *_overlaps(labels, shapes, tree, metric),
        *_gaps(labels, shapes, tree, metric),
        *_slivers(labels, shapes, metric),
    ]


def _overlaps(labels: Sequence[str], shapes: Shapes, tree: STRtree, metric: Metric) -> list[Problem]:
    one, other = tree.query(shapes, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    # Most neighbours only touch; what overlaps is found without cutting anything.
    touching = shapely.touches(shapes[one], shapes[other])
    one, other = one[~touching], other[~touching]
    common = shapely.intersection(shapes[one], shapes[other])
    areas = shapely.area(common)
    found = []
    for index in np.flatnonzero(areas > LEAST_M2):
        first, second = int(one[index]), int(other[index])
        width = mean_width(common[index])
        share = areas[index] / min(shapes[first].area, shapes[second].area)
        text = "are the same ground" if share > 0.98 else f"overlap by {_said(areas[index], width)}"
        found.append(_problem(Fault.OVERLAP, (labels[first], labels[second]), text, common[index], metric))
    return found


def _gaps(labels: Sequence[str], shapes: Shapes, tree: STRtree, metric: Metric) -> list[Problem]:
    found = []
    for gap, around in gaps(shapes, tree):
        names = tuple(labels[index] for index in around[:6])
        if not is_narrow(gap, GAP_WIDTH_M):
            text = f"leave a hole of {gap.area:,.0f} m² between them that is no grid's"
            found.append(_problem(Fault.HOLE, names, text, gap, metric))
        else:
            text = f"leave a gap of {_said(gap.area, mean_width(gap))}"
            found.append(_problem(Fault.GAP, names, text, gap, metric))
    return found


def gaps(shapes: Shapes, tree: STRtree) -> list[tuple[Polygon, list[int]]]:
    """Ground between the shapes that none has, with the indices of those around it. All that is enclosed, and what is
    open to the outside where it is narrower than SLIVER_WIDTH_M: found by growing by half of that and shrinking again.
    """
    together = shapely.union_all(shapes)
    half = SLIVER_WIDTH_M / 2
    closed = together.buffer(half, join_style="mitre", mitre_limit=2).buffer(-half, join_style="mitre", mitre_limit=2)
    filled = shapely.union_all([Polygon(part.exterior) for part in polygons(closed)])
    # Opening takes away the spikes that rounding leaves along borders, which are long and have no ground.
    ground = shapely.difference(filled, together).buffer(-_SPIKE_M).buffer(_SPIKE_M, join_style="mitre", mitre_limit=2)
    found = []
    for gap in polygons(ground):
        if gap.area <= LEAST_M2:
            continue
        around = sorted(int(index) for index in tree.query(gap.buffer(0.05), predicate="intersects"))
        # Where closing rounds a corner of one grid, nothing lies between two.
        if len(around) > 1 or (around and _hole_of(shapes[around[0]], gap)):
            found.append((gap, around))
    return found


def is_narrow(gap: Polygon, width_m: float) -> bool:
    """Whether no circle of that width fits in."""
    return bool(gap.buffer(-width_m / 2).is_empty)


def _slivers(labels: Sequence[str], shapes: Shapes, metric: Metric) -> list[Problem]:
    found = []
    for label, shape in zip(labels, shapes, strict=True):
        for part in polygons(shape):
            width = mean_width(part)
            if width < SLIVER_WIDTH_M:
                found.append(_problem(Fault.SLIVER, (label,), f"has a part of {_said(part.area, width)}", part, metric))
    return found


def close_up(shapes: Shapes, closing: Closing) -> Shapes:
    """The same shapes with common borders point by point: nearby corners snapped together, gaps filled by the
    neighbour with the longest common border, overlaps given to one of both likewise. A shape nothing is left of is
    empty."""
    filled = shapes.copy()
    for gap, around in gaps(shapes, STRtree(shapes)):
        if is_narrow(gap, closing.gap_width_m):
            # Before cleaning, since that knows only gaps closed all round.
            borders = shapely.intersection(shapely.boundary(shapes[around]), gap.buffer(0.05))
            longest = around[int(np.argmax(shapely.length(borders)))]
            filled[longest] = _only_ground(shapely.union(filled[longest], gap))
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # of shapely 2.2; its annotations are of 2.1
        filled, gap_width=closing.gap_width_m, snapping_distance=closing.snap_m, merge_strategy="longest_border"
    )
    return _without_splinters(np.asarray(cleaned, dtype=object))


def _without_splinters(shapes: Shapes) -> Shapes:
    """Parts of a shape that are splinters, beside a part that is none, are given to the neighbour likewise."""
    result, tree = shapes.copy(), STRtree(shapes)
    for index, shape in enumerate(shapes):
        parts = polygons(shape)
        splinters = [part for part in parts if mean_width(part) < SLIVER_WIDTH_M] if len(parts) > 1 else []
        for splinter in splinters if len(splinters) < len(parts) else []:
            near = splinter.boundary
            around = [int(one) for one in tree.query(splinter, predicate="intersects") if one != index]
            common = {one: shapes[one].boundary.intersection(near).length for one in around}
            longest = max(common, key=lambda one: common[one], default=None)
            if longest is not None and common[longest] > 0:
                result[longest] = _only_ground(shapely.union(result[longest], splinter))
                result[index] = _only_ground(shapely.difference(result[index], splinter))
    return result


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Its polygons, one by one."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]


def _only_ground(shape: BaseGeometry) -> Polygon | MultiPolygon:
    """Without the lines that an overlay leaves where borders all but meet."""
    parts = polygons(shape)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def mean_width(shape: BaseGeometry) -> float:
    """Of a long thin shape; half its side, of a square."""
    return float(2 * shape.area / shape.length) if shape.length else 0.0


def _hole_of(shape: BaseGeometry, gap: Polygon) -> bool:
    return bool(gap.exterior.difference(shape.boundary.buffer(0.05)).length < 0.01 * gap.length)


def _said(area: float, width: float) -> str:
    return f"{area:,.1f} m², {width:.1f} m wide on average"


def _problem(fault: Fault, names: tuple[str, ...], text: str, shape: BaseGeometry, metric: Metric) -> Problem:
    point = shape.representative_point()
    return Problem(fault, names, text, metric.place(point.x, point.y), round(float(shape.area), 1),
                   round(mean_width(shape), 2), metric.to_degrees(shape))  # fmt: skip
