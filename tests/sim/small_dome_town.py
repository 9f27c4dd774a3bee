"""A square of fields with a few buildings, plates and one dome on a tower, as a town's files; quick to read."""

import json
from pathlib import Path

from shapely import LineString, box

from config.accounts import Account
from sim.geography.files import CENTRE, feature, write_geojson
from sim.town_domes import DomeFiles, SimDome, SimPlate

ACCOUNT = Account("gridwatch", "a secret of many words")
PLATES = ((3, 40.0, 330.0), (7, -260.0, 410.0), (11, 300.0, -500.0), (12, 650.0, 640.0))


def write_dome_town(folder: Path, domes: int = 1) -> DomeFiles:
    """Domes stand at (0, 0) and 400 m apart to the east; every plate is in sight of all."""
    folder.mkdir(parents=True, exist_ok=True)
    write_geojson(folder / "roads.geojson", [feature(LineString([(-900, 20), (900, 20)]), kind="main", width_m=16.0)])
    write_geojson(folder / "water.geojson", [feature(box(-900, -300, 900, -240), kind="river")])
    write_geojson(folder / "green.geojson", [feature(box(-700, 500, -400, 800), kind="park")])
    houses = [box(x, y, x + 22, y + 14) for x in (-420, -120, 120, 460) for y in (120, 560)]
    write_geojson(folder / "buildings.geojson", [feature(one, height_m=12.0) for one in houses])
    standing = []
    for number in range(domes):
        lon, lat = CENTRE.to_degrees(400.0 * number, 0.0)
        standing.append(
            SimDome(f"dome-{number + 1}", "塔", "generic", lon, lat, 70.0, 40.0 + 100 * number, 0.8, -1.1,
                    account=ACCOUNT, device_account=ACCOUNT)
        )  # fmt: skip
    seen_by = tuple(one.id for one in standing)
    plates = tuple(SimPlate(code, *CENTRE.to_degrees(x, y), 20.0 * code % 90, seen_by) for code, x, y in PLATES)
    return DomeFiles(folder, tuple(standing), plates)


def as_json(files: DomeFiles) -> str:
    """What stands in `sim_domes.json`."""
    domes = {
        one.id: {name: getattr(one, name) for name in ("name", "brand", "lon", "lat", "height_m", "heading_deg",
                                                       "pitch_deg", "roll_deg")}
        for one in files.domes
    }  # fmt: skip
    plates = [
        {name: getattr(one, name) for name in ("code", "lon", "lat", "turned_deg", "seen_by")} for one in files.plates
    ]
    return json.dumps({"domes": domes, "plates": plates}, ensure_ascii=False)
