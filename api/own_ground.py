"""The part of the town that is a caller's own."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from api.centre import Centre
from incidents.rights import Caller, Permission


@dataclass(frozen=True, slots=True)
class Ground:
    """`outline`: None where none of the areas is drawn."""

    outline: BaseGeometry | None


def own_ground(centre: Centre, caller: Caller) -> Ground | None:
    """What lies within the caller's areas; None for whoever has the whole town before him, by his areas or because he
    may be sent anywhere in it."""
    town = centre.cameras.area_path(centre.config.town.area)
    scope = caller.scope(Permission.CASE_SEE)
    if caller.scope(Permission.WORKER_REPORT).prefixes or (town is not None and scope.covers(town)):
        return None
    return Ground(centre.town_map.outline(area.code for area in centre.incidents.list_areas(caller)))
