"""Cameras, grids, cases and workers as files for GIS programs."""

from itertools import chain
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.feature_files import GPKG, every_feature, geojson_pieces, package_pieces
from api.feature_kinds import KINDS, Kind
from api.feature_pages import GEOJSON
from api.feature_query import filter_of
from api.policy import CurrentCaller, requires, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/map/files", tags=["map"], responses=REFUSALS)


def _add(kind: Kind) -> None:
    async def export(
        request: Request,
        caller: CurrentCaller,
        centre: TheCentre,
        form: Annotated[Literal["geojson", "gpkg"], Query(description="gpkg: at most 100 000 features")] = "geojson",
        bbox: Annotated[str | None, Query(max_length=120, description="west,south,east,north in degrees")] = None,
        datetime: Annotated[str | None, Query(max_length=120, description="RFC 3339, instant or interval")] = None,
    ) -> StreamingResponse:
        """Filters are those of `/ogc/features` (docs/gis.md)."""
        del bbox, datetime  # read with the others below
        asked = filter_of(kind, [one for one in request.query_params.multi_items() if one[0] != "form"])
        statuses = centre.live.statuses()

        def begin() -> StreamingResponse:
            features = every_feature(kind, centre, caller, asked, statuses)
            pieces = geojson_pieces(kind, features) if form == "geojson" else package_pieces(kind, features)
            # The first piece now: what is wrong is said with its status, not by a file that breaks off.
            first = next(pieces, b"")
            scope = caller.scope(kind.permission or Permission.CASE_SEE)
            centre.audit.exported(caller, kind.id, scope, {"form": form})
            headers = {
                "content-disposition": f'attachment; filename="{kind.id}.{form}"',
                "cache-control": "no-store",
            }
            media = GEOJSON if form == "geojson" else GPKG
            return StreamingResponse(chain([first], pieces), media_type=media, headers=headers)

        return await run_in_threadpool(begin)

    router.add_api_route(
        f"/{kind.id}",
        export,
        dependencies=[signed_in if kind.permission is None else requires(kind.permission)],
        summary=f"{kind.en} as GeoJSON or GeoPackage",
        operation_id=f"export_{kind.id}_file",
        response_class=StreamingResponse,
        response_model=bytes,
        responses={200: {"content": {GEOJSON: {}, GPKG: {}}}},
    )


for _kind in KINDS.values():
    _add(_kind)
