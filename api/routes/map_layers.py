"""The map's layers as GeoJSON, and the whole map as one file to send."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from api.map_export import export_map, leaflet_folder
from api.own_ground import own_ground
from api.policy import CurrentCaller, requires, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import FeatureCollection
from api.town_map import GeoJson, cut_to, serialised, within
from incidents.case_filter import CaseFilter
from incidents.case_queries import MAX_LIMIT
from incidents.errors import NotFound
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)

IfNoneMatch = Annotated[str, Header(description="the entity tag of an earlier answer")]
GEOJSON: dict[str, Any] = {"response_model": FeatureCollection, "response_class": Response}


def answer(collection: GeoJson, known: str) -> Response:
    """304 where the caller has it already; never kept by a shared cache."""
    body, tag = serialised(collection)
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie, authorization"}
    if tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/geo+json", headers=headers)


@router.get("/areas", dependencies=[signed_in], summary="Areas as GeoJSON", operation_id="map_areas", **GEOJSON)
def map_areas(caller: CurrentCaller, centre: TheCentre, if_none_match: IfNoneMatch = "") -> Response:
    codes = {area.code for area in centre.incidents.list_areas(caller)}
    return answer(within(centre.town_map.areas, codes), if_none_match)


@router.get("/grids", dependencies=[signed_in], summary="Grids as GeoJSON", operation_id="map_grids", **GEOJSON)
def map_grids(caller: CurrentCaller, centre: TheCentre, if_none_match: IfNoneMatch = "") -> Response:
    codes = {area.code for area in centre.incidents.list_areas(caller)}
    return answer(within(centre.town_map.grid_features, codes), if_none_match)


@router.get("/base/{layer}", dependencies=[signed_in], summary="A base layer", operation_id="map_base", **GEOJSON)
def map_base(layer: str, caller: CurrentCaller, centre: TheCentre, if_none_match: IfNoneMatch = "") -> Response:
    """One of `base_layers` of the town: roads, water, green, buildings; cut to the caller's areas, since roads are
    named after the villages they run through. Grid workers are sent anywhere in the town and get all of it."""
    collection = centre.town_map.base.get(layer)
    if collection is None:
        raise NotFound("no such base layer", "layer")
    ground = own_ground(centre, caller)
    return answer(collection if ground is None else cut_to(collection, ground.outline), if_none_match)


@router.get(
    "/export.html",
    dependencies=[requires(Permission.CASE_SEE)],
    summary="The map with the open cases as one self-contained HTML file",
    operation_id="export_map",
    response_model=str,
    response_class=Response,
)
def export(caller: CurrentCaller, centre: TheCentre) -> Response:
    """A download: its scripts are inside the file, and this site does not run them."""
    cases = centre.incidents.list_cases(caller, CaseFilter(state="open", limit=MAX_LIMIT)).items
    codes = {area.code for area in centre.incidents.list_areas(caller)}
    leaflet = leaflet_folder(centre.settings.static_dir)
    page = export_map(centre.town_map.grids, codes, cases, centre.incidents.town.timezone, leaflet)
    told = {"form": "html", "rows": len(cases)}
    centre.audit.exported(caller, "map", caller.scope(Permission.CASE_SEE), told)
    headers = {"content-disposition": 'attachment; filename="gridwatch-map.html"', "content-security-policy": "sandbox"}
    return Response(page, media_type="text/html", headers=headers)
