"""The report on video quality as files people pass on: a page to print, a workbook, a table."""

import base64
import csv
import io
from collections.abc import Callable
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from incidents.quality import FAULTS
from incidents.quality_report import AreaReport, QualityReport, ReportItem
from vision.quality.fault import NAMES, Fault

MOST_PICTURES = 200
"""On the printed page: 200 pairs are some 15 MB."""
AREA_HEAD = ("区域 Area", "相机 Cameras", "完好 Well", "完好率 Well %", "异常 Affected", "在线率 Online %")
ITEM_HEAD = (
    "区域 Area",
    "相机 Camera",
    "编号 Id",
    "故障 Fault",
    "开始 Began",
    "结束 Ended",
    "时长(分) Minutes",
)
PictureOf = Callable[[str, str], Path | None]
"""By the episode's id and `picture` or `healthy`: the JPEG's file, None where there is none."""


def fault_name(fault: str) -> str:
    zh, en = NAMES[Fault(fault)]
    return f"{zh} {en}"


def as_xlsx(report: QualityReport, zone: ZoneInfo) -> bytes:
    book = Workbook()
    summary, details = book.active, book.create_sheet("故障 Faults")
    summary.title = "汇总 Summary"
    for sheet, rows in ((summary, _area_rows(report)), (details, _item_rows(report, zone))):
        for number, row in enumerate(rows):
            sheet.append([_cell(value) for value in row])
            if not number:
                for cell in sheet[1]:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        for column, width in zip("ABCDEFGHIJKLMNOP", [22, *[16] * 15], strict=True):
            sheet.column_dimensions[column].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(report: QualityReport, zone: ZoneInfo) -> bytes:
    """The faults, one a row; with the byte order mark by which spreadsheet programs know UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(value) for value in row] for row in _item_rows(report, zone))
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Text a spreadsheet would run as a formula is set in text for good."""
    if not isinstance(value, str):
        return value
    plain = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@", "\t") else plain


def _area_rows(report: QualityReport) -> list[list[Any]]:
    rows: list[list[Any]] = [[*AREA_HEAD, *(fault_name(fault) for fault in FAULTS)]]
    for one in (report.total, *report.areas):
        rows.append([*_area_values(one), *(one.faults.get(fault, 0) for fault in FAULTS)])
    return rows


def _area_values(one: AreaReport) -> list[Any]:
    name = f"{one.area_name} {one.area}".strip() or "合计 Total"
    return [name, one.cameras, one.well, _percent(one.well_share), one.affected, _percent(one.online_share)]


def _percent(share: float) -> float:
    return round(share * 100, 2)


def _item_rows(report: QualityReport, zone: ZoneInfo) -> list[list[Any]]:
    return [list(ITEM_HEAD), *(_item_values(item, zone) for item in report.items)]


def _item_values(item: ReportItem, zone: ZoneInfo) -> list[Any]:
    episode = item.episode
    return [
        item.area_name or item.camera.area,
        item.camera.name,
        item.camera.id,
        fault_name(episode.fault),
        _time(episode.began_at, zone),
        _time(episode.ended_at, zone) if episode.ended_at is not None else "",
        round(item.seconds / 60, 1),
    ]


def _time(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


_STYLE = """
body{font:13px/1.5 "Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei",sans-serif;margin:24px;color:#111}
h1{font-size:20px;margin:0 0 4px}p{margin:0 0 16px;color:#444}
table{border-collapse:collapse;width:100%;margin:0 0 24px}th,td{border:1px solid #999;padding:3px 6px;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}thead{background:#eee}
.fault{display:grid;grid-template-columns:1fr 1fr;gap:6px;border-top:1px solid #999;padding:8px 0;break-inside:avoid}
.fault h2{font-size:14px;margin:0;grid-column:1/3}.fault img{width:100%}.fault figure{margin:0}
figcaption{color:#444}@media print{body{margin:0}}
"""


def as_html(report: QualityReport, town: str, zone: ZoneInfo, picture_of: PictureOf) -> str:
    """One file with its pictures inside, to be printed or sent on."""
    made = _time(report.until, zone)
    title = f"{escape(town)} 视频质量诊断日报 Video quality report {report.day}"
    parts = [
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>截至 until {made}</p>",
        _html_table(_area_rows(report)),
    ]
    left = MOST_PICTURES
    for item in report.items:
        pictures = [picture_of(item.episode.id, which) for which in ("picture", "healthy")] if left > 0 else []
        left -= any(pictures)
        parts.append(_html_item(item, zone, pictures))
    if not report.items:
        parts.append("<p>当日无故障 No faults on this day</p>")
    return "".join(parts)


def _html_table(rows: list[list[Any]]) -> str:
    head = "".join(f"<th>{escape(str(value))}</th>" for value in rows[0])
    body = "".join("<tr>" + "".join(_html_cell(value) for value in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_cell(value: Any) -> str:
    return f'<td class="n">{value}</td>' if isinstance(value, int | float) else f"<td>{escape(str(value))}</td>"


def _html_item(item: ReportItem, zone: ZoneInfo, pictures: list[Path | None]) -> str:
    area, name, camera_id, fault, began, ended, minutes = (escape(str(one)) for one in _item_values(item, zone))
    head = f"<h2>{fault} · {name} ({camera_id}) · {area}</h2>"
    when = f"<div>{began} – {ended or '持续 going on'} · {minutes} min</div><div></div>"
    captions = ("故障时 with the fault", "正常时 when well")
    shown = [_html_picture(path, caption) for path, caption in zip(pictures, captions, strict=False) if path]
    return f'<section class="fault">{head}{when}{"".join(shown)}</section>'


def _html_picture(path: Path, caption: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    image = f'<img alt="{caption}" src="data:image/jpeg;base64,{data}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
