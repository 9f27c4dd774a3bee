"""The map as one file to send: the grids and open cases a caller may see, opened by any browser without a network."""

import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.errors import NotBuilt
from gis.folium_map import MapCase, cases_map
from gis.folium_page import MapAssets, MissingAsset, read_assets
from gis.grids import GridMap
from incidents.views import CaseView

logger = logging.getLogger(__name__)


def assets_of(static_dir: Path) -> MapAssets:
    """Leaflet, which lies beside the built web UI, else where its build took it from. Raises NotBuilt."""
    shipped = static_dir / "leaflet"
    leaflet = shipped if shipped.is_dir() else static_dir.parent / "web" / "node_modules" / "leaflet" / "dist"
    try:
        return read_assets(leaflet)
    except MissingAsset as error:
        logger.error("%s", error)
        raise NotBuilt("the map's script is missing from this installation: run make web") from error


def export_map(
    grids: GridMap, codes: Collection[str], cases: Collection[CaseView], timezone: ZoneInfo, static_dir: Path
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
    assets = assets_of(static_dir)
    return cases_map(GridMap(tuple(grid for grid in grids.grids if grid.code in codes)), shown, assets)
