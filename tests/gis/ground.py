"""Ground of a formula, as an `Elevation`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.gis.domes import PLANE


class Ground:
    """`height_m` of metres east and north of (LON, LAT)."""

    def __init__(self, height_m: Callable[[float, float], float]) -> None:
        self._height_m = height_m

    def at(self, lon: float, lat: float) -> float | None:
        return self._height_m(*PLANE.to_metres(lon, lat))

    def at_each(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        places = zip(lon.tolist(), lat.tolist(), strict=True)
        return np.array([self._height_m(*PLANE.to_metres(*each)) for each in places])
