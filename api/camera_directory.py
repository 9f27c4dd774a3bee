"""The cameras a caller may see, joined from configuration, pose and live state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry

from api.camera_places import NOWHERE_KNOWN, CameraPlace, PlaceNames
from api.town_map import GeoJson, TownMap
from config.cameras import Camera, CamerasFile
from gis.plane import distance_m
from gis.view import seen_area
from incidents.errors import NotFound
from incidents.rights import Caller, Permission, Scope
from incidents.views import AreaView
from ingest.access_unit import Rendition
from ingest.state import StreamState, StreamStatus

COUNTERS = (
    "connects",
    "access_units",
    "keyframes",
    "bytes_received",
    "packets_lost",
    "gop_seconds",
    "ring_seconds",
    "ring_bytes",
    "extra",
)


Statuses = Mapping[str, StreamStatus]
"""`Live.statuses()`, read once per request: it is a copy, and belongs to the event loop."""


def status_of(camera: Camera, statuses: Statuses) -> StreamStatus:
    """Newest known; a camera no worker has reported yet is waiting."""
    if not camera.enabled:
        return StreamStatus(camera.id, state=StreamState.DISABLED)
    return statuses.get(camera.id) or StreamStatus(camera.id)


def counters_of(camera: Camera, statuses: Statuses) -> dict[str, Any]:
    every = asdict(status_of(camera, statuses))
    return {name: every[name] for name in COUNTERS}


@dataclass(frozen=True, slots=True)
class Known:
    """The cameras of one reading of cameras.yaml in one map of the town, with what was worked out of them. `areas` by
    code."""

    areas: Mapping[str, AreaView]
    names: PlaceNames
    cameras: Mapping[str, Camera]
    views: Mapping[str, GeoJson]
    shapes: Mapping[str, BaseGeometry]
    places: Mapping[str, CameraPlace]


def views_of(cameras: Iterable[Camera]) -> dict[str, GeoJson]:
    """The ground each camera sees, a GeoJSON Polygon by camera id; absent where it has no pose."""
    seen = ((camera.id, seen_area(camera)) for camera in cameras)
    return {camera_id: mapping(area) for camera_id, area in seen if area is not None}


class CameraDirectory:
    """Every question takes the scope of whoever asks; what lies outside does not exist.

    The cameras change all at once, by `adopt`; every question is answered of the ones or the others."""

    def __init__(self, config: CamerasFile, areas: Sequence[AreaView], town_map: TownMap) -> None:
        names = PlaceNames(town_map)
        cameras = {camera.id: camera for camera in config.cameras}
        shapes: dict[str, BaseGeometry] = {id_: shape(view) for id_, view in town_map.views.items()}
        places = {camera.id: names.of(camera) for camera in config.cameras}
        self._known = Known({area.code: area for area in areas}, names, cameras, town_map.views, shapes, places)

    def prepare(self, cameras: Sequence[Camera]) -> Known:
        """For `adopt`; what is worked out of a camera that stays is kept. Belongs into a thread: a new camera takes
        some two milliseconds."""
        known = self._known
        same = {camera.id for camera in cameras if known.cameras.get(camera.id) == camera}
        views = {id_: view for id_, view in known.views.items() if id_ in same}
        anew = views_of([camera for camera in cameras if camera.id not in same])
        shapes = {id_: known.shapes[id_] for id_ in views} | {id_: shape(view) for id_, view in anew.items()}
        places = {one.id: known.places[one.id] if one.id in same else known.names.of(one) for one in cameras}
        by_id = {camera.id: camera for camera in cameras}
        return Known(known.areas, known.names, by_id, {**views, **anew}, shapes, places)

    def prepare_town(self, areas: Sequence[AreaView], town_map: TownMap) -> Known:
        """For `adopt`: the same cameras among other grids or roads."""
        known, names = self._known, PlaceNames(town_map)
        places = {one.id: names.of(one) for one in known.cameras.values()}
        by_code = {area.code: area for area in areas}
        return Known(by_code, names, known.cameras, known.views, known.shapes, places)

    def adopt(self, known: Known) -> None:
        self._known = known

    def path(self, camera_id: str) -> str | None:
        """Area path of a camera; None for one that is not configured or lies in no known area."""
        return self._path(self._known, camera_id)

    def _path(self, known: Known, camera_id: str) -> str | None:
        camera = known.cameras.get(camera_id)
        area = known.areas.get(camera.area) if camera else None
        return area.path if area else None

    def area_path(self, code: str) -> str | None:
        area = self._known.areas.get(code)
        return area.path if area else None

    def area_paths(self) -> tuple[str, ...]:
        """Of all areas."""
        return tuple(area.path for area in self._known.areas.values())

    def area_name(self, code: str) -> str:
        area = self._known.areas.get(code)
        return area.name if area else ""

    def visible(self, scope: Scope) -> list[Camera]:
        known = self._known
        return [camera for camera in known.cameras.values() if self._covers(known, scope, camera.id)]

    def get(self, scope: Scope, camera_id: str) -> Camera:
        """Raises NotFound."""
        known = self._known
        if not self._covers(known, scope, camera_id):
            raise NotFound("no such camera", "camera")
        return known.cameras[camera_id]

    def may_watch(self, caller: Caller, camera_id: str, profile: Rendition) -> bool:
        known = self._known
        if not self._covers(known, caller.scope(Permission.CAMERA_SEE), camera_id):
            return False
        return profile != "main" or known.cameras[camera_id].streams.main is not None

    def describe(self, scope: Scope, camera: Camera, statuses: Statuses) -> dict[str, Any]:
        """The camera as the contract shows it. The grid it stands in is named only where the scope covers it: a camera
        may stand across the border of its own area."""
        known = self._known
        status, area = status_of(camera, statuses), known.areas.get(camera.area)
        place = known.places.get(camera.id, NOWHERE_KNOWN)
        grid = known.areas.get(place.grid.code) if place.grid else None
        if grid is not None and not scope.covers(grid.path):
            grid = None
        return {
            "id": camera.id,
            "name": camera.name,
            "name_en": camera.name_en,
            "area": camera.area,
            "area_name": area.name if area else "",
            "grid": grid.code if grid else None,
            "grid_name": grid.name if grid else "",
            "street": place.street,
            "street_en": place.street_en,
            "lon": camera.position.lon if camera.position else None,
            "lat": camera.position.lat if camera.position else None,
            "heading_deg": camera.view.heading_deg if camera.view else None,
            "hfov_deg": camera.view.hfov_deg if camera.view else None,
            "range_m": camera.view.range_m if camera.view else None,
            "view": known.views.get(camera.id),
            "profiles": ["sub", "main"] if camera.streams.main else ["sub"],
            "enabled": camera.enabled,
            "state": status.state.value,
            "since": status.since,
            "error": status.error,
            "codec": status.codec,
            "width": status.width,
            "height": status.height,
            "last_unit_at": status.last_unit_at,
            "sample_interval_s": status.sample_interval_s,
            "zones": [zone.model_dump(include={"id", "rule", "polygon", "ground"}) for zone in camera.zones],
        }

    def near(self, scope: Scope, lon: float, lat: float, limit: int, statuses: Statuses) -> list[dict[str, Any]]:
        """Cameras that see the point first, then by distance. Cameras without a position are left out."""
        point = Point(lon, lat)
        found, shapes = [], self._known.shapes
        for camera in self.visible(scope):
            if camera.position is None:
                continue
            view = shapes.get(camera.id)
            found.append(
                {
                    "id": camera.id,
                    "name": camera.name,
                    "name_en": camera.name_en,
                    "distance_m": round(distance_m(camera.position.lon, camera.position.lat, lon, lat), 1),
                    "sees": view is not None and bool(view.covers(point)),
                    "state": status_of(camera, statuses).state.value,
                    "lon": camera.position.lon,
                    "lat": camera.position.lat,
                }
            )
        found.sort(key=lambda one: (not one["sees"], one["distance_m"]))
        return found[:limit]

    def _covers(self, known: Known, scope: Scope, camera_id: str) -> bool:
        path = self._path(known, camera_id)
        return path is not None and scope.covers(path)
