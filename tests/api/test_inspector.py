"""The part of a worker that judges video: what it tells, keeps over a restart, and holds detection back from."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.inspector import Inspector
from config.cameras import Camera
from ingest.live import PtzReport
from runtime.spool import Spool
from sim.picture_faults import Spoiling, Spoilt
from tests.api.town import CONFIG
from tests.ingest.hand_clock import HandClock
from tests.vision.quality_town import CAMERAS, START, frame_of, pictures
from vision.quality.fault import Fault

COVERED = (Spoilt(Spoiling.COVERED, 1.0, 3),)
TURNED = (Spoilt(Spoiling.TURNED, 0.9, 3),)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def fixed(name: str) -> Camera:
    return CONFIG.cameras[0].model_copy(update={"id": name, "ptz": None, "position": None})


class Watched:
    """Six cameras of one worker, looked at every ten seconds."""

    def __init__(self, folder: Path, cameras: list[Camera] | None = None, name: str = "spool") -> None:
        self.spool = Spool(folder / f"{name}.sqlite")
        self.told = 0
        self.inspector = Inspector(self.spool, folder / "quality", self._tell, SHANGHAI, HandClock())
        self.inspector.change(cameras or [fixed(name) for name in CAMERAS])
        self.at, self.number = START, 0

    def _tell(self) -> None:
        self.told += 1

    def play(self, seconds: float, first=(), others=()) -> Fault | None:
        end, last = self.at + seconds, None
        while self.at < end:
            for n, name in enumerate(CAMERAS):
                shown = pictures(n, tuple(others if n else first))[self.number % 3]
                fault = self.inspector.seen(frame_of(name, self.at, shown))
                last = fault if n == 0 else last
            self.at, self.number = self.at + 10.0, self.number + 1
        return last

    def messages(self) -> list[tuple[str, str]]:
        """Of the first camera, what has been told of since."""
        found = []
        for one in self.spool.pending(limit=200):
            if one.body["camera_id"] == CAMERAS[0]:
                found.append((one.body.get("fault", ""), one.body["turn"]))
            self.spool.acknowledge(one.key)
        return found


def test_a_fault_is_told_with_both_pictures_and_detection_waits(tmp_path):
    town = Watched(tmp_path)
    assert town.play(200) is None
    assert town.messages() == [("", "well")]
    assert town.play(400, COVERED) is Fault.COVERED
    (spooled,) = town.spool.pending(limit=200)
    assert spooled.body["blobs"] == ["picture.jpg", "healthy.jpg"]
    assert [blob[:3] for blob in spooled.blobs] == [b"\xff\xd8\xff"] * 2
    assert spooled.blobs[0] != spooled.blobs[1]
    assert town.messages() == [("covered", "began")]
    assert town.inspector.healthy_picture(CAMERAS[0]) == spooled.blobs[1]
    # The camera is well again, and a worker that was started meanwhile ends what the former began.
    again = Watched(tmp_path, name="second")
    again.at = town.at
    assert again.play(10, COVERED) is Fault.COVERED
    assert again.play(300) is None
    assert again.messages() == [("covered", "ended")]


def test_a_worker_without_memory_says_that_all_is_well(tmp_path):
    Watched(tmp_path).play(150)
    for path in (tmp_path / "quality").glob("*.json"):
        path.write_text("{")
    again = Watched(tmp_path, name="second")
    again.play(150)
    assert again.messages() == [("", "well")]


def test_accepting_a_view_ends_the_fault_and_cameras_may_go(tmp_path):
    town = Watched(tmp_path)
    town.play(200)
    town.play(500, TURNED)
    assert ("turned", "began") in town.messages()
    town.inspector.accept(frame_of(CAMERAS[0], town.at, pictures(0, TURNED)[0]))
    assert town.messages() == [("turned", "ended")]
    assert town.play(400, TURNED) is None
    town.inspector.change([fixed(name) for name in CAMERAS[1:]])
    with pytest.raises(KeyError):
        town.inspector.accept(frame_of(CAMERAS[0], town.at, pictures(0, ())[0]))
    assert town.inspector.look(frame_of(CAMERAS[0], town.at, pictures(0, COVERED)[0])) is None
    assert town.inspector.healthy_picture(CAMERAS[0]) == b""


def test_a_dome_on_its_way_is_not_judged(tmp_path):
    dome = CONFIG.cameras[0].model_copy(update={"id": CAMERAS[0], "position": None})
    town = Watched(tmp_path, [dome, *(fixed(name) for name in CAMERAS[1:])])
    town.inspector.dome_moved(PtzReport(CAMERAS[0], 10.0, -5.0, 1.0, False, START - 100))
    town.play(200)
    town.inspector.dome_moved(PtzReport(CAMERAS[0], 90.0, -5.0, 1.0, True, town.at))
    assert town.inspector.look(frame_of(CAMERAS[0], town.at + 1, pictures(0, COVERED)[0])) is None
    assert town.play(500, TURNED) is None


def test_a_dome_is_asked_where_it_looks_when_in_doubt(tmp_path):
    dome = CONFIG.cameras[0].model_copy(update={"id": CAMERAS[0], "position": None})
    town, asked = Watched(tmp_path), []

    def ask(camera_id: str) -> None:
        asked.append(camera_id)
        looks = 10.0 if len(asked) == 1 else 120.0
        town.inspector.dome_moved(PtzReport(camera_id, looks, -5.0, 1.0, False, town.at))

    town.inspector = Inspector(town.spool, tmp_path / "other", town._tell, SHANGHAI, HandClock(), ask)
    town.inspector.change([dome, *(fixed(name) for name in CAMERAS[1:])])
    town.play(200)
    assert asked == [CAMERAS[0]]
    # Another platform turns it: its picture is another, and asked again it says so.
    assert town.play(600, TURNED) is None
    assert len(asked) == 2
    assert [turn for _, turn in town.messages()] == ["well"]


CLOCKS = [(0.4, None), (8 * 3600 + 0.4, None), (None, None), (-400.0, Fault.WRONG_TIME), (7 * 3600, Fault.WRONG_TIME)]


@pytest.mark.parametrize(("offset", "fault"), CLOCKS)
def test_a_clock_that_holds_local_time_is_right(tmp_path, offset, fault):
    town = Watched(tmp_path)
    town.inspector.clock_of(CAMERAS[0], offset)
    town.play(200)
    began = [name for name, turn in town.messages() if turn == "began"]
    assert began == ([fault.value] if fault else [])


def test_memory_is_one_small_file_a_camera(tmp_path):
    town = Watched(tmp_path)
    town.play(200)
    files = sorted((tmp_path / "quality").iterdir())
    assert [path.name for path in files] == sorted(f"{name}.{kind}" for name in CAMERAS for kind in ("jpg", "json"))
    assert all(path.stat().st_size < 100_000 for path in files)
    assert json.loads(files[1].read_text())["camera"] == CAMERAS[0]
