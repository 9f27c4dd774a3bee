"""Base maps of a made town, as files beside its others."""

from pathlib import Path

from sim.base_maps.aerial import ZOOMS as AERIAL_ZOOMS
from sim.base_maps.aerial import aerial_tiles
from sim.base_maps.land import read_land
from sim.base_maps.mbtiles import write_mbtiles
from sim.base_maps.pmtiles import write_pmtiles
from sim.base_maps.streets import street_tiles

AERIAL, STREETS = "aerial.mbtiles", "streets.pmtiles"
_CREDIT = "Gridwatch simulated town"
ENTRIES = f"""
base_maps:
  - {{id: aerial, name: 影像, name_en: Aerial, kind: file, file: {AERIAL}}}
  - {{id: streets, name: 电子地图, name_en: Streets, kind: file, file: {STREETS}}}
"""
"""For cameras.yaml."""


def make_base_maps(folder: Path) -> None:
    """Draws the town in `folder` from the air (MBTiles) and as vector tiles (PMTiles), and adds both to cameras.yaml.
    Takes some seconds."""
    land = read_land(folder)
    bounds = ",".join(f"{one:.5f}" for one in land.bounds)
    told = {
        "name": "aerial", "format": "jpg", "bounds": bounds, "attribution": _CREDIT,
        "minzoom": str(AERIAL_ZOOMS[0]), "maxzoom": str(AERIAL_ZOOMS[1]),
    }  # fmt: skip
    write_mbtiles(folder / AERIAL, aerial_tiles(land), told)
    write_pmtiles(folder / STREETS, street_tiles(land), "pbf", land.bounds, {"attribution": _CREDIT})
    with (folder / "cameras.yaml").open("a", encoding="utf-8") as stream:
        stream.write(ENTRIES)
