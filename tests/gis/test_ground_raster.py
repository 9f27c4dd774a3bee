"""The metre raster of a picture: lines where the ground says, steps that grow with the distance, true sizes."""

import math
from itertools import pairwise

import pytest

from config.cameras import Position, View
from gis.ground import PoseGround
from gis.ground_raster import COLUMNS, LEAST_APART, PERSON_M, ROWS, raster
from gis.plane import Plane

HERE = Position(lon=120.4, lat=30.05, height_m=6.0)


def ground(tilt: float = 20.0, hfov: float = 70.0, roll: float = 0.0, range_m: float = 60.0, heading: float = 30.0):
    view = View(heading_deg=heading, tilt_deg=tilt, hfov_deg=hfov, roll_deg=roll, range_m=range_m)
    return PoseGround(HERE, view)


@pytest.mark.parametrize(
    "model",
    [ground(), ground(8.0, 40.0, range_m=200.0), ground(35.0, 90.0, roll=6.0), ground(60.0), ground(heading=200.0)],
    ids=["usual", "far", "rolled", "steep", "backwards"],
)
def test_lines_lie_where_they_say_and_are_no_thicket(model):
    made = raster(model, (HERE.lon, HERE.lat))
    assert made is not None
    plane = Plane(HERE.lon, HERE.lat)
    across = [line for line in made.lines if line.metres is not None]
    along = [line for line in made.lines if line.metres is None]
    assert len(across) > 3
    assert len(along) > 3
    assert len(made.lines) <= 160
    angle = math.radians(model.view.heading_deg)
    for line in across:
        for x, y in line.points:
            place = model.place_at(min(max(x, 0), 1), min(max(y, 0), 1))
            if place is None or not (0 < x < 1 and 0 < y < 1) or model.view.roll_deg:
                continue  # a rolled camera's middle column leads a little beside its heading
            east, north = plane.to_metres(*place)
            ahead = east * math.sin(angle) + north * math.cos(angle)
            assert ahead == pytest.approx(line.metres, rel=0.02, abs=0.05)
    distances = [line.metres for line in across]
    assert distances == sorted(set(distances))
    steps = [line.step_m for line in across]
    assert steps == sorted(steps)
    middle = [line.points[len(line.points) // 2][1] for line in across]
    gaps = [abs(a - b) for a, b in pairwise(middle)]
    assert min(gaps) > LEAST_APART * 0.6


def test_sizes_are_those_of_the_pose():
    model = ground()
    made = raster(model, (HERE.lon, HERE.lat))
    assert made is not None
    assert (len(made.sizes), len(made.sizes[0])) == (ROWS, COLUMNS)
    assert made.sizes[0][8] is None
    below = made.sizes[ROWS - 1][8]
    higher = made.sizes[ROWS // 2 + 6][8]
    assert below is not None
    assert higher is not None
    assert below.person > higher.person
    assert below.metres < higher.metres
    y = (ROWS // 2 + 6) / (ROWS - 1)
    width, height = model.size_at((0.5 - higher.metre / 2, y - higher.person, higher.metre, higher.person)) or (0, 0)
    assert (width, height) == (pytest.approx(1.0, rel=0.02), pytest.approx(PERSON_M, rel=0.02))


def test_no_ground_no_raster():
    assert raster(ground(tilt=-30.0), None) is None
    made = raster(ground(), None)  # without a place of its own: distances from the lower edge
    assert made is not None
    assert min(line.metres for line in made.lines if line.metres is not None) <= 1.0
