"""The town's map as it is in force: the edition of the grids that holds today, and what else of it can change."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from api.camera_directory import CameraDirectory
from api.grid_shelf import GridShelf
from api.running_estate import RunningEstate
from api.town_files import grid_areas, today_in
from api.town_map import TownMap
from config.cameras import CamerasFile
from gis.grid_editions import Edition
from gis.grids import GridMap
from incidents import queries
from incidents.areas import Area
from incidents.errors import IncidentError
from incidents.rights import EVERYWHERE
from incidents.service import Incidents
from incidents.text import Text
from incidents.views import AreaView
from runtime.clock import Clock

logger = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""So often the index of editions is read: the console writes it, too."""
AHEAD_SECONDS = 900.0
"""So long before midnight tomorrow's edition is loaded, so that it holds from the first second."""
GRIDS = "grids"
Follower = Callable[[TownMap, frozenset[str]], None]
"""Told the map as it is now, and what of it is another: `grids`, or a layer. Must return at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: names of the parts that are others in `town_map`. `edition`: of the grids."""

    town_map: TownMap
    what: frozenset[str]
    edition: Edition


class TownInForce:
    """`followers` are told in their order, when store and directory know the new areas. `problem` says why the edition
    that should hold today does not; None where it does."""

    def __init__(
        self,
        town_map: TownMap,
        config: CamerasFile,
        shelf: GridShelf,
        incidents: Incidents,
        cameras: CameraDirectory,
        estate: RunningEstate,
        clock: Clock,
    ) -> None:
        self.map = town_map
        self.followers: list[Follower] = []
        self.problem: Text | None = None
        self._config, self._shelf, self._clock = config, shelf, clock
        self._incidents, self._cameras, self._estate = incidents, cameras, estate
        self._task: asyncio.Task[None] | None = None
        self.edition = town_map.edition or shelf.all[0]
        shelf.put(self.edition, town_map.grids)

    @property
    def today(self) -> date:
        """By the town's clock."""
        return today_in(self._config, self._clock.now())

    def start(self) -> None:
        if self._shelf.has_files:
            self._task = asyncio.create_task(self._watch(), name="editions of the grids")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def settle(self) -> None:
        """Puts the edition in force that holds today; nothing where it is. Raises Conflict, Invalid, and the grids stay
        as they are then."""
        async with self._estate.alone:
            edition = (await asyncio.to_thread(self._shelf.held, self.today, self.today))[0]
            if edition == self.edition:
                self.problem = None
                return
            layer = await asyncio.to_thread(self._shelf.layer, (edition,))
            made = replace(self.map, grids=layer.grids, edition=edition).bounded(self._config.town.area)
            await self._take(Change(made, frozenset({GRIDS}), edition))
            self.problem = None
        since = edition.first_day or "the beginning"
        logger.info("the %d grids of the edition from %s on are in force", len(layer.grids.grids), since)

    async def change(self, make: Callable[[TownMap], TownMap], what: frozenset[str]) -> None:
        """`make`, called in a thread, gives the map with other layers. Raises what it raises."""
        async with self._estate.alone:
            made = await asyncio.to_thread(make, self.map)
            await self._take(Change(made, what, self.edition))

    async def _take(self, change: Change) -> None:
        made = change.town_map
        if GRIDS in change.what:
            # First of all the store: a case is filed in no grid that it does not know.
            await asyncio.to_thread(self._load_areas, made.grids)
        areas = await asyncio.to_thread(self._areas)
        known = await asyncio.to_thread(partial(self._cameras.prepare_town, areas, made))
        # From here on nothing waits: nobody sees half of it.
        self._cameras.adopt(known)
        self._incidents.town = replace(self._incidents.town, locator=made.grids)
        self.map, self.edition = made, change.edition
        for follower in self.followers:
            follower(made, change.what)

    def _areas(self) -> list[AreaView]:
        with self._incidents.store.read() as connection:
            return list(queries.list_areas(connection, EVERYWHERE))

    def _load_areas(self, grids: GridMap) -> None:
        """The areas there are, with these as their grids; those that are gone stay, since cases lie in them."""
        above = [Area(one.code, one.parent, one.level, one.name, one.name_en)
                 for one in self._areas() if one.level != "grid"]  # fmt: skip
        self._incidents.load_areas([*above, *grid_areas(grids, {one.code for one in above}, self._config.town.area)])

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(min(LOOK_SECONDS, max(0.05, self.next_midnight - self._clock.now())))
            try:
                await self.settle()
                await self._look_ahead()
            except (IncidentError, SQLAlchemyError, OSError) as problem:
                told = str(problem)
                if self.problem is None or self.problem.en != told:
                    logger.error("the grids stay those of %s: %s", self.edition.first_day or "the beginning", problem)
                self.problem = Text(problem.zh or told if isinstance(problem, IncidentError) else told, told)

    @property
    def next_midnight(self) -> float:
        """When the next day begins."""
        zone = ZoneInfo(self._config.town.timezone)
        return datetime.combine(self.today + timedelta(days=1), datetime.min.time(), zone).timestamp()

    async def _look_ahead(self) -> None:
        if self.next_midnight - self._clock.now() > AHEAD_SECONDS:
            return
        tomorrow = self.today + timedelta(days=1)
        coming = (await asyncio.to_thread(self._shelf.held, tomorrow, tomorrow))[0]
        if coming != self.edition:
            await asyncio.to_thread(self._shelf.layer, (coming,))
