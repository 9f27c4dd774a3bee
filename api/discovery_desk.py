"""Finding devices over HTTP: one search at a time, its figures while it runs, and what it found to be taken over."""

import asyncio
import functools
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.accounts import Account, MissingPassword, account_named
from config.cameras import CamerasFile
from config.load import read_cameras
from config.problem import ConfigError
from estate.found_table import Chosen, table_of_found
from estate.plan import Options, Plan, digest_of, plan_table
from estate.search import DeviceSearch, Wanted, cameras_by_host, pins_of
from estate.town_ground import load_ground
from gis.files import GeographyError
from incidents.errors import Conflict, Invalid
from ingest.opening import Door
from ingest.rtsp.address import parse_networks
from runtime.clock import Clock

KEEP_SECONDS = 1800.0
"""How long a password that was typed for a search is kept to be taken over with what it found."""


@dataclass(frozen=True, slots=True)
class Trying:
    """The account unknown devices are asked with: an entry under credentials, or one that was typed; neither: none."""

    credentials: str = ""
    account: Account | None = field(default=None, repr=False)


@dataclass(slots=True)
class Discovery:
    """One search. `ended_at` is None while it runs."""

    search: DeviceSearch
    trying: Trying
    account_id: str
    started_at: float
    ended_at: float | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class DiscoveryDesk:
    """Passwords that were typed stay in memory, for whoever typed them, and are forgotten after half an hour."""

    def __init__(self) -> None:
        self._last: Discovery | None = None

    def start(
        self, file: CamerasFile, base_dir: Path, wanted: Wanted, trying: Trying, account_id: str, clock: Clock
    ) -> Discovery:
        """Raises Conflict while one runs; Invalid where there is no such account."""
        if self._last is not None and self._last.ended_at is None:
            raise Conflict("a search is running", zh="正在查找，请等它结束或先停止")
        door = Door(parse_networks(file.allowed_networks), random.Random())
        accounts, pins = accounts_for(file, trying, base_dir), pins_of(file.cameras)
        search = DeviceSearch(wanted, accounts, door, clock, certificate_for=pins)
        run = self._last = Discovery(search, trying, account_id, clock.now())

        async def search_through() -> None:
            try:
                await search.run()
            finally:
                search.listening = False
                run.ended_at = clock.now()

        run.task = asyncio.create_task(search_through(), name="search for devices")
        return run

    def last(self, clock: Clock) -> Discovery | None:
        """The one that runs, or the last one."""
        run = self._last
        if run is not None and run.ended_at is not None and clock.now() - run.ended_at > KEEP_SECONDS:
            run.trying = Trying(run.trying.credentials)
        return run

    async def stop(self) -> None:
        """Ends a search that runs; what it found stays."""
        task = self._last.task if self._last is not None else None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def plan(
        self, config: Path, chosen: Sequence[Chosen], height_m: float, account_id: str, clock: Clock
    ) -> Plan:
        """What taking the chosen ones over would do, as of a table. Raises Conflict."""
        run = self.last(clock)
        if run is None:
            raise Conflict("nothing was searched for since the start", zh="启动以来还没有查找过")
        # A colleague may see what was found, and not use a password he did not type.
        account = run.trying.account if run.account_id == account_id else None
        options = Options("wgs84", run.trying.credentials, height_m)
        return await asyncio.to_thread(_planned, config, chosen, options, account)


def accounts_for(file: CamerasFile, trying: Trying, base_dir: Path) -> Callable[[str], Account | None]:
    """A device in cameras.yaml is asked with its own account: a wrong one might lock it for the wall as well."""
    given = trying.account
    if given is None and trying.credentials:
        if trying.credentials not in file.credentials:
            raise Invalid(f"cameras.yaml has no credentials named {trying.credentials}", "credentials", "没有这个账号")
        try:
            given = account_named(trying.credentials, file, os.environ, base_dir)
        except MissingPassword as problem:
            raise Invalid(str(problem), "credentials", "这个账号没有可用的密码") from problem
    known = {host: cameras[0] for host, cameras in cameras_by_host(file.cameras).items()}

    @functools.cache
    def own(name: str | None) -> Account | None:
        try:
            return account_named(name, file, os.environ, base_dir)
        except MissingPassword:
            return None

    def account_for(url: str) -> Account | None:
        camera = known.get(urlsplit(url).hostname or "")
        if camera is None:
            return given
        return own((camera.device.credentials if camera.device is not None else None) or camera.credentials)

    return account_for


def _planned(config: Path, chosen: Sequence[Chosen], options: Options, account: Account | None) -> Plan:
    digest = digest_of(config)
    file = read_estate(config)
    try:
        ground = load_ground(file, config.parent)
    except GeographyError as problem:
        raise Conflict(str(problem)) from problem
    table, answers = table_of_found(chosen, account)
    return plan_table(table, file, digest, ground, options, os.environ, config.parent, answers)


def read_estate(config: Path) -> CamerasFile:
    """cameras.yaml as it stands now. Raises Conflict where it has problems."""
    try:
        return read_cameras(config).file
    except ConfigError as problem:
        raise Conflict(str(problem)) from problem
