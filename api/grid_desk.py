"""Files of grids over HTTP: they wait here between their preview and being taken."""

import asyncio
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from config.load import read_cameras
from config.problem import ConfigError
from estate.grid_plan import GridOptions, GridPlan, plan_grids
from estate.sheet import SheetError
from estate.town_ground import load_ground
from gis.feature_file import LayersFound
from gis.files import GeographyError
from gis.grid_editions import Edition, GridEditions
from gis.grids import GridMap
from incidents.errors import Conflict, Invalid, NotFound
from runtime.clock import Clock

MAX_PLANS = 2
"""A city's is 50 MB."""
PLAN_SECONDS = 1800.0
MAX_FILES = 12
SHAPEFILE = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
SentFile = tuple[str, bytes]
"""Name and content."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptPlan:
    account_id: str
    source: str
    plan: GridPlan = field(repr=False)
    made_at: float


class GridDesk:
    """Plans belong to who made them, and are forgotten after half an hour. One file is read at a time."""

    def __init__(self) -> None:
        self._plans: dict[str, KeptPlan] = {}
        self._one = asyncio.Semaphore(1)

    async def preview(
        self, config: Path, files: Sequence[SentFile], options: GridOptions, account_id: str, clock: Clock
    ) -> tuple[str, GridPlan]:
        """A plan and its id. `files`: one, or the several of a shapefile. Raises Invalid where they are at fault,
        Conflict where the configuration is."""
        name = main_file(files)
        async with self._one:
            plan = await asyncio.to_thread(_planned, config, name, files, options)
        self._forget(clock.now())
        while len(self._plans) >= MAX_PLANS:
            del self._plans[next(iter(self._plans))]
        plan_id = secrets.token_urlsafe(12)
        self._plans[plan_id] = KeptPlan(account_id, name, plan, clock.now())
        return plan_id, plan

    def kept(self, plan_id: str, account_id: str, now: float) -> KeptPlan:
        """Raises NotFound."""
        self._forget(now)
        kept = self._plans.get(plan_id)
        if kept is None or kept.account_id != account_id:
            raise NotFound(
                "there is no such preview; it is kept for half an hour", zh="预览已失效（保留半小时），请重新预览"
            )
        return kept

    async def take(self, config: Path, plan_id: str, first_day: date, who: tuple[str, str], clock: Clock) -> Edition:
        """Writes the edition; `who` is account id and name. A plan is taken once. Raises NotFound, Conflict."""
        account_id, name = who
        async with self._one:
            kept = self.kept(plan_id, account_id, clock.now())
            if kept.plan.errors or not kept.plan.system.system:
                raise Conflict(
                    f"{len(kept.plan.errors)} errors keep the file out, or its coordinate system is not known",
                    zh=f"文件有 {len(kept.plan.errors)} 处错误，或坐标系未确定，不能采用",
                )
            try:
                made = await asyncio.to_thread(_written, config, kept, first_day, name, clock.now())
            except (ValueError, ConfigError, GeographyError) as problem:
                raise Conflict(str(problem)) from problem
            self._plans.pop(plan_id, None)
            return made

    async def withdraw(self, config: Path, first_day: date) -> Edition:
        """Raises NotFound, Conflict."""
        async with self._one:
            try:
                return await asyncio.to_thread(lambda: editions_of(config).withdraw(first_day))
            except KeyError:
                raise NotFound("there is no edition from that day on", zh="没有从该日启用的网格版本") from None
            except (ConfigError, GeographyError) as problem:
                raise Conflict(str(problem)) from problem

    def _forget(self, now: float) -> None:
        self._plans = {name: kept for name, kept in self._plans.items() if now - kept.made_at < PLAN_SECONDS}


def editions_of(config: Path) -> GridEditions:
    """Raises ConfigError."""
    return GridEditions(config.parent, read_cameras(config).file.town.files.grids)


def grids_before(config: Path, day: date) -> GridMap:
    """Those that hold on that day now. Raises Conflict."""
    try:
        editions = editions_of(config)
        return editions.load(editions.of(day))
    except (ConfigError, GeographyError) as problem:
        raise Conflict(str(problem)) from problem


def main_file(files: Sequence[SentFile]) -> str:
    """Its name: of several, that of the one shapefile whose companions the others are. Raises Invalid."""
    if len(files) == 1:
        return files[0][0]
    shapes = [Path(name) for name, _ in files if name.lower().endswith(".shp")]
    if len(shapes) != 1 or any(Path(name).stem.lower().split(".")[0] != shapes[0].stem.lower().split(".")[0]
                               for name, _ in files):  # fmt: skip
        names = ", ".join(name for name, _ in files[:8])
        raise Invalid(
            f"several files are taken where they are one shapefile (.shp, .shx, .dbf, .prj of one name): {names}",
            "file",
            f"同时选择多个文件时，必须是同一个 shapefile 的 .shp、.shx、.dbf、.prj：{names}",
        )  # fmt: skip
    return shapes[0].name


def _planned(config: Path, name: str, files: Sequence[SentFile], options: GridOptions) -> GridPlan:
    try:
        ground = load_ground(read_cameras(config).file, config.parent)
    except (ConfigError, GeographyError) as problem:
        raise Conflict(str(problem)) from problem
    with tempfile.TemporaryDirectory(prefix="gridwatch-") as folder:
        path = Path(folder) / "grids"
        for sent, data in files:
            # Names are the sender's: of each only the ending is taken, and that only from a list.
            suffix = Path(sent).suffix.lower()
            if len(files) > 1 and suffix in SHAPEFILE:
                path.with_suffix(suffix).write_bytes(data)
        if len(files) > 1:
            path = path.with_suffix(".shp")
        else:
            # GDAL warns of a GeoPackage by another name; what a file is its content says.
            path = path.with_suffix(".gpkg") if files[0][1].startswith(b"SQLite") else path
            path.write_bytes(files[0][1])
        try:
            return plan_grids(path, ground, options)
        except LayersFound as problem:
            raise Invalid(f"{name}: {'; '.join(problem.problems)}", "layer") from problem
        except GeographyError as problem:
            # Without the folder it lay in, which nobody can look into.
            raise Invalid(f"{name}: {'; '.join(problem.problems)}", "file") from problem
        except SheetError as problem:
            raise Invalid(str(problem), "file", problem.zh) from problem


def _written(config: Path, kept: KeptPlan, first_day: date, name: str, now: float) -> Edition:
    editions = editions_of(config)
    return editions.add(kept.plan.grids(), first_day, kept.source, kept.plan.system.system, name, now)
