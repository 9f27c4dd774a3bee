"""All grid workers' phones of a town."""

import asyncio
import json
import ssl
from pathlib import Path
from random import Random

import shapely

from gis.plane import Plane
from runtime.clock import Clock
from sim.phones.api import ApiAddress, PhoneApi
from sim.phones.habits import Habits
from sim.phones.phone import Phone
from sim.phones.roads import Point, RoadNetwork, on_plane
from sim.phones.roster import Worker
from sim.phones.vendors import Street

BEAT_AROUND_HOME_M = 400.0
STARTS_WITHIN_S = 10.0


def read_grids(path: Path, plane: Plane) -> dict[str, shapely.Geometry]:
    """Grid polygons in metres, by code. Raises ValueError naming the file."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return {
            str(feature["properties"]["code"]): on_plane(shapely.geometry.shape(feature["geometry"]), plane)
            for feature in features
        }
    except (ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"{path}: not a GeoJSON FeatureCollection of grids with codes: {error}") from error


def beat_of(worker: Worker, roads: RoadNetwork, grids: dict[str, shapely.Geometry]) -> list[Point]:
    """Road points of the worker's grids; around the home where no grid is known or none has a road."""
    own = [grids[code] for code in worker.grids if code in grids]
    beat = roads.nodes_within(shapely.union_all(own)) if own else []
    return beat or roads.nodes_near(roads.plane.to_metres(worker.home_lon, worker.home_lat), BEAT_AROUND_HOME_M)


class Crew:
    """`run` works until cancelled. Phones start one after another: signing in is dear for the API."""

    def __init__(
        self,
        workers: list[Worker],
        roads: RoadNetwork,
        grids: dict[str, shapely.Geometry],
        *,
        api_url: str,
        street: Street,
        clock: Clock,
        rng: Random,
        habits: Habits,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        self._clock, self._rng, self._habits = clock, rng, habits
        self._street, self._timezone = street, timezone
        self._address = ApiAddress(api_url, ssl.create_default_context() if api_url.startswith("https") else False)
        self._roads, self._grids, self._workers = roads, grids, workers

    async def run(self) -> None:
        starts_within = min(STARTS_WITHIN_S, 0.5 * len(self._workers)) / max(1.0, self._habits.speed)
        try:
            async with asyncio.TaskGroup() as tasks:
                for i, worker in enumerate(self._workers):
                    rng = Random(self._rng.getrandbits(64))
                    api = PhoneApi(self._address, worker.username, worker.password, self._clock, rng)
                    beat = beat_of(worker, self._roads, self._grids)
                    phone = Phone(
                        worker, api, self._street, self._roads, beat,
                        clock=self._clock, rng=rng, habits=self._habits, timezone=self._timezone,
                    )  # fmt: skip
                    tasks.create_task(self._start_later(phone, starts_within * i / len(self._workers)))
        finally:
            await self._street.close()

    async def _start_later(self, phone: Phone, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await phone.run()
