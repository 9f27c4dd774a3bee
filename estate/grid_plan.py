"""What would come of a file of grids: they in WGS 84, what is wrong, what was mended. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from estate.grid_changes import grid_changes
from estate.grid_table import read_grid_table
from estate.sheet import MAX_FILE_BYTES
from estate.town_ground import TownGround
from gis.coordinate_guess import Fit
from gis.coordinate_systems import shown_system
from gis.feature_file import FeatureFile, read_features
from gis.files import GeographyError
from gis.grid_check import check_grids
from gis.grid_draft import GridDraft, columns_of, draft_of
from gis.grid_mend import Mended, mend_grids
from gis.grid_problem import Problem, by_fault
from gis.grids import Grid, GridMap, Kind
from gis.rings import usable
from gis.system_choice import SystemChoice, place_features
from gis.tiling import Closing

MAX_SHOWN = 2_000
"""Problems told one by one; the counts are of all."""
_ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class GridOptions:
    """`coordinates`: a name of gis.coordinate_systems, "" to find it out; `layer`: of a GeoPackage with several;
    `closing`: None leaves outlines as they are."""

    coordinates: str = ""
    layer: str = ""
    closing: Closing | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our field → the file's heading, where it is another than is found by its name; "" for none."""
    choosing: bool = False
    """Somebody can still choose the columns: a file in which no code is found is no error as a whole."""


@dataclass(frozen=True, slots=True)
class GridPlan:
    """`columns`: our field → the file's heading. `problems` are those left after mending."""

    form: str
    columns: dict[str, str]
    system: SystemChoice
    drafts: tuple[GridDraft, ...]
    problems: tuple[Problem, ...]
    mended: tuple[Mended, ...]
    warnings: tuple[str, ...]
    headings: tuple[tuple[str, str], ...] = ()
    """All headings of the file, each with the first value under it."""

    @property
    def errors(self) -> list[Problem]:
        """What keeps the file out."""
        return [one for one in self.problems if one.is_error]

    def grids(self) -> GridMap:
        """Raises ValueError while there are errors."""
        if self.errors or not self.system.system:
            raise ValueError("grids with errors cannot be taken")
        found = [_grid(draft) for draft in self.drafts]
        return GridMap(tuple(sorted((one for one in found if one is not None), key=lambda grid: grid.code)))


def plan_grids(path: Path, ground: TownGround, options: GridOptions) -> GridPlan:
    """Reads any file of grids. Raises GeographyError, SheetError saying what is wrong with the file as a whole."""
    file = _read(path, options.layer)
    headings = _headings(file)
    columns = columns_of(dict(headings))
    columns |= {ours: theirs for ours, theirs in options.columns.items() if theirs in dict(headings)}
    columns = {ours: theirs for ours, theirs in columns.items() if options.columns.get(ours) != ""}
    if "code" not in columns and not options.choosing:
        seen = ", ".join(list(file.rows[0])[:20])
        raise GeographyError(path, [f"none of its attributes is a code (code, 网格编码): {seen}"])
    named = [ground.find(row.get(columns.get("village", ""), "")) for row in file.rows]
    within = [(area.outline if area is not None else None) or ground.outline for area in named]
    try:
        placed = place_features(file, within, ground.middle, options.coordinates, ())
    except ValueError as error:
        raise GeographyError(path, [str(error)]) from error
    warnings = [*file.warnings, *placed.warnings]
    if not placed.choice.system:
        return GridPlan(file.form, columns, placed.choice, (), (), (), tuple(warnings), headings)
    drafts = [
        draft_of(int(row.get("row", number)), row, columns, shape)
        for number, (row, shape) in enumerate(zip(file.rows, placed.shapes, strict=True), start=1)
    ]
    mended: list[Mended] = []
    if options.closing is not None:
        drafts, mended = mend_grids(drafts, options.closing)
        drafts, given = _villages_by_place(drafts, ground)
        mended += given
    problems = check_grids(drafts, ground)
    drafts = [replace(one, village=area.code if (area := ground.find(one.village)) else one.village) for one in drafts]
    return GridPlan(
        file.form, columns, placed.choice, tuple(drafts), tuple(problems), tuple(mended), tuple(warnings), headings
    )


def preview(plan: GridPlan, before: GridMap | None = None) -> dict[str, Any]:
    """As told to programs; `before` are the grids there are, to tell what changes."""
    told: dict[str, Any] = {
        "form": plan.form,
        "columns": plan.columns,
        "headings": [{"name": name, "sample": sample} for name, sample in plan.headings],
        "coordinates": {"system": plan.system.system, "how": plan.system.how, "said": plan.system.said,
                        "choices": [_choice(one) for one in plan.system.guess.fits]},
        "warnings": list(plan.warnings),
        "counts": {"grids": len(plan.drafts), "errors": len(plan.errors),
                   "problems": len(plan.problems), "mended": len(plan.mended)},
        "by_fault": by_fault(plan.problems),
        "problems": [_problem(one) for one in plan.problems[:MAX_SHOWN]],
        "mended": [
            {"feature": one.feature, "text": one.text, "place": one.place, "gained_m2": one.gained_m2,
             "lost_m2": one.lost_m2}
            for one in plan.mended[:MAX_SHOWN]
        ],
    }  # fmt: skip
    if before is not None:
        told["changes"] = changes(plan.drafts, before)
        told["changed"] = [asdict(one) for one in grid_changes(plan.drafts, before, told["changes"])[:MAX_SHOWN]]
    return told


def changes(drafts: Sequence[GridDraft], before: GridMap) -> dict[str, list[str]]:
    """Codes that are new, gone, and those whose outline is another by more than 1 % of its ground."""
    outlines = {one.code: shape for one in drafts if (shape := usable(one.outline)[0]) is not None}
    was = {grid.code: grid.outline for grid in before.grids}
    both = sorted(outlines.keys() & was.keys())
    redrawn = [code for code in both if _differs(outlines[code], was[code])]
    return {"new": sorted(outlines.keys() - was.keys()), "gone": sorted(was.keys() - outlines.keys()),
            "redrawn": redrawn}  # fmt: skip


def geojson(plan: GridPlan) -> dict[str, Any]:
    """A FeatureCollection of the grids (`what`: grid) and of where something is wrong (`what`: problem)."""
    features = [
        {"type": "Feature", "properties": {"what": "grid", "code": one.code, "village": one.village, "name": one.name,
                                           "name_en": one.name_en, "kind": one.kind, "population": one.population},
         "geometry": mapping(one.outline)}
        for one in plan.drafts if one.outline is not None and not one.outline.is_empty
    ]  # fmt: skip
    for problem in plan.problems[:MAX_SHOWN]:
        if problem.place is not None:
            shape = problem.where if problem.where is not None else shapely.Point(problem.place)
            properties = {"what": "problem", **_problem(problem)}
            features.append({"type": "Feature", "properties": properties, "geometry": mapping(shape)})
    return {"type": "FeatureCollection", "features": features}


def _headings(file: FeatureFile) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for row in file.rows:
        for heading, value in row.items():
            found[heading] = found.get(heading) or value[:60]
    found.pop("row", None)
    return tuple(found.items())


def _choice(one: Fit) -> dict[str, Any]:
    return {"system": one.system, "name": shown_system(one.system), "inside": one.inside, "road_m": one.road_m}


def _read(path: Path, layer: str) -> FeatureFile:
    with path.open("rb") as stream:
        head = stream.read(4096)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    workbook = head.startswith(_ARCHIVE) and (b"[Content_Types]" in head or b"xl/" in head or b"docProps" in head)
    geographic = head.startswith((_ARCHIVE, b"SQLite format 3\x00", b"\x00\x00\x27\x0a")) or text.startswith(
        (b"{", b"<")
    )
    if geographic and not workbook:
        return read_features(path, layer)
    with path.open("rb") as stream:
        return read_grid_table(stream.read(MAX_FILE_BYTES + 1))


def _villages_by_place(drafts: Sequence[GridDraft], ground: TownGround) -> tuple[list[GridDraft], list[Mended]]:
    """Grids whose village is not known get the one they lie in."""
    result, told = [], []
    for draft in drafts:
        shape = usable(draft.outline)[0]
        if shape is not None and ground.find(draft.village) is None:
            point = shape.representative_point()
            village = ground.village_at(point.x, point.y)
            if village is not None:
                told.append(Mended(draft.label, f"given to {village.name} ({village.code}), where it lies",
                                   (round(point.x, 7), round(point.y, 7))))  # fmt: skip
                draft = replace(draft, village=village.code)
        result.append(draft)
    return result, told


def _grid(draft: GridDraft) -> Grid | None:
    outline = usable(draft.outline)[0]
    if outline is None:
        return None
    return Grid(draft.code, draft.village, draft.name, draft.name_en, cast(Kind, draft.kind), outline,
                draft.population)  # fmt: skip


def _differs(now: BaseGeometry, was: BaseGeometry) -> bool:
    return bool(now.symmetric_difference(was).area > 0.01 * was.area)


def _problem(one: Problem) -> dict[str, Any]:
    return {"fault": one.fault.value, "error": one.is_error, "features": list(one.features), "text": one.text,
            "place": one.place, "size_m2": one.size_m2, "width_m": one.width_m}  # fmt: skip
