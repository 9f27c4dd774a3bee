"""Whether what the detector saw speaks against telling a thing. Pure: boxes and names in, one word out.

Only what is seen can speak against it. What the detector has no name for, and what it overlooks, says nothing.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vision.detection import Box, Seen

Verdict = Literal["tell", "person", "vehicle"]
"""`person`, `vehicle`: it is one, so it is not told for now."""

FILLED = 0.6  # of the thing, by people or by one vehicle
ATTENDED = 0.5  # by one person: it is he or a part of him, or he is with what he left behind
OWN_SHARE = 0.6  # of a person must lie within a stall: customers stand before it and beyond
GOODS = 0.12  # of a stall, by anything with another name: an umbrella, a table, fruit
VEHICLE_SHARE = 0.3  # of a vehicle must be the thing: a bag in front of a lorry is not the lorry
COMPANY_REACH = 0.35  # of the thing's longer side, about it
BUSY_SHARE = 0.25  # of its time: people keep coming to it
_CELLS = 48

NEVER_A_VEHICLE = frozenset({"stall", "dumping", "pile"})
LEFT_BEHIND = frozenset({"dumping", "pile"})


def judge(rule: str, box: Box, busy_share: float, seen: Sequence[Seen]) -> Verdict:
    """`box` is the thing's, `busy_share` the share of its time with movement next to it."""
    people = [one for one in seen if one.kind == "person"]
    if _is_people(rule, box, people, [one for one in seen if one.kind == "other"]):
        return "person"
    if rule in NEVER_A_VEHICLE and any(_is(box, one) for one in seen if one.kind == "vehicle"):
        # Fruit is sold off a lorry, too: what has company is a stall.
        sold_off = rule == "stall" and (busy_share >= BUSY_SHARE or any(_close(box, one.box) for one in people))
        return "tell" if sold_off else "vehicle"
    return "tell"


def _is_people(rule: str, box: Box, people: Sequence[Seen], others: Sequence[Seen]) -> bool:
    if rule in LEFT_BEHIND:
        return _covered(box, [one.box for one in people]) >= ATTENDED
    if rule != "stall":
        return _covered(box, [one.box for one in people]) >= FILLED
    if any(_covered(box, [one.box]) >= ATTENDED for one in people):
        return True  # he, or a part of him: nobody is as wide as the stall he stands at
    own = [one.box for one in people if _shared(box, one.box) >= OWN_SHARE * _area(one.box)]
    goods = [one.box for one in others if _shared(box, one.box) >= OWN_SHARE * _area(one.box)]
    return _covered(box, own) >= FILLED and _covered(box, goods) < GOODS


def _is(box: Box, vehicle: Seen) -> bool:
    shared = _shared(box, vehicle.box)
    return shared >= FILLED * _area(box) and shared >= VEHICLE_SHARE * _area(vehicle.box)


def _close(box: Box, other: Box) -> bool:
    x, y, width, height = box
    reach = COMPANY_REACH * max(width, height)
    return _shared((x - reach, y - reach, width + 2 * reach, height + 2 * reach), other) > 0.0


def _area(box: Box) -> float:
    return box[2] * box[3]


def _shared(first: Box, second: Box) -> float:
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return max(0.0, width) * max(0.0, height)


def _covered(box: Box, boxes: Sequence[Box]) -> float:
    """Share of `box` that lies in any of `boxes`."""
    x, y, width, height = box
    cells = np.zeros((_CELLS, _CELLS), np.bool_)
    for left, top, wide, high in boxes:
        columns = [_cell(left, x, width), _cell(left + wide, x, width)]
        rows = [_cell(top, y, height), _cell(top + high, y, height)]
        cells[rows[0] : rows[1], columns[0] : columns[1]] = True
    return float(cells.mean())


def _cell(at: float, begins: float, extent: float) -> int:
    return min(_CELLS, max(0, round((at - begins) / max(extent, 1e-9) * _CELLS)))
