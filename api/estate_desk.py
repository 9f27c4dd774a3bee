"""The estate over HTTP: tables wait here between their preview and being applied; one check runs at a time."""

import asyncio
import os
import random
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from config.accounts import account_of, device_account_of
from config.load import read_cameras
from config.problem import ConfigError
from config.vault import VaultProblem
from config.yaml_edit import YamlEditError
from estate.apply import Applied, ApplyError, apply_plan
from estate.asking import ask_devices
from estate.check import Checked, Checking, check_estate
from estate.plan import Options, Plan, digest_of, plan_import
from estate.sheet import SheetError
from estate.town_ground import load_ground
from gis.files import GeographyError
from incidents.errors import Conflict, Invalid, NotFound
from ingest.opening import Door
from ingest.rtsp.address import parse_networks
from runtime.clock import Clock

MAX_PLANS = 4
PLAN_SECONDS = 1800.0
_STALE = (ApplyError, YamlEditError, VaultProblem, ConfigError, GeographyError)


@dataclass(slots=True)
class CheckRun:
    """One check. `ended_at` is None while it runs."""

    total: int
    started_at: float
    ended_at: float | None = None
    checked: list[Checked] = field(default_factory=list)
    task: asyncio.Task[None] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    account_id: str
    plan: Plan = field(repr=False)
    made_at: float


class EstateDesk:
    """Plans hold passwords: they stay in memory, belong to who made them, and are forgotten after half an hour."""

    def __init__(self) -> None:
        self._plans: dict[str, _Kept] = {}
        self._run: CheckRun | None = None
        self._checked: dict[str, tuple[float, Checked]] = {}

    async def preview(
        self, config: Path, data: bytes, options: Options, probe: bool, account_id: str, clock: Clock
    ) -> tuple[str, Plan]:
        """A plan and its id. Raises Invalid where the table is at fault, Conflict where the configuration is."""
        try:
            plan = await asyncio.to_thread(_planned, config, data, options)
            if probe:
                door = Door(parse_networks(plan.base.allowed_networks), random.Random())
                answers = await ask_devices(plan, door, clock, os.environ, config.parent)
                plan = await asyncio.to_thread(_planned, config, data, options, answers)
        except SheetError as problem:
            raise Invalid(str(problem), "file", problem.zh) from problem
        except _STALE as problem:
            raise refused(problem) from problem
        return self.keep(plan, account_id, clock), plan

    def keep(self, plan: Plan, account_id: str, clock: Clock) -> str:
        """An id to apply the plan by."""
        self._forget(clock.now())
        while len(self._plans) >= MAX_PLANS:
            del self._plans[next(iter(self._plans))]
        plan_id = secrets.token_urlsafe(12)
        self._plans[plan_id] = _Kept(account_id, plan, clock.now())
        return plan_id

    async def apply(self, config: Path, plan_id: str, leave_out_faulty: bool, account_id: str, clock: Clock) -> Applied:
        """Raises NotFound, Conflict. A plan is applied once."""
        self._forget(clock.now())
        kept = self._plans.get(plan_id)
        if kept is None or kept.account_id != account_id:
            raise NotFound(
                "there is no such preview; it is kept for half an hour", zh="预览已失效（保留半小时），请重新预览"
            )
        if kept.plan.faulty and not leave_out_faulty:
            raise Conflict(
                f"{kept.plan.faulty} rows have errors; say leave_out_faulty to add the others",
                zh=f"{kept.plan.faulty} 行有错误；确认不导入这些行后再写入",
            )
        del self._plans[plan_id]
        try:
            return await asyncio.to_thread(apply_plan, kept.plan, config, os.environ, clock)
        except _STALE as problem:
            raise refused(problem) from problem

    def start_check(self, config: Path, clock: Clock, only: Collection[str] | None = None) -> CheckRun:
        """Of every camera that is switched on, or of `only` those. Raises Conflict while one runs, and where
        cameras.yaml has problems."""
        if self._run is not None and self._run.ended_at is None:
            raise Conflict("a check is running", zh="正在检测，请等它结束或先停止")
        try:
            file = read_cameras(config).file
        except ConfigError as problem:
            raise Conflict(str(problem)) from problem
        cameras = [camera for camera in file.cameras if camera.enabled and (only is None or camera.id in only)]
        checking = Checking(
            lambda camera: account_of(camera, file, os.environ, config.parent),
            lambda camera: device_account_of(camera, file, os.environ, config.parent),
            file.defaults,
            Door(parse_networks(file.allowed_networks), random.Random()),
            clock,
        )
        run = self._run = CheckRun(len(cameras), clock.now())

        async def check() -> None:
            try:
                async for one in check_estate(cameras, checking):
                    run.checked.append(one)
                    self._checked[one.camera.id] = (clock.now(), one)
            finally:
                run.ended_at = clock.now()

        run.task = asyncio.create_task(check(), name="check of the estate")
        return run

    @property
    def last_check(self) -> CheckRun | None:
        """The one that runs, or the last one."""
        return self._run

    def newest(self, camera_id: str) -> tuple[float, Checked] | None:
        """What the last check of a camera found, and when; None where it was not looked at since the start."""
        return self._checked.get(camera_id)

    async def stop(self) -> None:
        """Ends a check that runs; every camera is told TEARDOWN."""
        task = self._run.task if self._run is not None else None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})

    def _forget(self, now: float) -> None:
        self._plans = {name: kept for name, kept in self._plans.items() if now - kept.made_at < PLAN_SECONDS}


def refused(problem: Exception) -> Conflict:
    """What stands against a change of cameras.yaml or the vault, as it is answered."""
    return Conflict(str(problem), zh=getattr(problem, "zh", ""))


def _planned(config: Path, data: bytes, options: Options, answers: dict | None = None) -> Plan:  # type: ignore[type-arg]
    digest = digest_of(config)
    file = read_cameras(config).file
    if options.credentials and options.credentials not in file.credentials:
        raise Invalid(f"cameras.yaml has no credentials named {options.credentials}", "credentials", "没有这个账号")
    ground = load_ground(file, config.parent)
    return plan_import(data, file, digest, ground, options, os.environ, config.parent, answers)
