"""Tables people open in a spreadsheet: rows as they come, so that millions need no memory."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from incidents.errors import Invalid

MOST_IN_WORKBOOK = 100_000
"""Rows; a workbook is made whole before the first byte of it can be sent."""
PIECE = 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = Sequence[Any]


def csv_pieces(head: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """UTF-8 with the byte order mark by which spreadsheet programs know it."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if out.tell() > PIECE:
            yield _taken(out)
    yield _taken(out)


def xlsx_pieces(title: str, head: Row, rows: Iterable[Row], most: int = MOST_IN_WORKBOOK) -> Iterator[bytes]:
    """Raises Invalid for more rows than `most`, before anything is yielded."""
    # Counted before the book is begun: one that is broken off leaves its writer open.
    kept = [[cell(value) for value in row] for row in islice(rows, most + 1)]
    if len(kept) > most:
        raise Invalid(f"more than {most} rows: narrow the filter, or take the CSV table", "form")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in (head, *kept):
        sheet.append(row)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def cell(value: Any) -> Any:
    """Text a spreadsheet would run as a formula is set in text for good."""
    if not isinstance(value, str):
        return "" if value is None else value
    plain = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{plain}" if plain.lstrip(" ").startswith(FORMULA) else plain


def moment(at: float | None, zone: ZoneInfo) -> str:
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def _taken(out: io.StringIO) -> bytes:
    written = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return written
