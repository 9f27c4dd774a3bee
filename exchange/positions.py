"""Where grid workers are, told by the platform of their radios or phones."""

from collections.abc import Sequence
from dataclasses import replace

from config.exchange import Source
from gis.coordinate_systems import to_wgs84
from incidents import queries
from incidents.errors import Invalid, NotFound
from incidents.position_intake import Reported, Taken
from incidents.rights import EVERYWHERE, Scope
from incidents.service import Incidents


def take_positions(incidents: Incidents, source: Source, given: Sequence[Reported], coordinates: str | None) -> Taken:
    """In `coordinates`, or in those of the source where that is None. Of workers outside its area nothing is taken.

    Raises Invalid naming the first bad one; then none is taken."""
    within = source.area or incidents.town.area
    try:
        with incidents.store.read() as connection:
            home = queries.get_area(connection, EVERYWHERE, within)
    except NotFound:
        raise Invalid(f"this source is configured for the area {within}, which there is not", "source") from None
    system = coordinates or source.coordinates
    placed = given if system == "wgs84" else [_in_wgs84(one, index, system) for index, one in enumerate(given)]
    return incidents.positions.take(Scope(frozenset({home.path})), placed)


def _in_wgs84(one: Reported, index: int, system: str) -> Reported:
    try:
        lon, lat = to_wgs84(system, one.position.lon, one.position.lat)
    except ValueError as problem:
        raise Invalid(f"lon and lat {problem}", f"positions.{index}") from None
    return Reported(one.worker, replace(one.position, lon=lon, lat=lat))
