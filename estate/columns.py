"""Which column of a table is what: headings as townships write them, in Chinese or English, in any order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estate.sheet import Line, Sheet, SheetError

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "设备编号", "摄像机编号", "点位编号", "监控编号", "id", "camera id", "no"),
    "name": ("名称", "点位名称", "监控点名称", "监控点位名称", "摄像机名称", "摄像头名称", "设备名称", "监控名称",
             "通道名称", "点位", "监控点", "监控点位", "name", "camera name", "camera"),
    "name_en": ("英文名称", "英文名", "english name", "name en"),
    "ip": ("ip", "ip地址", "设备ip", "设备ip地址", "摄像机ip", "摄像头ip", "ipv4", "网络地址", "ip address",
           "address ip", "host", "nvrip", "录像机ip"),
    "port": ("端口", "端口号", "设备端口", "port"),
    "rtsp_port": ("rtsp端口", "rtsp port", "视频端口"),
    "http_port": ("http端口", "web端口", "onvif端口", "http port", "onvif port"),
    "channel": ("通道", "通道号", "视频通道", "通道编号", "channel", "channel number", "ch"),
    "brand": ("品牌", "厂商", "厂家", "设备品牌", "设备厂商", "生产厂家", "制造商", "brand", "vendor", "manufacturer",
              "maker", "make"),
    "model": ("型号", "设备型号", "规格型号", "摄像机型号", "model"),
    "username": ("账号", "帐号", "用户名", "用户", "登录名", "登录账号", "登录用户名", "账户", "user", "username",
                 "user name", "account", "login"),
    "password": ("密码", "登录密码", "登陆密码", "设备密码", "口令", "password", "pass", "pwd"),
    "place": ("地点", "位置", "安装位置", "安装地点", "安装地址", "地址", "详细地址", "详细位置", "具体位置", "place",
              "location", "address", "site"),
    "lon": ("经度", "longitude", "lon", "lng", "long", "x", "x坐标", "坐标x", "东经", "横坐标"),
    "lat": ("纬度", "latitude", "lat", "y", "y坐标", "坐标y", "北纬", "纵坐标"),
    "lonlat": ("经纬度", "坐标", "经纬度坐标", "gps坐标", "gps", "coordinates", "position", "lon lat", "location gps"),
    "village": ("村", "所属村", "村社", "村(社区)", "行政村", "所属行政村", "社区", "所属社区", "村居", "所属村社",
                "所属区域", "区域", "所属村居", "village", "area", "community"),
    "national_code": ("国标编码", "国标编号", "国标id", "国标码", "设备国标编码", "通道国标编码", "gb28181编码",
                      "gb28181", "gb/t28181", "national code", "gb code"),
    "main_url": ("主码流", "主码流地址", "主码流rtsp", "rtsp主码流", "rtsp地址", "rtsp", "视频流地址", "取流地址",
                 "流地址", "main stream", "main url", "rtsp url", "stream", "stream url", "url"),
    "sub_url": ("子码流", "子码流地址", "子码流rtsp", "rtsp子码流", "辅码流", "辅码流地址", "sub stream", "sub url",
                "substream"),
    "height": ("高度", "安装高度", "杆高", "立杆高度", "高度(米)", "height", "height m", "mounting height"),
    "enabled": ("是否启用", "启用", "状态", "设备状态", "enabled", "status", "in use"),
}  # fmt: skip
_SYSTEM_WORDS = {"gcj": "gcj02", "火星": "gcj02", "高德": "gcj02", "腾讯": "gcj02", "bd09": "bd09", "bd-09": "bd09",
                 "百度": "bd09", "wgs": "wgs84", "gps": "wgs84", "2000": "cgcs2000"}  # fmt: skip
_BY_HEADING = {heading.replace(" ", ""): field for field, headings in HEADINGS.items() for heading in headings}
_LONGEST_FIRST = sorted((h for h in _BY_HEADING if len(h) >= 2 and not h.isascii()), key=len, reverse=True)
_BEFORE_HEADINGS = 10
"""Rows looked at for the headings: above them stands a title, a date, a remark."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields stand. `headings` are the words of the table; `system` what they say of coordinates, or ""."""

    heading_row: int
    at: Mapping[str, int]
    headings: tuple[str, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]
    system: str

    def heading(self, field: str) -> str:
        """The table's word for a field; the field's own name where the table has no such column."""
        return self.headings[self.at[field]] if field in self.at else field

    def value(self, line: Line, field: str) -> str:
        """The cell, "" where there is none."""
        index = self.at.get(field, len(line.cells))
        return line.cells[index] if index < len(line.cells) else ""


@dataclass(frozen=True, slots=True)
class Table:
    sheet: Sheet
    columns: Columns
    lines: tuple[Line, ...]


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The first sheet with headings that make cameras. Raises SheetError saying what headings are needed."""
    for sheet in sheets:
        best: Columns | None = None
        for line in sheet.lines[:_BEFORE_HEADINGS]:
            columns = columns_of(line)
            if best is None or len(columns.at) > len(best.at):
                best = columns
        if best is not None and "name" in best.at and best.at.keys() & {"ip", "main_url", "sub_url"}:
            below = tuple(line for line in sheet.lines if line.number > best.heading_row)
            return Table(sheet, best, below)
    seen = [cell for sheet in sheets[:1] for line in sheet.lines[:1] for cell in line.cells[:12]]
    raise SheetError(
        "no row of headings was found: a name (名称) and an IP address (IP地址) or a stream address (RTSP地址) are "
        f"needed; the first row says: {', '.join(seen) or 'nothing'}",
        f"没有找到表头：至少需要“名称”和“IP地址”（或“RTSP地址”）两列；第一行是：{'、'.join(seen) or '空行'}",
    )


def columns_of(line: Line) -> Columns:
    """What the cells of a line mean, were they headings."""
    at: dict[str, int] = {}
    unknown, repeated, system = [], [], ""
    # Exact words first, so that 备注名称 does not take the place of 名称.
    found = [(index, text, _exact(text)) for index, text in enumerate(line.cells) if text]
    for index, _, field in found:
        if field:
            at.setdefault(field, index)
    for index, text, field in found:
        field = field or _inside(text, at)
        if not field:
            unknown.append(text)
        elif at.setdefault(field, index) != index:
            repeated.append(text)
        elif field in ("lon", "lat", "lonlat"):
            system = system or next((s for word, s in _SYSTEM_WORDS.items() if word in text.lower()), "")
    return Columns(line.number, at, line.cells, tuple(unknown), tuple(repeated), system)


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊:：_\-·]", "", text).replace("（", "(").replace("）", ")").lower()


def _exact(text: str) -> str | None:
    plain = _plain(text)
    return _BY_HEADING.get(plain) or _BY_HEADING.get(re.sub(r"\(.*?\)", "", plain))


def _inside(text: str, taken: Mapping[str, int]) -> str | None:
    """By a Chinese word within the heading, the longest that counts: 一级监控点位名称."""
    plain = re.sub(r"\(.*?\)", "", _plain(text))
    return next((_BY_HEADING[word] for word in _LONGEST_FIRST if plain.endswith(word)
                 and _BY_HEADING[word] not in taken), None)  # fmt: skip
