"""What is wrong with a row of the table, at which column, in Chinese and English."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Level = Literal["error", "warning"]


class Code(StrEnum):
    """Codes are part of the interface."""

    NAME_MISSING = "name_missing"
    NAME_REPEATED = "name_repeated"
    ID_UNUSABLE = "id_unusable"
    ID_REPEATED = "id_repeated"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_FOREIGN = "address_foreign"
    ADDRESS_REPEATED = "address_repeated"
    CHANNEL_INVALID = "channel_invalid"
    PORT_INVALID = "port_invalid"
    PORT_UNCLEAR = "port_unclear"
    BRAND_UNKNOWN = "brand_unknown"
    URL_INVALID = "url_invalid"
    ACCOUNT_MISSING = "account_missing"
    USERNAME_MISSING = "username_missing"
    PASSWORD_MISSING = "password_missing"
    PASSWORD_INVALID = "password_invalid"
    CODE_INVALID = "code_invalid"
    CODE_LOST_DIGITS = "code_lost_digits"
    CODE_REPEATED = "code_repeated"
    COORDINATES_MISSING = "coordinates_missing"
    COORDINATES_INVALID = "coordinates_invalid"
    COORDINATES_SWAPPED = "coordinates_swapped"
    COORDINATES_FOREIGN = "coordinates_foreign"
    OUTSIDE_TOWN = "outside_town"
    OUTSIDE_VILLAGE = "outside_village"
    VILLAGE_MISSING = "village_missing"
    VILLAGE_UNKNOWN = "village_unknown"
    VILLAGE_ASSUMED = "village_assumed"
    HEIGHT_INVALID = "height_invalid"
    ENABLED_UNCLEAR = "enabled_unclear"
    REFUSED = "refused"
    DIFFERS = "differs"
    PROBE_FAILED = "probe_failed"


_TEXTS: dict[Code, tuple[Level, str, str]] = {
    Code.NAME_MISSING: ("error", "没有名称", "has no name"),
    Code.NAME_REPEATED: ("warning", "名称与第 {other} 行相同", "has the same name as row {other}"),
    Code.ID_UNUSABLE: (
        "warning",
        "编号只能用字母、数字、- 和 _，改用 {given}",
        "is no usable id (letters, digits, - and _); {given} is taken",
    ),
    Code.ID_REPEATED: ("error", "编号与第 {other} 行相同", "has the same id as row {other}"),
    Code.ADDRESS_MISSING: ("error", "没有 IP 地址", "has no IP address"),
    Code.ADDRESS_INVALID: ("error", "不是 IP 地址：{value}", "is not an IP address: {value}"),
    Code.ADDRESS_FOREIGN: (
        "error",
        "{value} 不在允许的网段（allowed_networks）内",
        "{value} is in none of allowed_networks",
    ),
    Code.ADDRESS_REPEATED: (
        "error",
        "地址和通道与第 {other} 行相同",
        "has the same address and channel as row {other}",
    ),
    Code.CHANNEL_INVALID: ("error", "通道号应为 1 到 1024：{value}", "is not a channel from 1 to 1024: {value}"),
    Code.PORT_INVALID: ("error", "不是端口号：{value}", "is not a port: {value}"),
    Code.PORT_UNCLEAR: (
        "warning",
        "{value} 不是视频端口，未采用；请另设“RTSP端口”或“HTTP端口”列",
        "{value} is not a port of RTSP or HTTP and is not used; head the column RTSP端口 or HTTP端口",
    ),
    Code.BRAND_UNKNOWN: (
        "error",
        "品牌“{value}”没有已知的取流地址；请填写 RTSP 地址，或向设备查询（--probe）",
        "the brand '{value}' has no stream address known here; fill in one (RTSP地址), or have devices asked (--probe)",
    ),
    Code.URL_INVALID: ("error", "取流地址{value}", "the stream address {value}"),
    Code.ACCOUNT_MISSING: ("warning", "没有账号和密码", "has no account"),
    Code.USERNAME_MISSING: ("error", "有密码但没有用户名", "has a password and no user name"),
    Code.PASSWORD_MISSING: ("error", "用户 {value} 没有密码", "the user {value} has no password"),
    Code.PASSWORD_INVALID: (
        "error",
        "用户名或密码过长或含有控制字符",
        "user name or password is too long or has control characters",
    ),
    Code.CODE_INVALID: ("error", "国标编码应为 20 位数字：{value}", "is not a code of 20 digits: {value}"),
    Code.CODE_LOST_DIGITS: (
        "error",
        "表格把编码当作数字，末尾几位已丢失：{value}；请把该列设为文本后重新填写",
        "the spreadsheet took the code for a number and lost its end: {value}; make the column text and enter it again",
    ),
    Code.CODE_REPEATED: ("error", "国标编码与第 {other} 行相同", "has the same national code as row {other}"),
    Code.COORDINATES_MISSING: (
        "warning",
        "没有坐标，不会出现在地图上",
        "has no coordinates and will not be on the map",
    ),
    Code.COORDINATES_INVALID: ("error", "无法理解的坐标：{value}", "are not coordinates: {value}"),
    Code.COORDINATES_SWAPPED: (
        "warning",
        "经度和纬度颠倒，已对调",
        "longitude and latitude are exchanged; they were put right",
    ),
    Code.COORDINATES_FOREIGN: (
        "error",
        "坐标 {value} 与全表的坐标系（{system}）不符",
        "{value} is not of the table's coordinate system ({system})",
    ),
    Code.OUTSIDE_TOWN: ("error", "在镇界外 {metres} 米", "lies {metres} m outside the town"),
    Code.OUTSIDE_VILLAGE: (
        "warning",
        "位于{other}，距所填的{value} {metres} 米",
        "lies in {other}, {metres} m from {value}",
    ),
    Code.VILLAGE_MISSING: ("error", "没有所属村，也没有坐标", "has neither a village nor coordinates"),
    Code.VILLAGE_UNKNOWN: ("error", "没有叫“{value}”的村", "there is no village '{value}'"),
    Code.VILLAGE_ASSUMED: ("warning", "没有所属村，按{why}归入{given}", "names no village; {given} is taken, {why_en}"),
    Code.HEIGHT_INVALID: ("error", "高度应为 0 到 500 米：{value}", "is not a height from 0 to 500 m: {value}"),
    Code.ENABLED_UNCLEAR: (
        "warning",
        "看不懂的状态“{value}”，按启用处理",
        "'{value}' is not understood; taken as in use",
    ),
    Code.REFUSED: ("error", "{value}", "{value}"),
    Code.DIFFERS: (
        "warning",
        "与 cameras.yaml 中的 {id} 不同：{value}；更新已有摄像机（--update）时采用",
        "differs from {id} in cameras.yaml: {value}; taken over when known cameras are updated (--update)",
    ),
    Code.PROBE_FAILED: ("warning", "设备没有告知：{value_zh}", "the device was asked and did not tell: {value}"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """`row` as the spreadsheet counts; `column` is the table's own heading. An error keeps the row out."""

    row: int
    column: str
    code: Code
    level: Level
    zh: str
    en: str
    suggestion: str = ""

    def __str__(self) -> str:
        meant = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"row {self.row}, {self.column}: {self.en}{meant}"


def issue(row: int, column: str, code: Code, **words: object) -> Issue:
    """`words` fill the texts; `suggestion` among them is what was probably meant."""
    level, zh, en = _TEXTS[code]
    shown = {name: _short(str(word)) for name, word in words.items()}
    return Issue(row, column, code, level, zh.format(**shown), en.format(**shown), shown.get("suggestion", ""))


def _short(text: str) -> str:
    line = "".join(c if c.isprintable() else " " for c in text[:200])
    return line if len(line) <= 120 else line[:119] + "…"
