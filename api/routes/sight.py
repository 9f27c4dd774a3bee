"""What the cameras of the caller cover of his grids, and which of them see a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from shapely.geometry import mapping
from starlette.concurrency import run_in_threadpool

from api.aspect import aspect_of
from api.camera_directory import Statuses
from api.centre import Centre
from api.coverage_desk import Asked, CoverageJob
from api.domes import direction_of
from api.pointing import REASONS
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.map_layers import GEOJSON, IfNoneMatch, answer_once
from api.schemas import Names
from api.schemas.pose import SightAnswer, Sights
from api.town_map import GeoJson
from config.cameras import Camera
from gis.coverage import BLIND_M2, GridCoverage
from gis.dome import Dome
from gis.dome_mount import Direction
from gis.grids import Grid
from gis.sight_ranking import Kind, Shows, View, rank_views
from incidents.rights import Permission, Scope
from ingest.state import StreamState

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)
LIMIT = 50
_KINDS: Mapping[Kind, tuple[str, str]] = {Kind.FIXED: ("固定摄像机", "fixed"), Kind.DOME: ("球机", "dome")}
_SHOWS: Mapping[Shows, tuple[str, str]] = {
    Shows.RECOGNISE: ("可认出熟人", "a known person is recognised"),
    Shows.DETECT: ("可看出有人", "a person is told to be one"),
    Shows.PRESENCE: ("只见有物", "that something is there"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """Which cameras count: `live` are those with a picture, None: all."""

    fixed: bool
    domes: bool
    live: set[str] | None
    blind_m2: float


@router.get(
    "/coverage", dependencies=[SEE], summary="What cameras cover of each grid", operation_id="map_coverage", **GEOJSON
)
async def map_coverage(
    caller: CurrentCaller,
    centre: TheCentre,
    domes: Annotated[bool, Query(description="count what domes can turn to as seen")] = False,
    fixed: Annotated[bool, Query(description="count fixed cameras")] = True,
    working: Annotated[bool, Query(description="count only cameras whose picture comes in now")] = False,
    outlines: Annotated[bool, Query(description="with the grids' geometry")] = True,
    wait_s: Annotated[float, Query(ge=0, le=60, description="answer after so long at the latest")] = 60.0,
    blind_m2: Annotated[float, Query(ge=50, le=1e6, description="least size of a blind spot")] = BLIND_M2,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Grids with `seen` and `double` (shares of their open ground), and blind spots as features of their own. 202 with
    `done` (0 to 1) where it takes longer than `wait_s`: ask again."""
    scope, statuses = caller.scope(Permission.CAMERA_SEE), centre.live.statuses()
    live = {id_ for id_, one in statuses.items() if one.state is StreamState.LIVE} if working else None
    counted = Counted(fixed, domes, live, blind_m2)
    job = await centre.coverages.answer(await run_in_threadpool(_asked, centre, scope, counted), wait_s)
    if job.found is None:
        return JSONResponse({"done": round(job.done, 3)}, status_code=202, headers={"cache-control": "no-store"})
    return await run_in_threadpool(_told_of, job, outlines, if_none_match)


@router.get("/sights", dependencies=[SEE], summary="Who sees a place", operation_id="map_sights")
async def map_sights(
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-85, le=85)],
    caller: CurrentCaller,
    centre: TheCentre,
    height_m: Annotated[float, Query(ge=0, le=300, description="above the ground there")] = 0.0,
) -> Sights:
    """Fixed cameras and domes in one list, best first."""
    scope, statuses = caller.scope(Permission.CAMERA_SEE), centre.live.statuses()
    async with centre.geometry_gate.passing():
        return await run_in_threadpool(_sights, centre, scope, statuses, (lon, lat, height_m))


def _asked(centre: Centre, scope: Scope, counted: Counted) -> Asked:
    """Whoever sees the same cameras and grids asks the same."""
    cameras = [one for one in centre.cameras.visible(scope) if counted.live is None or one.id in counted.live]
    town = centre.town_map
    grids = [grid for grid in town.grids.grids if _covers(centre, scope, grid)]
    # Grids of an edition are the same objects, and a job keeps its own: no other can have their ids meanwhile.
    which = tuple(id(grid) for grid in grids)
    key = (centre.sheds.poses(cameras), which, counted.fixed, counted.domes, counted.blind_m2)
    return Asked(key, cameras, counted.domes, counted.fixed, grids, counted.blind_m2)


def _told_of(job: CoverageJob, outlines: bool, known: str) -> Response:
    assert job.found is not None
    pairs = zip(job.asked.grids, job.found, strict=True)
    features = [feature for grid, one in pairs for feature in _features(grid, one, outlines)]
    found: GeoJson = {"type": "FeatureCollection", "features": features}
    return answer_once(found, known)


def _covers(centre: Centre, scope: Scope, grid: Grid) -> bool:
    path = centre.cameras.area_path(grid.code)
    return path is not None and scope.covers(path)


def _features(grid: Grid, one: GridCoverage, outlines: bool) -> list[dict[str, Any]]:
    told = {
        "kind": "grid",
        "code": one.code,
        "name": grid.name,
        "open_m2": round(one.open_m2),
        "seen": round(one.seen, 4),
        "double": round(one.double, 4),
        "cameras": one.cameras,
        "blind": len(one.blind),
        "blind_left_out": one.blind_left_out,
    }
    spots = [
        {
            "type": "Feature",
            "properties": {"kind": "blind", "code": one.code, "area_m2": round(spot.area_m2)},
            "geometry": mapping(spot.outline),
        }
        for spot in one.blind
    ]
    whole = {"type": "Feature", "properties": told, "geometry": mapping(grid.outline) if outlines else None}
    return [whole, *spots]


def _sights(centre: Centre, scope: Scope, statuses: Statuses, place: tuple[float, float, float]) -> Sights:
    own = {one.id: one for one in centre.cameras.visible(scope) if one.enabled}
    fixed = {id_: one for id_, one in own.items() if one.ptz is None}
    domes: dict[str, Dome] = {id_: centre.ptz.domes.placed(id_) for id_ in own if centre.ptz.domes.has_place(id_)}
    now: dict[str, Direction] = {}
    for id_ in domes:
        at = direction_of(centre.ptz.desk.newest(id_))
        if at is not None:
            now[id_] = at[0]
    live = {id_: status for id_ in own if (status := statuses.get(id_)) is not None}
    found = rank_views(
        fixed,
        domes,
        place[0],
        place[1],
        height_m=place[2],
        skyline=centre.sheds.skyline,
        widths={id_: status.width for id_, status in live.items() if status.width},
        aspects={id_: aspect_of(status) for id_, status in live.items()},
        now=now,
    )
    return Sights(items=[_told(own[one.camera], one) for one in found[:LIMIT]], left_out=max(0, len(found) - LIMIT))


def _told(camera: Camera, one: View) -> SightAnswer:
    assert camera.position is not None
    kind, shows, reason = _KINDS[one.kind], _SHOWS[one.shows], REASONS[one.reason]
    far, pixels = f"{one.distance_m:.0f}", f"{one.pixels_per_metre:.0f}"
    return SightAnswer(
        camera=camera.id,
        name=camera.name,
        name_en=camera.name_en,
        kind=one.kind.value,
        lon=camera.position.lon,
        lat=camera.position.lat,
        distance_m=round(one.distance_m, 1),
        dip_deg=round(one.dip_deg, 1),
        pixels_per_metre=round(one.pixels_per_metre, 1),
        shows=one.shows.value,
        picture=(round(one.point[0], 4), round(one.point[1], 4)) if one.point is not None else None,
        error_m=round(one.error_m, 2) if one.error_m is not None else None,
        reason=one.reason.value,
        clear=round(one.clear, 2),
        why=Names(
            zh=f"{kind[0]}，距 {far} 米，每米 {pixels} 像素（{shows[0]}），{reason[0]}",
            en=f"{kind[1]}, {far} m away, {pixels} pixels a metre ({shows[1]}), {reason[1]}",
        ),
        pan_deg=round(one.direction.pan_deg, 2) if one.direction is not None else None,
        tilt_deg=round(one.direction.tilt_deg, 2) if one.direction is not None else None,
    )
