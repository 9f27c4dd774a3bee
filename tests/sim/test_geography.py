import csv
import json
import stat
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import LineString, Point, STRtree, transform, union_all
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from config.cameras import Camera, CamerasFile
from config.load import read_cameras
from gis.areas import AreaTree, load_areas
from gis.base_layer import load_base_layer
from gis.grids import GridMap, load_grids
from gis.ground import ground_model
from gis.plane import Plane
from sim.geography import TownFiles, generate
from sim.geography.files import write_secret
from sim.geography.town import Land, make_land, write_town
from sim.scenes.catalogue import SCENES, Scene
from sim.town_domes import DomeFiles, aim_at, read_domes

SEED = 5
PLANE = Plane(120.45, 30.08)


@dataclass(frozen=True)
class Town:
    files: TownFiles
    loaded: CamerasFile
    grids: GridMap
    areas: AreaTree
    scenes: dict[str, Scene]


def read(files: TownFiles) -> Town:
    loaded = read_cameras(files.cameras)
    assert loaded.warnings == ()
    listed = json.loads(files.sim_cameras.read_text())
    scenes = {camera_id: SCENES[entry["scene"]] for camera_id, entry in listed.items()}
    return Town(files, loaded.file, load_grids(files.grids), load_areas(files.areas), scenes)


@pytest.fixture(scope="module")
def land() -> Land:
    return make_land(SEED)


@pytest.fixture(scope="module")
def towns(land: Land, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Town]:
    """The same land with 48 and with 1677 cameras."""
    made = {}
    for count in (48, 1677):
        folder = tmp_path_factory.mktemp(f"town{count}")
        files = write_town(
            land, SEED, count, folder, dwell_seconds=60.0
        )  # fmt: skip
        made[count] = read(files)
    return made


@pytest.fixture(scope="module")
def town(towns: dict[int, Town]) -> Town:
    return towns[48]


def in_metres(geometry: BaseGeometry) -> BaseGeometry:
    return transform(geometry, lambda points: np.array([PLANE.to_metres(*point) for point in points]))


def features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load_base_layer(path).geojson["features"]
    return found


@pytest.mark.timeout(400)
def test_the_same_seed_gives_the_same_bytes(town: Town, tmp_path: Path) -> None:
    again = generate(SEED, 48, tmp_path)
    for path in sorted(town.files.folder.iterdir()):
        assert (again.folder / path.name).read_bytes() == path.read_bytes(), path.name
    assert len(list(again.folder.iterdir())) == 11


def test_the_number_of_cameras_does_not_change_the_land(towns: dict[int, Town]) -> None:
    for name in ("areas", "grids", "roads", "water", "green", "buildings", "workers"):
        few, many = (getattr(towns[count].files, name).read_bytes() for count in (48, 1677))
        assert few == many, name


def test_the_size_of_a_township(town: Town) -> None:
    villages = [area for area in town.areas.areas if area.level == "village"]
    assert 12 <= len(villages) <= 20
    assert 50 <= len(town.grids.grids) <= 70
    outline = town.areas.get("330699101")
    assert outline is not None
    assert outline.outline is not None
    area_km2 = in_metres(outline.outline).area / 1e6
    assert 25 < area_km2 < 45
    assert sum(path.stat().st_size for path in town.files.folder.glob("*.geojson")) < 3_000_000
    assert len(features(town.files.buildings)) > 2000


def test_grids_fill_their_villages_and_villages_the_town(town: Town) -> None:
    by_village = defaultdict(list)
    for grid in town.grids.grids:
        by_village[grid.village].append(grid.outline)
    assert set(by_village) == {area.code for area in town.areas.areas if area.level == "village"}
    for code, outlines in by_village.items():
        village = town.areas.get(code)
        assert village is not None
        assert village.outline is not None
        assert filled(village.outline, outlines), code
    outline = town.areas.get("330699101")
    assert outline is not None
    assert outline.outline is not None
    assert filled(outline.outline, [grid.outline for grid in town.grids.grids])


def filled(whole: BaseGeometry, parts: list[Any]) -> bool:
    """Whether the parts make up the whole: as much area as it has (no overlap) and nothing besides (no gap)."""
    metres = in_metres(whole)
    apart = [in_metres(part) for part in parts]
    together = union_all(apart)
    return (
        abs(sum(part.area for part in apart) - metres.area) < 1.0
        and together.symmetric_difference(metres).area < 1.0
        and len(getattr(together, "interiors", ())) == 0
    )


def test_every_grid_is_one_piece_and_one_kind_of_three(town: Town) -> None:
    assert {grid.outline.geom_type for grid in town.grids.grids} == {"Polygon"}
    assert {grid.kind for grid in town.grids.grids} == {"residential", "enterprise", "dedicated"}
    assert all(grid.code.startswith(grid.village + "-") for grid in town.grids.grids)
    assert len({grid.name for grid in town.grids.grids}) == len(town.grids.grids)
    assert not any(warning for warning in (*town.grids.warnings, *town.areas.warnings))


def test_areas_nest(town: Town) -> None:
    for grid in town.grids.grids:
        assert town.areas.path(grid.village) == f"/330699/330699101/{grid.village}/"
    levels = Counter(area.level for area in town.areas.areas)
    assert levels["district"] == levels["town"] == 1


def test_all_roads_hang_together(town: Town) -> None:
    meeting: dict[tuple[float, ...], set[int]] = defaultdict(set)
    roads = [feature["geometry"]["coordinates"] for feature in features(town.files.roads)]
    for index, line in enumerate(roads):
        for end in (line[0], line[-1]):
            meeting[tuple(end)].add(index)
    reached, waiting = {0}, [0]
    while waiting:
        line = roads[waiting.pop()]
        for end in (line[0], line[-1]):
            fresh = meeting[tuple(end)] - reached
            reached |= fresh
            waiting += fresh
    assert len(reached) == len(roads)


def test_roads_reach_every_village_and_have_names(town: Town) -> None:
    roads = features(town.files.roads)
    assert all(road["properties"]["name"] and road["properties"]["name_en"] for road in roads)
    assert {road["properties"]["kind"] for road in roads} == {
        "trunk", "main", "street", "riverside", "village", "lane", "track",
    }  # fmt: skip
    lines = STRtree([shape(road["geometry"]) for road in roads])
    for area in town.areas.areas:
        if area.level == "village":
            assert len(lines.query(area.outline, predicate="intersects")) >= 10, area.name


def test_roads_cross_the_river_only_on_a_few_bridges(town: Town) -> None:
    river = next(w for w in features(town.files.water) if w["properties"].get("name") == "清渡江")
    water = in_metres(shape(river["geometry"]).buffer(0))
    crossing = [
        road["properties"]["name"]
        for road in features(town.files.roads)
        if in_metres(shape(road["geometry"])).intersection(water).length > 30
    ]
    assert 3 <= len(crossing) <= 14
    assert "人民路" in crossing


def test_buildings_stand_clear_of_roads_and_water(town: Town) -> None:
    buildings = [in_metres(shape(one["geometry"])) for one in features(town.files.buildings)]
    tree = STRtree(buildings)
    for layer in (town.files.roads, town.files.water):
        for feature in features(layer):
            blocked = in_metres(shape(feature["geometry"]))
            if isinstance(blocked, LineString):
                blocked = blocked.buffer(feature["properties"]["width_m"] / 2 - 1)
            touched = [
                buildings[int(i)].intersection(blocked).area for i in tree.query(blocked, predicate="intersects")
            ]
            assert sum(touched) < 30, feature["properties"]


@pytest.mark.parametrize("count", [48, 1677])
class TestCameras:
    def test_all_are_there_with_names_of_their_own(self, towns: dict[int, Town], count: int) -> None:
        cameras = towns[count].loaded.cameras
        assert [camera.id for camera in cameras] == [f"qd-{number:04d}" for number in range(1, count + 1)]
        for names in ([camera.name for camera in cameras], [camera.name_en for camera in cameras]):
            assert len(set(names)) == count
            assert not any("{" in name for name in names)

    def test_every_scene_appears(self, towns: dict[int, Town], count: int) -> None:
        assert set(towns[count].scenes) == {camera.id for camera in towns[count].loaded.cameras}
        assert {scene.id for scene in towns[count].scenes.values()} == set(SCENES)

    def test_pose_and_zones_are_those_of_the_scene(self, towns: dict[int, Town], count: int) -> None:
        for camera in towns[count].loaded.cameras:
            scene = towns[count].scenes[camera.id]
            assert camera.position is not None
            assert camera.view is not None
            assert (camera.position.height_m, camera.view.tilt_deg, camera.view.hfov_deg) == (
                scene.height_m, scene.tilt_deg, scene.hfov_deg,
            )  # fmt: skip
            zones = {zone.rule: zone for zone in camera.zones}
            assert ("stall" in zones, "dumping" in zones) == (scene.can_stall, scene.can_dump)
            if "stall" in zones:
                assert zones["stall"].case_class == "05-01"
                assert np.allclose(zones["stall"].polygon, scene.stall_zone, atol=1e-4)
            assert all(zone.dwell_seconds == 60 for zone in camera.zones)

    def test_zones_lie_on_the_ground_in_range(self, towns: dict[int, Town], count: int) -> None:
        for camera in towns[count].loaded.cameras[:60]:
            model = ground_model(camera)
            assert model is not None
            for zone in camera.zones:
                assert all(model.to_ground(x, y) is not None for x, y in zone.polygon), camera.id

    def test_they_stand_at_roads_in_the_area_they_name(self, towns: dict[int, Town], count: int) -> None:
        town = towns[count]
        roads = STRtree([in_metres(shape(road["geometry"])) for road in features(town.files.roads)])
        for camera in town.loaded.cameras:
            here = Point(PLANE.to_metres(*place(camera)))
            assert len(roads.query(here, predicate="dwithin", distance=20)), camera.id
            grid = town.grids.containing(*place(camera), tolerance_m=1)
            assert grid is not None
            assert grid.village == camera.area

    def test_they_share_no_mast(self, towns: dict[int, Town], count: int) -> None:
        places = [Point(PLANE.to_metres(*place(camera))) for camera in towns[count].loaded.cameras]
        near = STRtree(places).query(places, predicate="dwithin", distance=3)
        together = sum(1 for a, b in near.T if a < b)
        assert together <= count // 100


def place(camera: Camera) -> tuple[float, float]:
    assert camera.position is not None
    return camera.position.lon, camera.position.lat


def test_cameras_with_events_stand_in_grids_of_their_own(town: Town) -> None:
    watched: Counter[str] = Counter()
    for camera in town.loaded.cameras:
        scene = town.scenes[camera.id]
        if scene.can_stall or scene.can_dump:
            grid = town.grids.containing(*place(camera), tolerance_m=1)
            assert grid is not None
            watched[grid.code] += 1
    assert len(watched) > 40
    assert set(watched.values()) == {1}


def test_a_full_town_is_spread_over_all_grids(towns: dict[int, Town]) -> None:
    town = towns[1677]
    found = (town.grids.containing(*place(camera), tolerance_m=1) for camera in town.loaded.cameras)
    assert len({grid.code for grid in found if grid is not None}) >= 0.9 * len(town.grids.grids)


def test_the_centre_connects_only_to_the_simulator(town: Town) -> None:
    assert town.loaded.allowed_networks == ["127.0.0.1/32"]
    for camera in town.loaded.cameras:
        assert camera.streams.sub.url == f"rtsp://127.0.0.1:8554/cam/{camera.id}/sub"


def test_workers_cover_every_grid(town: Town) -> None:
    with town.files.workers.open(encoding="utf-8", newline="") as stream:
        workers = list(csv.DictReader(stream))
    assert 35 <= len(workers) <= 45
    covered = [code for worker in workers for code in worker["grids"].split(";")]
    assert sorted(covered) == sorted(grid.code for grid in town.grids.grids)
    for key in ("username", "password"):
        assert len({worker[key] for worker in workers}) == len(workers)
    assert all(len(worker["password"]) >= 16 for worker in workers)
    assert {worker["transport"] for worker in workers} == {"walk", "e-bike"}
    for worker in workers:
        grid = town.grids.containing(float(worker["home_lon"]), float(worker["home_lat"]), tolerance_m=600)
        assert grid is not None


@pytest.mark.parametrize("name", ["workers", "camera_password"])
def test_files_with_passwords_are_their_owners_only(town: Town, name: str) -> None:
    path: Path = getattr(town.files, name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_written_over_an_open_file_does_not_stay_open(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_secret(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "new"


def test_domes_stand_on_high_points_and_see_plates(land: Land, tmp_path: Path) -> None:
    files = write_town(land, SEED, 3, tmp_path, dwell_seconds=60.0, domes=3)
    loaded = read_cameras(files.cameras)
    assert loaded.warnings == ()
    turning = {camera.id: camera for camera in loaded.file.cameras if camera.ptz is not None}
    told = read_domes(tmp_path)
    assert [dome.id for dome in told.domes] == list(turning) == ["dome-1", "dome-2", "dome-3"]
    middles = [PLANE.to_metres(dome.lon, dome.lat) for dome in told.domes]
    for dome, (x, y) in zip(told.domes, middles, strict=True):
        camera = turning[dome.id]
        assert camera.position is not None
        assert camera.ptz is not None
        assert 60 <= dome.height_m == camera.position.height_m <= 90
        off = (camera.ptz.mount.heading_deg - dome.heading_deg + 180) % 360 - 180
        assert 1.4 <= abs(off) <= 7.6  # known roughly, and never by chance exactly
        # Its rounds go to two plates it sees, as it truly stands.
        assert len(camera.ptz.views) == 2
        for view in camera.ptz.views:
            plate = next(one for one in told.plates if view.id == f"plate-{one.code:02d}")
            assert view.aim is not None
            assert dome.id in plate.seen_by
            assert aim_at(dome, plate.lon, plate.lat) == pytest.approx((view.aim.pan_deg, view.aim.tilt_deg), abs=0.1)
            assert [zone.dwell_seconds for zone in view.zones] == [60.0]
        assert not any(shape.contains(Point(x, y)) for shape in land.buildings)
    sides = [np.hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(middles, middles[1:] + middles[:1], strict=True)]
    assert min(sides) > 1000
    assert len(told.plates) == 24
    assert all(len(plate.seen_by) >= 2 for plate in told.plates)
    _assert_in_sight(land, told)


def _assert_in_sight(land: Land, told: DomeFiles) -> None:
    """Walks along each line of sight a metre at a time, above every building below it."""
    tree = STRtree(list(land.buildings))
    domes = {dome.id: dome for dome in told.domes}
    for plate in told.plates:
        foot = PLANE.to_metres(plate.lon, plate.lat)
        for dome in (domes[id_] for id_ in plate.seen_by):
            head = PLANE.to_metres(dome.lon, dome.lat)
            shares = np.linspace(0, 1, 400)[:-1]
            line = [Point(h + (f - h) * s for h, f in zip(head, foot, strict=True)) for s in shares]
            for step, building in tree.query(line, predicate="within").T:
                assert dome.height_m * (1 - shares[step]) + 0.3 > land.heights[building], (plate.code, dome.id)
