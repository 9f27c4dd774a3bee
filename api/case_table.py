"""Cases as a table people open in a spreadsheet: rows as they are read, so that millions need no memory."""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from api.spreadsheet import FORMULA as FORMULA
from api.spreadsheet import csv_pieces, moment, xlsx_pieces
from incidents.views import CaseView

MOST_IN_WORKBOOK = 100_000
HEAD = (
    "编号 Number", "状态 State", "类别 Class", "名称 Name", "Name in English", "级别 Level", "来源 Source", "区域 Area",
    "网格 Grid", "地点 Place", "经度 Longitude", "纬度 Latitude", "立案 Opened", "期限 Deadline", "结案 Closed",
    "结果 Resolution", "处置人 Holder", "返工 Reworks",
)  # fmt: skip
STATES = {
    "review": "待审核", "filed": "已立案", "assigned": "已派遣", "accepted": "已接单", "arrived": "已到场",
    "handled": "已处置", "closed": "已结案", "invalid": "已作废",
}  # fmt: skip


def as_csv(cases: Iterable[CaseView], zone: ZoneInfo) -> Iterator[bytes]:
    return csv_pieces(HEAD, (_row(case, zone) for case in cases))


def as_xlsx(cases: Iterable[CaseView], zone: ZoneInfo) -> Iterator[bytes]:
    """Raises Invalid for more rows than MOST_IN_WORKBOOK, before anything is yielded."""
    return xlsx_pieces("案件 Cases", HEAD, (_row(case, zone) for case in cases), MOST_IN_WORKBOOK)


def _row(case: CaseView, zone: ZoneInfo) -> list[Any]:
    return [
        case.number, f"{STATES.get(case.state, '')} {case.state}".strip(), case.case_class, case.title.zh,
        case.title.en, case.level, case.source, case.area_name, case.grid_name, case.address, case.lon, case.lat,
        moment(case.opened_at, zone), moment(case.deadline_at, zone), moment(case.closed_at, zone), case.resolution,
        case.assignee.name if case.assignee else None, case.reworks,
    ]  # fmt: skip
