"""Domes over ground that is not level: a grid read from a file, against simulated domes."""

import json
import math
from dataclasses import replace

import pytest

from api.town_files import read_town
from config.cameras import CamerasFile
from gis.dome import Dome, dome_of
from gis.dome_mount import Direction
from gis.elevation import read_elevation
from gis.files import GeographyError
from gis.plane import distance_m
from tests.api.dome_town import HEIGHT_M, config_with, dome_town
from tests.api.test_ptz import EAST, at
from tests.api.town import GRIDS, TOWN_MAP, collection, middle
from tests.wall.page_client import page

WEST = middle("west-g1")
OPERATOR = "operator@town"
RISE = 0.08
"""Metres up for every metre east of the dome in the east village."""


def hill_file(folder):
    """A slope of 8 % towards the east, over both villages."""
    west, south = Dome(*EAST, 10.0).plane.to_degrees(-4000, -3000)
    east, north = Dome(*EAST, 10.0).plane.to_degrees(3000, 3000)
    cell = 0.0003
    columns, rows = math.ceil((east - west) / cell), math.ceil((north - south) / cell)
    across = [
        100 + RISE * Dome(*EAST, 10.0).plane.to_metres(west + (n + 0.5) * cell, EAST[1])[0] for n in range(columns)
    ]
    row = " ".join(f"{height:.2f}" for height in across)
    head = f"ncols {columns}\nnrows {rows}\nxllcorner {west:.9f}\nyllcorner {south:.9f}\ncellsize {cell}\n"
    (folder / "ground.asc").write_text(head + "\n".join([row] * rows))
    return folder / "ground.asc"


async def test_domes_point_at_ground_that_rises(tmp_path):
    grid = read_elevation(hill_file(tmp_path))
    async with dome_town(tmp_path, town_map=replace(TOWN_MAP, elevation=grid)) as dome:
        async with page(
            dome.town.live_url, additional_headers={"authorization": f"Bearer {dome.town.token(OPERATOR)}"}
        ) as client:
            await client.say(type="events", topics=["ptz"])
            place = at(EAST, 400, 0)
            pointed = await dome.call(OPERATOR, "POST", "point", place)
            up = math.degrees(math.atan((RISE * 400 - HEIGHT_M) / 400))
            assert pointed["direction"]["tilt_deg"] == pytest.approx(up, abs=0.1)
            await dome.stands()
            seen = (await dome.call(OPERATOR, "GET", "place?x=0.5&y=0.5"))["place"]
            assert distance_m(seen["lon"], seen["lat"], place["lon"], place["lat"]) < 3
            # Level ground would miss by hundreds of metres.
            told = Direction(pointed["direction"]["pan_deg"], pointed["direction"]["tilt_deg"])
            flat = Dome(*EAST, HEIGHT_M).place(told, 1.0)
            assert flat is None or distance_m(*flat, place["lon"], place["lat"]) > 300

            def far_edge() -> float:
                news = [one["data"] for one in client.of_type("event") if one["data"]["camera"] == "east-cam"]
                ring = news[-1]["view"]["coordinates"][0] if news and news[-1]["view"] else []
                return max((distance_m(lon, lat, *EAST) for lon, lat in ring), default=0.0)

            # The wedge ends where the hill does, just beyond the place.
            await client.until(lambda _: 400 < far_edge() < 600)
        # Two domes that look at the place cross at its height above the first one's foot.
        place = at(EAST, -400, 100)
        both = await dome.call(OPERATOR, "POST", "/ptz/point", {**place, "all": True})
        assert [one["sent"] for one in both["items"]] == [True, True]
        await dome.stands()
        crossed = await dome.call(
            OPERATOR, "POST", "/ptz/crossing", {"sights": [{"camera": "east-cam"}, {"camera": "west-cam"}]}
        )
        assert crossed["agree"]
        assert distance_m(crossed["lon"], crossed["lat"], place["lon"], place["lat"]) < 15
        assert crossed["height_m"] == pytest.approx(0, abs=4)


def test_the_grid_is_read_with_the_town_and_says_whom_it_does_not_know(tmp_path, caplog):
    areas = [
        {**one, "properties": {"code": code, "parent": "" if code == "t" else "t", "name": code, "name_en": code}}
        for one in TOWN_MAP.areas["features"]
        for code in [one["properties"]["code"]]
    ]
    for one in areas:
        one["properties"]["level"] = "village" if one["properties"]["parent"] else "town"
    (tmp_path / "areas.geojson").write_text(json.dumps(collection(*areas)))
    (tmp_path / "grids.geojson").write_text(json.dumps(GRIDS.geojson()))
    hill_file(tmp_path)
    files = {"areas": "areas.geojson", "grids": "grids.geojson", "elevation": "ground.asc"}
    given = config_with({"east-cam": "http://10.0.0.1/", "west-cam": "http://10.0.0.2/"}).model_dump(
        mode="json", exclude_none=True
    )
    far = {**given["cameras"][1], "id": "far-cam", "position": {"lon": EAST[0] + 0.2, "lat": EAST[1], "height_m": 20}}
    config = CamerasFile.model_validate(
        {**given, "town": {**given["town"], "files": files}, "cameras": [*given["cameras"], far]}
    )
    elevation = read_town(config, tmp_path).town_map.elevation
    assert elevation.at(*EAST) == pytest.approx(100, abs=1)
    told = [one.getMessage() for one in caplog.records if "ground.asc" in one.getMessage()]
    assert told == ["ground.asc: does not know the ground under far-cam: for that dome the ground is taken as level"]
    domes = {one.id: dome_of(one, elevation=elevation) for one in config.cameras}
    assert domes["east-cam"].elevation is elevation
    assert domes["far-cam"].elevation is None
    (tmp_path / "ground.asc").write_text("ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3 x\n")
    with pytest.raises(GeographyError, match=r"ground\.asc.*cell 4 of 4: expected a number, got 'x'"):
        read_town(config, tmp_path)
