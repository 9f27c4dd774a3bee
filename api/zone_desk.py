"""What whoever draws zones asks about a camera: its views, its ground, and whether what was drawn is a zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.aspect import aspect_of
from api.centre import Centre
from api.domes import direction_of
from api.view_ground import Aimed, view_ground
from config.cameras import Camera, Zone
from config.dome_views import DomeView
from gis.ground import GroundModel
from gis.zone_ground import Unseen, in_picture
from incidents.errors import Invalid, NotFound
from incidents.rights import Caller, Permission


@dataclass(frozen=True, slots=True)
class Subject:
    """A camera, or one of a dome's views, as it is now."""

    camera: Camera
    view: DomeView | None
    standing: bool
    ground: GroundModel | None
    mount: Mapping[str, float] | None = None
    stands: Aimed | None = None

    @property
    def zones(self) -> list[Zone]:
        return self.camera.zones if self.view is None else self.view.zones


def subject(centre: Centre, caller: Caller, camera_id: str, view_id: str | None) -> Subject:
    """Of a dome with views the first one where none is named. Raises NotFound."""
    camera = centre.cameras.get(caller.scope(Permission.ESTATE_MANAGE), camera_id)
    views = camera.views
    aspect = aspect_of(centre.live.status_of(camera_id))
    if view_id is None and not views:
        return Subject(camera, None, True, view_ground(camera, None, aspect, None, None))
    view = next((one for one in views if view_id is None or one.id == view_id), None)
    if view is None:
        raise NotFound("no such view", "view", "没有这个视角")
    watching = centre.ptz.news.watching(camera_id)
    standing = watching is not None and watching["view"] == view.id
    stands = direction_of(centre.ptz.desk.newest(camera_id)) if standing else None
    mount = centre.ptz.domes.found_mount(camera_id) if camera_id in centre.ptz.domes else None
    return Subject(camera, view, standing, view_ground(camera, view, aspect, mount, stands), mount, stands)


def drawn(given: Sequence[Mapping[str, Any]]) -> list[Zone]:
    """The zones as given. Raises Invalid that says which zone and which key of it, as `zones.2.size`."""
    zones = []
    for number, one in enumerate(given):
        try:
            zones.append(Zone.model_validate(one))
        except ValidationError as error:
            detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
            key = ".".join(str(step) for step in detail["loc"])
            rule = detail["msg"].removeprefix("Value error, ")
            where = f"zones.{number}.{key}" if key else f"zones.{number}"
            raise Invalid(f"{where}: {rule}", where) from None
        if any(zone.id == zones[-1].id for zone in zones[:-1]):
            raise Invalid(f"zones.{number}.id: {zones[-1].id} is given twice", f"zones.{number}.id", "编号重复")
    return zones


def shown(zone: Zone, ground: GroundModel | None) -> tuple[list[tuple[float, float]] | None, str]:
    """Where it lies in the picture, or why it is not seen there."""
    try:
        return in_picture(zone, ground).polygon, ""
    except Unseen as reason:
        return None, str(reason)


def check_seen(zones: Sequence[Zone], at: Subject) -> None:
    """Raises Invalid for a zone on the map that the picture does not show; of a view whose ground is not known now,
    the rules of a start decide."""
    for number, zone in enumerate(zones):
        if zone.ground and (at.ground is not None or at.view is None):
            problem = shown(zone, at.ground)[1]
            if problem:
                raise Invalid(f"zone {zone.id} {problem}", f"zones.{number}.ground", "地图上的区域不在画面内")


def on_map(polygon: Sequence[tuple[float, float]], ground: GroundModel) -> list[tuple[float, float]]:
    """(lon, lat) of every corner. Raises Invalid for one off the ground."""
    places = []
    for number, (x, y) in enumerate(polygon):
        place = ground.place_at(x, y)
        if place is None:
            raise Invalid(
                f"corner {number + 1} is not on the ground within the camera's range",
                f"polygon.{number}",
                f"第 {number + 1} 个角点不在地面上，或超出摄像机的有效距离",
            )
        places.append((round(place[0], 7), round(place[1], 7)))
    return places
