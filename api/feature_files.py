"""Features as files to take away: GeoJSON as it is read, GeoPackage made whole before its first byte is sent."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import pandas as pd
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry import shape

from api.camera_directory import Statuses
from api.centre import Centre
from api.feature_kinds import CASES, Feature, Form, Kind, as_geojson, case_feature, read_all
from api.feature_pages import case_filter, fitting
from api.feature_query import FeatureQuery
from incidents.errors import Invalid
from incidents.rights import Caller

MOST_IN_PACKAGE = 100_000
"""Features; a GeoPackage is a database and cannot be sent while it is written."""
ROWS = 5_000
"""Written at once."""
PIECE = 64 * 1024
GPKG = "application/geopackage+sqlite3"
_TYPES: dict[Form, str] = {
    "text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean", "time": "datetime64[ms, UTC]",
}  # fmt: skip


def every_feature(
    kind: Kind, centre: Centre, caller: Caller, asked: FeatureQuery, statuses: Statuses
) -> Iterator[Feature]:
    """All that fit and the caller may see; cases as they are read, the newest first. Raises Invalid."""
    if kind is CASES:
        return map(case_feature, centre.incidents.queue.every(caller, case_filter(asked)))
    return iter(fitting(kind, read_all(kind, centre, caller, statuses), asked))


def geojson_pieces(kind: Kind, features: Iterable[Feature]) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946), one feature a line; millions need no memory."""
    written, comma = [f'{{"type":"FeatureCollection","name":"{kind.id}","features":['], ""
    size = 0
    for one in features:
        text = json.dumps(as_geojson(kind, one, one.geometry), ensure_ascii=False, separators=(",", ":"))
        written.append(f"{comma}\n{text}")
        comma, size = ",", size + len(text)
        if size > PIECE:
            yield "".join(written).encode()
            written, size = [], 0
    yield "".join([*written, "\n]}\n"]).encode()


def package_pieces(kind: Kind, features: Iterable[Feature]) -> Iterator[bytes]:
    """A GeoPackage (OGC 12-128r19) with one layer of the kind's name. Raises Invalid for more than MOST_IN_PACKAGE,
    before anything is yielded."""
    source = iter(features)
    with tempfile.TemporaryDirectory(prefix="gridwatch-") as folder:
        path, told = Path(folder) / f"{kind.id}.gpkg", 0
        for rows in chain([list(islice(source, ROWS))], iter(lambda: list(islice(source, ROWS)), [])):
            told += len(rows)
            if told > MOST_IN_PACKAGE:
                raise Invalid(f"more than {MOST_IN_PACKAGE} features: narrow the question, or take GeoJSON", "form")
            _frame(kind, rows).to_file(
                path, layer=kind.id, driver="GPKG", mode="a" if path.exists() else "w", engine="pyogrio",
                geometry_type=kind.geometry,
            )  # fmt: skip
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _frame(kind: Kind, rows: list[Feature]) -> GeoDataFrame:
    columns: dict[str, pd.Series] = {"id": pd.Series([one.id for one in rows], dtype="string")}
    for name, form in kind.columns.items():
        values = [one.values[name] for one in rows]
        if form == "time":
            values = [None if at is None else round(at * 1000) for at in values]
            columns[name] = pd.to_datetime(pd.Series(values, dtype="Int64"), unit="ms", utc=True).astype(_TYPES[form])
        else:
            columns[name] = pd.Series(values, dtype=_TYPES[form])
    places = [None if one.geometry is None else shape(one.geometry) for one in rows]
    return GeoDataFrame(columns, geometry=places, crs=4326)
