"""Layout codes, held against those the browser reads."""

import re
from pathlib import Path

import pytest

from incidents.errors import Invalid
from wall.layouts import CELLS_MAX, NAMED, RASTER_MAX, cells_in

BROWSER = (Path(__file__).parents[2] / "wall/web/src/wall/layout.ts").read_text()


def test_named_layouts_and_bounds_are_those_of_the_browser() -> None:
    names = re.search(r"NAMED_LAYOUTS = \[(.*?)\]", BROWSER)
    assert names
    assert re.findall(r"'([^']+)'", names[1]) == list(NAMED)
    assert f"RASTER_MAX = {RASTER_MAX}\n" in BROWSER
    assert f"CELLS_MAX = {CELLS_MAX}\n" in BROWSER


@pytest.mark.parametrize(
    ("code", "cells"),
    [("1", 1), ("40", 40), ("1+7", 8), ("v10", 10), ("r4x2:0.0.2.2_2.0.1.1_3.0.1.1_2.1.2.1", 4), ("r1x1:0.0.1.1", 1)],
)
def test_a_layout_says_how_many_pictures_it_has(code: str, cells: int) -> None:
    assert cells_in(code) == cells


WRONG = [
    ("empty", "", "no such layout"),
    ("a number without a raster", "7", "no such layout"),
    ("a raster of nothing", "r0x4:0.0.1.1", "no such layout"),
    ("too fine a raster", "r49x4:0.0.1.1", "at most 48"),
    ("a cell without height", "r4x4:0.0.1.0", "'0.0.1.0' is not"),
    ("numbers written in two ways", "r4x4:00.0.1.1", "'00.0.1.1' is not"),
    ("digits of another script", "r4x4:0.0.1.１", "is not x.y.w.h"),
    ("a line break at the end", "r4x4:0.0.1.1\n", "no such layout"),
    ("a cell beyond the right edge", "r4x4:3.0.2.1", "beyond the raster of 4 by 4"),
    ("a cell beyond the lower edge", "r4x4:0.3.1.2", "beyond the raster of 4 by 4"),
    ("two cells one over the other", "r4x4:0.0.2.2_3.0.1.1_1.1.1.1", "cells 1 and 3 overlap"),
    ("cells out of reading order", "r4x4:1.0.1.1_0.0.1.1", "reading order"),
    (
        "too many cells",
        "r48x48:" + "_".join(f"{n % 48}.{n // 48}.1.1" for n in range(CELLS_MAX + 1)),
        "at most 64 cells",
    ),
    ("endless", "r4x4:" + "0.0.1.1_" * 9000, "no such layout"),
]


@pytest.mark.parametrize(("code", "words"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_no_layout_is_refused_with_the_reason(code: str, words: str) -> None:
    with pytest.raises(Invalid, match=re.escape(words)) as refused:
        cells_in(code, "steps.2.layout")
    assert refused.value.where == "steps.2.layout"
