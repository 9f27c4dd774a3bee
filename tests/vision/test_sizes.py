"""A cup is no stall and a lorry no bag, near or far: boxes projected by the test's own arithmetic, judged in metres."""

import math
from dataclasses import replace

import pytest

from config.cameras import Position, View
from gis.ground import PoseGround
from tests.vision.scenery import zone
from tests.vision.test_rules import BAG, CART
from vision.detection import Box
from vision.grid import Grid
from vision.rules import dumping, stall
from vision.tracker import LEAST_BLOB

POSES = {
    "on a house, wide": (4.5, 15.0, 95.0),
    "on a lamp post": (6.0, 22.0, 65.0),
    "on a mast": (12.0, 25.0, 45.0),
    "on a roof, long lens": (25.0, 30.0, 25.0),
}
DISTANCES = {"near": 0.8, "middle": 1.0, "far": 1.6}  # of where the middle of the picture meets the ground
GRID = Grid(320, 180)

THINGS: dict[str, tuple[float, float, str, str]] = {
    "cup": (0.09, 0.12, "reject", "reject"),
    "person": (0.5, 1.7, "reject", "confirm"),
    "bag": (0.6, 0.5, "reject", "confirm"),
    "cart": (1.9, 1.2, "confirm", "confirm"),
    "cart with a sunshade": (2.2, 2.3, "confirm", "confirm"),
    "car": (4.4, 1.5, "wait", "reject"),
    "lorry": (7.5, 3.2, "wait", "reject"),
}
"""Width and height in metres; what the stall and the dumping rule say of one that keeps still with nobody about it."""


def projected(width_m: float, height_m: float, away_m: float, pose: tuple[float, float, float]) -> Box | None:
    """The box of something upright straight ahead, on whole pixels of the grid; None where the picture cuts it."""
    lens_m, tilt, hfov = pose
    focal = 0.5 / math.tan(math.radians(hfov) / 2)
    sine, cosine = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))

    def point(x_m: float, up_m: float) -> tuple[float, float]:
        down = lens_m - up_m
        depth = away_m * cosine + down * sine
        return 0.5 + focal * x_m / depth, 0.5 + focal * (down * cosine - away_m * sine) / depth * 16 / 9

    (left, foot), (_, top) = point(-width_m / 2, 0.0), point(0.0, height_m)
    right = 1.0 - left
    if left < 0.0 or top < 0.0 or foot > 1.0:
        return None
    return GRID.box(GRID.pixels((left, top, right - left, foot - top)))


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("thing", THINGS)
def test_size_in_metres_decides_near_and_far(thing: str, pose: str) -> None:
    width, height, as_stall, as_dumping = THINGS[thing]
    lens_m, tilt, hfov = POSES[pose]
    view = View(heading_deg=40, tilt_deg=tilt, hfov_deg=hfov, range_m=200)
    ground = PoseGround(Position(lon=120.4, lat=30.0, height_m=lens_m), view)
    judged = 0
    for share in DISTANCES.values():
        away = share * lens_m / math.tan(math.radians(tilt))
        box = projected(width, height, away, POSES[pose])
        if box is None:
            continue
        judged += 1
        if GRID.pixels(box).area < LEAST_BLOB:
            continue  # too small to be seen at all
        size = ground.size_at(box)
        assert size is not None
        pixel_m = size[0] / (box[2] * GRID.width)
        assert size == pytest.approx((width, height), rel=0.1, abs=2.5 * pixel_m)
        cart = replace(CART, box=box, size_m=size, busy_share=0.1)
        bag = replace(BAG, box=box, size_m=size, upright=box[3] * GRID.height / (box[2] * GRID.width))
        assert stall.judge(cart, zone("stall", 180.0)).decision == as_stall, (share, size)
        assert dumping.judge(bag, zone("dumping", 180.0)).decision == as_dumping, (share, size)
    assert judged >= 2
