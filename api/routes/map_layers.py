"""The map's layers as GeoJSON, and the whole map as one file to send."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from api.case_grids import seen_grids
from api.centre import Centre
from api.layer_bytes import LayerBytes
from api.map_export import export_map
from api.own_ground import own_ground
from api.policy import CurrentCaller, requires, signed_in
from api.routes.counted_over import Edition, ThePeriod
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import FeatureCollection
from api.town_map import GeoJson, cut_to, within
from incidents.case_filter import CaseFilter
from incidents.case_queries import MAX_LIMIT
from incidents.errors import NotFound
from incidents.rights import Caller, Permission

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)

IfNoneMatch = Annotated[str, Header(description="the entity tag of an earlier answer")]
GEOJSON: dict[str, Any] = {"response_model": FeatureCollection, "response_class": Response}


Encodings = Annotated[str, Header(alias="accept-encoding", description="gzip: a city's grids are megabytes")]


def answer_once(collection: GeoJson, known: str, encodings: str = "") -> Response:
    """As `answer`, for what is not kept."""
    return answer(LayerBytes.made(collection), known, encodings)


def answer(made: LayerBytes, known: str, encodings: str) -> Response:
    """304 where the caller has it already; never kept by a shared cache."""
    headers = {"etag": made.tag, "cache-control": "private, no-cache", "vary": "cookie, authorization, accept-encoding"}
    if made.tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    if "gzip" not in {one.partition(";")[0].strip() for one in encodings.split(",")}:
        return Response(made.body, media_type="application/geo+json", headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(made.packed, media_type="application/geo+json", headers=headers)


@router.get("/areas", dependencies=[signed_in], summary="Areas as GeoJSON", operation_id="map_areas", **GEOJSON)
def map_areas(
    caller: CurrentCaller, centre: TheCentre, if_none_match: IfNoneMatch = "", accept_encoding: Encodings = ""
) -> Response:
    return answer(_seen(caller, centre, centre.town_map.areas), if_none_match, accept_encoding)


def _seen(caller: Caller, centre: Centre, layer: GeoJson) -> LayerBytes:
    """Of the areas or grids those within the caller's areas."""
    scope = caller.scope(Permission.CASE_SEE)

    def cut() -> GeoJson:
        codes = [one["properties"]["code"] for one in layer["features"]]
        paths = {code: centre.cameras.area_path(code) for code in codes}
        return within(layer, {code for code, path in paths.items() if path is not None and scope.covers(path)})

    return centre.layers.of(layer, scope.prefixes, cut)


@router.get("/grids", dependencies=[signed_in], summary="Grids as GeoJSON", operation_id="map_grids", **GEOJSON)
def map_grids(
    caller: CurrentCaller,
    centre: TheCentre,
    period: ThePeriod,
    edition: Edition | None = None,
    if_none_match: IfNoneMatch = "",
    accept_encoding: Encodings = "",
) -> Response:
    """Those there are now. With `edition`, those that `GET /map/statistics` counts in, with the first day of the
    `edition` each outline is of."""
    if edition is not None:
        counted = seen_grids(centre, caller, edition, period.from_at, period.to_at).geojson
        return answer_once(counted, if_none_match, accept_encoding)
    return answer(_seen(caller, centre, centre.town_map.grid_features), if_none_match, accept_encoding)


@router.get("/base/{layer}", dependencies=[signed_in], summary="A base layer", operation_id="map_base", **GEOJSON)
def map_base(
    layer: str,
    caller: CurrentCaller,
    centre: TheCentre,
    if_none_match: IfNoneMatch = "",
    accept_encoding: Encodings = "",
) -> Response:
    """One of `base_layers` of the town: roads, water, green, buildings; cut to the caller's areas, since roads are
    named after the villages they run through. Grid workers are sent anywhere in the town and get all of it."""
    collection = centre.town_map.base.get(layer)
    if collection is None:
        raise NotFound("no such base layer", "layer")
    ground = own_ground(centre, caller)
    seen = None if ground is None else caller.scope(Permission.CASE_SEE).prefixes
    made = centre.layers.of(
        collection, seen, lambda: collection if ground is None else cut_to(collection, ground.outline)
    )
    return answer(made, if_none_match, accept_encoding)


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
    page = export_map(centre.town_map.grids, codes, cases, centre.incidents.town.timezone, centre.settings.static_dir)
    told = {"form": "html", "rows": len(cases)}
    centre.audit.exported(caller, "map", caller.scope(Permission.CASE_SEE), told)
    headers = {"content-disposition": 'attachment; filename="gridwatch-map.html"', "content-security-policy": "sandbox"}
    return Response(page, media_type="text/html", headers=headers)
