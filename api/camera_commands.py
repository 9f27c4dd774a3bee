"""`gridwatch cameras …`: the estate from a table, back into one, and checked."""

import argparse
import asyncio
import json
import os
import random
import sys
from pathlib import Path

from api import credentials_commands, find_command, reload_commands
from api.progress_bar import show_progress
from api.reload_commands import tell_running
from config.accounts import account_of, device_account_of
from config.cameras import Camera, CamerasFile
from config.load import read_cameras
from estate.apply import ApplyError, apply_plan
from estate.asking import ask_devices
from estate.check import CONCURRENCY, Checked, Checking, as_data, check_estate
from estate.check_table import table_of
from estate.export import as_csv, as_xlsx
from estate.plan import DEFAULT_HEIGHT_M, Options, Plan, digest_of, plan_import
from estate.preview import counts, preview
from estate.sheet import MAX_FILE_BYTES, SheetError
from estate.town_ground import TownGround, load_ground
from estate.watching import Patience
from gis.areas import load_areas
from gis.coordinate_systems import parse_system
from ingest.opening import Door
from ingest.rtsp.address import parse_networks
from runtime.clock import SystemClock
from runtime.file_limit import raise_file_limit


def cameras_import(given: argparse.Namespace) -> int:
    """Reads a table of cameras and shows what would come of it; with --apply, adds them to cameras.yaml."""
    config: Path = given.config.resolve()
    plan = _planned(given, config)
    if given.json:
        print(json.dumps(preview(plan), ensure_ascii=False, indent=1))
    else:
        _show(plan, given.table)
    if not given.apply:
        return 1 if plan.faulty else 0
    if plan.faulty and not given.leave_out_faulty:
        raise ApplyError(f"{plan.faulty} rows have errors; nothing was written (--leave-out-faulty adds the others)")
    done = apply_plan(plan, config, os.environ, SystemClock())
    print(f"{done.added} cameras added, {done.changed} changed; the file as it was: {done.backup}", file=sys.stderr)
    return tell_running(given.data)


def _planned(given: argparse.Namespace, config: Path) -> Plan:
    digest = digest_of(config)
    file = read_cameras(config).file
    if given.credentials and given.credentials not in file.credentials:
        raise ApplyError(f"--credentials: cameras.yaml has no credentials named {given.credentials}")
    with given.table.open("rb") as stream:
        data = stream.read(MAX_FILE_BYTES + 1)
    options = Options(given.coordinates or "", given.credentials, given.height, given.update)
    ground = load_ground(file, config.parent)

    def plan(answers: dict | None = None) -> Plan:  # type: ignore[type-arg]
        return plan_import(data, file, digest, ground, options, os.environ, config.parent, answers)

    first = plan()
    if not given.probe:
        return first
    door = Door(parse_networks(file.allowed_networks), random.Random())
    return plan(asyncio.run(ask_devices(first, door, SystemClock(), os.environ, config.parent, show_progress)))


def _show(plan: Plan, table: Path) -> None:
    columns = plan.columns
    read = ", ".join(f"{columns.heading(name)} ({name})" for name in columns.at)
    print(f"{table.name}: {plan.form}, headings in row {columns.heading_row}: {read}")
    unused = [*columns.unknown, *columns.repeated]
    if unused:
        print(f"not used: {', '.join(unused)}")
    print(f"coordinates: {plan.system.said}")
    for one in plan.issues:
        print(f"{one.level}: {one}")
    for change in plan.changes:
        print(f"change: {change.camera_id}.{'.'.join(change.path)} = {change.value}")
    for account in plan.accounts:
        print(f"account: credentials.{account.name}, user {account.username}")
    said = counts(plan)
    print(f"{said['rows']} rows: {said['new']} new, {said['known']} known already, {said['faulty']} with errors; "
          f"{said['warnings']} warnings")  # fmt: skip


def cameras_export(given: argparse.Namespace) -> int:
    """Writes all cameras into a table, .csv or .xlsx, without passwords; it can be imported again."""
    file = read_cameras(given.config).file
    tree = load_areas(given.config.resolve().parent / file.town.files.areas)
    names = {area.code: area.name for area in TownGround(tree, file.town.area).areas}
    write = {".csv": as_csv, ".xlsx": as_xlsx}.get(given.table.suffix.lower())
    if write is None:
        raise SheetError(f"{given.table}: the name must end with .csv or .xlsx")
    given.table.write_bytes(write(file, names))
    print(f"{len(file.cameras)} cameras: {given.table}")
    return 0


def cameras_check(given: argparse.Namespace) -> int:
    """Looks at every camera: reachable, codec, size, key frames, clock. Exit status 1 when one does not play."""
    config: Path = given.config.resolve()
    file = read_cameras(config).file
    wanted = set(given.camera)
    unknown = wanted - {camera.id for camera in file.cameras}
    if unknown:
        raise ApplyError(f"cameras.yaml has no camera {', '.join(sorted(unknown))}")
    cameras = [camera for camera in file.cameras if camera.enabled and (not wanted or camera.id in wanted)]
    raise_file_limit()
    checked = asyncio.run(_check(cameras, checking_of(file, config.parent, given.seconds, given.at_once)))
    order = {camera.id: number for number, camera in enumerate(cameras)}
    checked.sort(key=lambda one: order[one.camera.id])
    if given.json:
        print(json.dumps([as_data(one) for one in checked], ensure_ascii=False, indent=1))
    else:
        print("\n".join(table_of(checked)))
    return 1 if any(one.verdict == "error" for one in checked) else 0


async def _check(cameras: list[Camera], checking: Checking) -> list[Checked]:
    checked: list[Checked] = []
    async for one in check_estate(cameras, checking):
        checked.append(one)
        show_progress(len(checked), len(cameras))
    return checked


def checking_of(file: CamerasFile, base_dir: Path, seconds: float, at_once: int) -> Checking:
    """Accounts from the environment, files and the vault; connections within `allowed_networks`."""
    return Checking(
        lambda camera: account_of(camera, file, os.environ, base_dir),
        lambda camera: device_account_of(camera, file, os.environ, base_dir),
        file.defaults,
        Door(parse_networks(file.allowed_networks), random.Random()),
        SystemClock(),
        Patience(seconds=seconds),
        at_once,
    )


def add_parsers(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    """Adds `cameras` with its commands; `where` has the options --config and --data."""
    groups = verbs.add_parser("cameras", help="the estate").add_subparsers(required=True, metavar="COMMAND")
    verb = groups.add_parser("import", parents=[where], help=cameras_import.__doc__)
    verb.add_argument("table", type=Path, help="CSV or .xlsx, headings in Chinese or English (docs/estate.md)")
    verb.add_argument("--apply", action="store_true", help="write cameras.yaml and the vault")
    verb.add_argument("--leave-out-faulty", action="store_true", help="apply although some rows have errors")
    verb.add_argument("--update", action="store_true", help="change known cameras where the table differs")
    verb.add_argument("--probe", action="store_true", help="ask the devices by ONVIF where their streams are")
    verb.add_argument("--coordinates", type=coordinate_system, help="their system, instead of finding it out")
    verb.add_argument("--credentials", default="", help="an entry under credentials for rows without an account")
    verb.add_argument("--height", type=float, default=DEFAULT_HEIGHT_M, help="of lenses whose row says none, metres")
    verb.add_argument("--json", action="store_true", help="the preview as JSON")
    verb.set_defaults(run=cameras_import)
    verb = groups.add_parser("export", parents=[where], help=cameras_export.__doc__)
    verb.add_argument("table", type=Path, help="file to write: .csv or .xlsx")
    verb.set_defaults(run=cameras_export)
    verb = groups.add_parser("check", parents=[where], help=cameras_check.__doc__)
    verb.add_argument("camera", nargs="*", help="ids of cameras; without any, all that are switched on")
    verb.add_argument("--seconds", type=float, default=10.0, help="a stream is looked at so long at most")
    verb.add_argument("--at-once", type=int, default=CONCURRENCY, help="cameras looked at at the same time")
    verb.add_argument("--json", action="store_true", help="every camera with all that was found, as JSON")
    verb.set_defaults(run=cameras_check)
    find_command.add_parser(groups, where)
    reload_commands.add_parsers(groups, where)
    credentials_commands.add_parsers(groups, where)


def coordinate_system(text: str) -> str:
    """For `type=` of an option."""
    try:
        return parse_system(text)
    except ValueError as rule:
        raise argparse.ArgumentTypeError(str(rule)) from None
