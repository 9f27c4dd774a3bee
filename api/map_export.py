"""The map as one file to send: the grids and open cases a caller may see, opened by any browser without a network."""

import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.errors import NotBuilt
from gis.folium_map import MapCase, MissingAsset, cases_map, read_assets
from gis.grids import GridMap
from incidents.views import CaseView

logger = logging.getLogger(__name__)


def leaflet_folder(static_dir: Path) -> Path:
    """Where Leaflet lies: beside the built web UI, else where its build took it from."""
    shipped = static_dir / "leaflet"
    return shipped if shipped.is_dir() else static_dir.parent / "web" / "node_modules" / "leaflet" / "dist"


def export_map(
    grids: GridMap, codes: Collection[str], cases: Collection[CaseView], timezone: ZoneInfo, leaflet: Path
) -> str:
    """One HTML document of the grids whose codes are given. Raises NotBuilt."""
    shown = [
        MapCase(
            lon=case.lon,
            lat=case.lat,
            number=case.number,
            title=f"{case.title.zh} {case.title.en}",
            state=case.state,
            opened=datetime.fromtimestamp(case.opened_at, timezone).strftime("%Y-%m-%d %H:%M"),
        )
        for case in cases
        if case.lon is not None and case.lat is not None
    ]
    try:
        assets = read_assets(leaflet)
    except MissingAsset as error:
        logger.error("%s", error)
        raise NotBuilt("the map's script is missing from this installation: run make web") from error
    return cases_map(GridMap(tuple(grid for grid in grids.grids if grid.code in codes)), shown, assets)
