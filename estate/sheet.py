"""A spreadsheet as rows of text: CSV in the encodings townships use, or .xlsx. Every size is bounded."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 48 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_ROWS = 20_050
MAX_COLUMNS = 200
MAX_CELL = 2_000
MAX_SHEETS = 20
_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; what is longer has lost its end."""
_QUOTED = re.compile('"[^"]*"')
_BROKEN = (InvalidFileException, zipfile.BadZipFile, zlib.error, LxmlError, ParseError, KeyError, ValueError, TypeError,
           AttributeError, IndexError, EOFError, OverflowError, NotImplementedError, RuntimeError, OSError)  # fmt: skip
"""What openpyxl raises for files that are not what they say; the bytes are in memory, so no OSError is a disk's."""


class SheetError(Exception):
    """The file cannot be read as a table; the text says why and what to do, `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Line:
    """`number` as the spreadsheet counts rows, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`form` says how it was read: `xlsx`, or encoding and separator."""

    name: str
    form: str
    lines: tuple[Line, ...]


def read_sheets(data: bytes, max_cell: int = MAX_CELL) -> list[Sheet]:
    """All visible sheets of a workbook, or the one table of a CSV file; empty lines are left out, and of a cell what is
    beyond `max_cell` characters. Raises SheetError."""
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        raise SheetError(f"the file is larger than {limit} MB", f"文件超过 {limit} MB")
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data, max_cell)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(
            "this is an old or an encrypted Excel file (.xls); save it as .xlsx or CSV without a password",
            "这是旧版（.xls）或加密的 Excel 文件；请去掉密码，另存为 .xlsx 或 CSV",
        )
    return [_comma_separated(data, max_cell)]


def _workbook(data: bytes, max_cell: int) -> list[Sheet]:
    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:MAX_SHEETS]
        return [Sheet(str(sheet.title), "xlsx", tuple(_lines(_rows(sheet), max_cell))) for sheet in visible]
    except _BROKEN as error:
        raise SheetError(
            "the .xlsx file is damaged or not a workbook; save it anew from the spreadsheet",
            "这个 .xlsx 文件已损坏或不是工作簿；请在表格软件中重新另存",
        ) from error


def _refuse_bomb(data: bytes) -> None:
    """A member is never unpacked beyond the size it declares, so that the sum of these is a bound."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise SheetError(f"the .xlsx file unpacks to more than {MAX_UNPACKED_BYTES // 1024 // 1024} MB")
        for member in members:
            if member.filename.endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    head = stream.read(4096)
                if b"<!DOCTYPE" in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise SheetError("the .xlsx file holds XML that no spreadsheet writes")


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True):
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _EXACT:
            return f"{value:.14e}"
        return str(int(value)) if float(value).is_integer() else repr(value)
    return str(value)


def _lines(rows: Iterator[list[str]], max_cell: int) -> Iterator[Line]:
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise SheetError(f"the table has more than {MAX_ROWS} rows", f"表格超过 {MAX_ROWS} 行")
        clean = [" ".join(cell[:max_cell].replace("\u3000", " ").split()) for cell in cells[:MAX_COLUMNS]]
        while clean and not clean[-1]:
            clean.pop()
        if clean:
            # An apostrophe is how a spreadsheet is told that what follows is text.
            yield Line(number, tuple(cell.removeprefix("'") for cell in clean))


def _comma_separated(data: bytes, max_cell: int) -> Sheet:
    encoding, text = _decoded(data)
    separator = _separator(text)
    try:
        lines = tuple(_lines(iter(csv.reader(io.StringIO(text), delimiter=separator)), max_cell))
    except csv.Error as error:
        raise SheetError(f"the file is not a table of values: {error}", f"文件不是表格：{error}") from None
    shown = {"\t": "tab", ";": "semicolon"}.get(separator, "comma")
    return Sheet("", f"{encoding}, {shown}", lines)


def _decoded(data: bytes) -> tuple[str, str]:
    # UTF-16 is "Unicode text" as Excel saves it.
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for name in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return name.upper().removesuffix("-SIG"), data.decode(name)
        except UnicodeDecodeError:
            continue
    raise SheetError(
        "the text is neither UTF-8 nor GB18030; save the table as .xlsx or as CSV UTF-8",
        "文字编码既不是 UTF-8 也不是 GB18030；请另存为 .xlsx 或 CSV UTF-8",
    )


def _separator(text: str) -> str:
    """The one that parts the first lines most; what stands in quotes parts nothing."""
    head = _QUOTED.sub("", "\n".join(text.splitlines()[:20]))
    return max(",;\t", key=lambda separator: head.count(separator))
