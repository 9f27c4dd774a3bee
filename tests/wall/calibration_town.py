"""A town whose eastern camera stands otherwise than its file says: its picture is drawn from how it truly stands."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from config.cameras import Position, View
from gis.ground import PoseGround
from gis.plane import Plane
from ingest.live import Reply
from tests.api.town import RunningTown, middle
from tests.api.trial_town import CAMERA, StreetLive, street_town

LON, LAT = middle("east-g1")
TRUE = PoseGround(
    Position(lon=LON + 1.2e-5, lat=LAT - 0.8e-5, height_m=4.7),
    View(heading_deg=16, tilt_deg=22, roll_deg=1, hfov_deg=74, k1=-0.1),
)
POINTS = ((0.12, 0.93), (0.88, 0.9), (0.32, 0.5), (0.72, 0.47), (0.5, 0.7), (0.9, 0.62))
"""Of the picture, spread over its ground."""


def place_of(point: tuple[float, float]) -> tuple[float, float]:
    """(lon, lat) that the picture truly shows there."""
    place = TRUE.place_at(*point)
    assert place is not None
    return place


def street(width: int = 1280, height: int = 720) -> npt.NDArray[np.uint8]:
    """A paved yard with joints every ten metres, and a manhole at each of the points."""
    picture = np.full((height, width, 3), (150, 140, 130), dtype=np.uint8)
    rim = [(round(x * width), round(y * height)) for x, y in TRUE.horizon()]
    cv2.fillPoly(picture, [np.array([(-9999, -9999), *rim, (9999, -9999)])], (215, 190, 160))
    metres = Plane(LON, LAT)
    for aside, along in itertools.product(range(-60, 61, 10), range(-120, 120)):
        for first, second in (((aside, along / 1), (aside, along + 1)), ((along / 1, aside), (along + 1, aside))):
            ends = [TRUE.to_picture(*metres.to_degrees(*end)) for end in (first, second)]
            if all(end is not None and -1 < end[0] < 2 and -1 < end[1] < 2 for end in ends):
                pixels = [(round(end[0] * width), round(end[1] * height)) for end in ends if end is not None]
                cv2.line(picture, pixels[0], pixels[1], (90, 85, 80), 2, cv2.LINE_AA)
    for x, y in POINTS:
        cv2.ellipse(picture, (round(x * width), round(y * height)), (9, 5), 0, 0, 360, (40, 40, 40), -1, cv2.LINE_AA)
    return picture


class CalibrationLive(StreetLive):
    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        if camera_id != CAMERA or op != "snapshot":
            return await super().request(camera_id, op, **arguments)
        _, jpeg = cv2.imencode(".jpg", street())
        return Reply({"captured_at": time.time(), "width": 1280, "height": 720}, (jpeg.tobytes(),))


@asynccontextmanager
async def calibration_town(folder: Path, **settings: Any) -> AsyncIterator[tuple[RunningTown, Path]]:
    """The town, and its cameras.yaml."""
    async with street_town(folder, CalibrationLive, **settings) as (town, _live, config):
        yield town, config
