"""What of the town other programs may read as features: cameras, grids, cases, workers. One table of them serves OGC
API Features and the files one takes away; every reading is within the caller's rights."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from api.camera_directory import Statuses
from api.centre import Centre
from api.town_map import GeoJson
from incidents.rights import Caller, Permission
from incidents.views import CaseView

Form = Literal["text", "integer", "number", "boolean", "time"]


@dataclass(frozen=True, slots=True)
class Feature:
    """`geometry`: GeoJSON in WGS 84 degrees, lon before lat; None where the place is not known. `values`: by the names
    of the kind's columns; times are Unix seconds."""

    id: str
    geometry: GeoJson | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`permission`: None where whoever is signed in sees his own. `moment`: the column a question about time is asked
    of; None: such a question leaves nothing out. `equals`: columns one may ask for by value."""

    id: str
    zh: str
    en: str
    description: str
    permission: Permission | None
    geometry: Literal["Point", "MultiPolygon"]
    columns: Mapping[str, Form]
    moment: str | None = None
    equals: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.zh} {self.en}"

    def may_see(self, caller: Caller) -> bool:
        return self.permission is None or bool(caller.scope(self.permission))


CAMERAS = Kind(
    "cameras", "摄像机", "Cameras", "Where each camera stands, where it looks and how its stream is.",
    Permission.CAMERA_SEE, "Point",
    {
        "name": "text", "name_en": "text", "area": "text", "area_name": "text", "grid": "text", "grid_name": "text",
        "street": "text", "street_en": "text", "heading_deg": "number", "hfov_deg": "number", "range_m": "number",
        "enabled": "boolean", "state": "text", "since": "time", "codec": "text", "width": "integer",
        "height": "integer",
    },
    equals=("area", "grid", "state"),
)  # fmt: skip
GRIDS = Kind(
    "grids", "网格", "Grids", "The grids with their outlines.",
    None, "MultiPolygon",
    {"code": "text", "name": "text", "name_en": "text", "village": "text", "kind": "text", "population": "integer"},
    equals=("village", "kind"),
)  # fmt: skip
CASES = Kind(
    "cases", "案件", "Cases", "Cases, the newest first; time is when they were opened.",
    Permission.CASE_SEE, "Point",
    {
        "number": "text", "state": "text", "case_class": "text", "class_zh": "text", "class_en": "text",
        "level": "integer", "title_zh": "text", "title_en": "text", "source": "text", "camera_id": "text",
        "error_m": "number", "area": "text", "area_name": "text", "grid": "text", "grid_name": "text",
        "address": "text", "opened_at": "time", "updated_at": "time", "deadline_at": "time", "closed_at": "time",
        "resolution": "text", "holder": "text", "reworks": "integer",
    },
    moment="opened_at", equals=("state", "case_class", "level", "source", "area"),
)  # fmt: skip
WORKERS = Kind(
    "workers", "网格员", "Grid workers", "Who is where; time is when the position was measured.",
    Permission.WORKER_SEE, "Point",
    {
        "name": "text", "grids": "text", "duty": "boolean", "transport": "text", "busy": "boolean", "case_id": "text",
        "accuracy_m": "number", "position_at": "time",
    },
    moment="position_at", equals=("duty", "busy"),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {one.id: one for one in (CAMERAS, GRIDS, CASES, WORKERS)}


def read_all(kind: Kind, centre: Centre, caller: Caller, statuses: Statuses) -> list[Feature]:
    """All of a kind of which there are thousands at most, by id. Cases are read by pages (`centre.incidents.queue`)."""
    readers: Mapping[str, Callable[[], Iterator[Feature]]] = {
        "cameras": lambda: _cameras(centre, caller, statuses),
        "grids": lambda: _grids(centre, caller),
        "workers": lambda: _workers(centre, caller),
    }
    return sorted(readers[kind.id](), key=lambda one: one.id)


def case_feature(case: CaseView) -> Feature:
    same = {name: getattr(case, name) for name in CASES.columns if hasattr(case, name)}
    named = {
        "class_zh": case.class_name.zh,
        "class_en": case.class_name.en,
        "title_zh": case.title.zh,
        "title_en": case.title.en,
        "holder": case.assignee.name if case.assignee else None,
    }
    return Feature(case.id, _point(case.lon, case.lat), {name: {**same, **named}[name] for name in CASES.columns})


def rfc3339(at: float | None) -> str | None:
    """UTC with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_geojson(kind: Kind, feature: Feature, geometry: GeoJson | None) -> GeoJson:
    """A GeoJSON Feature (RFC 7946, 3.2), times as RFC 3339."""
    told = {
        name: rfc3339(feature.values[name]) if form == "time" else feature.values[name]
        for name, form in kind.columns.items()
    }
    return {"type": "Feature", "id": feature.id, "geometry": geometry, "properties": told}


def _cameras(centre: Centre, caller: Caller, statuses: Statuses) -> Iterator[Feature]:
    scope = caller.scope(Permission.CAMERA_SEE)
    for camera in centre.cameras.visible(scope):
        told = centre.cameras.describe(scope, camera, statuses)
        values = {name: told[name] for name in CAMERAS.columns}
        yield Feature(camera.id, _point(told["lon"], told["lat"]), values)


def _grids(centre: Centre, caller: Caller) -> Iterator[Feature]:
    codes = {area.code for area in centre.incidents.list_areas(caller)}
    drawn = {one["properties"]["code"]: one["geometry"] for one in centre.town_map.grid_features["features"]}
    for grid in centre.town_map.grids.grids:
        if grid.code in codes:
            shape = drawn[grid.code]
            if shape["type"] == "Polygon":
                shape = {"type": "MultiPolygon", "coordinates": [shape["coordinates"]]}
            yield Feature(grid.code, shape, {name: getattr(grid, name) for name in GRIDS.columns})


def _workers(centre: Centre, caller: Caller) -> Iterator[Feature]:
    for worker in centre.workers.list(caller):
        values = {name: getattr(worker, name) for name in WORKERS.columns}
        yield Feature(worker.id, _point(worker.lon, worker.lat), {**values, "grids": ",".join(worker.grids)})


def _point(lon: float | None, lat: float | None) -> GeoJson | None:
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
