"""`gridwatch grids …`: a file of grids checked, mended on request, and taken as the grids from a day on."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from api.camera_commands import coordinate_system
from api.town_files import today_in
from config.atomic_file import write_atomically
from config.load import read_cameras
from estate.apply import ApplyError
from estate.grid_plan import GridOptions, GridPlan, changes, geojson, plan_grids, preview
from estate.town_ground import load_ground
from gis.grid_editions import GridEditions
from gis.grid_problem import by_fault
from gis.tiling import GAP_WIDTH_M, SNAP_M, Closing
from runtime.clock import SystemClock


def grids_check(given: argparse.Namespace) -> int:
    """Tells what is wrong with a file of grids: where, and how large. Exit status 1 while an error keeps it out."""
    plan = planned(given)
    if given.json:
        print(json.dumps(preview(plan), ensure_ascii=False, indent=1))
    else:
        show(plan, given.file)
    if given.output is not None:
        write_atomically(given.output, json.dumps(geojson(plan), ensure_ascii=False).encode())
    return 1 if plan.errors or not plan.system.system else 0


def grids_import(given: argparse.Namespace) -> int:
    """Takes a file as the grids from a day on. Nothing is written while an error keeps it out."""
    config: Path = given.config.resolve()
    plan = planned(given)
    editions = editions_of(config)
    before = editions.load(editions.of(given.first_day))
    if given.json:
        print(json.dumps(preview(plan, before), ensure_ascii=False, indent=1))
    else:
        show(plan, given.file)
    if plan.errors or not plan.system.system:
        raise ApplyError(f"{len(plan.errors)} errors keep {given.file.name} out; nothing was written")
    try:
        made = editions.add(
            plan.grids(), given.first_day, given.file.name, plan.system.system, "console", SystemClock().now()
        )
    except ValueError as problem:
        raise ApplyError(str(problem)) from problem
    told = {what: len(codes) for what, codes in changes(plan.drafts, before).items()}
    said = f"{told['new']} new, {told['gone']} gone, {told['redrawn']} redrawn ({made.file})"
    print(f"{made.grids} grids from {made.first_day} on: {said}", file=sys.stderr)
    print("they take effect at the beginning of that day; within half a minute where it has begun", file=sys.stderr)
    return 0


def grids_list(given: argparse.Namespace) -> int:
    """Tells the editions of the grids, and which holds today."""
    config: Path = given.config.resolve()
    editions = editions_of(config)
    present = editions.of(today_in(read_cameras(config).file, SystemClock().now()))
    for one in editions.all:
        size = f"{one.grids} grids" if one.grids is not None else "the grids file of cameras.yaml"
        source = f", from {one.source} ({one.system}), taken by {one.taken_by}" if one.source else ""
        now = ", holds today" if one == present else ""
        print(f"{one.first_day or 'from the beginning'}: {size}: {one.file}{source}{now}")
    return 0


def grids_withdraw(given: argparse.Namespace) -> int:
    """Takes an edition back; its file stays, and cases keep the grid they have."""
    try:
        gone = editions_of(given.config.resolve()).withdraw(given.first_day)
    except KeyError:
        raise ApplyError(f"there is no edition from {given.first_day} on") from None
    print(f"withdrawn: {gone.file}")
    return 0


def editions_of(config: Path) -> GridEditions:
    return GridEditions(config.parent, read_cameras(config).file.town.files.grids)


def planned(given: argparse.Namespace) -> GridPlan:
    """Raises GeographyError, SheetError, ConfigError."""
    config: Path = given.config.resolve()
    ground = load_ground(read_cameras(config).file, config.parent)
    closing = Closing(given.snap, given.gap) if given.mend else None
    return plan_grids(given.file, ground, GridOptions(given.coordinates or "", given.layer, closing))


def show(plan: GridPlan, file: Path) -> None:
    """For people."""
    read = ", ".join(f"{heading} ({field})" for field, heading in plan.columns.items())
    print(f"{file.name}: {plan.form}: {read}")
    print(f"coordinates: {plan.system.said}")
    for warning in plan.warnings:
        print(f"warning: {warning}")
    for one in plan.mended:
        print(f"mended: {one}")
    for problem in sorted(plan.problems, key=lambda one: not one.is_error):
        print(f"{'error' if problem.is_error else 'warning'}: {problem}")
    faults = ", ".join(f"{times} {fault}" for fault, times in by_fault(plan.problems).items())
    said = f"{len(plan.drafts)} grids, {len(plan.errors)} errors, {len(plan.mended)} mended"
    print(f"{said}: {faults}" if faults else said)


def add_parsers(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    """Adds `grids` with its commands; `where` has the options --config and --data."""
    groups = verbs.add_parser("grids", help="the grids").add_subparsers(required=True, metavar="COMMAND")
    reading = argparse.ArgumentParser(add_help=False)
    reading.add_argument("file", type=Path, help="shapefile (.zip), GeoPackage, GeoJSON, KML, CSV, .xlsx")
    reading.add_argument("--coordinates", type=coordinate_system, help="their system, instead of finding it out")
    reading.add_argument("--layer", default="", help="of a GeoPackage with several")
    reading.add_argument("--mend", action="store_true", help="close gaps, cut overlaps, take rings apart")
    reading.add_argument("--snap", type=_metres, default=SNAP_M, help="corners this near become one, metres")
    reading.add_argument("--gap", type=_metres, default=GAP_WIDTH_M, help="gaps up to this width are filled, m")
    reading.add_argument("--json", action="store_true", help="everything as JSON")
    verb = groups.add_parser("check", parents=[where, reading], help=grids_check.__doc__)
    verb.add_argument("--output", type=Path, help="GeoJSON to write: the grids, and where something is wrong")
    verb.set_defaults(run=grids_check)
    verb = groups.add_parser("import", parents=[where, reading], help=grids_import.__doc__)
    verb.add_argument("--from", dest="first_day", type=_day, required=True, help="their first day, 2026-12-01")
    verb.set_defaults(run=grids_import)
    groups.add_parser("list", parents=[where], help=grids_list.__doc__).set_defaults(run=grids_list)
    verb = groups.add_parser("withdraw", parents=[where], help=grids_withdraw.__doc__)
    verb.add_argument("first_day", type=_day, help="first day of the edition")
    verb.set_defaults(run=grids_withdraw)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-12-01") from None


def _metres(text: str) -> float:
    try:
        metres = float(text)
    except ValueError:
        metres = -1.0
    if not 0 <= metres <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of 0 to 100 m")
    return metres
