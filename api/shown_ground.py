"""How much of a base map a caller is shown."""

from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.own_ground import own_ground
from gis.tile import Bounds
from incidents.rights import Caller, Permission

SHIFT_DEG = {"gcj02": 0.01}
"""By so much tiles of these coordinates may lie elsewhere than they say: 700 m at most."""
MOST_KEPT = 500


async def may_see_tile(centre: Centre, caller: Caller, bounds: Bounds, coordinates: str) -> bool:
    """Whether a tile within `bounds`, in its own coordinates, touches the rectangle around the caller's areas. What a
    base map shows is the land alone, which cannot be cut out of a picture without spoiling it: who has one village
    before him gets the tiles his map opens on, with what of the neighbours is on them, and not the rest of the town.
    Always true for whoever has the whole town before him."""
    # Asked for every tile, and found by joining the outlines of all his areas and grids.
    key = (caller.scope(Permission.CASE_SEE), bool(caller.scope(Permission.WORKER_REPORT).prefixes))
    if key not in centre.shown_grounds:
        if len(centre.shown_grounds) >= MOST_KEPT:
            centre.shown_grounds.clear()
        centre.shown_grounds[key] = await run_in_threadpool(_shown, centre, caller)
    shown = centre.shown_grounds[key]
    if shown is None:
        return True
    if not shown:
        return False
    margin = SHIFT_DEG.get(coordinates, 0.0)
    west, south, east, north = shown
    return (
        bounds[0] <= east + margin
        and bounds[2] >= west - margin
        and bounds[1] <= north + margin
        and bounds[3] >= south - margin
    )


def _shown(centre: Centre, caller: Caller) -> Bounds | tuple[()] | None:
    """None: everything; empty: nothing."""
    ground = own_ground(centre, caller)
    if ground is None:
        return None
    if ground.outline is None:
        return ()
    west, south, east, north = ground.outline.bounds
    return float(west), float(south), float(east), float(north)
