"""The map for the town's leader, out of what the caller may see."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import numpy as np

from api.case_grids import DAY, GridCases
from api.case_history import month_begins
from api.case_statistics import CaseStatistics, case_statistics, in_words
from api.centre import Centre
from api.grid_shelf import PRESENT
from api.map_export import assets_of
from gis.grids import GridMap
from gis.leader_map import GridHistory, LeaderMap, RepeatPlace, leader_map
from incidents.case import State
from incidents.case_filter import CaseFilter
from incidents.register_places import SpotFilter
from incidents.rights import Caller

MOST_MONTHS = 12
MOST_PLACED = 20_000
"""Cases the heat is made of, the newest."""


def leader_report(centre: Centre, caller: Caller, months: int, case_class: str | None = None) -> tuple[str, int]:
    """The document and how many cases it tells of. Raises Invalid, NotBuilt."""
    zone = centre.incidents.town.timezone
    assets = assets_of(centre.settings.static_dir)
    begins = month_begins(centre.clock.now(), months, zone)
    now = centre.clock.now()
    days = max(1, round((now - begins[0][1]) / DAY))
    wanted = CaseFilter(case_class=case_class, from_at=begins[0][1], to_at=now)
    found = case_statistics(centre, caller, wanted, "grid")
    if len(found.editions) > 1:
        # It is drawn in the grids there are: cases filed in others are counted where they lie.
        found = case_statistics(centre, caller, wanted, "grid", PRESENT)
    content = LeaderMap(
        title=(f"{centre.config.town.name} 案件地图", f"{centre.config.town.name_en} cases on the map"),
        months=[name for name, _ in begins],
        grids=_histories(centre, caller, found, begins, wanted),
        heat=_heat(centre, caller, begins[0][1], case_class),
        repeats=[
            RepeatPlace(one.lon, one.lat, one.n, (one.class_name.zh, one.class_name.en))
            for one in centre.register.places(caller, SpotFilter(days=min(days, 365), case_class=case_class))
        ],
        told=[(found.told.zh, found.told.en), _made_of(centre, found, case_class)],
    )
    drawn = GridMap(tuple(one.grid for one in found.grids))
    return leader_map(drawn, content, assets), found.total


def _made_of(centre: Centre, found: CaseStatistics, case_class: str | None) -> tuple[str, str]:
    """What is counted, and when that was."""
    named = centre.incidents.town.case_classes.get(case_class) if case_class else None
    zh, en = (named.zh, named.en) if named else (case_class or "全部类别", case_class or "all classes")
    made = datetime.fromtimestamp(found.to_at, centre.incidents.town.timezone).strftime("%Y-%m-%d %H:%M")
    return f"{zh}，制作于 {made}", f"{en}, made {made}"


def _histories(
    centre: Centre, caller: Caller, found: CaseStatistics, begins: list[tuple[str, float]], wanted: CaseFilter
) -> dict[str, GridHistory]:
    edges = [*(at for _, at in begins), found.to_at]
    if found.cases is None or found.cases.placed is None:
        counted = centre.incidents.queue.spans(caller, wanted, edges)
    else:
        counted = _placed_by_month(found.cases, edges)
    never = (0,) * len(begins)
    told: dict[str, GridHistory] = {}
    for one in found.grids:
        words, heat = in_words(one), one.score.heat if one.score else None
        told[one.grid.code] = GridHistory(
            counted.get(one.grid.code, never), one.per_km2, one.per_1000, heat, (words.zh, words.en)
        )
    return told


def _placed_by_month(cases: GridCases, edges: Sequence[float]) -> dict[str, tuple[int, ...]]:
    """By code of the grid the cases lie in, how many between each two edges."""
    placed, grids = cases.placed, cases.seen.layer.grids.grids
    if placed is None:
        return {}
    months = np.searchsorted(np.array(edges[1:-1]), placed.opened_at, side="right")
    counts = np.zeros((len(grids), len(edges) - 1), dtype=np.int64)
    inside = placed.grid >= 0
    np.add.at(counts, (placed.grid[inside], months[inside]), 1)
    return {grids[at].code: tuple(counts[at].tolist()) for at in cases.seen.positions}


def _heat(centre: Centre, caller: Caller, from_at: float, case_class: str | None) -> list[tuple[float, float, int]]:
    """Cases side by side, within some ten metres, are one point."""
    every = centre.incidents.queue.every(caller, CaseFilter(case_class=case_class, from_at=from_at))
    counted = Counter(
        (round(one.lon, 4), round(one.lat, 4))
        for one in islice(every, MOST_PLACED)
        if one.lon is not None and one.lat is not None and one.state != State.INVALID.value
    )
    return [(lon, lat, n) for (lon, lat), n in counted.items()]
