"""Which coordinate system a file or table is in: told, named by it, or found by where its places would lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from gis.chinese_coordinates import Place, Places
from gis.coordinate_guess import Guess, Row, guess_system
from gis.coordinate_systems import WGS84, each_to_wgs84, kind_of, shown_system
from gis.feature_file import FeatureFile

_OWN_DATUM = ("WGS 84", "GRS 1980", "CGCS2000")
_LOOKED_AT = 400
"""Features whose places are weighed; more would not make it surer."""


@dataclass(frozen=True, slots=True)
class SystemChoice:
    """`system` is "" where it could not be found out and was not told: then nothing has a place. It is a name of
    `gis.coordinate_systems`, or of the EPSG data set where a file names its own.

    `how`: `told`, `file` (the file names it), `certain`, `likely`, `heading`, `unclear` or `none` (there are no
    coordinates)."""

    system: str
    how: str
    guess: Guess
    name: str = ""
    """Of a system that only the file knows."""

    @property
    def said(self) -> str:
        """For the operator, in a line."""
        fits = "; ".join(str(fit) for fit in self.guess.fits)
        known = self.name or (shown_system(self.system) if self.system else "")
        texts = {
            "none": "no row has coordinates",
            "told": f"{known}, as told ({fits})",
            "file": f"{known}, as the file says" + (f" ({fits})" if fits else ""),
            "certain": f"{known}, found with certainty ({fits})",
            "likely": f"{known}, found as the likely one ({fits}); say --coordinates to settle it",
            "heading": f"{known}, as the heading says ({fits})",
            "unclear": f"the coordinate system could not be found out ({fits or 'the numbers fit none known here'}); "
            "say it with --coordinates",
        }
        return texts[self.how]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """`shapes` in WGS 84 degrees, lon before lat; empty where the system is not known."""

    choice: SystemChoice
    shapes: NDArray[np.object_]
    warnings: tuple[str, ...] = ()


def place_features(
    file: FeatureFile, within: Sequence[BaseGeometry | None], around: Place, told: str, roads: Sequence[BaseGeometry]
) -> Placed:
    """`within[n]` is the outline (WGS 84) the feature `n` should lie in, None where nothing is known; `around` the
    middle of the town. A projected system the file names is believed; degrees are checked, since GCJ-02 and BD-09 are
    handed on as WGS 84. Raises ValueError where the numbers are not of the system told or named."""
    there = np.flatnonzero([shape is not None and not shape.is_empty for shape in file.shapes])
    if not len(there):
        return Placed(SystemChoice("", "none", Guess(())), file.shapes)
    first = shapely.get_coordinates(file.shapes[there[0]])[0]
    metres = kind_of(float(first[0]), float(first[1])) != "degrees"
    if file.crs is not None and not told and file.crs.is_projected and metres:
        return _projected(file, file.crs)
    warnings = []
    if file.crs is not None and not told and file.crs.is_projected != metres:
        warnings.append(f"says {file.crs.name}, which its numbers cannot be; found by the numbers instead")
    elif file.crs is not None and not told and not _own_datum(file.crs):
        warnings.append(f"is in {file.crs.name}: without the survey office's parameters off by up to 100 m")
    guess = guess_system(_rows(file.shapes, there, within), roads, around)
    choice = _choose(file, guess, told, metres)
    named = f"the file says {file.crs.name}" if file.crs is not None else "the file names none"
    if choice.how in ("certain", "likely") and choice.system != WGS84:
        warnings.append(f"taken as {shown_system(choice.system)}, by where its features lie; {named}")
    if choice.how == "file" and guess.fits:
        warnings.append(f"taken as WGS 84, as {named}: nothing known of the town tells it from GCJ-02 or BD-09")
    shapes = _transformed(file.shapes, choice.system) if choice.system else file.shapes
    return Placed(choice, shapes, tuple(warnings))


def _projected(file: FeatureFile, crs: CRS) -> Placed:
    try:
        transformer = Transformer.from_crs(crs, 4326, always_xy=True)
        xy = shapely.get_coordinates(file.shapes)
        lon, lat = transformer.transform(xy[:, 0], xy[:, 1])
    except ProjError as error:
        raise ValueError(f"its coordinate system {crs.name} cannot be brought to WGS 84: {error}") from error
    places = np.column_stack((lon, lat))
    if not (np.isfinite(places).all() and (np.abs(places) <= (180, 90)).all()):
        raise ValueError(f"its numbers are not of {crs.name}")
    shapes = shapely.set_coordinates(file.shapes.copy(), places)
    text = f"is in {crs.name}: without the survey office's parameters off by up to 100 m"
    authority = crs.to_authority()
    system = ":".join(authority) if authority else crs.name
    choice = SystemChoice(system, "file", Guess(()), crs.name)
    return Placed(choice, shapes, () if _own_datum(crs) else (text,))


def _own_datum(crs: CRS) -> bool:
    """Whether its datum is WGS 84's or China's 2000: Beijing 1954 and Xi'an 1980 are others."""
    return crs.ellipsoid is None or crs.ellipsoid.name in _OWN_DATUM


def _choose(file: FeatureFile, guess: Guess, told: str, metres: bool) -> SystemChoice:
    if told:
        return SystemChoice(told, "told", guess)
    best = guess.best
    # With nothing to weigh, every system fits as well as the others.
    weighed = best is not None and (best.inside is not None or best.road_m is not None)
    if best is not None and guess.verdict in ("certain", "likely") and (weighed or len(guess.fits) == 1):
        return SystemChoice(best.system, guess.verdict, guess)
    if not metres and file.crs is not None and (not weighed or _agrees(guess)):
        return SystemChoice(WGS84, "file", guess)
    return SystemChoice("", "unclear", guess)


def _agrees(guess: Guess) -> bool:
    """Whether WGS 84 fits about as well as the best does: large grids in large villages do not tell 500 m."""
    best, said = guess.best, next((fit for fit in guess.fits if fit.system == WGS84), None)
    if best is None or said is None or (said.inside is not None and said.inside < 0.5):
        return False
    return said.confidence >= best.confidence / 2


def _rows(shapes: NDArray[np.object_], there: NDArray[np.intp], within: Sequence[BaseGeometry | None]) -> list[Row]:
    """A place inside each feature, and corners drawn in by a fifth: near the border of a village is where it shows
    that a file is off by some hundred metres."""
    rows = []
    for index in there[:: max(1, len(there) // _LOOKED_AT)]:
        middle = shapely.get_coordinates(shapely.point_on_surface(shapes[index]))
        if not len(middle):
            continue
        x, y = (float(one) for one in middle[0])
        rows.append(Row(x, y, within[index]))
        corners = shapely.get_coordinates(shapes[index])
        for corner in corners[:: max(1, len(corners) // 4)][:4]:
            rows.append(Row(float(0.8 * corner[0] + 0.2 * x), float(0.8 * corner[1] + 0.2 * y), within[index]))
    return rows


def _transformed(shapes: NDArray[np.object_], system: str) -> NDArray[np.object_]:
    places: Places = each_to_wgs84(system, shapely.get_coordinates(shapes))
    return np.asarray(shapely.set_coordinates(shapes.copy(), places), dtype=object)
