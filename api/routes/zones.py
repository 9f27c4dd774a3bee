"""Zones of single cameras drawn on their pictures: as they are, with the ground under them, and changed."""

import logging
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from api.camera_changes import CameraChanges
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.routes.estate_changes import told
from api.schemas.zones import (
    RasterAnswer,
    RasterLineAnswer,
    ShownZone,
    ViewName,
    ZonePlace,
    ZonePlaceAnswer,
    ZonesAnswer,
    ZonesChange,
    ZonesSaved,
)
from api.zone_desk import check_seen, drawn, on_map, shown, subject
from config.cameras import Camera, Zone
from estate.zone_edit import defaults_of, plain_zone, rules, version_of
from gis.ground_raster import COLUMNS, ROWS, raster
from incidents.errors import Conflict, Invalid
from incidents.rights import Permission

logger = logging.getLogger(__name__)
router = APIRouter(prefix=f"{PREFIX}/estate/cameras", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)
View = Annotated[str | None, Query(max_length=64, description="of a dome; without one its first")]


@router.get("/{camera_id}/zones", dependencies=[MANAGE], summary="A camera's zones", operation_id="get_zones")
async def get_zones(camera_id: str, caller: CurrentCaller, centre: TheCentre, view: View = None) -> ZonesAnswer:
    """Of a dome those of one view. Zones on the map are told as they lie in the picture, too."""
    at = subject(centre, caller, camera_id, view)
    status = centre.live.status_of(camera_id)
    seen = [(zone, *shown(zone, at.ground)) for zone in at.zones]
    return ZonesAnswer(
        camera=camera_id,
        name=at.camera.name,
        name_en=at.camera.name_en,
        view=at.view.id if at.view is not None else None,
        views=_views(at.camera),
        standing=at.standing,
        zones=[ShownZone(zone=plain_zone(zone), shown=polygon, problem=why) for zone, polygon, why in seen],
        version=version_of(at.zones),
        rules={rule: defaults_of(rule) for rule in rules()},
        has_ground=at.ground is not None,
        enabled=at.camera.enabled,
        width=status.width if status is not None and status.width else None,
        height=status.height if status is not None and status.height else None,
    )


@router.put("/{camera_id}/zones", dependencies=[MANAGE], summary="Save a camera's zones", operation_id="set_zones")
async def set_zones(camera_id: str, body: ZonesChange, caller: CurrentCaller, centre: TheCentre) -> ZonesSaved:
    """All of the camera's, or of its view's, in cameras.yaml, and at once; what is watched goes on. 409 where somebody
    changed them since `version`."""
    at = subject(centre, caller, camera_id, body.view)
    zones = drawn(body.zones)
    check_seen(zones, at)
    view = at.view.id if at.view is not None else None
    known = {one.code for one in centre.incidents.town.case_classes.classes}
    for number, zone in enumerate(zones):
        if zone.case_class not in known:
            where = f"zones.{number}.case_class"
            raise Invalid(f"{where}: there is no class {zone.case_class}", where, f"没有事件类别 {zone.case_class}")
    mine = CameraChanges(centre, caller)
    changes = await mine.zones(camera_id, view, body.version, zones)
    logger.info("%s changed the zones of camera %s", caller.username, camera_id)
    now = subject(centre, caller, camera_id, view)
    return ZonesSaved(version=version_of(now.zones), **told(changes, mine))


@router.post(
    "/{camera_id}/zones/place",
    dependencies=[MANAGE],
    summary="A zone of the picture on the map, or of the map in the picture",
    operation_id="place_zone",
)
async def place_zone(camera_id: str, body: ZonePlace, caller: CurrentCaller, centre: TheCentre) -> ZonePlaceAnswer:
    """One of `polygon` and `ground` is given; both are answered. Nothing is kept."""
    at = subject(centre, caller, camera_id, body.view)
    if bool(body.polygon) == bool(body.ground):
        raise Invalid("give exactly one of polygon and ground", "polygon")
    if at.ground is None:
        raise Conflict("the camera's position and view are not known", zh="摄像机没有位姿，无法换算到地图")
    if body.polygon:
        return ZonePlaceAnswer(polygon=body.polygon, ground=on_map(body.polygon, at.ground))
    zone = Zone.model_construct(id="x", rule="stall", polygon=[], ground=body.ground, case_class="00-00")
    polygon, problem = shown(zone, at.ground)
    if polygon is None:
        raise Invalid(f"the zone {problem}", "ground", "地图上的区域不在画面内")
    return ZonePlaceAnswer(polygon=[(round(x, 5), round(y, 5)) for x, y in polygon], ground=body.ground)


@router.get(
    "/{camera_id}/raster", dependencies=[MANAGE], summary="The ground in the picture", operation_id="get_raster"
)
async def get_raster(camera_id: str, caller: CurrentCaller, centre: TheCentre, view: View = None) -> RasterAnswer:
    """Lines on the ground a metre or more apart, and how large a person and a metre are where. Empty where the
    camera has no pose."""
    at = subject(centre, caller, camera_id, view)
    stands = (at.camera.position.lon, at.camera.position.lat) if at.camera.position is not None else None
    made = await run_in_threadpool(raster, at.ground, stands) if at.ground is not None else None
    if made is None:
        return RasterAnswer(lines=[], rows=0, columns=0, person=[], metre=[], metres=[])
    sizes = list(chain.from_iterable(made.sizes))
    return RasterAnswer(
        lines=[RasterLineAnswer.model_validate(line) for line in made.lines],
        rows=ROWS,
        columns=COLUMNS,
        person=[one.person if one is not None else None for one in sizes],
        metre=[one.metre if one is not None else None for one in sizes],
        metres=[one.metres if one is not None else None for one in sizes],
    )


def _views(camera: Camera) -> list[ViewName]:
    return [ViewName(id=one.id, zh=one.name, en=one.name_en or one.name, preset=one.preset) for one in camera.views]
