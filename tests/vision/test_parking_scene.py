"""Parking in the simulated town's own streets: a car drives up, stays, and drives off, amid all else there."""

import cv2
import numpy as np

from config.cameras import Camera, Position, View, Zone
from gis.ground import ground_model
from ingest.frame import GrayImage, frame_from_gray
from sim.scenes.catalogue import SCENES, Scene
from sim.scenes.film import Film
from sim.scenes.layout import PERIOD_S, Mover, Route, heading_deg
from sim.scenes.motion import fixed
from sim.scenes.places import layout_of
from sim.scenes.solid import Solid
from sim.scenes.vehicles import sedan
from tests.vision.scenery import KEY_SECONDS, SHANGHAI, START, Player, camera, counted_ids
from vision.analysis import CameraAnalysis

DWELL = 90.0
ARRIVES_S = 6.0


class Street:
    """Key frames of one scene, with a vehicle that comes along the street, stands at its spot, and leaves."""

    def __init__(self, scene: Scene, body: Solid, u: float, v: float) -> None:
        self.film = Film(scene.camera, layout_of(scene), scene.fps)
        far, spot, near = (scene.frame.at(at, v) for at in (u + 16.0, u, u - 16.0))
        heading = heading_deg(far, spot)
        look = fixed(body)
        parts = {
            "arrives": Route(((0.0, *far), (ARRIVES_S, *spot), (PERIOD_S, *spot)), None),
            "stands": Route(((0.0, *spot), (PERIOD_S, *spot)), heading),
            "leaves": Route(((0.0, *spot), (ARRIVES_S, *near)), None),
        }
        self.vehicle = {name: (Mover(look, route, still=name == "stands"),) for name, route in parts.items()}
        self._shot: dict[tuple[str, str], list[GrayImage]] = {}

    def pictures(self, traffic: str, part: str) -> list[GrayImage]:
        if (traffic, part) not in self._shot:
            name = f"{traffic} {part}"
            self.film.casts[name] = (*self.film.casts[traffic], *self.vehicle.get(part, ()))
            numbers = range(0, self.film.frames, round(KEY_SECONDS * self.film.fps))
            shot = [cv2.cvtColor(self.film.graded(name, number), cv2.COLOR_BGR2GRAY) for number in numbers]
            self._shot[traffic, part] = [np.asarray(one, np.uint8) for one in shot]
        return self._shot[traffic, part]


def watching(scene: Scene, u: float, v: float) -> CameraAnalysis:
    strip = scene.camera.ground_polygon(scene.frame.rectangle(u - 5.0, u + 5.0, v - 2.0, v + 2.0))
    zone = Zone.model_validate(
        {"id": "no-parking", "rule": "parking", "polygon": strip, "dwell_seconds": DWELL, "case_class": "05-05"}
    )
    where = Position(lon=120.4, lat=30.0, height_m=scene.height_m)
    view = View(heading_deg=0, tilt_deg=scene.tilt_deg, hfov_deg=scene.hfov_deg, range_m=scene.range_m)
    placed: Camera = camera(zone).model_copy(update={"position": where, "view": view})
    return CameraAnalysis(placed, ground_model(placed), SHANGHAI, counted_ids())


class Shown(Player):
    def play(self, street: Street, *parts: str) -> None:
        for number, part in enumerate(parts):
            self.show(street.pictures(("idle", "idle-2")[number % 2], part))

    def show(self, pictures: list[GrayImage]) -> None:
        for luma in pictures:
            frame = frame_from_gray("c1", START + self.at, luma)
            self.ring.append(frame)
            if self.at >= self._next_at:
                self._look(frame)
            self.at += KEY_SECONDS


def test_a_car_parks_on_the_main_road_and_leaves() -> None:
    scene, u, v = SCENES["main-road"], 15.5, 1.4
    street, shown = Street(scene, sedan((150.0, 60.0, 40.0)), u, v), Shown(watching(scene, u, v), [])
    shown.play(street, *["idle"] * 4)
    came = shown.at + ARRIVES_S
    shown.play(street, "arrives", *["stands"] * 9)
    left = shown.at
    shown.play(street, "leaves", *["idle"] * 4)
    assert [detection.phase for detection in shown.detections] == ["present", "gone"]
    present, gone = shown.detections
    assert 0.0 <= present.confirmed_at - START - came - DWELL <= 12.0
    assert 0.0 <= gone.confirmed_at - START - left <= 40.0
    assert present.size_m is not None
    assert present.size_m[0] >= 1.6


def test_a_stall_at_a_school_gate_is_no_parked_vehicle() -> None:
    """The widest of the town's carts, with the fewest people about."""
    scene = SCENES["school-gate"]
    assert scene.stall is not None
    street = Street(scene, sedan((60.0, 90.0, 150.0)), scene.stall.u, scene.stall.v)
    shown = Shown(watching(scene, scene.stall.u, scene.stall.v), [])
    shown.play(street, *["idle"] * 4)
    for part in ("stall_arrive", *["stall_serve"] * 6):
        shown.show(street.pictures(part, ""))
    assert shown.detections == []
