"""The tree of areas that rights are given on: loaded from configuration, grids as its leaves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from incidents.errors import Invalid
from incidents.store.schema import areas

LEVELS = ("city", "district", "town", "village", "grid")
MOST_ASKED = 3
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Area:
    """As given by configuration. A grid's parent is its village (or town)."""

    code: str
    parent: str | None
    level: str
    name: str
    name_en: str = ""


# Built once: to build it costs more than to ask it, and every case that is filed asks.
_BY_CODE = select(areas).where(or_(*(areas.c.code == bindparam(f"code_{n}") for n in range(MOST_ASKED))))


def known_areas(connection: Connection, codes: Sequence[str]) -> dict[str, Row[Any]]:
    """Rows of `areas` by code, of MOST_ASKED codes at the most; one the store does not know is left out."""
    asked = {f"code_{n}": codes[n] if n < len(codes) else "" for n in range(MOST_ASKED)}
    return {row.code: row for row in connection.execute(_BY_CODE, asked)}


def load_areas(connection: Connection, given: Iterable[Area]) -> None:
    """Adds new areas and renames or moves known ones; one no longer given stays, since cases lie in it.

    Raises Invalid for a bad code, a missing parent, or a ring.
    """
    by_code: dict[str, Area] = {}
    for area in given:
        if not _CODE.match(area.code):
            raise Invalid(f"area code {area.code!r}: letters, digits, dot, hyphen and underscore only", "code")
        if area.code in by_code:
            raise Invalid(f"area {area.code} is given twice", "code")
        if area.level not in LEVELS:
            raise Invalid(f"area {area.code}: level must be one of {', '.join(LEVELS)}", "level")
        by_code[area.code] = area
    paths = {code: _path(code, by_code) for code in by_code}
    known = {row.code: row for row in connection.execute(select(areas))}
    for code in sorted(by_code, key=lambda code: paths[code].count("/")):
        area = by_code[code]
        values = {
            "parent": area.parent,
            "level": area.level,
            "name": area.name,
            "name_en": area.name_en,
            "path": paths[code],
        }
        if code in known:
            if values == {name: getattr(known[code], name) for name in values}:
                continue
            connection.execute(update(areas).where(areas.c.code == code).values(**values))
        else:
            connection.execute(insert(areas).values(code=code, **values))


def _path(code: str, by_code: dict[str, Area]) -> str:
    parts: list[str] = []
    at: str | None = code
    while at is not None:
        if at in parts:
            raise Invalid(f"area {code} lies in itself", "parent")
        if at not in by_code:
            raise Invalid(f"area {parts[-1]}: its parent {at} is not given", "parent")
        parts.append(at)
        at = by_code[at].parent
    return "/" + "/".join(reversed(parts)) + "/"
