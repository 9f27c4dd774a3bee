"""Features of a geographic file as the file has them: numbers not yet brought to WGS 84, attributes as text.

Read are shapefiles (bare, or zipped with their companions), GeoPackage, GeoJSON and KML. Nothing is unpacked, parsed or
allocated beyond `Limits`; a file is judged by its content, not by its name, and only by the reader of its own form.
"""

import codecs
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import shapely
from geopandas.geodataframe import GeoDataFrame
from numpy.typing import NDArray
from pyproj import CRS

from gis.files import GeographyError, text_of
from gis.kml import read_placemarks

MB = 1024 * 1024
_COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MOST_FIELDS = 255
_DBF_LANGUAGE = 29
"""Offset of the language in the head of a dBASE file; 0 says nothing."""
_DBF_GBK = 0x4D
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """Far above what a city has (8436 grids of 60 corners are 10 MB), far below what would stop the server."""

    file_bytes: int = 128 * MB
    unpacked_bytes: int = 256 * MB
    members: int = 200
    layers: int = 500
    features: int = 200_000
    vertices: int = 5_000_000
    nesting: int = 32
    text: int = 2_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class FeatureFile:
    """`shapes[n]` belongs to `rows[n]`; None where a feature has no geometry, or none that could be read.

    `crs` is what the file names, None for nothing; `by_rule` where not the file but its form says WGS 84 (RFC 7946,
    KML), which people write other systems into.
    """

    form: str
    rows: tuple[Mapping[str, str], ...]
    shapes: NDArray[np.object_]
    crs: CRS | None
    by_rule: bool = False
    warnings: tuple[str, ...] = ()


class LayersFound(GeographyError):
    """The file has several layers, which its text names, and none of them was asked for."""


def read_features(path: Path, layer: str = "", limits: Limits = LIMITS) -> FeatureFile:
    """All features of the one layer with geometry, or of `layer`. Raises GeographyError saying what is wrong."""
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise GeographyError(path, [f"is larger than {limits.file_bytes // MB} MB"])
        with path.open("rb") as stream:
            head = stream.read(512)
        if head.startswith(b"PK\x03\x04"):
            with _unpacked(path, limits) as inside:
                return _of_form(path, inside, layer, limits)
        return _of_form(path, path, layer, limits)
    except OSError as error:
        raise GeographyError(path, [f"cannot be read: {error.strerror or error}"]) from error


@contextmanager
def _unpacked(path: Path, limits: Limits) -> Iterator[Path]:
    """The one shapefile, KML, GeoJSON or GeoPackage of an archive, in a folder of its own that goes again."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="gridwatch-") as folder:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > limits.members or sum(one.file_size for one in members) > limits.unpacked_bytes:
                raise GeographyError(path, [f"holds more than {limits.members} files, or unpacks to more than "
                                            f"{limits.unpacked_bytes // MB} MB"])  # fmt: skip
            chosen = _chosen(path, members)
            stem = str(PurePosixPath(chosen.filename).with_suffix("")).lower()
            for one in members:
                name = PurePosixPath(one.filename)
                companion = str(name.with_suffix("")).lower() == stem and name.suffix.lower() in _COMPANIONS
                if one is chosen or companion:
                    # A member is never unpacked beyond the size it declares, so that the sum of these is a bound.
                    (Path(folder) / f"layer{name.suffix.lower()}").write_bytes(archive.read(one))
            yield Path(folder) / f"layer{PurePosixPath(chosen.filename).suffix.lower()}"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise GeographyError(path, [f"is a damaged or encrypted archive: {error}"]) from error


def _chosen(path: Path, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    for suffix in (".shp", ".gpkg", ".geojson", ".json", ".kml"):
        found = [one for one in members if PurePosixPath(one.filename).suffix.lower() == suffix
                 and not one.filename.startswith("__MACOSX/")]  # fmt: skip
        if len(found) > 1:
            names = ", ".join(sorted(one.filename for one in found)[:8])
            raise GeographyError(path, [f"holds {len(found)} layers ({names}); send one at a time"])
        if found:
            return found[0]
    raise GeographyError(path, ["holds no .shp, .gpkg, .geojson or .kml"])


def _of_form(path: Path, inside: Path, layer: str, limits: Limits) -> FeatureFile:
    """`path` is what errors name, `inside` what is read."""
    with inside.open("rb") as stream:
        head = stream.read(512)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"\x00\x00\x27\x0a"):
        return _shapefile(path, inside, limits)
    if head.startswith(b"SQLite format 3\x00"):
        return _geopackage(path, inside, layer, limits)
    if text.startswith(b"{"):
        _refuse_deep_json(path, inside, limits)
        frame = _frame(path, inside, limits)
        return _of_frame(path, "GeoJSON", frame, limits, by_rule=_is_wgs84(frame))
    if text.startswith(b"<") and b"kml" in head.lower():
        return _kml(path, inside, limits)
    raise GeographyError(path, ["is no shapefile, GeoPackage, GeoJSON or KML"])


def _shapefile(path: Path, inside: Path, limits: Limits) -> FeatureFile:
    missing = [suffix for suffix in (".shx", ".dbf") if not inside.with_suffix(suffix).is_file()]
    if missing:
        raise GeographyError(path, [f"its companion {' and '.join(missing)} is missing; send the files in one .zip"])
    beside = sum(one.stat().st_size for one in inside.parent.glob(f"{inside.stem}.*") if one.suffix in _COMPANIONS)
    if beside > limits.unpacked_bytes:
        raise GeographyError(path, [f"is larger than {limits.unpacked_bytes // MB} MB with its companions"])
    table = inside.with_suffix(".dbf")
    encoding = _dbf_encoding(table)
    cut = _cut_names(table, encoding or _said_encoding(table))
    if not cut:
        return _of_frame(path, "shapefile", _frame(path, inside, limits, encoding=encoding), limits)
    with tempfile.TemporaryDirectory(prefix="gridwatch-") as folder:
        for one in inside.parent.glob(f"{inside.stem}.*"):
            if one.suffix in _COMPANIONS:
                (Path(folder) / one.name).write_bytes(cut if one.suffix == ".dbf" else one.read_bytes())
        return _of_frame(path, "shapefile", _frame(path, Path(folder) / inside.name, limits, encoding=encoding), limits)


def _dbf_encoding(table: Path) -> str | None:
    """None where the file says it itself. Chinese tools write GBK and say nothing, and GDAL would take Latin-1."""
    if table.with_suffix(".cpg").is_file():
        return None
    data = table.read_bytes()
    if len(data) > _DBF_LANGUAGE and data[_DBF_LANGUAGE]:
        return None
    try:
        # Field names are in the head; the values may be cut within a character, at the end of a field.
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _said_encoding(table: Path) -> str:
    """What the .cpg beside it or its language byte says; "" where that is no encoding known here."""
    said = table.with_suffix(".cpg")
    if not said.is_file():
        return "gb18030" if table.read_bytes()[_DBF_LANGUAGE] == _DBF_GBK else ""
    word = said.read_bytes()[:40].decode("ascii", "replace").strip().lower()
    try:
        return "gb18030" if word.removeprefix("ansi ").strip() == "936" else codecs.lookup(word).name
    except LookupError:
        return ""


def _cut_names(table: Path, encoding: str) -> bytes:
    """The table with whole characters in its field names: a name has room for ten bytes, and three Chinese characters
    and a third of one fill them. b"" where there is nothing to do, or the encoding is not known."""
    if not encoding:
        return b""
    data = bytearray(table.read_bytes())
    changed = False
    # dBASE III: descriptors of 32 bytes from byte 32 on, ended by a carriage return; a name is 11 bytes with its zero.
    for at in range(32, min(len(data), 32 + 32 * _MOST_FIELDS), 32):
        if data[at] == 0x0D:
            break
        name = bytes(data[at : at + 11]).split(b"\x00")[0]
        kept = _decoded(name, encoding)
        if kept != name:
            data[at : at + 11] = kept.ljust(11, b"\x00")
            changed = True
    return bytes(data) if changed else b""


def _decoded(name: bytes, encoding: str) -> bytes:
    try:
        name.decode(encoding)
    except UnicodeDecodeError as error:
        return name[: error.start]
    except LookupError:
        pass
    return name


def _geopackage(path: Path, inside: Path, layer: str, limits: Limits) -> FeatureFile:
    """Only plain tables: a view could keep the reader busy for ever."""
    try:
        with closing(sqlite3.connect(f"{inside.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            query = ("SELECT c.table_name, m.type, m.sql FROM gpkg_contents c JOIN sqlite_master m ON m.name = "
                     "c.table_name WHERE c.data_type = 'features' ORDER BY 1 LIMIT ?")  # fmt: skip
            tables = base.execute(query, (limits.layers,)).fetchall()
    except sqlite3.Error as error:
        raise GeographyError(path, [f"is no GeoPackage: {error}"]) from error
    names = [str(name) for name, kind, sql in tables
             if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL")]  # fmt: skip
    chosen = layer or (names[0] if len(names) == 1 else "")
    if chosen not in names:
        said = f"has no layer {layer}" if layer else f"has {len(names)} layers with features; say which"
        raise LayersFound(path, [f"{said} ({', '.join(names[:20])})"])
    return _of_frame(path, "GeoPackage", _frame(path, inside, limits, layer=chosen), limits)


def _refuse_deep_json(path: Path, inside: Path, limits: Limits) -> None:
    marks = np.frombuffer(_STRINGS.sub(b"", inside.read_bytes()), np.uint8)
    steps = np.isin(marks, list(b"[{")).astype(np.int8) - np.isin(marks, list(b"]}")).astype(np.int8)
    if len(steps) and int(np.cumsum(steps, dtype=np.int32).max()) > limits.nesting:
        raise GeographyError(path, [f"is nested deeper than {limits.nesting} levels, which no GeoJSON is"])


def _kml(path: Path, inside: Path, limits: Limits) -> FeatureFile:
    """All folders together; the folder a placemark lies in is its attribute `folder`: often the village."""
    try:
        placemarks = read_placemarks(inside.read_bytes(), limits.features)
    except ValueError as error:
        raise GeographyError(path, [str(error)]) from error
    shapes = np.array([one.shape for one in placemarks], dtype=object)
    rows = tuple({key[: limits.text]: value[: limits.text] for key, value in one.attributes.items()}
                 for one in placemarks)  # fmt: skip
    return _within_limits(path, FeatureFile("KML", rows, shapes, CRS(4326), by_rule=True), limits)


def _frame(path: Path, inside: Path, limits: Limits, **options: str | None) -> GeoDataFrame:
    try:
        frame = GeoDataFrame.from_file(inside, rows=limits.features + 1, force_2d=True, on_invalid="ignore", **options)
    except (RuntimeError, ValueError, LookupError) as error:  # pyogrio's errors are RuntimeErrors
        raise GeographyError(path, [f"cannot be read as a geographic file: {_said(error, inside)}"]) from error
    if not isinstance(frame, GeoDataFrame):
        raise GeographyError(path, ["has no geometry"])
    return frame


def _said(error: Exception, inside: Path) -> str:
    """Without the folder it was unpacked to, which nobody can look into."""
    return str(error).replace(f"{inside.parent}/", "")[:300]


def _of_frame(path: Path, form: str, frame: GeoDataFrame, limits: Limits, *, by_rule: bool = False) -> FeatureFile:
    outline = str(frame.geometry.name)
    rows = tuple(
        {str(key): text_of(value)[: limits.text] for key, value in row.items() if key != outline}
        for row in frame.drop(columns=outline).to_dict("records")
    )
    shapes = np.asarray(frame.geometry.values, dtype=object)
    return _within_limits(path, FeatureFile(form, rows, shapes, frame.crs, by_rule), limits)


def _within_limits(path: Path, file: FeatureFile, limits: Limits) -> FeatureFile:
    if len(file.rows) > limits.features:
        raise GeographyError(path, [f"has more than {limits.features} features"])
    if not file.rows:
        raise GeographyError(path, ["has no features"])
    vertices = int(shapely.get_num_coordinates(file.shapes).sum())
    if vertices > limits.vertices:
        raise GeographyError(path, [f"has {vertices} corners, more than {limits.vertices}"])
    return file


def _is_wgs84(frame: GeoDataFrame) -> bool:
    return frame.crs is None or bool(frame.crs.to_epsg() == 4326)
