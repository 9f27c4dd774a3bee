"""The statistics as a workbook people pass on: grids and areas ranked, the week by hours, and what was asked."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from api.area_counts import AreaCount
from api.case_statistics import CaseStatistics, in_words
from api.centre import Centre
from api.spreadsheet import cell
from incidents.case_filter import CaseFilter

GRID_HEAD = (
    "名次 Rank", "网格 Grid", "编码 Code", "村社 Village", "案件 Cases", "上期 Before", "面积 km²", "人口 People",
    "每平方公里 per km²", "每千人 per 1000", "z", "q", "判断 Finding", "Finding",
)  # fmt: skip
AREA_HEAD = (
    "级别 Level", "区域 Area", "编码 Code", "网格 Grids", "案件 Cases", "上期 Before", "面积 km²", "人口 People",
    "每平方公里 per km²", "每千人 per 1000", "热点网格 Hot grids",
)  # fmt: skip
DAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
LEVELS = {"city": "市", "district": "区县", "town": "镇街", "village": "村社"}


def statistics_book(
    centre: Centre,
    found: CaseStatistics,
    before: Mapping[str, int],
    areas: Sequence[AreaCount],
    wanted: CaseFilter,
    edition: str,
) -> bytes:
    """An .xlsx; names are set in text, never as formulas."""
    book = Workbook()
    book.remove(book.active)
    names = {one.area.code: one.area.name for one in areas}
    ranked = sorted(found.grids, key=lambda one: (-one.cases, one.grid.code))
    _sheet(book, "网格 Grids", GRID_HEAD, (
        [
            rank, one.grid.name, one.grid.code, names.get(one.grid.village, one.grid.village), one.cases,
            before.get(one.grid.code, 0), round(one.km2, 4), one.grid.population, round(one.per_km2, 2),
            _rounded(one.per_1000), _rounded(one.score.z if one.score else None),
            one.score.q if one.score else None, in_words(one).zh, in_words(one).en,
        ]
        for rank, one in enumerate(ranked, 1)
    ))  # fmt: skip
    _sheet(book, "区域 Areas", AREA_HEAD, (
        [
            f"{LEVELS.get(one.area.level, '')} {one.area.level}".strip(), one.area.name, one.area.code, one.grids,
            one.cases, one.before, round(one.km2, 4), one.population, round(one.per_km2, 2), _rounded(one.per_1000),
            one.hot,
        ]
        for one in areas
    ))  # fmt: skip
    hours = ["", *(f"{hour}:00" for hour in range(24))]
    _sheet(book, "时段 Week", hours, ([name, *day] for name, day in zip(DAYS, found.week, strict=True)))
    _sheet(book, "说明 About", ("项目 Item", "内容 Value"), _about(centre, found, wanted, edition))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(centre: Centre, found: CaseStatistics, wanted: CaseFilter, edition: str) -> Iterable[Sequence[Any]]:
    zone = centre.incidents.town.timezone
    code = wanted.case_class
    named = centre.incidents.town.case_classes.get(code) if code else None
    during = wanted.during
    yield "城镇 Town", centre.config.town.name
    for what, at in (("起 From", found.from_at), ("止 To", found.to_at), ("导出 Made", centre.clock.now())):
        yield what, datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")
    yield "类别 Class", f"{code} {named.zh if named else ''}".strip() if code else "全部 all"
    yield "级别 Level", wanted.level or "全部 all"
    yield "来源 Source", wanted.source or "全部 all"
    if during is not None:
        yield "星期 Weekday", "全部 all" if during.weekday is None else DAYS[during.weekday]
        yield "小时 Hour", "全部 all" if during.hour is None else f"{during.hour}:00"
    yield "网格版本 Edition", edition
    yield "案件 Cases", found.total
    yield "未落入网格 In no grid", found.elsewhere
    yield "结论 Finding", found.told.zh
    yield "Finding", found.told.en


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _sheet(book: Workbook, title: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(head))
    for one in sheet[1]:
        one.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([cell(value) for value in row])
    for column in "BCD":
        sheet.column_dimensions[column].width = 22
