"""Where the rows of a table are: the coordinate system of the whole, and place and village of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from estate.columns import Columns
from estate.entry import Entry
from estate.issue import Code, issue
from estate.town_ground import TownGround
from gis.areas import Area
from gis.coordinate_guess import Row, guess_system
from gis.coordinate_systems import shown_system, to_wgs84
from gis.system_choice import SystemChoice

TOWN_MARGIN_M = 300.0
"""Borders are drawn by hand, and a camera on the far side of the road on the border is the town's."""
VILLAGE_MARGIN_M = 150.0


@dataclass(frozen=True, slots=True)
class Placed:
    """`place` is (lon, lat) in WGS 84, None where the row has none; `area` None where the row is faulty."""

    entry: Entry
    place: tuple[float, float] | None
    area: Area | None


def place_entries(
    entries: Sequence[Entry], columns: Columns, ground: TownGround, told: str
) -> tuple[SystemChoice, list[Placed]]:
    """`told` is a name of gis.coordinate_systems, "" to find it out. Issues are added to the entries."""
    named = [ground.find(entry.village) if entry.village else None for entry in entries]
    choice = _choose(entries, named, columns, ground, told)
    above: Area | None = None
    placed = []
    for entry, area in zip(entries, named, strict=True):
        place = _place(entry, columns, choice)
        area = _area(entry, columns, ground, area, place, above)
        above = area or above
        if place is not None:
            _judge(entry, columns, ground, area, place)
        placed.append(Placed(entry, place, area))
    return choice, placed


def _choose(
    entries: Sequence[Entry], named: Sequence[Area | None], columns: Columns, ground: TownGround, told: str
) -> SystemChoice:
    town = ground.outline
    rows = [
        Row(*entry.numbers, area.outline if area is not None and area.outline is not None else town)
        for entry, area in zip(entries, named, strict=True)
        if entry.numbers is not None
    ]
    guess = guess_system(rows, ground.roads, ground.middle)
    if told:
        return SystemChoice(told, "told", guess)
    if not rows:
        return SystemChoice("", "none", guess)
    best = guess.best
    if best is not None and guess.verdict in ("certain", "likely"):
        return SystemChoice(best.system, guess.verdict, guess)
    if columns.system and guess.fits:
        return SystemChoice(columns.system, "heading", guess)
    return SystemChoice("", "unclear", guess)


def _place(entry: Entry, columns: Columns, choice: SystemChoice) -> tuple[float, float] | None:
    column = columns.heading("lon" if "lon" in columns.at else "lonlat")
    if entry.numbers is None:
        if not any(one.code is Code.COORDINATES_INVALID for one in entry.issues):
            entry.issues.append(issue(entry.row, column, Code.COORDINATES_MISSING))
        return None
    if not choice.system:
        return None
    try:
        lon, lat = to_wgs84(choice.system, *entry.numbers)
    except ValueError:
        shown = f"{entry.numbers[0]:g} {entry.numbers[1]:g}"
        system = shown_system(choice.system)
        entry.issues.append(issue(entry.row, column, Code.COORDINATES_FOREIGN, value=shown, system=system))
        return None
    # Seven digits are a centimetre: what stands behind them is noise in a file people read.
    return round(lon, 7), round(lat, 7)


def _area(
    entry: Entry, columns: Columns, ground: TownGround, named: Area | None,
    place: tuple[float, float] | None, above: Area | None,
) -> Area | None:  # fmt: skip
    column = columns.heading("village")
    if named is not None:
        return named
    if entry.village:
        found = issue(entry.row, column, Code.VILLAGE_UNKNOWN, value=entry.village,
                      suggestion=ground.nearest_name(entry.village))  # fmt: skip
        entry.issues.append(found)
        return None
    there = ground.village_at(*place) if place is not None else None
    if there is not None:
        words = {"given": there.name, "why": "坐标", "why_en": "where its coordinates lie"}
        entry.issues.append(issue(entry.row, column, Code.VILLAGE_ASSUMED, **words))
        return there
    if above is not None and place is None and "village" in columns.at:
        # Cells merged over several rows come as one full cell and empty ones below.
        words = {"given": above.name, "why": "上一行", "why_en": "as in the row above"}
        entry.issues.append(issue(entry.row, column, Code.VILLAGE_ASSUMED, **words))
        return above
    if place is not None:
        town = ground.tree.get(ground.town)
        words = {"given": town.name if town else ground.town, "why": "坐标", "why_en": "no village lies there"}
        entry.issues.append(issue(entry.row, column, Code.VILLAGE_ASSUMED, **words))
        return town
    entry.issues.append(issue(entry.row, column, Code.VILLAGE_MISSING))
    return None


def _judge(entry: Entry, columns: Columns, ground: TownGround, area: Area | None, place: tuple[float, float]) -> None:
    column = columns.heading("lon" if "lon" in columns.at else "lonlat")
    if ground.outline is not None:
        outside = ground.metres_outside(ground.outline, *place)
        if outside > TOWN_MARGIN_M:
            entry.issues.append(issue(entry.row, column, Code.OUTSIDE_TOWN, metres=round(outside)))
            return
    if area is not None and area.outline is not None:
        outside = ground.metres_outside(area.outline, *place)
        if outside > VILLAGE_MARGIN_M:
            other = ground.village_at(*place)
            there = other.name if other else "?"
            entry.issues.append(
                issue(entry.row, column, Code.OUTSIDE_VILLAGE, other=there, value=area.name, metres=round(outside))
            )
