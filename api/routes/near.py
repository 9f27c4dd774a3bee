"""Who and what is near a place on the map."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from api.camera_directory import Statuses
from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.cases import PassedOver
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import CandidateAnswer
from api.schemas.town import GridName, Near, NearCamera
from incidents.rights import Caller, Permission

router = APIRouter(prefix=PREFIX, tags=["map"], responses=REFUSALS)
LIMIT = 20


@router.get(
    "/near",
    dependencies=[requires(Permission.CAMERA_SEE, Permission.WORKER_SEE)],
    summary="Cameras that see a place, workers near it, its grid",
    operation_id="near",
)
async def near(
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-85, le=85)],
    caller: CurrentCaller,
    centre: TheCentre,
    case_class: Annotated[str | None, Query(max_length=16, description="what it wants of people counts")] = None,
    passed_over: PassedOver = False,
) -> Near:
    """Cameras that see the place come first, then the nearest; workers best first."""
    asked = Asked(lon, lat, case_class, passed_over)
    return await run_in_threadpool(_near, asked, caller, centre, centre.live.statuses())


@dataclass(frozen=True, slots=True)
class Asked:
    lon: float
    lat: float
    case_class: str | None
    passed_over: bool


def _near(asked: Asked, caller: Caller, centre: Centre, statuses: Statuses) -> Near:
    lon, lat = asked.lon, asked.lat
    cameras = centre.cameras.near(caller.scope(Permission.CAMERA_SEE), lon, lat, LIMIT, statuses)
    workers = centre.dispatch.near(caller, lon, lat, LIMIT, asked.case_class, asked.passed_over)
    return Near(
        cameras=[NearCamera(**camera) for camera in cameras],
        workers=[CandidateAnswer.model_validate(worker) for worker in workers],
        grid=grid_at(caller, centre, lon, lat),
    )


def grid_at(caller: Caller, centre: Centre, lon: float, lat: float) -> GridName | None:
    """The grid at the place, unless it lies outside all the caller may see."""
    grid = centre.town_map.grids.containing(lon, lat)
    path = centre.cameras.area_path(grid.code) if grid else None
    if grid is None or path is None:
        return None
    seen = any(caller.scope(one).covers(path) for one in (Permission.CAMERA_SEE, Permission.WORKER_SEE))
    return GridName(code=grid.code, name=grid.name) if seen else None
