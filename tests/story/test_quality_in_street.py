"""From the simulated camera's faulty pictures, coded as it sends them, to what the command room is told: each fault
found at the camera that has it, nothing told of the healthy ones, and no rule judging what cannot be seen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.inspector import Inspector
from incidents.quality import Quality
from incidents.queries import QualityFilter
from incidents.rights import EVERYWHERE
from ingest.access_unit import AccessUnit
from ingest.gop import KeyFrame, UnitGop
from runtime.spool import Spool
from sim.picture_faults import FAULTS, Spoiling, Spoilt
from sim.rtsp.clip import SceneClips
from sim.rtsp.rescale import RescaledClips, RescaledSegment
from sim.rtsp.spoil import encode_planar, spoil, still
from tests.api.town import AREAS, CONFIG, open_incidents
from tests.ingest.hand_clock import HandClock
from tests.vision.quality_town import START, pictures

FPS, GOP, KEYS = 1.0, 1, 3
CAMERAS = tuple(f"c{n}" for n in range(6))
STEP = 10.0


@dataclass
class Street:
    """One camera's healthy clip; `shown` is what it sends now."""

    camera_id: str
    healthy: SceneClips
    shown: SceneClips

    def key_frames(self) -> list[bytes]:
        return [unit for one in self.shown.segments.values() for unit in one.access_units[::GOP]]


def street(number: int) -> Street:
    drawn = [pictures(number, (), KEYS)[n // GOP] for n in range(GOP * KEYS)]
    units = encode_planar(drawn, FPS, "h264", {n for n in range(GOP * KEYS) if n % GOP == 0})
    clips = RescaledClips("street", 640, 360, {"idle": RescaledSegment("idle", "h264", FPS, units)}, {})
    return Street(CAMERAS[number], clips, clips)


@dataclass
class Room:
    """A worker's inspector, and the store its messages reach."""

    inspector: Inspector
    spool: Spool
    quality: Quality
    streets: list[Street]
    at: float = START
    number: int = 0

    def pass_time(self, seconds: float) -> None:
        end = self.at + seconds
        while self.at < end:
            for one in self.streets:
                keys = one.key_frames()
                unit = AccessUnit(one.camera_id, "sub", "h264", True, 0, self.at, keys[self.number % len(keys)])
                self.inspector.offer(KeyFrame(one.camera_id, self.at, STEP, UnitGop(unit)))
            while self.inspector.waiting:
                self.inspector.look_once()
            for spooled in self.spool.pending(limit=100):
                self.quality.take(spooled.body, spooled.blobs)
                self.spool.acknowledge(spooled.key)
            self.at, self.number = self.at + STEP, self.number + 1

    def going_on(self) -> list[tuple[str, str]]:
        found = self.quality.episodes(EVERYWHERE, QualityFilter(open_only=True))
        return sorted((one.camera_id, one.fault) for one in found)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    clock = HandClock(START)
    incidents = open_incidents(tmp_path, clock)
    incidents.load_areas(AREAS)
    cameras = [CONFIG.cameras[0].model_copy(update={"id": name, "ptz": None, "position": None}) for name in CAMERAS]
    incidents.town.cameras.replace(cameras)
    spool = Spool(tmp_path / "spool.sqlite")
    inspector = Inspector(spool, tmp_path / "quality", lambda: None, ZoneInfo("Asia/Shanghai"), clock)
    inspector.change(cameras)
    quality = Quality(incidents.store, tmp_path / "faults", clock, incidents.town.cameras)
    yield Room(inspector, spool, quality, [street(number) for number in range(len(CAMERAS))])
    incidents.store.close()


def test_each_fault_of_a_simulated_camera_is_told_and_ends(room: Room) -> None:
    first = room.streets[0]
    room.pass_time(150)
    assert room.going_on() == []
    for what in (*sorted(FAULTS), None):
        first.shown = spoil(first.healthy, Spoilt(what, 0.6, 3)) if what is not None else still(first.healthy)
        room.pass_time(420)
        assert room.going_on() == [("c0", what.value if what is not None else "frozen")]
        first.shown = first.healthy
        room.pass_time(260)
        assert room.going_on() == []
    told = room.quality.episodes(EVERYWHERE, QualityFilter(camera="c0"))
    assert len(told) == len(FAULTS) + 1
    assert all(one.picture and one.healthy for one in told)


def test_the_healthy_town_is_told_of_by_night_with_a_lorry_and_in_the_rain(room: Room) -> None:
    room.pass_time(150)
    night = Spoilt(Spoiling.INFRARED, 0.5, 1)
    for one in room.streets:
        one.shown = spoil(one.healthy, night)
    room.pass_time(300)
    lit = room.streets[2]
    lit.shown = spoil(lit.shown, Spoilt(Spoiling.LORRY, 0.9, 2))
    room.pass_time(420)
    for one in room.streets:
        one.shown = spoil(one.healthy, Spoilt(Spoiling.RAIN_ON_LENS, 1.0, 4))
    room.pass_time(420)
    assert room.going_on() == []
    assert [one for one in room.quality.episodes(EVERYWHERE, QualityFilter()) if one.fault] == []


def test_a_camera_no_rule_watches_is_decoded_for_it_alone(room: Room) -> None:
    """By key frames as they come off the wire, in the inspector's own thread."""
    one = room.streets[0]
    unit = AccessUnit(one.camera_id, "sub", "h264", True, 0, START, one.key_frames()[0])
    room.inspector.offer(KeyFrame(one.camera_id, START, 2.0, UnitGop(unit)))
    assert room.inspector.look_once()
    assert room.inspector.judged == 1
    soon = replace(unit, received_at=START + 5)
    room.inspector.offer(KeyFrame(one.camera_id, START + 5, 2.0, UnitGop(soon)))
    assert room.inspector.waiting == 0


def test_a_camera_that_is_analysed_is_left_to_the_analysis(tmp_path: Path) -> None:
    """Decoding each picture for this as well made the analysis come four times as late, at every start."""
    one, every = street(0), {"c0": 20.0}
    spool = Spool(tmp_path / "spool.sqlite")
    inspector = Inspector(
        spool,
        tmp_path / "quality",
        lambda: None,
        ZoneInfo("Asia/Shanghai"),
        HandClock(START),
        analysed_every=lambda name: every[name],
    )
    inspector.change([CONFIG.cameras[0].model_copy(update={"id": "c0", "ptz": None, "position": None})])

    def waits(seconds: float) -> bool:
        unit = AccessUnit("c0", "sub", "h264", True, 0, START + seconds, one.key_frames()[0])
        inspector.offer(KeyFrame("c0", START + seconds, 2.0, UnitGop(unit)))
        return bool(inspector.waiting) and inspector.look_once()

    assert not waits(29.0)
    assert waits(31.0)  # the analysis does not come
    assert not waits(31.0 + 8.0 + 29.0)
    every["c0"] = 600.0
    assert not waits(31.0 + 8.0 + 69.0)
    assert waits(31.0 + 8.0 + 71.0)  # and not for ever
    spool.close()
