"""What the cameras around show: fog, rain and dusk come over many at once, a fault over one."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

import numpy as np

NEAREST = 16
LEAST = 4
FRESH_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A camera against its own healthy state: acuity and noise as ratios, `flat` as in `Likeness`, shift of colour."""

    acuity: float = 1.0
    noise: float = 1.0
    flat: float = 0.0
    u: float = 0.0
    v: float = 0.0


class Neighbours:
    """Not thread-safe. Cameras without a position count as everybody's neighbours."""

    def __init__(self, places: Mapping[str, tuple[float, float] | None]) -> None:
        """`places`: lon, lat by camera id."""
        self._places = dict(places)
        self._newest: dict[str, tuple[float, Standing]] = {}
        self._near: dict[str, list[str]] = {}

    def note(self, camera_id: str, at: float, standing: Standing) -> None:
        self._newest[camera_id] = at, standing

    def around(self, camera_id: str, at: float) -> Standing | None:
        """The median of the nearest cameras judged in the last five minutes; None where they are too few."""
        found = []
        for one in self._order(camera_id):
            noted = self._newest.get(one)
            if noted is not None and abs(at - noted[0]) <= FRESH_SECONDS:
                found.append(astuple(noted[1]))
                if len(found) == NEAREST:
                    break
        if len(found) < LEAST:
            return None
        return Standing(*(float(value) for value in np.median(np.array(found), axis=0)))

    def _order(self, camera_id: str) -> list[str]:
        near = self._near.get(camera_id)
        if near is None:
            here = self._places.get(camera_id)
            others = [one for one in self._places if one != camera_id]
            if here is not None:
                others.sort(key=lambda one: _distance(here, self._places[one]))
            near = self._near[camera_id] = others[: 4 * NEAREST]
        return near


def _distance(here: tuple[float, float], there: tuple[float, float] | None) -> float:
    """In degrees of latitude, near enough to sort by."""
    if there is None:
        return 0.0
    return float(np.hypot((here[0] - there[0]) * np.cos(np.radians(here[1])), here[1] - there[1]))
