"""Zones drawn on the map, laid into the picture: cut where the picture, the camera's range or the horizon ends."""

from collections.abc import Sequence

from shapely import Polygon

from config.zones import SMALLEST_ZONE, Zone
from gis.ground import GroundModel
from gis.view import largest_polygon, seen_ground

_INWARDS = 1e-6
"""Corners on the very edge of the range are drawn in by so much, so that rounding does not put them beyond it."""


class Unseen(ValueError):
    """Nothing of a zone can be watched from there; the message says why."""


def in_picture(zone: Zone, model: GroundModel | None) -> Zone:
    """The zone with its `polygon`: itself where it has one, else what `model` shows of its `ground`.

    Of ground that the picture's edge cuts in pieces the largest is watched. Raises `Unseen`.
    """
    if not zone.ground:
        return zone
    if model is None:
        raise Unseen("is given on the map, which needs the camera's position and view, or homography")
    polygon = _projected(zone.ground, model)
    return zone.model_copy(update={"polygon": polygon, "ground": []})


def zones_in_picture(zones: Sequence[Zone], model: GroundModel | None) -> tuple[list[Zone], list[str]]:
    """Those of `zones` that can be watched, each with its `polygon`; and for each of the others why not."""
    seen, problems = [], []
    for zone in zones:
        try:
            seen.append(in_picture(zone, model))
        except Unseen as reason:
            problems.append(f"zone {zone.id} {reason}")
    return seen, problems


def _projected(ground: Sequence[tuple[float, float]], model: GroundModel) -> list[tuple[float, float]]:
    area = seen_ground(model)
    if area is None:
        raise Unseen("is given on the map, and the camera sees no ground within its range")
    piece = largest_polygon(area.intersection(Polygon(ground)))
    if piece is None or piece.is_empty:
        raise Unseen("is given on the map where the camera sees nothing: outside its picture, or beyond its range_m")
    middle = piece.representative_point()
    corners = []
    for lon, lat in list(piece.exterior.coords)[:-1]:
        inner = lon + (middle.x - lon) * _INWARDS, lat + (middle.y - lat) * _INWARDS
        point = model.to_picture(*inner)
        if point is not None:
            corners.append((min(max(point[0], 0.0), 1.0), min(max(point[1], 0.0), 1.0)))
    share = Polygon(corners).area if len(corners) > 2 else 0.0
    if share < SMALLEST_ZONE:
        raise Unseen(f"is given on the map and covers {share:.3%} of the picture; {SMALLEST_ZONE:.2%} at least")
    return corners
