"""Cases as a table people open in a spreadsheet: rows as they are read, so that millions need no memory."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from incidents.errors import Invalid
from incidents.views import CaseView

MOST_IN_WORKBOOK = 100_000
"""Rows; a workbook is made whole before the first byte of it can be sent."""
PIECE = 64 * 1024
HEAD = (
    "编号 Number", "状态 State", "类别 Class", "名称 Name", "Name in English", "级别 Level", "来源 Source", "区域 Area",
    "网格 Grid", "地点 Place", "经度 Longitude", "纬度 Latitude", "立案 Opened", "期限 Deadline", "结案 Closed",
    "结果 Resolution", "处置人 Holder", "返工 Reworks",
)  # fmt: skip
STATES = {
    "review": "待审核", "filed": "已立案", "assigned": "已派遣", "accepted": "已接单", "arrived": "已到场",
    "handled": "已处置", "closed": "已结案", "invalid": "已作废",
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(cases: Iterable[CaseView], zone: ZoneInfo) -> Iterator[bytes]:
    """UTF-8 with the byte order mark by which spreadsheet programs know it."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(HEAD)
    for case in cases:
        writer.writerow(_row(case, zone))
        if out.tell() > PIECE:
            yield _taken(out)
    yield _taken(out)


def as_xlsx(cases: Iterable[CaseView], zone: ZoneInfo) -> Iterator[bytes]:
    """Raises Invalid for more rows than MOST_IN_WORKBOOK, before anything is yielded."""
    # Counted before the book is begun: one that is broken off leaves its writer open.
    rows = [_row(case, zone) for case in islice(cases, MOST_IN_WORKBOOK + 1)]
    if len(rows) > MOST_IN_WORKBOOK:
        raise Invalid(f"more than {MOST_IN_WORKBOOK} cases: narrow the filter, or take the CSV table", "form")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("案件 Cases")
    sheet.freeze_panes = "A2"
    for row in (HEAD, *rows):
        sheet.append(row)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return written


def _row(case: CaseView, zone: ZoneInfo) -> list[Any]:
    return [
        _cell(value)
        for value in (
            case.number, f"{STATES.get(case.state, '')} {case.state}".strip(), case.case_class, case.title.zh,
            case.title.en, case.level, case.source, case.area_name, case.grid_name, case.address, case.lon, case.lat,
            _time(case.opened_at, zone), _time(case.deadline_at, zone), _time(case.closed_at, zone), case.resolution,
            case.assignee.name if case.assignee else None, case.reworks,
        )
    ]  # fmt: skip


def _cell(value: Any) -> Any:
    """Text a spreadsheet would run as a formula is set in text for good."""
    if not isinstance(value, str):
        return "" if value is None else value
    plain = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{plain}" if plain.lstrip(" ").startswith(FORMULA) else plain


def _time(at: float | None, zone: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")
