"""Grids as a file hands them in: named by whatever headings it has, not yet checked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from shapely.geometry.base import BaseGeometry

from gis.grids import Kind

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "gridcode", "grid_code", "gridid", "bgcode", "wgbm", "wgdm", "网格编码", "网格编号", "网格代码",
             "网格码", "单元网格编码", "单元网格编号", "编码", "编号", "代码"),
    "village": ("village", "parent", "villagecode", "所属村", "所属村社", "所属社区", "所属村(社区)", "所属行政村",
                "村社", "村(社区)", "村社区", "村", "社区", "行政村", "所属区域", "上级编码", "folder"),
    "name": ("name", "gridname", "grid_name", "wgmc", "网格名称", "网格名", "单元网格名称", "名称"),
    "name_en": ("name_en", "nameen", "englishname", "英文名", "英文名称"),
    "kind": ("kind", "type", "gridtype", "wglx", "网格类型", "网格类别", "类型", "类别"),
    "population": ("population", "pop", "rks", "人口", "人口数", "常住人口", "总人口"),
}  # fmt: skip
_KINDS: Mapping[str, Kind] = {
    "居民": "residential", "住宅": "residential", "城镇": "residential", "城市": "residential", "社区": "residential",
    "小区": "residential", "普通": "residential", "基础": "residential", "农村": "rural", "村": "rural",
    "企业": "enterprise", "工业": "enterprise", "园区": "enterprise", "商业": "enterprise",
    "专属": "dedicated", "专项": "dedicated",
}  # fmt: skip
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class GridDraft:
    """`number` counts the file's features (or the rows of its table) from 1. `outline` as read, in WGS 84, perhaps
    invalid; `village` as written: a code or a name."""

    number: int
    code: str
    village: str
    name: str
    name_en: str
    kind: str
    population: int | None
    outline: BaseGeometry | None

    @property
    def label(self) -> str:
        """How a message names it."""
        return f"feature {self.number}" + (f" ({self.code})" if self.code else "")


def columns_of(headings: Iterable[str]) -> dict[str, str]:
    """Our field → the file's heading. Where two headings could be the field, the one listed first in HEADINGS."""
    plain = {_plain(heading): heading for heading in reversed(list(headings))}
    found = {}
    for field, words in HEADINGS.items():
        heading = next((plain[_plain(word)] for word in words if _plain(word) in plain), None)
        if heading is not None:
            found[field] = heading
    used = set(found.values())
    for heading in plain.values():
        # A shapefile cuts a name after ten bytes: 网格编 of 网格编码.
        meant = [field for field, words in HEADINGS.items() if any(word.startswith(heading) for word in words)]
        if heading not in used and len(heading) >= 3 and not heading.isascii() and len(meant) == 1:
            found.setdefault(meant[0], heading)
    return found


def draft_of(
    number: int, row: Mapping[str, str], columns: Mapping[str, str], outline: BaseGeometry | None
) -> GridDraft:
    """One feature as a grid; what it does not say is "", its kind `residential`, its name its code."""

    def value(field: str) -> str:
        return row.get(columns.get(field, ""), "")

    code = value("code")
    return GridDraft(number, code, value("village"), value("name") or code, value("name_en"), kind_of(value("kind")),
                     _people(value("population")), outline)  # fmt: skip


def kind_of(text: str) -> str:
    """The kind a word means, Chinese or English; the word itself where none is meant."""
    plain = text.strip().lower()
    if not plain or plain in get_args(Kind):
        return plain or "residential"
    return next((kind for word, kind in _KINDS.items() if word in plain), text)


def _people(text: str) -> int | None:
    plain = text.replace(",", "").removesuffix("人").strip()
    return int(plain) if plain.isdecimal() and len(plain) <= 7 and int(plain) <= MOST_PEOPLE else None


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊:：_\-·]", "", text).replace("（", "(").replace("）", ")").lower()
