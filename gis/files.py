"""Geographic files of any kind geopandas reads, brought to WGS 84 (lon, lat)."""

from pathlib import Path

from geopandas.geodataframe import GeoDataFrame
from pyproj.exceptions import CRSError

MAX_FEATURES = 200_000


class GeographyError(Exception):
    """A geographic file cannot be used; `problems` says all that is wrong with it, one line each."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def read_frame(path: Path, warnings: list[str]) -> GeoDataFrame:
    """All features in WGS 84. What was assumed is added to `warnings`. Raises GeographyError."""
    if not path.is_file():
        raise GeographyError(path, ["no such file"])
    try:
        frame = GeoDataFrame.from_file(path, rows=MAX_FEATURES + 1)
    except (RuntimeError, OSError, ValueError) as error:  # pyogrio's errors are RuntimeErrors
        raise GeographyError(path, [f"cannot be read as a geographic file: {error}"]) from error
    if not isinstance(frame, GeoDataFrame):
        raise GeographyError(path, ["has no geometry"])
    if len(frame) > MAX_FEATURES:
        raise GeographyError(path, [f"has more than {MAX_FEATURES} features"])
    if frame.crs is None:
        warnings.append("names no coordinate system; taken as WGS 84 (EPSG:4326)")
        frame = frame.set_crs(4326)
    try:
        frame = frame.to_crs(4326)
    except CRSError as error:
        raise GeographyError(path, [f"its coordinate system cannot be brought to WGS 84: {error}"]) from error
    west, south, east, north = frame.total_bounds if len(frame) else (0.0, 0.0, 0.0, 0.0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise GeographyError(path, ["has coordinates that are not degrees; its coordinate system is wrong or missing"])
    return frame


def text_of(value: object) -> str:
    """An attribute as text: "" for null, and a code that a table made a number without its `.0`."""
    if value is None or value != value:  # NaN is how pandas says null
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
