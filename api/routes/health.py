"""How the system stands."""

import asyncio
from collections import Counter
from statistics import median
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from api.camera_directory import status_of
from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.town import BaseMapHealth, BrokerHealth, Health, Sampling, SensorsHealth, SilentSensor
from incidents.rights import Caller, Permission
from ingest.state import StreamState

router = APIRouter(prefix=PREFIX, tags=["health"], responses=REFUSALS)
MOST_SILENT = 200


@runtime_checkable
class KnowsWorkers(Protocol):
    """A `Live` that can also say how its worker processes are."""

    def workers(self) -> list[dict[str, Any]]: ...


@router.get(
    "/health",
    dependencies=[requires(Permission.HEALTH_SEE)],
    summary="Cameras by state, worker processes, sampling",
    operation_id="get_health",
)
async def get_health(caller: CurrentCaller, centre: TheCentre) -> Health:
    """Counted over the cameras the caller may see; the workers are those of the whole system."""
    live, statuses = centre.live, centre.live.statuses()
    cameras = centre.cameras.visible(caller.scope(Permission.HEALTH_SEE))
    seen = [status_of(camera, statuses) for camera in cameras]
    workers = live.workers() if isinstance(live, KnowsWorkers) else []
    sampled = [one.sample_interval_s for one in seen if one.state is StreamState.LIVE and one.sample_interval_s > 0]
    return Health(
        at=centre.clock.now(),
        cameras=dict(Counter(one.state.value for one in seen)),
        workers=workers,
        keyframes=sum(one.keyframes for one in seen),
        access_units=sum(one.access_units for one in seen),
        packets_lost=sum(one.packets_lost for one in seen),
        sampling=Sampling(
            cameras=len(sampled),
            median_interval_s=median(sampled) if sampled else 0.0,
            longest_interval_s=max(sampled, default=0.0),
        ),
        spool_depth=sum(int(worker.get("spooled", 0)) for worker in workers),
        sensors=await run_in_threadpool(_sensors, caller, centre),
        brokers=[BrokerHealth.model_validate(one) for one in centre.exchange.brokers()],
        base_maps=[BaseMapHealth.model_validate(one) for one in centre.base_maps.standings()],
        pages=len(centre.pages),
        live_streams=len(centre.hub.open_streams()),
        tasks=len(asyncio.all_tasks()),
    )


def _sensors(caller: Caller, centre: Centre) -> SensorsHealth:
    heard = centre.exchange.heard_sensors(caller)
    silent = [one for one in heard if one.silent]
    return SensorsHealth(
        configured=len(heard),
        alarm=sum(one.alarm for one in heard),
        silent=len(silent),
        silent_ones=[
            SilentSensor(id=one.sensor.id, name=one.sensor.name, kind=one.sensor.kind, heard_at=one.heard_at)
            for one in sorted(silent, key=lambda one: one.heard_at or 0.0)[:MOST_SILENT]
        ],
    )
