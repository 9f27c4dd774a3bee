"""The OpenAPI 3.0 description of OGC API Features (17-069r4, 9). Written by hand: the server's own document is 3.1,
which the standard's clients do not read."""

from collections.abc import Iterable
from typing import Any

from api.feature_kinds import Kind
from api.feature_pages import GEOJSON, HTML, JSON, OPENAPI
from api.feature_query import DEFAULT_LIMIT, MOST, SYSTEMS

Document = dict[str, Any]
_TYPES = {"text": "string", "time": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def description(kinds: Iterable[Kind], server: str) -> Document:
    """Of the collections given."""
    paths: Document = {
        "/": _get("getLandingPage", "Landing page", JSON),
        "/conformance": _get("getConformance", "Conformance classes", JSON),
        "/api": _get("getApi", "This description", OPENAPI),
        "/collections": _get("getCollections", "Collections", JSON),
    }
    for kind in kinds:
        here = f"/collections/{kind.id}"
        paths[here] = _get(f"describe_{kind.id}", kind.title, JSON)
        names = ("bbox", "bboxCrs", "crs", "datetime", "limit", "cursor")
        parameters = [{"$ref": f"#/components/parameters/{one}"} for one in names]
        parameters += [_parameter(one, {"type": _TYPES[kind.columns[one]]}) for one in kind.equals]
        paths[f"{here}/items"] = _get(f"get_{kind.id}", kind.description, GEOJSON, parameters)
        one = [_parameter("featureId", {"type": "string"}, "path"), {"$ref": "#/components/parameters/crs"}]
        paths[f"{here}/items/{{featureId}}"] = _get(f"get_one_of_{kind.id}", kind.title, GEOJSON, one)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Gridwatch: OGC API Features", "version": "1.0.0"},
        "servers": [{"url": server}],
        "paths": paths,
        "security": [{"bearer": []}, {"basic": []}],
        "components": {
            "parameters": _parameters(),
            "schemas": {"exception": _EXCEPTION},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic", "description": "the password is a device token; https"},
            },
        },
    }


_EXCEPTION = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}


def _parameters() -> Document:
    system = {"type": "string", "format": "uri", "enum": list(SYSTEMS), "default": SYSTEMS[0]}
    number = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    return {
        "bbox": {**_parameter("bbox", number), "style": "form", "explode": False},
        "bboxCrs": _parameter("bbox-crs", system),
        "crs": _parameter("crs", system),
        "datetime": _parameter("datetime", {"type": "string"}),
        "limit": {**_parameter("limit", limit), "style": "form", "explode": False},
        "cursor": _parameter("cursor", {"type": "string"}),
        "f": _parameter("f", {"type": "string", "enum": ["json", "html"]}),
    }


def _parameter(name: str, schema: Document, where: str = "query") -> Document:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def _get(operation: str, summary: str, media: str, parameters: list[Document] | None = None) -> Document:
    asked = [*(parameters or []), {"$ref": "#/components/parameters/f"}]
    content: Document = {media: {"schema": {"type": "object"}}}
    if media != OPENAPI:
        content[HTML] = {"schema": {"type": "string"}}
    refused = {JSON: {"schema": {"$ref": "#/components/schemas/exception"}}}
    answers = {
        "200": {"description": summary, "content": content},
        "400": {"description": "a parameter is wrong or unknown", "content": refused},
        "401": {"description": "not signed in"},
    }
    return {"get": {"operationId": operation, "summary": summary, "parameters": asked, "responses": answers}}
