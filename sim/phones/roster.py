"""The grid workers of a town, read from `workers.csv`."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

Transport = Literal["walk", "e-bike"]
SPEED_M_S: dict[Transport, float] = {"walk": 1.4, "e-bike": 5.0}
COLUMNS = ("username", "name", "grids", "home_lon", "home_lat", "transport", "password")


class RosterError(Exception):
    """The file cannot be used; the message names file, line and rule, never a password."""


@dataclass(frozen=True, slots=True)
class Worker:
    username: str
    name: str
    grids: tuple[str, ...]
    home_lon: float
    home_lat: float
    transport: Transport
    password: str = field(repr=False)


def read_roster(path: Path) -> list[Worker]:
    """Raises RosterError; OSError when the file cannot be read."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise RosterError(f"{path}: line 1: no column {', '.join(missing)}")
        workers: dict[str, Worker] = {}
        for row in reader:
            worker = _worker(row, f"{path}: line {reader.line_num}")
            if worker.username in workers:
                raise RosterError(f"{path}: line {reader.line_num}: username {worker.username} is taken already")
            workers[worker.username] = worker
    return list(workers.values())


def _worker(row: dict[str, str | None], where: str) -> Worker:
    text = {name: (row[name] or "").strip() for name in COLUMNS}
    for name in ("username", "name", "password"):
        if not text[name]:
            raise RosterError(f"{where}: {name} is empty")
    transport = next((known for known in get_args(Transport) if known == (text["transport"] or "walk")), None)
    if transport is None:
        raise RosterError(f"{where}: transport {text['transport']!r} is neither of {', '.join(SPEED_M_S)}")
    grids = tuple(code.strip() for code in text["grids"].split(";") if code.strip())
    lon, lat = _degrees(text, "home_lon", 180, where), _degrees(text, "home_lat", 85, where)
    return Worker(text["username"], text["name"], grids, lon, lat, transport, text["password"])


def _degrees(text: dict[str, str], name: str, limit: float, where: str) -> float:
    try:
        value = float(text[name])
    except ValueError:
        raise RosterError(f"{where}: {name} {text[name]!r} is no number") from None
    if not -limit <= value <= limit:
        raise RosterError(f"{where}: {name} {value} is not between -{limit} and {limit}")
    return value
