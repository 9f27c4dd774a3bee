"""What is nearest to a place."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from gis.plane import Plane

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Near(Generic[Item]):
    """An item and how far away it is, in metres as the crow flies."""

    item: Item
    distance_m: float


def nearest(
    items: Iterable[Item], place: Callable[[Item], tuple[float, float] | None], lon: float, lat: float, count: int = 10
) -> list[Near[Item]]:
    """The `count` items nearest to (lon, lat), nearest first; equal distances keep their order.

    `place` gives an item's (lon, lat), or None for one that has no place: it is left out. Meant for one town: all
    distances are measured, some 2 µs an item, and no index has to be kept up to date while people move.
    """
    placed = [(item, where) for item in items if (where := place(item)) is not None]
    if not placed or count <= 0:
        return []
    plane = Plane(lon, lat)
    metres = np.array([math.hypot(*plane.to_metres(*where)) for _, where in placed])
    order = np.argsort(metres, kind="stable")[:count]
    return [Near(placed[int(index)][0], float(metres[index])) for index in order]
