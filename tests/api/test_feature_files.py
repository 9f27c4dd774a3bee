"""Files for GIS programs, opened by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from geopandas.geodataframe import GeoDataFrame

from api import feature_files
from api.feature_files import geojson_pieces, package_pieces
from api.feature_kinds import CAMERAS, CASES, KINDS, Feature
from incidents.errors import Invalid
from incidents.service import NewCase
from tests.api.town import middle, running_town


def opened(folder: Path, content: bytes, form: str) -> GeoDataFrame:
    path = folder / f"taken.{form}"
    path.write_bytes(content)
    found = GeoDataFrame.from_file(path)
    assert isinstance(found, GeoDataFrame)
    return found


async def test_both_forms_hold_ones_own_with_its_types_and_are_audited(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        for village in ("east", "west", "west"):
            operator = town.incidents.accounts.authenticate(town.token(f"operator@{village}"))
            assert operator is not None
            town.incidents.create_case(operator, NewCase("05-01", *middle(f"{village}-g1")))
        room = town.client("village_room@west")
        frames = {}
        for kind in KINDS:
            for form in ("geojson", "gpkg"):
                reply = await room.get(f"/map/files/{kind}", params={"form": form})
                assert reply.status_code == 200, reply.text
                assert reply.headers["content-disposition"] == f'attachment; filename="{kind}.{form}"'
                frames[kind, form] = opened(tmp_path, reply.content, form)
        none = await room.get("/map/files/cases", params={"form": "gpkg", "state": "closed"})
        refused = await room.get("/map/files/cases", params={"limit": "5"})
        audited = (await town.client("administrator@town").get("/audit", params={"kind": "export"})).json()["items"]
    for form in ("geojson", "gpkg"):
        assert set(frames["cases", form]["area"]) == {"west"}
        assert len(frames["cases", form]) == 2
        assert list(frames["cameras", form]["name_en"]) == ["west camera"]
        assert set(frames["grids", form]["code"]) == {"west-g1", "west-g2"}
        assert str(frames["cases", form]["opened_at"].dtype).startswith("datetime64")
    package = frames["cases", "gpkg"]
    assert package.crs.to_epsg() == 4326
    assert set(package.geom_type) == {"Point"}
    assert set(frames["grids", "gpkg"].geom_type) == {"MultiPolygon"}
    assert package["level"].dtype.kind == "i"
    assert package["closed_at"].isna().all()
    assert list(opened(tmp_path, none.content, "gpkg").columns) == list(package.columns)
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "limit")
    subjects = [one["subject"] for one in audited]
    assert [subjects.count(kind) for kind in KINDS] == [2, 2, 3, 2]


def camera(number: int) -> Feature:
    values = dict.fromkeys(CAMERAS.columns) | {"name": f"camera {number}", "width": number}
    place = {"type": "Point", "coordinates": [120.0, 30.0]} if number % 2 else None
    return Feature(f"c{number:06}", place, values)


def test_a_package_is_written_in_parts_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_files, "ROWS", 3)
    monkeypatch.setattr(feature_files, "MOST_IN_PACKAGE", 8)
    found = opened(tmp_path, b"".join(package_pieces(CAMERAS, map(camera, range(8)))), "gpkg")
    assert list(found["width"]) == list(range(8))
    assert list(found.geometry.isna()) == [True, False] * 4
    with pytest.raises(Invalid, match="more than 8 features"):
        next(package_pieces(CAMERAS, map(camera, range(9))))


def test_geojson_is_sent_while_it_is_read(tmp_path: Path) -> None:
    read = 0

    def features() -> Iterator[Feature]:
        nonlocal read
        for number in range(2000):
            read += 1
            yield camera(number)

    pieces = geojson_pieces(CAMERAS, features())
    first = next(pieces)
    assert read < 500
    whole = first + b"".join(pieces)
    assert len(opened(tmp_path, whole, "geojson")) == 2000
    empty = b"".join(geojson_pieces(CASES, [])).split()
    assert empty == [b'{"type":"FeatureCollection","name":"cases","features":[', b"]}"]
