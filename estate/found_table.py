"""Devices that were found, as a table like any other: the same plan, preview and problems come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.accounts import Account
from estate.columns import Table, columns_of
from estate.search import FoundDevice
from estate.sheet import MAX_CELL, Line, Sheet
from ingest.onvif.probe import Probed

FORM = "discovery"
HEADINGS = (
    "名称", "英文名称", "村", "IP地址", "HTTP端口", "品牌", "型号", "账号", "密码", "经度", "纬度", "高度",
)  # fmt: skip
"""Each is a heading the import knows. Coordinates are WGS 84."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A device to be taken over, and what a person said about it. `place` is (lon, lat); `area` is a code."""

    device: FoundDevice
    name: str
    name_en: str = ""
    area: str = ""
    place: tuple[float, float] | None = None
    height_m: float | None = None


def table_of_found(chosen: Sequence[Chosen], account: Account | None) -> tuple[Table, Mapping[int, Probed]]:
    """The table, its first row the headings, and what the devices told by row. `account` goes into every row."""
    heading = Line(1, HEADINGS)
    lines = tuple(_line(number, one, account) for number, one in enumerate(chosen, start=2))
    answers = {line.number: one.device.probed for line, one in zip(lines, chosen, strict=True)}
    sheet = Sheet("", FORM, (heading, *lines))
    return Table(sheet, columns_of(heading), lines), {row: told for row, told in answers.items() if told is not None}


def _line(number: int, one: Chosen, account: Account | None) -> Line:
    device = one.device
    told = device.probed.information if device.probed is not None else None
    lon, lat = (repr(value) for value in one.place) if one.place is not None else ("", "")
    cells = (
        one.name, one.name_en, one.area, device.address, str(port_of(device.url)), told.manufacturer if told else "",
        told.model if told else device.hardware, account.username if account else "",
        account.password if account else "", lon, lat, f"{one.height_m:g}" if one.height_m is not None else "",
    )  # fmt: skip
    return Line(number, tuple(cell[:MAX_CELL] for cell in cells))


def port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
