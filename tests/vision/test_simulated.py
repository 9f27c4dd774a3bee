"""The simulated town's own scenes, decoded as a camera's key frames would be: found as the truth says, nothing else.

Drawing a scene takes a minute, so only scenes are played whose clips lie ready in the folder that `GRIDWATCH_SCENES`
names (any cache folder of the simulated town).
"""

import math
import os
from pathlib import Path

import av
import numpy as np
import pytest

from config.cameras import Camera, Position, View, Zone
from gis.ground import ground_model
from gis.plane import Plane
from ingest.frame import GrayImage, frame_from_gray
from sim.scenes.catalogue import SCENES, Scene
from sim.scenes.clips import SceneClips, Segment, cache_path, read
from tests.vision.scenery import KEY_SECONDS, SHANGHAI, START, Player, camera, counted_ids, overlap
from vision.analysis import CameraAnalysis
from vision.detection import Detection

FOLDER = os.environ.get("GRIDWATCH_SCENES", "")
READY = [name for name, scene in SCENES.items() if FOLDER and cache_path(Path(FOLDER), scene, "h264").exists()]
DWELL = 40.0
ORIGIN = (120.4, 30.0)
STORIES = {
    "stall": ("stall_arrive", "stall_serve", "stall_leave"),
    "dumping": ("dump_bring", "dump_rest", "dump_clear"),
}

pytestmark = pytest.mark.skipif(not READY, reason="GRIDWATCH_SCENES names no folder with clips of these scenes")


def key_frames(segment: Segment) -> list[GrayImage]:
    pictures = []
    for unit, is_key in zip(segment.access_units, segment.keyframes, strict=True):
        if is_key:
            decoder = av.CodecContext.create("h264", "r")
            frame = [*decoder.decode(av.Packet(unit)), *decoder.decode(None)][0]
            plane = frame.planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            pictures.append(rows[: frame.height, : frame.width].copy())
    return pictures


def watching(scene: Scene, dwell: float) -> CameraAnalysis:
    zones = []
    for rule, polygon in (("stall", scene.stall_zone), ("dumping", scene.dump_zone)):
        if polygon:
            case_class = "05-01" if rule == "stall" else "01-03"
            zones.append(
                Zone.model_validate(
                    {"id": rule, "rule": rule, "polygon": polygon, "dwell_seconds": dwell, "case_class": case_class}
                )
            )
    where = Position(lon=ORIGIN[0], lat=ORIGIN[1], height_m=scene.height_m)
    view = View(heading_deg=0, tilt_deg=scene.tilt_deg, hfov_deg=scene.hfov_deg, range_m=scene.range_m)
    placed: Camera = camera(*zones).model_copy(update={"id": scene.id, "position": where, "view": view})
    return CameraAnalysis(placed, ground_model(placed), SHANGHAI, counted_ids())


class Film(Player):
    """Plays segments instead of happenings."""

    def play(self, clips: SceneClips, *names: str) -> None:
        for name in names:
            for luma in key_frames(clips.segments[name]):
                frame = frame_from_gray("c1", START + self.at, luma)
                self.ring.append(frame)
                if self.at >= self._next_at:
                    self._look(frame)
                self.at += KEY_SECONDS


def clips_of(name: str) -> tuple[SceneClips, list[str]]:
    clips = read(cache_path(Path(FOLDER), SCENES[name], "h264"), name)
    return clips, [segment for segment in clips.segments if segment.startswith("idle")]


def distance_m(detection: Detection, truth: tuple[float, float]) -> float:
    assert detection.location is not None
    east, north = Plane(*ORIGIN).to_metres(detection.location.lon, detection.location.lat)
    return math.hypot(east - truth[0], north - truth[1])


@pytest.mark.parametrize("kind", STORIES)
@pytest.mark.parametrize("name", READY)
def test_event_is_found_once_where_and_when_it_happens(name: str, kind: str) -> None:
    clips, idle = clips_of(name)
    if kind not in clips.truth:
        pytest.skip(f"no {kind} happens in {name}")
    truth, (arrive, stay, leave) = clips.truth[kind], STORIES[kind]
    film = Film(watching(SCENES[name], DWELL), [])
    film.play(clips, *idle * 3)
    placed = film.at + truth.placed_offset_s
    film.play(clips, arrive, *[stay] * 7)
    cleared = film.at + truth.cleared_offset_s
    film.play(clips, leave, *idle * 2)

    assert [detection.phase for detection in film.detections] == ["present", "gone"]
    present, gone = film.detections
    assert present.rule == kind
    assert overlap(present.box, truth.box) >= 0.3
    assert distance_m(present, truth.ground_xy_m) <= max(2.0, 3 * present.location.error_m if present.location else 0)
    assert -6.0 <= present.confirmed_at - START - placed - DWELL <= 10.0
    assert -6.0 <= gone.confirmed_at - START - cleared <= 30.0


@pytest.mark.parametrize("name", READY)
def test_ten_idle_minutes_raise_nothing(name: str) -> None:
    clips, idle = clips_of(name)
    film = Film(watching(SCENES[name], 30.0), [])
    while film.at < 600.0:
        film.play(clips, *idle)
    assert film.detections == []
