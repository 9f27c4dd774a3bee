"""OGC API Features (17-069r4, 18-058r1) over cameras, grids, cases and workers: docs/gis.md. It describes itself at
`/ogc/features/api`, in the form its clients read."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import feature_pages
from api.errors import SignInRequired
from api.feature_description import description
from api.feature_html import as_html
from api.feature_kinds import KINDS, Kind
from api.feature_pages import GEOJSON, JSON, OPENAPI, ROOT, Document
from api.feature_query import FeatureQuery, items_of, shape_of
from api.policy import CurrentCaller, requires, signed_in
from api.routes.dependencies import TheCentre
from api.security import error_body
from incidents.errors import Invalid


class FeaturesRoute(APIRoute):
    """What is wrong with a question is told with 400, `code` and `description` (17-069r4, 7.15.1 and 7.5.1)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Invalid as problem:
                said = f"{problem.where}: {problem.message}" if problem.where else problem.message
                return _json({"code": "InvalidParameterValue", "description": said}, JSON, 400)
            except RequestValidationError as problem:
                first = problem.errors()[0]
                told = {"code": "InvalidParameterValue", "description": f"{first['loc'][-1]}: {first['msg']}"}
                return _json(told, JSON, 400)
            except SignInRequired as problem:
                refusal = _json(error_body("sign_in_required", str(problem)), JSON, 401)
                refusal.headers["www-authenticate"] = 'Bearer realm="Gridwatch"'
                return refusal

        return handle


router = APIRouter(prefix=ROOT, include_in_schema=False, route_class=FeaturesRoute)


@router.get("", dependencies=[signed_in])
def get_landing_page(request: Request, centre: TheCentre) -> Response:
    asked = _asked(request)
    return _answer(feature_pages.landing(centre, asked, _base(request)), asked, JSON, centre.config.town.name)


@router.get("/conformance", dependencies=[signed_in])
def get_conformance(request: Request) -> Response:
    asked = _asked(request)
    return _answer(feature_pages.conformance(asked, _base(request)), asked, JSON, "Conformance")


@router.get("/api", dependencies=[signed_in])
def get_description(request: Request, caller: CurrentCaller) -> Response:
    _asked(request)
    seen = [kind for kind in KINDS.values() if kind.may_see(caller)]
    return _json(description(seen, f"{_base(request)}{ROOT}"), OPENAPI)


@router.get("/collections", dependencies=[signed_in])
def get_collections(request: Request, caller: CurrentCaller, centre: TheCentre) -> Response:
    asked = _asked(request)
    return _answer(feature_pages.collections(centre, caller, asked, _base(request)), asked, JSON, "图层 Collections")


def _policy(kind: Kind) -> params.Depends:
    return signed_in if kind.permission is None else requires(kind.permission)


def _add(kind: Kind) -> None:
    """The three routes of a collection, under its own permission."""

    def get_collection(request: Request, caller: CurrentCaller, centre: TheCentre) -> Response:
        asked = _asked(request)
        told = feature_pages.one_collection(kind, centre, caller, asked, _base(request))
        return _answer(told, asked, JSON, kind.title)

    async def get_items(request: Request, caller: CurrentCaller, centre: TheCentre) -> Response:
        asked = items_of(kind, request.query_params.multi_items(), request.headers.get("accept", ""))
        statuses = centre.live.statuses()

        def read() -> Response:
            page = feature_pages.page_of(kind, centre, caller, asked, statuses)
            return _answer(feature_pages.items(kind, page, asked, _base(request)), asked, GEOJSON, kind.title)

        return await run_in_threadpool(read)

    async def get_item(feature_id: str, request: Request, caller: CurrentCaller, centre: TheCentre) -> Response:
        asked = _asked(request, "crs")
        statuses = centre.live.statuses()

        def read() -> Response:
            found = feature_pages.one_of(kind, centre, caller, feature_id, statuses)
            return _answer(feature_pages.item(kind, found, asked, _base(request)), asked, GEOJSON, kind.title)

        return await run_in_threadpool(read)

    here, policy = f"/collections/{kind.id}", [_policy(kind)]
    router.add_api_route(here, get_collection, dependencies=policy)
    router.add_api_route(f"{here}/items", get_items, dependencies=policy)
    router.add_api_route(f"{here}/items/{{feature_id}}", get_item, dependencies=policy)


for _kind in KINDS.values():
    _add(_kind)


def _asked(request: Request, *also: str) -> FeatureQuery:
    return shape_of(request.query_params.multi_items(), request.headers.get("accept", ""), ("f", *also))


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _answer(document: Document, asked: FeatureQuery, media: str, title: str) -> Response:
    if asked.shape == "html":
        return Response(as_html(document, title), media_type="text/html; charset=utf-8")
    answer = _json(document, media)
    if media == GEOJSON:
        answer.headers["content-crs"] = f"<{asked.crs}>"
    return answer


def _json(document: Document, media: str, status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode(), status, media_type=media)
