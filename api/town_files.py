"""The files of the town read once at the start, for the store, the map and the cases alike."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.camera_directory import views_of
from api.town_map import GeoJson, TownMap
from config.camera_map import CameraMap
from config.cameras import CamerasFile
from config.load import case_classes_of, posts_of, working_calendar_of
from gis.areas import AreaTree, load_areas
from gis.base_layer import load_base_layer
from gis.elevation import Elevation, read_elevation
from gis.grid_editions import GridEditions
from gis.grids import GridMap
from gis.road_network import RoadNetwork, road_network
from incidents.areas import Area
from incidents.opening import Town

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TownFiles:
    areas: tuple[Area, ...]
    """The tree rights are given on: districts down to grids."""
    town: Town
    town_map: TownMap


def today_in(config: CamerasFile, now: float) -> date:
    """The day it is in the town."""
    return datetime.fromtimestamp(now, ZoneInfo(config.town.timezone)).date()


def read_town(config: CamerasFile, base_dir: Path, today: date | None = None) -> TownFiles:
    """Reads what `config.town.files` names, relative to `base_dir`, with the edition of the grids that holds `today`,
    without it the first one. Raises GeographyError, ConfigError."""
    files = config.town.files
    editions = GridEditions(base_dir, files.grids)
    tree = load_areas(base_dir / files.areas)
    edition = editions.of(today or date.min)
    grids = editions.load(edition)
    base: dict[str, GeoJson] = {}
    for name, path in files.base.items():
        layer = load_base_layer(base_dir / path)
        base[name] = layer.geojson
        _warn(path, layer.warnings)
    _warn(files.areas, tree.warnings)
    _warn(files.grids, grids.warnings)
    roads = _network(base_dir / files.base["roads"], base["roads"]) if "roads" in base else None
    elevation = read_elevation(base_dir / files.elevation) if files.elevation is not None else None
    if elevation is not None:
        _warn(files.elevation or "", _off_the_grid(config, elevation))
    town = Town(
        area=config.town.area,
        timezone=ZoneInfo(config.town.timezone),
        case_classes=case_classes_of(config, base_dir),
        cameras=CameraMap(config.cameras),
        locator=grids,
        calendar=working_calendar_of(config, base_dir),
        posts=posts_of(config, base_dir),
    )
    town_map = TownMap(
        bounds=(0.0, 0.0, 0.0, 0.0),
        areas=tree.geojson(),
        grids=grids,
        base=base,
        views=views_of(config.cameras),
        elevation=elevation,
        roads=roads,
        edition=edition,
    ).bounded(config.town.area)
    return TownFiles(_tree_for_rights(config, tree, grids), town, town_map)


def _network(path: Path, layer: GeoJson) -> RoadNetwork | None:
    """None, with a warning, where the layer can be drawn but not gone along: people are then sent by distance."""
    try:
        network = road_network(layer)
    except ValueError as error:
        _warn(str(path), (f"makes no road network, so people are sent by distance: {error}",))
        return None
    _warn(str(path), network.warnings)
    return network


def _off_the_grid(config: CamerasFile, elevation: Elevation) -> tuple[str, ...]:
    standing = [(one.id, one.position) for one in config.cameras if one.ptz is not None]
    return tuple(
        f"does not know the ground under {id_}: for that dome the ground is taken as level"
        for id_, at in standing
        if at is not None and elevation.at(at.lon, at.lat) is None
    )


def _warn(path: str, warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        logger.warning("%s: %s", path, warning)


def _tree_for_rights(config: CamerasFile, tree: AreaTree, grids: GridMap) -> tuple[Area, ...]:
    """Areas with the grids as leaves."""
    areas = [Area(one.code, one.parent or None, one.level, one.name, one.name_en) for one in tree.areas]
    return (*areas, *grid_areas(grids, {one.code for one in areas}, config.town.area))


def grid_areas(grids: GridMap, areas: Collection[str], town: str) -> list[Area]:
    """Leaves of the tree of rights; a grid whose village is none of these areas hangs on the town."""
    return [
        Area(one.code, one.village if one.village in areas else town, "grid", one.name, one.name_en)
        for one in grids.grids
    ]
