"""Grids in a spreadsheet: one column with the outline as WKT, or as a ring of coordinates."""

import re
from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from estate.sheet import Line, Sheet, SheetError, read_sheets
from gis.feature_file import LIMITS, FeatureFile
from gis.grid_draft import columns_of

MAX_OUTLINE = 131_072
"""Characters: as many as Python's CSV reader takes; a workbook's cell ends at 32 767."""
_EXCEL_CELL = 32_767
_BEFORE_HEADINGS = 10
_WKT = re.compile(r"\s*(MULTI)?POLYGON\s*(Z\s*)?\(", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_BETWEEN = re.compile(r"[\s\[\](){}（）,，;；、|/]*\Z")
_OUTLINES = ("wkt", "geometry", "geom", "outline", "边界", "网格边界", "边界坐标", "范围", "网格范围", "坐标", "坐标串",
             "经纬度", "边界点", "拐点坐标")  # fmt: skip


def read_grid_table(data: bytes) -> FeatureFile:
    """The first sheet with a heading for the code and one for the outline, as features whose `row` is the row of the
    table. Raises SheetError."""
    sheets = read_sheets(data, MAX_OUTLINE)
    for sheet in sheets:
        for line in sheet.lines[:_BEFORE_HEADINGS]:
            column = next((n for n, cell in enumerate(line.cells) if cell.strip().lower() in _OUTLINES), None)
            if column is not None and "code" in columns_of(line.cells):
                return _features(sheet, line, column)
    seen = [cell[:40] for sheet in sheets[:1] for line in sheet.lines[:1] for cell in line.cells[:12]]
    raise SheetError(
        "no row of headings was found: a code (网格编码) and an outline (WKT or 边界坐标) are needed; the first row "
        f"says: {', '.join(seen) or 'nothing'}",
        f"没有找到表头：至少需要“网格编码”和“边界坐标”（或“WKT”）两列；第一行是：{'、'.join(seen) or '空行'}",
    )


def _features(sheet: Sheet, headings: Line, column: int) -> FeatureFile:
    rows: list[Mapping[str, str]] = []
    shapes: NDArray[np.object_] = np.empty(len(sheet.lines), dtype=object)
    warnings = []
    for line in sheet.lines:
        if line.number <= headings.number:
            continue
        text = line.cells[column] if column < len(line.cells) else ""
        try:
            shapes[len(rows)] = outline_of(text) if text else None
        except ValueError as error:
            at_its_end = len(text) in (_EXCEL_CELL, MAX_OUTLINE)
            warnings.append(f"row {line.number}: {'its cell is full and ' if at_its_end else ''}{error}")
        cells = zip(headings.cells, line.cells, strict=False)
        values = {key: value[: LIMITS.text] for n, (key, value) in enumerate(cells) if key and n != column}
        rows.append(values | {"row": str(line.number)})
    if not rows:
        raise SheetError("the table has headings and nothing below them", "表头下面没有数据")
    corners = int(shapely.get_num_coordinates(shapes[: len(rows)]).sum())
    if corners > LIMITS.vertices:
        raise SheetError(f"the table has {corners} corners, more than {LIMITS.vertices}")
    return FeatureFile(sheet.form, tuple(rows), shapes[: len(rows)], None, False, tuple(warnings))


def outline_of(text: str) -> BaseGeometry:
    """A polygon of WKT, or of pairs of numbers in any of the ways people part them; latitude first is turned round.

    Raises ValueError. Only polygons are parsed: collections may nest without end.
    """
    if _WKT.match(text):
        try:
            return shapely.force_2d(shapely.from_wkt(text))
        except GEOSException as error:
            raise ValueError(f"its outline is no WKT: {str(error)[:120]}") from None
    numbers = [float(one) for one in _NUMBER.findall(text)]
    if not _BETWEEN.match(_NUMBER.sub("", text)):
        raise ValueError("its outline is neither WKT nor a ring of coordinates")
    if len(numbers) % 2 or len(numbers) < 6:
        raise ValueError(f"its outline has {len(numbers)} numbers; pairs of at least three corners are needed")
    pairs = np.array(numbers).reshape(-1, 2)
    # In China no latitude is above 54 and no longitude below 73.
    if (pairs[:, 0] < 60).all() and (pairs[:, 1] > 60).all() and (pairs[:, 1] <= 180).all():
        pairs = pairs[:, ::-1]
    return Polygon(pairs)
