"""One seed, one town: makes everything and writes it as the files a real township would bring."""

import string
from dataclasses import dataclass
from pathlib import Path

from numpy.random import Generator, default_rng
from shapely import Polygon, union_all

from sim.geography import names
from sim.geography.buildings import make_buildings
from sim.geography.files import (
    CENTRE,
    feature,
    outline_around,
    write_cameras,
    write_geojson,
    write_secret,
    write_sim_cameras,
    write_sim_domes,
    write_workers,
)
from sim.geography.high_points import building_heights, place_domes, place_plates
from sim.geography.loudspeakers import write_loudspeakers
from sim.geography.names import Name
from sim.geography.partition import GridCell, Village, make_partition, village_places
from sim.geography.placement import place_cameras
from sim.geography.roads import WIDTHS_M, Segment, make_roads
from sim.geography.sites import make_sites
from sim.geography.terrain import Terrain, make_terrain
from sim.geography.workers import make_workers


@dataclass(frozen=True, slots=True)
class TownFiles:
    """Where the files of a made town lie: the centre reads cameras.yaml and what it names, the simulator the rest."""

    folder: Path
    cameras: Path
    areas: Path
    grids: Path
    roads: Path
    water: Path
    green: Path
    buildings: Path
    camera_password: Path
    sim_cameras: Path
    sim_domes: Path
    workers: Path


@dataclass(frozen=True, slots=True)
class Land:
    """Everything of a town but its cameras and people. Local metres."""

    terrain: Terrain
    segments: tuple[Segment, ...]
    villages: tuple[Village, ...]
    grids: tuple[GridCell, ...]
    buildings: tuple[Polygon, ...]
    heights: tuple[float, ...]
    """Of the buildings, in metres."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the town's cameras and devices will be found."""

    host: str = "127.0.0.1"
    rtsp_port: int = 8554
    onvif_port: int = 8556
    speaker_port: int = 8557


DEFAULT_SERVING = Serving()


def generate(
    seed: int,
    cameras: int = 48,
    out_dir: Path = Path("town"),
    *,
    dwell_seconds: float = 60.0,
    rtsp_host: str = "127.0.0.1",
    rtsp_port: int = 8554,
    onvif_port: int = 8556,
    domes: int = 0,
    speaker_port: int = 8557,
    loudspeakers: int = 0,
) -> TownFiles:
    """Make the town of `seed` with so many cameras and write it to `out_dir`, which is made if need be. Domes on towers
    come on top of the cameras.

    The same arguments give the same bytes; the number of cameras does not change the land. Takes a few seconds.
    """
    land = make_land(seed)
    serving = Serving(rtsp_host, rtsp_port, onvif_port, speaker_port)
    on_top = {"domes": domes, "loudspeakers": loudspeakers}
    return write_town(land, seed, cameras, out_dir, dwell_seconds=dwell_seconds, serving=serving, **on_top)


def make_land(seed: int) -> Land:
    """The land of `seed`."""
    terrain = make_terrain(_rng(seed, 1))
    settlements = village_places(terrain, _rng(seed, 2))
    segments = make_roads(terrain, settlements, _rng(seed, 3))
    villages, grids = make_partition(terrain, settlements, _rng(seed, 4))
    buildings = make_buildings(terrain, segments, settlements, _rng(seed, 5))
    return Land(terrain, segments, villages, grids, buildings, building_heights(buildings, _rng(seed, 9)))


def write_town(
    land: Land,
    seed: int,
    cameras: int,
    out_dir: Path,
    *,
    dwell_seconds: float,
    serving: Serving = DEFAULT_SERVING,
    domes: int = 0,
    loudspeakers: int = 0,
) -> TownFiles:
    """Place cameras, domes and workers on the land and write all files."""
    out_dir.mkdir(parents=True, exist_ok=True)
    files = _files(out_dir)
    sites = make_sites(land.terrain, land.segments, land.villages)
    placed = place_cameras(sites, land.grids, cameras, _rng(seed, 6))
    _write_areas(files, land.villages, land.grids)
    _write_base(files, land.terrain, land.segments)
    standing = zip(land.buildings, land.heights, strict=True)
    write_geojson(files.buildings, (feature(shape, height_m=height) for shape, height in standing))
    write_secret(files.camera_password, _password(_rng(seed, 7)) + "\n")
    towers = place_domes(sites, domes, _rng(seed, 10))
    plates = place_plates(sites, land.buildings, land.heights, towers, _rng(seed, 11))
    horns = write_loudspeakers(placed, loudspeakers, serving.host, serving.speaker_port, CENTRE)
    write_cameras(
        files.cameras, placed, towers, plates, password_file=files.camera_password.name, host=serving.host,
        rtsp_port=serving.rtsp_port, onvif_port=serving.onvif_port, dwell_seconds=dwell_seconds, more=horns,
    )  # fmt: skip
    write_sim_cameras(files.sim_cameras, placed)
    write_sim_domes(files.sim_domes, towers, plates)
    write_workers(files.workers, make_workers(land.grids, land.segments, _rng(seed, 8)))
    return files


def _rng(seed: int, part: int) -> Generator:
    """Each part draws from its own source, so that one more camera does not move the river."""
    return default_rng([seed, part])


def _password(rng: Generator) -> str:
    letters = string.ascii_letters + string.digits
    return "".join(letters[int(index)] for index in rng.integers(len(letters), size=20))


def _files(folder: Path) -> TownFiles:
    layers = {name: folder / f"{name}.geojson" for name in ("areas", "grids", "roads", "water", "green", "buildings")}
    return TownFiles(
        folder, folder / "cameras.yaml", **layers, camera_password=folder / "camera-password.txt",
        sim_cameras=folder / "sim_cameras.json", sim_domes=folder / "sim_domes.json", workers=folder / "workers.csv",
    )  # fmt: skip


def _write_areas(files: TownFiles, villages: tuple[Village, ...], grids: tuple[GridCell, ...]) -> None:
    town = union_all([village.outline for village in villages])
    areas = [
        feature(outline_around(town), code=names.DISTRICT_CODE, parent="", level="district", name=names.DISTRICT.zh,
                name_en=names.DISTRICT.en),
        feature(town, code=names.TOWN_CODE, parent=names.DISTRICT_CODE, level="town", name=names.TOWN.zh,
                name_en=names.TOWN.en),
    ]  # fmt: skip
    for village in villages:
        areas.append(
            feature(village.outline, code=village.code, parent=names.TOWN_CODE, level="village", name=village.name.zh,
                    name_en=village.name.en)
        )  # fmt: skip
    write_geojson(files.areas, areas)
    write_geojson(
        files.grids,
        (feature(grid.outline, code=grid.code, village=grid.village, name=grid.name.zh, name_en=grid.name.en,
                 kind=grid.kind) for grid in grids),
    )  # fmt: skip


def _write_base(files: TownFiles, terrain: Terrain, segments: tuple[Segment, ...]) -> None:
    rank = list(WIDTHS_M)
    ordered = sorted(segments, key=lambda one: -rank.index(one.kind))  # the weightier are drawn on top
    write_geojson(
        files.roads,
        (feature(one.line, name=one.name.zh, name_en=one.name.en, kind=one.kind, width_m=WIDTHS_M[one.kind])
         for one in ordered),
    )  # fmt: skip
    courses = [(course.surface, course.name, course.kind) for course in (*terrain.brooks, terrain.river)]
    still = [(pond.outline, pond.name, pond.kind) for pond in terrain.ponds]
    for path, shapes in ((files.water, [*still, *courses]), (files.green, _green(terrain))):
        write_geojson(
            path,
            (feature(shape, name=name.zh if name else None, name_en=name.en if name else None, kind=kind)
             for shape, name, kind in shapes),
        )  # fmt: skip


def _green(terrain: Terrain) -> list[tuple[Polygon, Name | None, str]]:
    return [(patch.outline, patch.name, patch.kind) for patch in terrain.green]
