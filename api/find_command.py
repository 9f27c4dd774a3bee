"""`gridwatch cameras find`: who is there, by WS-Discovery and by asking every address of a range."""

import argparse
import asyncio
import json
import random
from pathlib import Path

from api.discovery_desk import Trying, accounts_for
from api.progress_bar import show_progress
from config.cameras import CamerasFile
from config.load import read_cameras
from estate.apply import ApplyError
from estate.found_report import as_data, as_table, lines_of
from estate.search import DeviceSearch, Wanted, cameras_by_host, pins_of
from incidents.errors import Invalid
from ingest.onvif.probe import addresses_in
from ingest.opening import Door
from ingest.rtsp.address import Network, parse_networks
from runtime.clock import SystemClock
from runtime.file_limit import raise_file_limit

_LOOK_SECONDS = 0.25


def cameras_find(given: argparse.Namespace) -> int:
    """Looks for devices and asks each by ONVIF what it is; --table writes those that are no camera yet."""
    config: Path = given.config.resolve()
    file = read_cameras(config).file
    networks = parse_networks(file.allowed_networks)
    if not given.range and not given.interface:
        raise ApplyError("nothing to look for: give a range such as 10.20.0.0/24, or --interface with an own address")
    try:
        addresses = tuple(dict.fromkeys(one for text in given.range for one in _addresses(text, networks)))
        wanted = Wanted(tuple(given.interface), addresses, tuple(given.port or (80,)))
        search = _search(file, config, wanted, given.credentials, networks)
    except (ValueError, Invalid) as problem:
        raise ApplyError(str(problem)) from None
    raise_file_limit()
    asyncio.run(_run(search))
    if search.problem:
        raise ApplyError(f"--interface: {search.problem}")
    known = cameras_by_host(file.cameras)
    devices = sorted(search.devices, key=lambda device: [part.zfill(3) for part in device.address.split(".")])
    if given.json:
        print(json.dumps(as_data(devices, known), ensure_ascii=False, indent=1))
    else:
        new = sum(1 for device in devices if device.address not in known)
        print("\n".join([*lines_of(devices, known), f"{len(devices)} devices, {new} of them no camera yet"]))
    if given.table is not None:
        given.table.write_bytes(as_table(devices, known))
    return 0


def _addresses(text: str, networks: tuple[Network, ...]) -> list[str]:
    try:
        return addresses_in(text, networks)
    except ValueError as rule:
        raise ValueError(f"{text}: {rule}") from None


def _search(
    file: CamerasFile, config: Path, wanted: Wanted, credentials: str, networks: tuple[Network, ...]
) -> DeviceSearch:
    accounts = accounts_for(file, Trying(credentials), config.parent)
    door, pins = Door(networks, random.Random()), pins_of(file.cameras)
    return DeviceSearch(wanted, accounts, door, SystemClock(), certificate_for=pins)


async def _run(search: DeviceSearch) -> None:
    task = asyncio.create_task(search.run())
    while not task.done():
        await asyncio.wait({task}, timeout=_LOOK_SECONDS)
        if not search.listening and search.total:
            show_progress(search.done, search.total)
    await task


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    verb = verbs.add_parser("find", parents=[where], help=cameras_find.__doc__)
    verb.add_argument("range", nargs="*", help="10.20.0.0/24, 10.20.0.5-80 or one address")
    verb.add_argument("--interface", action="append", default=[], help="own address to ask from by WS-Discovery")
    verb.add_argument("--port", action="append", type=int, help="of ONVIF in ranges; 80 if not given; may be repeated")
    verb.add_argument("--credentials", default="", help="an entry under credentials for devices that are no camera yet")
    verb.add_argument("--table", type=Path, help="CSV to write, to be filled in and imported")
    verb.add_argument("--json", action="store_true", help="everything that was learnt, as JSON")
    verb.set_defaults(run=cameras_find)
