"""Shapes of a town or a city in metres: transverse Mercator around its middle, conformal, and back without loss."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer


class Metric:
    """Lengths are right to 1 part in 30 000 up to 50 km east or west of `lon`."""

    def __init__(self, lon: float, lat: float) -> None:
        text = f"+proj=tmerc +lat_0={lat:.6f} +lon_0={lon:.6f} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
        self._pipeline = Transformer.from_pipeline(text)

    def to_metres(self, shapes: Any) -> Any:
        """Shapes, or one, from WGS 84 degrees to metres east and north; None stays None."""
        return shapely.transform(shapes, self._metres)

    def to_degrees(self, shapes: Any) -> Any:
        """The inverse."""
        return shapely.transform(shapes, self._degrees)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """(lon, lat) of a point in metres, to a centimetre."""
        lon, lat = self._degrees(np.array([[x, y]]))[0]
        return round(float(lon), 7), round(float(lat), 7)

    def _metres(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self._pipeline.transform(places[:, 0], places[:, 1]))

    def _degrees(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self._pipeline.transform(metres[:, 0], metres[:, 1], direction="INVERSE"))
