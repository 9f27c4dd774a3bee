"""Mends on request what can be mended without knowing the town: rings, overlaps, gaps. What was done is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis.grid_check import metric_of
from gis.grid_draft import GridDraft
from gis.metric import Metric
from gis.rings import Area, usable
from gis.tiling import LEAST_M2, Closing, close_up, polygons

_DIGITS = 9
"""Of a degree, a tenth of a millimetre. Neighbours round alike, since they share their corners."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of one grid: ground gained and lost, in m², and where most of it lies (lon, lat)."""

    feature: str
    text: str
    place: tuple[float, float] | None = None
    gained_m2: float = 0.0
    lost_m2: float = 0.0

    def __str__(self) -> str:
        return f"{self.feature}: {self.text}"


def mend_grids(drafts: Sequence[GridDraft], closing: Closing) -> tuple[list[GridDraft], list[Mended]]:
    """The drafts, those with ground having valid outlines whose borders meet; drafts without are left as they are.

    Rings that cross themselves are taken apart (`make_valid`). A grid of which nothing would be left, since others have
    all its ground, keeps its outline.
    """
    mended: list[Mended] = []
    outlines: dict[int, Area] = {}
    for index, draft in enumerate(drafts):
        outline, remark = usable(draft.outline)
        if outline is not None:
            outlines[index] = outline
            if remark:
                mended.append(Mended(draft.label, remark))
    if not outlines:
        return list(drafts), mended
    metric = metric_of(list(outlines.values()))
    before = metric.to_metres(np.array(list(outlines.values()), dtype=object))
    after = close_up(before, closing)
    result = list(drafts)
    for index, was, now in zip(outlines, before, after, strict=True):
        draft = drafts[index]
        if not polygons(now):
            mended.append(Mended(draft.label, "was left as it is: other grids have all its ground"))
            result[index] = replace(draft, outline=outlines[index])
            continue
        told = _told(draft, was, now, metric)
        if told is not None:
            mended.append(told)
        result[index] = replace(draft, outline=_in_degrees(now, metric))
    return result, mended


def _told(draft: GridDraft, was: Area, now: Area, metric: Metric) -> Mended | None:
    gained, lost = now.difference(was), was.difference(now)
    if gained.area + lost.area <= LEAST_M2:
        return None
    place = (gained if gained.area >= lost.area else lost).representative_point()
    words = [f"{word} {part.area:,.1f} m²" for word, part in (("gained", gained), ("lost", lost))
             if part.area > LEAST_M2 / 2]  # fmt: skip
    return Mended(draft.label, " and ".join(words), metric.place(place.x, place.y), round(gained.area, 1),
                  round(lost.area, 1))  # fmt: skip


def _in_degrees(shape: Area, metric: Metric) -> Area:
    degrees: Area = metric.to_degrees(shape)
    rounded: Area = shapely.transform(degrees, lambda places: np.round(places, _DIGITS))
    return rounded if rounded.is_valid else degrees
