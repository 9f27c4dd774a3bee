"""What is looked at follows the configuration: what stays keeps what it knows."""

import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.analyses import Analyses
from api.analyst import Analyst
from config.cameras import Analysis, Camera
from ingest.ring import Ring
from ingest.schedule import Schedule
from runtime.clock import SystemClock
from runtime.spool import Spool
from tests.api.town import camera

ZONE = ZoneInfo("Asia/Shanghai")
LOOKS = Analysis()


def _camera(village: str, **changed: object) -> Camera:
    return Camera.model_validate({**camera(village), **changed})


def _zones(name: str) -> list[dict[str, object]]:
    return [{**camera("east")["zones"][0], "id": name}]


def _analyst(folder: Path, schedule: Schedule) -> Analyst:
    return Analyst(lambda _: Ring(0, 0), schedule, Spool(folder / "spool.sqlite"), folder, lambda: None, ZONE)


def test_what_stays_is_not_disturbed_and_what_changes_keeps_what_it_knows(tmp_path):
    schedule = Schedule(1.0, SystemClock())
    analyst = _analyst(tmp_path, schedule)
    analyses = Analyses(analyst, schedule, ZONE)
    analyses.change([_camera("east"), _camera("west")], LOOKS)
    east, west = analyst.analysis_of("east-cam"), analyst.analysis_of("west-cam")
    assert east is not None
    assert west is not None

    analyses.change([_camera("east", zones=_zones("other"), name="新名"), _camera("west")], LOOKS)
    assert (analyst.analysis_of("east-cam"), analyst.analysis_of("west-cam")) == (east, west)
    assert (east.analysis.camera.name, east.analysis.camera.zones[0].id) == ("新名", "other")

    analyses.change([_camera("east", enabled=False), _camera("west", zones=[])], Analysis(interval_seconds=5))
    assert analyses.ids() == []
    assert (analyst.analysis_of("east-cam"), east.ended) == (None, True)
    with pytest.raises(KeyError):
        schedule.sampling("east-cam")

    analyses.change([_camera("east")], Analysis(interval_seconds=5))
    assert analyses.ids() == ["east-cam"]
    assert schedule.sampling("east-cam").samples == 0


def test_a_homography_that_determines_nothing_changes_nothing(tmp_path):
    schedule = Schedule(1.0, SystemClock())
    analyses = Analyses(_analyst(tmp_path, schedule), schedule, ZONE)
    analyses.change([_camera("east")], LOOKS)
    one_line = [{"picture": [0.1 * n, 0.5], "lon": 120.4 + 0.0001 * n, "lat": 30.0} for n in range(1, 5)]
    with pytest.raises(ValueError, match="line"):
        analyses.change([_camera("west", homography=one_line)], LOOKS)
    assert analyses.ids() == ["east-cam"]


def test_forgetting_waits_for_the_look_under_way(tmp_path):
    schedule = Schedule(1.0, SystemClock())
    analyst = _analyst(tmp_path, schedule)
    analyses = Analyses(analyst, schedule, ZONE)
    analyses.change([_camera("east")], LOOKS)
    watched = analyst.analysis_of("east-cam")
    assert watched is not None
    with watched.lock:
        changing = threading.Thread(target=analyses.change, args=([], LOOKS))
        changing.start()
        changing.join(0.05)
        assert changing.is_alive()
        assert not watched.ended
    changing.join(5)
    assert watched.ended
