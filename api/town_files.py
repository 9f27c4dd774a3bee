"""The files of the town read once at the start, for the store, the map and the cases alike."""

import logging
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from shapely.ops import unary_union

from api.camera_directory import views_of
from api.town_map import GeoJson, TownMap
from config.camera_map import CameraMap
from config.cameras import CamerasFile
from config.load import case_classes_of, posts_of, working_calendar_of
from gis.areas import AreaTree, load_areas
from gis.base_layer import load_base_layer
from gis.elevation import Elevation, read_elevation
from gis.grids import GridMap, load_grids
from incidents.areas import Area
from incidents.opening import Town

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TownFiles:
    areas: tuple[Area, ...]
    """The tree rights are given on: districts down to grids."""
    town: Town
    town_map: TownMap


def read_town(config: CamerasFile, base_dir: Path) -> TownFiles:
    """Reads what `config.town.files` names, relative to `base_dir`. Raises GeographyError, ConfigError."""
    files = config.town.files
    tree, grids = load_areas(base_dir / files.areas), load_grids(base_dir / files.grids)
    base: dict[str, GeoJson] = {}
    for name, path in files.base.items():
        layer = load_base_layer(base_dir / path)
        base[name] = layer.geojson
        _warn(path, layer.warnings)
    _warn(files.areas, tree.warnings)
    _warn(files.grids, grids.warnings)
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
        bounds=_bounds(config, tree, grids),
        areas=tree.geojson(),
        grids=grids,
        base=base,
        views=views_of(config.cameras),
        elevation=elevation,
    )
    return TownFiles(_tree_for_rights(config, tree, grids), town, town_map)


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
    """Areas with the grids as leaves; a grid whose village is unknown hangs on the town."""
    areas = [Area(one.code, one.parent or None, one.level, one.name, one.name_en) for one in tree.areas]
    for grid in grids.grids:
        parent = grid.village if tree.get(grid.village) else config.town.area
        areas.append(Area(grid.code, parent, "grid", grid.name, grid.name_en))
    return tuple(areas)


def _bounds(config: CamerasFile, tree: AreaTree, grids: GridMap) -> tuple[float, float, float, float]:
    town = tree.get(config.town.area)
    outlines = [town.outline] if town and town.outline else [grid.outline for grid in grids.grids]
    west, south, east, north = unary_union(outlines).bounds
    return float(west), float(south), float(east), float(north)
