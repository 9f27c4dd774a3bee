"""Awkward grids: what is wrong is found, where and how large; and what mending makes of it."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.areas import Area
from gis.grid_check import check_grids
from gis.grid_draft import GridDraft, columns_of, draft_of, kind_of
from gis.grid_mend import mend_grids
from gis.grid_problem import Fault, Problem
from gis.metric import Metric
from gis.tiling import Closing

TOWN = Metric(120.45, 30.05)
CLOSING = Closing(snap_m=0.5, gap_width_m=20)


class Village:
    """One village, 1 km square."""

    def find(self, text: str) -> Area | None:
        outline = TOWN.to_degrees(box(0, 0, 1000, 1000))
        return Area("v1", "t", "village", "清东村", "", outline) if text in ("v1", "清东村") else None

    def has(self, code: str) -> bool:
        return code in ("v1", "t")


def grid(
    number: int, shape: BaseGeometry | None, code: str = "", village: str = "v1", kind: str = "rural"
) -> GridDraft:
    """`shape` in metres east and north of the town's corner."""
    outline = None if shape is None else TOWN.to_degrees(shape)
    return GridDraft(number, code or f"g{number}", village, "", "", kind, None, outline)


def metres(draft: GridDraft) -> BaseGeometry:
    return TOWN.to_metres(draft.outline)


def found(*shapes: BaseGeometry | None) -> list[Problem]:
    return check_grids([grid(number, shape) for number, shape in enumerate(shapes, start=1)], Village())


LEFT, RIGHT = box(0, 0, 500, 1000), box(500, 0, 1000, 1000)
ISLAND = box(200, 200, 300, 300)
BOW_TIE = Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])

ONE_EACH = {
    "meet": ([LEFT, RIGHT], None, None, None, None),
    "an enclave fills a hole": ([LEFT.difference(ISLAND), RIGHT, ISLAND], None, None, None, None),
    "overlap by 2 m": ([box(0, 0, 502, 1000), RIGHT], Fault.OVERLAP, 2000.0, (501, 500), ("g1", "g2")),
    "the same ground": ([LEFT, LEFT], Fault.OVERLAP, 500_000.0, (250, 500), ("g1", "g2")),
    "one within the other": ([LEFT, ISLAND], Fault.OVERLAP, 10_000.0, (250, 250), ("g1", "g2")),
    "a gap of 2 m, open at both ends": ([box(0, 0, 498, 1000), RIGHT], Fault.GAP, 2000.0, (499, 500), ("g1", "g2")),
    "a gap inside": ([LEFT.difference(box(490, 300, 500, 400)), RIGHT], Fault.GAP, 1000.0, (495, 350), ("g1", "g2")),
    "a pond of no grid": ([LEFT.difference(ISLAND), RIGHT], Fault.HOLE, 10_000.0, (250, 250), ("g1",)),
    "a sliver": ([LEFT, MultiPolygon([RIGHT, box(0, 1010, 400, 1012)])], Fault.SLIVER, 800.0, (200, 1011), ("g2",)),
}


@pytest.mark.parametrize(("shapes", "fault", "size", "place", "names"), ONE_EACH.values(), ids=ONE_EACH.keys())
def test_what_lies_wrong_is_told_with_place_and_size(
    shapes: Sequence[BaseGeometry], fault: Fault, size: float, place: tuple[float, float], names: tuple[str, ...]
) -> None:
    problems = found(*shapes)
    if fault is None:
        assert problems == []
        return
    (problem,) = problems
    assert problem.fault is fault
    assert problem.size_m2 == pytest.approx(size, rel=0.002)
    assert problem.where is not None
    assert problem.place is not None
    assert TOWN.to_metres(problem.where).distance(TOWN.to_metres(shapely.Point(problem.place))) < 0.05
    assert TOWN.to_metres(problem.where).distance(shapely.Point(place)) < 0.1
    assert [name.split("(")[1].rstrip(")") for name in problem.features] == list(names)
    assert not problem.is_error


ALONE = {
    "no code": (GridDraft(1, "", "v1", "", "", "rural", None, TOWN.to_degrees(LEFT)), Fault.CODE_MISSING, "no code"),
    "rounded": (grid(1, LEFT, "3.30603E+14"), Fault.CODE_MALFORMED, "rounded by a spreadsheet"),
    "a slash": (grid(1, LEFT, "3306/001"), Fault.CODE_MALFORMED, "other characters"),
    "of an area": (grid(1, LEFT, "t"), Fault.CODE_OF_AN_AREA, "that of an area"),
    "unknown village": (grid(1, LEFT, village="清西村"), Fault.PARENT_UNKNOWN, "no village '清西村'"),
    "no village": (grid(1, LEFT, village=""), Fault.PARENT_UNKNOWN, "names no village"),
    "another village": (grid(1, box(900, 0, 1400, 500)), Fault.PARENT_ELSEWHERE, "by 20% only"),
    "unknown kind": (grid(1, LEFT, kind="moon"), Fault.KIND_UNKNOWN, "must be one of residential"),
    "no outline": (grid(1, None), Fault.GEOMETRY_MISSING, "no outline"),
    "a line": (grid(1, LineString([(0, 0), (9, 9)])), Fault.NO_POLYGON, "is a LineString"),
    "no area": (grid(1, Polygon([(0, 0), (9, 9), (0, 0)])), Fault.NO_POLYGON, "has no area"),
    "crosses itself": (grid(1, BOW_TIE), Fault.RING_CROSSES_ITSELF, "self-intersection"),
}


@pytest.mark.parametrize(("draft", "fault", "said"), ALONE.values(), ids=ALONE.keys())
def test_what_is_wrong_with_one_grid(draft: GridDraft, fault: Fault, said: str) -> None:
    problem = check_grids([draft], Village())[0]
    assert problem.fault is fault
    assert said in problem.text
    assert problem.features == (draft.label,)
    if draft.outline is not None:
        assert problem.place is not None
    if fault is Fault.RING_CROSSES_ITSELF:
        assert TOWN.to_metres(shapely.Point(problem.place)).distance(shapely.Point(200, 200)) < 0.5


def test_codes_are_judged_against_each_other() -> None:
    cells = [box(50 * n, 0, 50 * n + 50, 1000) for n in range(20)]
    drafts = [grid(n + 1, cell, f"33060310820100{n:02}") for n, cell in enumerate(cells)]
    assert check_grids(drafts, Village()) == []
    twins = [*drafts[:19], grid(20, cells[19], "3306031082010003")]
    (double,) = check_grids(twins, Village())
    assert (double.fault, double.features) == (
        Fault.CODE_DOUBLE, ("feature 20 (3306031082010003)", "feature 4 (3306031082010003)")
    )  # fmt: skip
    assert double.is_error
    (unlike,) = check_grids([*drafts[:19], grid(20, cells[19], "330603108201")], Village())
    assert (unlike.fault, unlike.is_error) == (Fault.CODE_UNLIKE_OTHERS, False)
    assert "those of 95% have 16" in unlike.text


def test_mending_closes_gaps_cuts_overlaps_and_tells_what_it_did() -> None:
    drafts = [grid(1, box(0, 0, 498, 1000)), grid(2, box(500, 0, 1000, 1003)), grid(3, box(0, 1000, 1000, 1500))]
    assert {one.fault for one in check_grids(drafts, Village())} >= {Fault.GAP, Fault.OVERLAP}
    mended, told = mend_grids(drafts, CLOSING)
    assert [one for one in check_grids(mended, Village()) if one.fault is not Fault.PARENT_ELSEWHERE] == []
    assert shapely.coverage_is_valid([one.outline for one in mended])
    gained = sum(one.gained_m2 for one in told)
    lost = sum(one.lost_m2 for one in told)
    assert gained - lost == pytest.approx(2000 - 1500, abs=5)
    assert shapely.union_all([metres(one) for one in mended]).area == pytest.approx(1_500_000, abs=5)
    assert all(one.place is not None and one.feature.startswith("feature") for one in told)
    # What is good stays as it is, to the centimetre.
    again, nothing = mend_grids(mended, CLOSING)
    assert nothing == []
    pairs = zip(again, mended, strict=True)
    assert all(shapely.equals_exact(one.outline, two.outline, 1e-8, normalize=True) for one, two in pairs)


def test_mending_takes_a_bow_tie_apart_and_leaves_lakes_and_twins() -> None:
    drafts = [grid(1, BOW_TIE), grid(2, LEFT.difference(ISLAND).difference(BOW_TIE.buffer(0))), grid(3, None)]
    mended, told = mend_grids(drafts, CLOSING)
    assert "ring was repaired" in told[0].text
    assert mended[0].outline is not None
    assert mended[0].outline.is_valid
    assert mended[2] == drafts[2]
    pond = LEFT.difference(ISLAND)
    kept, _ = mend_grids([grid(1, pond), grid(2, RIGHT)], CLOSING)
    assert metres(kept[0]).symmetric_difference(pond).area < 1


def test_a_city_of_noisy_grids_is_closed_up() -> None:
    rng = np.random.default_rng(7)
    cells = [box(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x in range(12) for y in range(12)]
    by = rng.normal(0, 0.4, (len(cells), 2))
    moved = [shapely.transform(cell, lambda places, d=d: places + d) for cell, d in zip(cells, by, strict=True)]
    drafts = [grid(n, cell) for n, cell in enumerate(moved)]
    lying = {Fault.GAP, Fault.OVERLAP, Fault.HOLE, Fault.SLIVER}
    before = [one for one in check_grids(drafts, Village()) if one.fault in lying]
    after = [one for one in check_grids(mend_grids(drafts, Closing(snap_m=1.0))[0], Village()) if one.fault in lying]
    assert len(before) > 100
    assert after == []


def test_headings_as_townships_write_them() -> None:
    columns = columns_of(["OBJECTID", "网格编码", "网格名称", "所属村（社区）", "网格类型", "常住人口"])
    row = {
        "网格编码": "g1",
        "网格名称": "一网格",
        "所属村（社区）": "清东村",
        "网格类型": "专属网格",
        "常住人口": "1,250",
    }
    draft = draft_of(3, row, columns, None)
    assert (draft.code, draft.name, draft.village, draft.kind, draft.population) == (
        "g1", "一网格", "清东村", "dedicated", 1250
    )  # fmt: skip
    # A shapefile cuts its names after ten bytes.
    assert columns_of(["网格编", "网格名"]) == {"code": "网格编", "name": "网格名"}
    assert (kind_of("企业网格"), kind_of(""), kind_of("rural"), kind_of("月球")) == (
        "enterprise", "residential", "rural", "月球"
    )  # fmt: skip
