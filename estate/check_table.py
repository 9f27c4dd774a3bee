"""What a check found, as a table for a terminal."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from estate.check import Checked
from estate.findings import size_of
from estate.watching import Watched

_HEADINGS = ("camera", "name", "sub", "main", "clock", "")
_MARKS = {"error": "✗", "warning": "!", "good": "✓"}
_LONGEST_NAME = 24


def table_of(checked: Sequence[Checked]) -> list[str]:
    """A line a camera, what is wrong below it, and the sums at the end."""
    rows = [_row(one) for one in checked]
    heading, *shown = aligned([_HEADINGS, *rows])
    lines = [heading]
    for one, line in zip(checked, shown, strict=True):
        lines.append(line)
        lines += [f"    {_MARKS[found.level]} {found.en}" for found in one.findings]
    verdicts = Counter(one.verdict for one in checked)
    codes = Counter(found.code.value for one in checked for found in one.findings)
    lines.append(f"{len(checked)} cameras: {verdicts['good']} good, {verdicts['warning']} with warnings, "
                 f"{verdicts['error']} that do not play")  # fmt: skip
    lines += [f"  {count:5d}  {code}" for code, count in codes.most_common()]
    return lines


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells under one another, a line a row."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [_line(row, widths) for row in rows]


def _row(one: Checked) -> tuple[str, ...]:
    offset = one.device.clock_offset_s if one.device is not None else None
    clock = "" if offset is None else f"{offset:+.1f} s"
    name = one.camera.name
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return one.camera.id, short, _stream(one.sub), _stream(one.main), clock, _MARKS[one.verdict]


def _stream(stream: Watched | None) -> str:
    if stream is None:
        return ""
    if stream.outcome != "plays":
        return stream.outcome
    apart = f" {max(stream.gops):.1f} s" if stream.gops else ""
    return f"{stream.codec} {size_of(stream)}{apart}"


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    """In columns of a terminal, where Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
