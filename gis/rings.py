"""Polygons fit for use: valid, with area, and only polygons."""

from shapely import GeometryCollection, MultiPolygon, Polygon, force_2d, make_valid
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

Area = Polygon | MultiPolygon

LEAST_AREA_DEG2 = 1e-10
"""About 1 m²."""


def usable(shape: BaseGeometry | None) -> tuple[Area | None, str]:
    """The shape as polygons, and what had to be mended ("" for nothing); None and the reason if nothing is left."""
    if shape is None or shape.is_empty:
        return None, "has no geometry"
    shape = force_2d(shape)
    mended, polygonal = "", isinstance(shape, Polygon | MultiPolygon)
    if not shape.is_valid:
        mended = f"its ring was repaired: {explain_validity(shape)}"
        shape = make_valid(shape)
    if isinstance(shape, GeometryCollection):
        parts = [part for one in shape.geoms for part in getattr(one, "geoms", [one]) if isinstance(part, Polygon)]
        shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    if polygonal and shape.area < LEAST_AREA_DEG2:
        return None, "has no area"
    if not isinstance(shape, Polygon | MultiPolygon):
        return None, f"is a {shape.geom_type}, not a polygon"
    return shape, mended
