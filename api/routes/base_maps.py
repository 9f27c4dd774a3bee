"""Base maps: which there are, and their tiles."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from api.base_maps import Source
from api.policy import CurrentCaller, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import ErrorAnswer
from api.schemas.base_maps import BaseMapAnswer, BaseMapList
from api.shown_ground import may_see_tile
from config.base_maps import BaseMap
from gis.archive_facts import ArchiveFacts
from gis.tile import LARGEST_ZOOM, MAX_VECTOR_BYTES, tile_bounds, tile_count, unpack
from incidents.errors import NotFound

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)
KEEP = "private, max-age=86400"
TILE: dict[int | str, dict[str, Any]] = {
    204: {"description": "the map has no tile there, or it lies outside the caller's areas"},
    503: {"model": ErrorAnswer, "description": "neither the source nor what was kept of it has the tile"},
}


@router.get("/base-maps", dependencies=[signed_in], summary="Base maps to choose from", operation_id="list_base_maps")
async def list_base_maps(centre: TheCentre) -> BaseMapList:
    """Those of the configuration, in its order: the same for everybody."""
    told = [_described(one, source, await source.facts()) for one, source in centre.base_maps.all()]
    return BaseMapList(items=told)


def _zooms(one: BaseMap, facts: ArchiveFacts) -> tuple[int, int]:
    low = facts.min_zoom if one.min_zoom is None else max(one.min_zoom, facts.min_zoom)
    return low, facts.max_zoom if one.max_zoom is None else min(one.max_zoom, facts.max_zoom)


def _described(one: BaseMap, source: Source, facts: ArchiveFacts | None) -> BaseMapAnswer:
    known = facts or ArchiveFacts("raster", 0, 0, None, "")
    low, high = _zooms(one, known)
    return BaseMapAnswer(
        id=one.id,
        name=one.name,
        name_en=one.name_en,
        kind=known.kind,
        grid=one.source_grid,
        # The two differ by centimetres.
        coordinates="wgs84" if one.coordinates == "cgcs2000" else one.coordinates,
        min_zoom=low,
        max_zoom=high,
        bounds=list(known.bounds) if known.bounds else None,
        attribution=one.attribution or known.attribution,
        opacity=one.opacity,
        look=one.look,
        style=one.style,
        overlays=list(one.overlays),
        offered=one.offered,
        available=facts is not None,
        version=source.version,
    )


@router.get(
    "/tiles/{base_map}/{z}/{x}/{y}",
    dependencies=[signed_in],
    summary="A tile of a base map",
    operation_id="get_map_tile",
    response_model=bytes,
    response_class=Response,
    responses=TILE,
)
async def get_tile(
    base_map: str,
    z: int,
    x: int,
    y: int,
    caller: CurrentCaller,
    centre: TheCentre,
    v: Annotated[str, Query(max_length=64, description="`version` of the list: so that a browser asks anew")] = "",
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
    if_none_match: Annotated[str, Header(description="the entity tag of an earlier answer")] = "",
) -> Response:
    """PNG, JPEG, WebP or a Mapbox vector tile, as the map's own grid has it. Whoever has not the whole town before him
    gets what touches the rectangle around his areas."""
    del v
    found = centre.base_maps.get(base_map)
    if found is None:
        raise NotFound("no such base map", "base_map")
    one, source = found
    if not 0 <= z <= LARGEST_ZOOM or not (0 <= x < tile_count(one.source_grid, z)[0]):
        raise NotFound("no such tile", "z")
    if not 0 <= y < tile_count(one.source_grid, z)[1]:
        raise NotFound("no such tile", "y")
    facts = await source.facts()
    if facts is not None:
        low, high = _zooms(one, facts)
        if not low <= z <= high:
            return _nothing()
    if not await may_see_tile(centre, caller, tile_bounds(one.source_grid, z, x, y), one.coordinates):
        return _nothing()
    tile = await source.tile(z, x, y)
    if tile is None:
        return _nothing()
    tag = f'"{hashlib.sha256(tile.body).hexdigest()[:32]}"'
    headers = {"cache-control": KEEP, "vary": "cookie, authorization, accept-encoding", "etag": tag}
    if tag in {known.strip().removeprefix("W/") for known in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    body = tile.body
    if tile.packed and "gzip" in accept_encoding:
        headers["content-encoding"] = "gzip"
    elif tile.packed:
        body = unpack(body, MAX_VECTOR_BYTES)
    return Response(body, media_type=tile.media_type, headers=headers)


def _nothing() -> Response:
    headers = {"cache-control": "private, max-age=3600", "vary": "cookie, authorization"}
    return Response(status_code=204, headers=headers)
