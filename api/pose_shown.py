"""What a pose looks like in the picture and on the map, and one point of either on the other."""

import math
from collections.abc import Sequence

from shapely.geometry import mapping

from api.schemas.pose import MatchShown, PoseShown, SquareLineAnswer
from config.cameras import Camera, GroundPoint
from gis.ground import GroundModel, ground_model
from gis.ground_squares import ground_squares, horizon_of
from gis.plane import Plane
from gis.view import seen_ground


def model_of(camera: Camera, aspect: float) -> GroundModel | None:
    """None without a pose, and with ground points that determine no mapping."""
    try:
        return ground_model(camera, aspect)
    except ValueError:
        return None


def pose_shown(camera: Camera, aspect: float, matches: Sequence[GroundPoint], width_px: int) -> PoseShown | None:
    """None where the camera has no pose."""
    model = model_of(camera, aspect)
    if model is None:
        return None
    at = camera.position
    foot = (at.lon, at.lat) if at is not None else model.place_at(0.5, 1.0)
    seen = seen_ground(model)
    return PoseShown(
        squares=[
            SquareLineAnswer(points=list(one.points), ends=one.ends)
            for one in (ground_squares(model, foot) if foot is not None else [])
        ],
        horizon=horizon_of(model),
        seen=mapping(seen) if seen is not None else None,
        matches=[_match(model, one, aspect, width_px) for one in matches],
    )


def _match(model: GroundModel, one: GroundPoint, aspect: float, width_px: int) -> MatchShown:
    place, point = model.place_at(*one.picture), model.to_picture(one.lon, one.lat)
    metres = math.hypot(*Plane(one.lon, one.lat).to_metres(*place)) if place is not None else None
    pixels = None
    if point is not None:
        pixels = width_px * math.hypot(point[0] - one.picture[0], (point[1] - one.picture[1]) / aspect)
    return MatchShown(
        place=(round(place[0], 8), round(place[1], 8)) if place is not None else None,
        picture=(round(point[0], 5), round(point[1], 5)) if point is not None else None,
        metres=round(metres, 3) if metres is not None else None,
        pixels=round(pixels, 2) if pixels is not None else None,
    )
