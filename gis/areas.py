"""Areas that nest: district, town, village. A person's rights at an area hold for everything below it."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from shapely import to_geojson

from gis.files import GeographyError, read_frame, text_of
from gis.rings import Area as Outline
from gis.rings import usable

Level = Literal["city", "district", "town", "village"]
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Area:
    """One area. `parent` is "" at the top; `outline` (WGS 84, lon before lat) is None where the file has none."""

    code: str
    parent: str
    level: Level
    name: str
    name_en: str
    outline: Outline | None


@dataclass(frozen=True)
class AreaTree:
    """All areas, every parent among them. `warnings` lists what was repaired or assumed when the file was read."""

    areas: tuple[Area, ...]
    warnings: tuple[str, ...] = ()

    @cached_property
    def _by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {area.code: "/" + "/".join(one.code for one in self.lineage(area.code)) + "/" for area in self.areas}

    def get(self, code: str) -> Area | None:
        """The area of that code."""
        return self._by_code.get(code)

    def lineage(self, code: str) -> tuple[Area, ...]:
        """The area and all above it, the topmost first. Raises KeyError for an unknown code."""
        found = [self._by_code[code]]
        while found[-1].parent:
            found.append(self._by_code[found[-1].parent])
        return tuple(reversed(found))

    def path(self, code: str) -> str:
        """`/330603/330603108/330603108201/`: an area lies in another if its path begins with the other's.

        Raises KeyError for an unknown code.
        """
        return self._paths[code]

    def within(self, code: str, ancestor: str) -> bool:
        """Whether `code` is `ancestor` or lies below it; False where either is unknown."""
        if code not in self._paths or ancestor not in self._paths:
            return False
        return self._paths[code].startswith(self._paths[ancestor])

    def children(self, code: str) -> tuple[Area, ...]:
        """The areas right below."""
        return tuple(area for area in self.areas if area.parent == code)

    def geojson(self) -> dict[str, Any]:
        """A GeoJSON FeatureCollection with the properties code, parent, level, name and name_en."""
        features = [
            {
                "type": "Feature",
                "id": area.code,
                "properties": {"code": area.code, "parent": area.parent, "level": area.level, "name": area.name,
                               "name_en": area.name_en},
                "geometry": None if area.outline is None else json.loads(to_geojson(area.outline)),
            }
            for area in self.areas
        ]  # fmt: skip
        return {"type": "FeatureCollection", "features": features}


def load_areas(path: Path) -> AreaTree:
    """Read areas with the attributes code, parent, level, name, name_en. Raises GeographyError with every problem."""
    warnings: list[str] = []
    frame = read_frame(path, warnings)
    problems: list[str] = []
    areas: dict[str, Area] = {}
    for number, row in enumerate(frame.to_dict("records"), start=1):
        code, level = text_of(row.get("code")), text_of(row.get("level"))
        place = f"feature {number}" + (f" ({code})" if code else "")
        outline, remark = (None, "") if row["geometry"] is None else usable(row["geometry"])
        if remark:
            (warnings if outline is not None else problems).append(f"{place}: {remark}")
        if not code or "/" in code:
            problems.append(f"{place}: " + ("its code has a slash in it" if code else "has no code"))
            continue
        if code in areas:
            problems.append(f"{place}: its code is given twice")
            continue
        if level not in get_args(Level):
            problems.append(f"{place}: level is {level!r}; must be one of {', '.join(get_args(Level))}")
        areas[code] = Area(code, text_of(row.get("parent")), cast(Level, level), text_of(row.get("name")) or code,
                           text_of(row.get("name_en")), outline)  # fmt: skip
    problems += _nesting_problems(areas)
    if problems:
        raise GeographyError(path, problems)
    return AreaTree(tuple(areas.values()), tuple(warnings))


def _nesting_problems(areas: dict[str, Area]) -> list[str]:
    if not areas:
        return ["has no areas"]
    problems = []
    for area in areas.values():
        if area.parent and area.parent not in areas:
            problems.append(f"area {area.code}: its parent {area.parent} is missing")
            continue
        above, steps = area, 0
        while above.parent in areas and steps <= MAX_DEPTH:
            above, steps = areas[above.parent], steps + 1
            if above.code == area.code:
                problems.append(f"area {area.code}: is above itself")
                break
        else:
            if steps > MAX_DEPTH:
                problems.append(f"area {area.code}: more than {MAX_DEPTH} areas are above it")
    return problems
