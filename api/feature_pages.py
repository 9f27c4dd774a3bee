"""Collections of features and their pages, as OGC API Features has them (17-069r4, Part 1: Core)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from api.camera_directory import Statuses
from api.centre import Centre
from api.feature_kinds import CASES, KINDS, Feature, Kind, as_geojson, case_feature, read_all
from api.feature_query import CRS84, SYSTEMS, Box, FeatureQuery, swap_axes
from api.own_ground import own_ground
from api.town_map import GeoJson
from incidents.case_filter import CaseFilter
from incidents.errors import NotFound
from incidents.rights import Caller

ROOT = "/ogc/features"
GEOJSON, JSON, HTML = "application/geo+json", "application/json", "text/html"
OPENAPI, SCHEMA = "application/vnd.oai.openapi+json;version=3.0", "application/schema+json"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """`matched`: how many fit in all, None where that was not counted. `follows`: cursor of the page after."""

    features: Sequence[Feature]
    matched: int | None
    follows: str | None


def page_of(kind: Kind, centre: Centre, caller: Caller, asked: FeatureQuery, statuses: Statuses) -> Page:
    """The features the caller may see that fit, a page of them. Each page begins behind the last of the one before, so
    that what is added or taken away in between moves nothing. Raises Invalid."""
    return _case_page(centre, caller, asked) if kind is CASES else _listed(kind, centre, caller, asked, statuses)


def one_of(kind: Kind, centre: Centre, caller: Caller, wanted: str, statuses: Statuses) -> Feature:
    """Raises NotFound, also for what lies outside the caller's areas."""
    if kind is CASES:
        return case_feature(centre.incidents.get_case(caller, wanted).case)
    found = next((one for one in read_all(kind, centre, caller, statuses) if one.id == wanted), None)
    if found is None:
        raise NotFound("no such feature", "feature")
    return found


def case_filter(asked: FeatureQuery) -> CaseFilter:
    """What of the question concerns which cases."""
    return CaseFilter(bbox=asked.box, from_at=asked.from_at, to_at=asked.to_at, **asked.equals)


def fitting(kind: Kind, features: Iterable[Feature], asked: FeatureQuery) -> list[Feature]:
    """Those that fit, in their order. A feature without a place lies in no rectangle, one without a time in no span."""
    some = [one for one in features if all(one.values[name] == value for name, value in asked.equals.items())]
    if kind.moment is not None and (asked.from_at is not None or asked.to_at is not None):
        low, high = asked.from_at or float("-inf"), asked.to_at or float("inf")
        some = [one for one in some if (at := one.values[kind.moment]) is not None and low <= at < high]
    if asked.box is None:
        return some
    placed = [(one, shape(one.geometry)) for one in some if one.geometry is not None]
    inside = shapely.intersects([outline for _, outline in placed], _area(asked.box))
    return [one for (one, _), here in zip(placed, inside, strict=True) if here]


def items(kind: Kind, page: Page, asked: FeatureQuery, base: str) -> Document:
    """A page as a GeoJSON FeatureCollection with its links."""
    here = f"{base}{ROOT}/collections/{kind.id}/items"
    links = _same(here, asked, GEOJSON)
    if page.follows is not None:
        links.append(_link("next", here + asked.link(cursor=page.follows), GEOJSON, "下一页 Next page"))
    links.append(_link("collection", f"{base}{ROOT}/collections/{kind.id}", JSON, kind.title))
    counted = {} if page.matched is None else {"numberMatched": page.matched}
    features = [written(kind, one, asked) for one in page.features]
    return {"type": "FeatureCollection", **counted, "numberReturned": len(features), "links": links,
            "features": features}  # fmt: skip


def item(kind: Kind, feature: Feature, asked: FeatureQuery, base: str) -> Document:
    here = f"{base}{ROOT}/collections/{kind.id}"
    links = [*_same(f"{here}/items/{feature.id}", asked, GEOJSON), _link("collection", here, JSON, kind.title)]
    return {**written(kind, feature, asked), "links": links}


def written(kind: Kind, feature: Feature, asked: FeatureQuery) -> GeoJson:
    """The feature as GeoJSON in the coordinate system asked for."""
    geometry = feature.geometry
    if geometry is not None and asked.swapped:
        geometry = {**geometry, "coordinates": swap_axes(geometry["coordinates"])}
    return as_geojson(kind, feature, geometry)


def landing(centre: Centre, asked: FeatureQuery, base: str) -> Document:
    town, here = centre.config.town, f"{base}{ROOT}"
    links = [
        *_same(here, asked, JSON),
        _link("service-desc", f"{here}/api", OPENAPI, "OpenAPI 3.0"),
        _link("conformance", f"{here}/conformance", JSON, "Conformance classes"),
        _link("data", f"{here}/collections", JSON, "图层 Collections"),
    ]
    return {
        "title": f"{town.name} {town.name_en}".strip(),
        "description": "Gridwatch: OGC API Features",
        "links": links,
    }


def conformance(asked: FeatureQuery, base: str) -> Document:
    return {"links": _same(f"{base}{ROOT}/conformance", asked, JSON), "conformsTo": list(CONFORMANCE)}


def collections(centre: Centre, caller: Caller, asked: FeatureQuery, base: str) -> Document:
    """Those the caller may see."""
    bounds = _bounds(centre, caller)
    seen = [collection(kind, bounds, replace(asked, given={}), base) for kind in KINDS.values() if kind.may_see(caller)]
    return {"links": _same(f"{base}{ROOT}/collections", asked, JSON), "crs": list(SYSTEMS), "collections": seen}


def one_collection(kind: Kind, centre: Centre, caller: Caller, asked: FeatureQuery, base: str) -> Document:
    return collection(kind, _bounds(centre, caller), asked, base)


def collection(kind: Kind, bounds: Box, asked: FeatureQuery, base: str) -> Document:
    here = f"{base}{ROOT}/collections/{kind.id}"
    return {
        "id": kind.id,
        "title": kind.title,
        "description": kind.description,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [list(bounds)], "crs": CRS84}},
        "crs": list(SYSTEMS),
        "storageCrs": CRS84,
        "links": [
            *_same(here, asked, JSON),
            _link("items", f"{here}/items", GEOJSON, kind.title),
            _link("items", f"{here}/items?f=html", HTML, kind.title),
        ],
    }


def _listed(kind: Kind, centre: Centre, caller: Caller, asked: FeatureQuery, statuses: Statuses) -> Page:
    found = fitting(kind, read_all(kind, centre, caller, statuses), asked)
    rest = [one for one in found if asked.cursor is None or one.id > asked.cursor]
    shown = rest[: asked.limit]
    return Page(shown, len(found), shown[-1].id if len(rest) > len(shown) else None)


def _case_page(centre: Centre, caller: Caller, asked: FeatureQuery) -> Page:
    wanted = replace(case_filter(asked), limit=asked.limit, cursor=asked.cursor)
    found = centre.incidents.queue.walk(caller, wanted)
    matched = found.total if found.total_exact else None
    return Page([case_feature(one) for one in found.items], matched, found.next)


def _area(box: Box) -> BaseGeometry:
    west, south, east, north = box
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.union(shapely.box(west, south, 180, north), shapely.box(-180, south, east, north))


def _bounds(centre: Centre, caller: Caller) -> Box:
    """Of the caller's own areas: where a collection lies must not tell of what he does not see."""
    ground = own_ground(centre, caller)
    drawn = ground.outline if ground else None
    west, south, east, north = drawn.bounds if drawn is not None else centre.town_map.bounds
    return west, south, east, north


def _same(here: str, asked: FeatureQuery, media: str) -> list[Document]:
    own, other, what = (media, HTML, "html") if asked.shape == "json" else (HTML, media, "json")
    other_title = "HTML" if what == "html" else "JSON"
    return [
        _link("self", here + asked.link(), own, "this document"),
        _link("alternate", here + asked.link(f=what), other, other_title),
    ]


def _link(rel: str, href: str, media: str, title: str) -> Document:
    return {"rel": rel, "href": href, "type": media, "title": title}
