"""The estate as a table that can be mended in a spreadsheet and imported again. No password is ever in it."""

import csv
import io
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from openpyxl import Workbook
from openpyxl.styles import Font

from config.cameras import Camera, CamerasFile

HEADINGS = (
    "编号", "名称", "英文名称", "村", "IP地址", "子码流", "主码流", "账号", "经度", "纬度", "高度", "国标编码", "启用",
)  # fmt: skip
"""Each is a heading the import knows. Coordinates are WGS 84."""
_WIDTHS = (22, 32, 28, 16, 16, 56, 56, 14, 14, 14, 8, 24, 8)
Cell = str | float | None


def rows_of(file: CamerasFile, area_names: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    """One row a camera, in the order of HEADINGS; an area without a name in `area_names` is told by its code."""
    for camera in file.cameras:
        username = file.credentials[camera.credentials].username if camera.credentials else None
        yield tuple(map(tamed, _row(camera, username, area_names)))


def _row(camera: Camera, username: str | None, area_names: Mapping[str, str]) -> tuple[Cell, ...]:
    at, main = camera.position, camera.streams.main
    return (
        camera.id, camera.name, camera.name_en, area_names.get(camera.area, camera.area),
        urlsplit(camera.streams.sub.url).hostname, camera.streams.sub.url, main.url if main else None, username,
        at.lon if at else None, at.lat if at else None, at.height_m if at else None,
        camera.national_code, "是" if camera.enabled else "否",
    )  # fmt: skip


def tamed(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula is marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_csv(file: CamerasFile, area_names: Mapping[str, str]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for row in rows_of(file, area_names):
        # Codes are quoted as text: a spreadsheet would make 20 digits a number and lose their end.
        writer.writerow(["" if cell is None else cell for cell in row[:11]] + [_text_code(row[11]), row[12]])
    return text.getvalue().encode("utf-8-sig")


def _text_code(cell: Cell) -> str:
    return f"'{cell}" if cell else ""


def as_xlsx(file: CamerasFile, area_names: Mapping[str, str]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "cameras"
    sheet.append(HEADINGS)
    for row in rows_of(file, area_names):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJKLM"[column]].width = width
    sheet.freeze_panes = "C2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
