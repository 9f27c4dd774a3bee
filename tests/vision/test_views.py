"""A dome's views: analysed with gaps of minutes, through a lens that never comes back exactly to where it was."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from config.cameras import Camera
from gis.dome import Dome, dome_of
from gis.dome_mount import Direction
from gis.dome_mount import Mount as DomeMount
from gis.dome_view import DomeGround
from gis.plane import distance_m
from ingest.frame import Frame, frame_from_gray
from sim.domes.dome import Aim, DomeLimits
from sim.domes.mount import Mount
from sim.domes.picture import Ground, Picture
from sim.domes.townscape import read_townscape
from sim.domes.wares import Ware
from sim.geography.files import CENTRE
from tests.sim.small_dome_town import write_dome_town
from tests.vision.scenery import SHANGHAI, START
from vision.alignment import Alignment
from vision.analysis import CameraAnalysis
from vision.detection import Detection
from vision.grid import Grid
from vision.observation import Verdict

STANDS = Mount(0.0, 0.0, 70.0, 40.0, 0.8, -1.1)
PLACES = {"crossing": (60.0, 300.0), "river": (-150.0, -260.0)}
WIDE_M = 45.0
"""What fills the width of a picture: at 300 m a magnification of 8."""
KEY_S = 2.0


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = write_dome_town(tmp_path_factory.mktemp("dome-town")).folder
    return Ground(read_townscape(folder, CENTRE))


def aim_of(name: str) -> Aim:
    x, y = PLACES[name]
    return STANDS.aim_at(x, y, 0.0, float(np.tan(np.radians(30)) * 2 * np.hypot(np.hypot(x, y), 70.0) / WIDE_M))


def camera() -> Camera:
    lon, lat = CENTRE.to_degrees(0.0, 0.0)
    views = []
    for name in PLACES:
        aim = aim_of(name)
        zone = {"id": f"{name}-stall", "rule": "stall", "case_class": "05-01", "dwell_seconds": 60.0,
                "polygon": [[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95]]}  # fmt: skip
        given = {"pan_deg": aim.pan_deg, "tilt_deg": aim.tilt_deg, "zoom": aim.zoom}
        views.append({"id": name, "name": name, "aim": given, "zones": [zone]})
    return Camera.model_validate(
        {"id": "dome-1", "name": "塔", "area": "330699101", "streams": {"sub": {"url": "rtsp://10.0.0.1/sub"}},
         "position": {"lon": lon, "lat": lat, "height_m": 70.0}, "device": {"url": "http://10.0.0.1/onvif"},
         "ptz": {"mount": {"heading_deg": 40.0, "pitch_deg": 0.8, "roll_deg": 0}, "views": views}}
    )  # fmt: skip


@dataclass
class Visitor:
    """Plays visits to the views of one dome by a clock of its own. `off_deg`: one sigma of each coming back."""

    picture: Picture
    off_deg: float = 0.1
    at: float = START
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))
    analyses: dict[str, CameraAnalysis] = field(default_factory=dict)
    found: list[Detection] = field(default_factory=list)
    newest: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        dome, number = camera(), iter(range(1000))
        assert dome.ptz is not None
        placed = dome_of(dome)
        assert placed is not None
        self.dome: Dome = placed
        object.__setattr__(self.dome, "mount", DomeMount(40.0, 0.8, -1.1))
        for view in dome.ptz.views:
            self.analyses[view.id] = CameraAnalysis(dome, None, SHANGHAI, lambda: f"thing-{next(number)}", view)

    def visit(self, name: str, seconds: float = 40.0, gain: float = 1.0) -> list[Detection]:
        """What is told during it."""
        aim, off = aim_of(name), self.rng.normal(0, self.off_deg, 2)
        there = Aim(aim.pan_deg + off[0], aim.tilt_deg + off[1], aim.zoom)
        analysis, told = self.analyses[name], len(self.found)
        analysis.begin_visit(DomeGround(self.dome, Direction(aim.pan_deg, aim.tilt_deg), aim.zoom))
        self.newest = []
        for _ in range(int(seconds / KEY_S)):
            self.at += KEY_S
            frame = self.frame(there, gain)
            self.newest = [*self.newest, frame][-3:]
            seen = analysis.observe(frame)
            if seen.wants_past:
                analysis.look_back(self.newest)
            self.found += seen.detections
        return self.found[told:]

    def frame(self, aim: Aim, gain: float = 1.0) -> Frame:
        gray = cv2.cvtColor(self.picture.at(aim), cv2.COLOR_BGR2GRAY).astype(np.float32) * gain
        gray += self.rng.normal(0, 2.0, gray.shape).astype(np.float32)
        return frame_from_gray("dome-1", self.at, gray.clip(0, 255).astype(np.uint8))

    def away(self, seconds: float) -> None:
        self.at += seconds

    def ask(self, name: str, told: Detection) -> Verdict:
        return self.analyses[name].verify(told.object_id, told.box, self.newest)


@pytest.fixture
def visitor(ground: Ground) -> Visitor:
    for name in ("stall", "other"):
        ground.wares.take(name)
    return Visitor(Picture(ground, STANDS, DomeLimits(), 640, 360))


def test_a_thing_is_found_in_its_view_where_it_stands_and_told_gone_once(ground: Ground, visitor: Visitor) -> None:
    for gain in (1.0, 1.12, 0.9):
        for name in PLACES:
            assert visitor.visit(name, gain=gain) == []
            visitor.away(150.0)
    x, y = PLACES["crossing"][0] + 5.0, PLACES["crossing"][1] - 4.0
    ground.wares.put("stall", Ware("stall", x, y, 20.0))
    # Forty seconds are too short for a dwell of sixty: it counts on over the visits.
    assert visitor.visit("crossing") == []
    visitor.away(180.0)
    assert visitor.visit("river", gain=1.1) == []
    visitor.away(180.0)
    (told,) = visitor.visit("crossing", gain=1.1)
    assert (told.phase, told.view_id, told.zone_id) == ("present", "crossing", "crossing-stall")
    assert told.location is not None
    lon, lat = CENTRE.to_degrees(x, y)
    assert distance_m(told.location.lon, told.location.lat, lon, lat) < 3.0
    assert told.size_m is not None
    assert 1.5 < told.size_m[0] < 4.5
    # It stays for an hour of visits: the same thing, told once.
    for round_ in range(6):
        visitor.away(300.0)
        assert visitor.visit(("crossing", "river")[round_ % 2], gain=1.0 + 0.05 * round_) == []
    visitor.away(300.0)
    assert visitor.visit("crossing", 10.0) == []
    assert visitor.ask("crossing", told).result == "present"
    ground.wares.take("stall")
    visitor.away(300.0)
    assert [(one.phase, one.object_id) for one in visitor.visit("crossing", 20.0)] == [("gone", told.object_id)]
    assert visitor.ask("crossing", told).result == "gone"
    assert [one.phase for one in visitor.found] == ["present", "gone"]


@pytest.mark.parametrize("off_deg", [0.05, 0.2])
def test_coming_back_beside_it_is_no_news(visitor: Visitor, off_deg: float) -> None:
    visitor.off_deg = off_deg
    for _ in range(4):
        for name in PLACES:
            assert visitor.visit(name, 24.0) == []
            assert visitor.analyses[name].ready
            visitor.away(120.0)
    assert all(not one._tracker.objects for one in visitor.analyses.values())


def test_another_view_in_the_picture_is_neither_learnt_nor_judged(ground: Ground, visitor: Visitor) -> None:
    """A hand turned the dome and nobody noticed for two pictures: what stands there has not gone."""
    visitor.visit("crossing")
    ground.wares.put("stall", Ware("stall", *PLACES["crossing"], 20.0))
    (told,) = visitor.visit("crossing", 100.0)
    analysis = visitor.analyses["crossing"]
    for _ in range(2):
        visitor.at += KEY_S
        assert analysis.observe(visitor.frame(aim_of("river"))).detections == ()
    visitor.away(100.0)
    assert visitor.visit("crossing", 30.0) == []
    assert visitor.ask("crossing", told).result == "present"


def test_shifts_are_measured_and_bounded() -> None:
    grid = Grid(320, 180)
    rng = np.random.default_rng(2)
    scene = cv2.GaussianBlur(rng.integers(0, 256, (260, 420), dtype=np.uint8), (0, 0), 2.5)
    scene = cv2.normalize(scene, None, 20, 230, cv2.NORM_MINMAX)

    def seen(right: int, down: int) -> np.ndarray:
        return np.ascontiguousarray(scene[40 + down : 220 + down, 50 + right : 370 + right])

    background = seen(0, 0)
    for right, down in ((0, 0), (3, -2), (-19, 11), (25, 0)):
        alignment = Alignment(grid)
        laid = alignment.lay(seen(-right, -down), background)
        assert laid.shift == (right, down)
        known = laid.known if laid.known is not None else np.full_like(background, 255)
        assert np.array_equal(laid.picture[known > 0], background[known > 0])
        assert np.count_nonzero(known) == (320 - abs(right)) * (180 - abs(down))
    assert Alignment(grid).lay(seen(45, 0), background).shift == (0, 0)


def test_hundreds_of_visits_do_not_carry_the_background_away() -> None:
    """Each leaves it where its rounding put it; the pull towards nothing keeps the zones where they were drawn."""
    grid, rng = Grid(160, 90), np.random.default_rng(3)
    scene = cv2.GaussianBlur(rng.integers(0, 256, (460, 640), dtype=np.uint8), (0, 0), 2.5)
    scene = cv2.normalize(scene, None, 20, 230, cv2.NORM_MINMAX)

    def seen(right: float, down: float) -> np.ndarray:
        onto = np.array([[1.0, 0.0, right - 160], [0.0, 1.0, down - 140]])
        return cv2.warpAffine(scene, onto, (160, 90), flags=cv2.INTER_LINEAR)

    alignment, background, off = Alignment(grid), seen(0, 0).astype(np.float32), []
    for _ in range(400):
        alignment.arrive()
        laid = alignment.lay(seen(*rng.normal(0, 3.0, 2)), background.astype(np.uint8))
        background += 0.75 * (laid.picture - background)
        (right, down), _response = cv2.phaseCorrelate(seen(0, 0).astype(np.float32), background)
        off.append(max(abs(right), abs(down)))
    assert max(off) < 4.0
    assert np.mean(off) < 1.0
