"""Editions of the grids over HTTP, on a real cameras.yaml."""

import json
from datetime import UTC, datetime, timedelta

from geopandas import GeoDataFrame
from shapely import box
from shapely.geometry import mapping

from tests.api.town import running_town
from tests.estate.town import CODES, VILLAGES, write_estate


def drawn(gap: float = 0.0, village: str = "清东村") -> bytes:
    west, south, east, north = VILLAGES["清东村"].bounds
    middle = (west + east) / 2
    shapes = {"330699101001001": box(west, south, middle - gap, north),
              "330699101001002": box(middle, south, east, north)}  # fmt: skip
    features = [{"type": "Feature", "properties": {"网格编码": code, "所属村": village, "人口": 900},
                 "geometry": mapping(shape)} for code, shape in shapes.items()]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


async def test_a_file_is_previewed_on_the_map_taken_from_a_day_on_and_audited(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_estate(folder)
    async with running_town(tmp_path, cameras_file=config) as town:
        client, village = town.client("administrator@town"), town.client("administrator@east")

        async def upload(data: bytes, **form: str):
            return await client.post("/estate/grids/import", files={"file": ("网格.geojson", data)}, data=form)

        gaping = (await upload(drawn(gap=0.00002))).json()
        assert (gaping["coordinates"]["system"], gaping["by_fault"]) == ("wgs84", {"gap": 1})
        assert gaping["changes"] == {"new": ["330699101001001", "330699101001002"], "gone": ["g1"], "redrawn": []}
        map_of = await client.get(f"/estate/grids/import/{gaping['id']}/map")
        assert [one["properties"]["what"] for one in map_of.json()["features"]] == ["grid", "grid", "problem"]
        preview = (await upload(drawn(gap=0.00002), mend="true")).json()
        assert (preview["by_fault"], len(preview["mended"])) == ({}, 1)
        where = f"/estate/grids/import/{preview['id']}/apply"

        today = datetime.fromtimestamp(town.centre.clock.now(), UTC).date()
        later = str(today + timedelta(days=400))
        assert (await village.post(where, json={"first_day": later})).status_code == 403
        assert (await town.client("administrator@town").post(where, json={"first_day": "soon"})).status_code == 422
        taken = await client.post(where, json={"first_day": later})
        assert (taken.status_code, taken.json()["grids"], taken.json()["present"]) == (200, 2, False)
        assert (await client.post(where, json={"first_day": later})).status_code == 404
        again = f"/estate/grids/import/{gaping['id']}/apply"
        assert (await client.post(again, json={"first_day": later})).status_code == 409
        listed = (await client.get("/estate/grids/editions")).json()["items"]
        assert [(one["first_day"], one["source"], one["present"]) for one in listed] == [
            (None, "", True), (later, "网格.geojson", False)
        ]  # fmt: skip
        (kept,) = folder.glob("grids-*.geojson")
        written = json.loads(kept.read_text(encoding="utf-8"))["features"]
        assert {(one["properties"]["village"], one["properties"]["population"]) for one in written} == {
            (CODES["清东村"], 900)
        }
        noted = (await client.get("/audit?kind=grids")).json()["items"]
        assert [one["subject"] for one in noted] == ["grids"]

        # What another wrote is chosen by hand: columns, and the several files of a shapefile.
        frame = GeoDataFrame.from_features(json.loads(drawn()), crs=4326).rename(
            columns={"网格编码": "号", "人口": "数"}
        )
        frame.to_crs(4528).to_file(tmp_path / "wangge.shp", encoding="gbk")
        parts = [("file", (one.name, one.read_bytes())) for one in sorted(tmp_path.glob("wangge.*"))]
        many = (await client.post("/estate/grids/import", files=parts)).json()
        assert (many["coordinates"]["how"], many["by_fault"]["code_missing"]) == ("file", 2)
        assert ("号", "330699101001001") in {(one["name"], one["sample"]) for one in many["headings"]}
        chosen = {"columns": json.dumps({"code": "号", "population": "数"})}
        told = (await client.post("/estate/grids/import", files=parts, data=chosen)).json()
        assert (told["counts"]["errors"], told["columns"]["code"]) == (0, "号")
        assert [(one["code"], one["what"], one["parts"]) for one in told["changed"]] == [
            ("g1", "gone", [["330699101001001", 0.5], ["330699101001002", 0.5]]),
            ("330699101001001", "new", [["g1", 1.0]]),
            ("330699101001002", "new", [["g1", 1.0]]),
        ]
        two = [parts[0], ("file", ("other.dbf", b""))]
        assert (await client.post("/estate/grids/import", files=two)).json()["error"]["where"] == "file"
        for wrong in ('["code"]', '{"colour": "号"}'):
            refused = await client.post("/estate/grids/import", files=parts, data={"columns": wrong})
            assert refused.json()["error"]["where"] == "columns"
        for layer in ("a", "b"):
            frame.to_file(tmp_path / "two.gpkg", layer=layer)
        layers = await upload((tmp_path / "two.gpkg").read_bytes())
        assert (layers.json()["error"]["where"], "a, b" in layers.text) == ("layer", True)

        bad = (await upload(drawn(village="没有的村"))).json()
        assert bad["counts"]["errors"] == 2
        refused = await client.post(f"/estate/grids/import/{bad['id']}/apply", json={"first_day": "2031-01-01"})
        assert (refused.status_code, "2 errors" in refused.json()["error"]["message"]) == (409, True)
        nothing = await upload(b"\x00\x01")
        assert (nothing.status_code, nothing.json()["error"]["where"]) == (422, "file")
        assert str(tmp_path) not in nothing.text
        assert "/tmp" not in (await upload(b'{"type": "FeatureCollection", "features": []}')).text
        assert (await upload(drawn(), coordinates="mars")).json()["error"]["where"] == "coordinates"
        assert (await upload(bytes(65 * 1024 * 1024))).status_code == 413
