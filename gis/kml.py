"""Placemarks of a KML file (OGC 12-007r2) with their attributes under the names people gave them.

GDAL's reader makes ASCII of names, and so one of all Chinese names of the same length.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import shapely
from lxml import etree
from shapely import LinearRing, LineString, MultiPoint, Point, Polygon
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_MULTI: dict[str, Callable[[list[Any]], BaseGeometry]] = {
    "Polygon": shapely.multipolygons,
    "LineString": shapely.multilinestrings,
    "Point": MultiPoint,
}


@dataclass(frozen=True, slots=True)
class Placemark:
    """`attributes`: name, folder (the innermost it lies in) and its extended data. `shape`: WGS 84 lon, lat without
    height; None where it has none that can be read."""

    attributes: dict[str, str]
    shape: BaseGeometry | None


def read_placemarks(data: bytes, most: int) -> list[Placemark]:
    """At most `most` + 1 of them. Raises ValueError saying what is wrong."""
    if any(word in data.upper() for word in _FORBIDDEN):
        raise ValueError("holds a document type, which no KML does")
    if b"\x00" in data[:64]:
        raise ValueError("is in UTF-16; save it as UTF-8")
    found = []
    try:
        for placemark in _placemarks(data):
            found.append(placemark)
            if len(found) > most:
                break
    except etree.XMLSyntaxError as error:
        raise ValueError(f"is no well-formed KML: {error}") from error
    return found


def _placemarks(data: bytes) -> Iterator[Placemark]:
    """libxml2 gives up at 256 levels by itself; what was read is forgotten again."""
    folders: list[str] = []
    events = etree.iterparse(BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True)
    for event, element in events:
        name = _local(element)
        if name == "Folder" and event == "start":
            folders.append("")
        elif event == "start":
            continue
        elif name == "Folder":
            folders.pop()
            element.clear()
        elif name == "name" and folders and _local(element.getparent()) == "Folder":
            folders[-1] = _text(element)
        elif name == "Placemark":
            yield _placemark(element, folders[-1] if folders else "")
            element.clear()


def _placemark(element: Any, folder: str) -> Placemark:
    attributes = {"folder": folder} if folder else {}
    shapes = []
    for child in element:
        kind = _local(child)
        if kind == "name":
            attributes["name"] = _text(child)
        elif kind == "ExtendedData":
            attributes |= _extended(child)
        elif kind in ("Polygon", "LineString", "LinearRing", "Point", "MultiGeometry"):
            shapes += _shapes(child)
    return Placemark(attributes, _together([shape for shape in shapes if shape is not None]) if shapes else None)


def _extended(element: Any) -> dict[str, str]:
    found = {}
    for one in element.iter():
        kind, name = _local(one), one.get("name") if isinstance(one.tag, str) else None
        if name and kind == "Data":
            found[name] = next((_text(value) for value in one if _local(value) == "value"), "")
        elif name and kind == "SimpleData":
            found[name] = _text(one)
    return found


def _shapes(element: Any) -> list[BaseGeometry | None]:
    """One for each polygon, line or point, however they are nested; None for what cannot be read."""
    found: list[BaseGeometry | None] = []
    for one in element.iter():
        kind = _local(one)
        try:
            if kind == "Polygon":
                found.append(_polygon(one))
            elif kind == "LineString":
                found.append(LineString(_places(one)))
            elif kind == "Point":
                found.append(Point(_places(one)[0]))
        except (ValueError, IndexError, GEOSException):
            found.append(None)
    return found


def _polygon(element: Any) -> Polygon:
    outer = [ring for ring in element.iter() if _local(ring) == "outerBoundaryIs"]
    inner = [ring for ring in element.iter() if _local(ring) == "innerBoundaryIs"]
    holes = [LinearRing(_places(one)) for part in inner for one in part.iter() if _local(one) == "LinearRing"]
    return Polygon(_places(outer[0]), holes)


def _places(element: Any) -> "np.ndarray[Any, Any]":
    """(n, 2) of the first `coordinates` inside. Raises ValueError."""
    text = next((one.text or "" for one in element.iter() if _local(one) == "coordinates"), "")
    places = np.array([[float(number) for number in one.split(",")[:2]] for one in text.split()])
    if not np.isfinite(places).all():
        raise ValueError("coordinates that are no numbers")
    return places


def _together(shapes: list[BaseGeometry]) -> BaseGeometry | None:
    if len(shapes) <= 1:
        return shapes[0] if shapes else None
    kinds = {shape.geom_type for shape in shapes}
    if len(kinds) > 1:
        return shapely.GeometryCollection(shapes)
    joined: BaseGeometry = _MULTI[kinds.pop()](shapes)
    return joined


def _local(element: Any) -> str:
    """The name without its namespace; "" for a comment."""
    tag = element.tag if element is not None else None
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
