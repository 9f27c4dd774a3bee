"""The audit as a table people open in a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from api.case_table import FORMULA
from incidents.audit_queries import AuditRow

HEAD = (
    "序号 No.", "种类 Kind", "开始 From", "结束 To", "时长(秒) Seconds", "次数 Times", "人员 Who", "地址 Address",
    "摄像机 Camera", "摄像机名称 Camera name", "方式 How", "对象 Subject", "详情 Detail",
)  # fmt: skip
KINDS = {
    "look": "查看视频", "sign_in": "登录", "sign_in_failed": "登录失败", "sign_out": "退出", "account": "账号变更",
    "stand_in": "代班", "export": "导出", "grids": "网格更新",
    "talk_down": "喊话", "announcement": "录音", "tracks": "查看轨迹",
}  # fmt: skip
HOWS = {
    "live": "实时", "display": "大屏", "whep": "播放器", "snapshot": "截图", "replay": "回放", "clip": "片段",
    "ptz": "云台",
}  # fmt: skip


def as_csv(rows: Iterable[AuditRow], camera_names: Mapping[str, str], zone: ZoneInfo) -> bytes:
    """UTF-8 with the byte order mark by which spreadsheet programs know it; what would run as a formula is quoted."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in rows:
        writer.writerow([_plain(one) for one in _cells(row, camera_names, zone)])
    return out.getvalue().encode()


def _cells(row: AuditRow, camera_names: Mapping[str, str], zone: ZoneInfo) -> tuple[object, ...]:
    detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
    name = camera_names.get(row.camera_id or "", "")
    return (
        row.seq,
        KINDS.get(row.kind, row.kind),
        _time(row.at, zone),
        _time(row.until_at, zone),
        round(row.seconds),
        row.times,
        row.actor_name,
        row.address,
        row.camera_id or "",
        name,
        HOWS.get(row.how, row.how),
        row.subject,
        detail,
    )


def _time(at: float | None, zone: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
