"""Events in front of cameras, and what is written down of them."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis.plane import Plane
from sim.director import CameraPose, Director, UnknownEvent
from sim.rtsp.server import RtspServer
from sim.rtsp.timeline import TimelineError
from sim.schedule import PlannedEvent
from sim.truth import EventState, TruthLog, read_truth
from tests.sim.fast_clock import FastClock
from tests.sim.tiny_clips import TRUTH

POSE = CameraPose(120.45, 30.08, 90.0)


@pytest.fixture
def direct(tmp_path: Path) -> Iterator[Callable[[RtspServer], Director]]:
    truth = TruthLog(tmp_path / "truth.jsonl")
    yield lambda server: Director(server.estate, {"c1": POSE, "c2": POSE}, truth, server.clock, "run1")
    truth.close()


async def until(director: Director, event_id: str, state: EventState) -> None:
    async with asyncio.timeout(30):
        while director.event(event_id).state is not state:
            await asyncio.sleep(0.005)


POSES = {
    "north": (0.0, (3.0, 20.0)),
    "east": (90.0, (20.0, -3.0)),
    "south": (180.0, (-3.0, -20.0)),
    "west": (270.0, (-20.0, 3.0)),
}


@pytest.mark.parametrize(("heading", "east_north"), POSES.values(), ids=POSES)
def test_a_place_on_the_ground_turns_with_the_camera(heading: float, east_north: tuple[float, float]) -> None:
    place = CameraPose(120.45, 30.08, heading).place(3.0, 20.0)
    assert Plane(120.45, 30.08).to_metres(*place) == pytest.approx(east_north, abs=1e-3)


async def test_the_truth_of_an_event_from_its_coming_to_its_going(serve, direct, tmp_path: Path) -> None:
    server = await serve(clock=FastClock(20))
    path = tmp_path / "truth.jsonl"
    director = direct(server)
    began = server.clock.now()
    event = director.start("c1", "stall")
    assert event.state is EventState.COMING
    await until(director, event.event_id, EventState.STANDING)
    director.clear(event.event_id)
    asked_at = event.asked_to_leave_at
    director.clear(event.event_id)
    assert event.asked_to_leave_at == asked_at
    await until(director, event.event_id, EventState.GONE)
    director.clear(event.event_id)
    states = [json.loads(line)["state"] for line in path.read_text().splitlines()]
    assert states == ["coming", "standing", "leaving", "gone"]
    told = read_truth(path)[event.event_id]
    assert told == event
    assert told.box == TRUTH["stall"].box
    assert (told.lon, told.lat) == POSE.place(*TRUTH["stall"].ground_xy_m)
    assert began <= told.planned_at < told.placed_at < told.asked_to_leave_at < told.cleared_at  # type: ignore[operator]
    assert told.cleared_at <= server.clock.now()  # type: ignore[operator]


async def test_an_event_goes_by_itself_when_nobody_comes(serve, direct) -> None:
    server = await serve(clock=FastClock(20))
    director = direct(server)
    event = director.start("c1", "dumping", stand_seconds=2.0)
    await until(director, event.event_id, EventState.GONE)
    assert event.asked_to_leave_at is None
    assert 2.0 <= event.cleared_at - event.placed_at < 30  # type: ignore[operator]


async def test_a_plan_is_carried_out_and_what_cannot_be_is_left_out(serve, direct) -> None:
    server = await serve(clock=FastClock(20))
    director = direct(server)
    planned = [
        PlannedEvent("e1", "c1", "stall", 0.5, 1e6),
        PlannedEvent("e2", "c1", "stall", 1.0, 1e6),
        PlannedEvent("e3", "c2", "dumping", 2.0, 1e6),
    ]
    await asyncio.wait_for(director.run(planned), 5)
    assert [event.event_id for event in director.events()] == ["run1-e1", "run1-e3"]
    first, second = director.events()
    assert second.planned_at - first.planned_at == pytest.approx(1.5)
    assert server.clock.now() >= second.planned_at


async def test_the_nearest_event_is_found_while_it_is_there(serve, direct) -> None:
    server = await serve(clock=FastClock(20))
    director = direct(server)
    stall, dump = director.start("c1", "stall", 0), director.start("c2", "dumping", 1e6)
    beside_stall = POSE.place(TRUTH["stall"].ground_xy_m[0] + 4, TRUTH["stall"].ground_xy_m[1])
    assert director.nearest(*beside_stall, radius_m=40) is stall
    assert director.nearest(*beside_stall, radius_m=1) is None
    await until(director, stall.event_id, EventState.GONE)
    assert director.nearest(*beside_stall, radius_m=40) is dump


async def test_what_is_asked_for_wrongly_is_named(serve, direct) -> None:
    director = direct(await serve())
    with pytest.raises(TimelineError, match="nothing of the kind stall can happen in front of q1"):
        director.start("q1", "stall")
    with pytest.raises(KeyError):
        director.start("zz", "stall")
    with pytest.raises(UnknownEvent, match="there is no event e9"):
        director.clear("e9")
    assert {camera.id for camera in director.event_cameras()} == {"c1", "c2", "h1"}


def test_a_truth_file_cut_short_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    row = {"event_id": "e1", "camera_id": "c", "kind": "stall", "planned_at": 1.0, "stand_seconds": 2.0}
    row |= {"box": [0, 0, 1, 1], "lon": 1.0, "lat": 2.0, "state": "coming"}
    row |= {"placed_at": None, "asked_to_leave_at": None, "cleared_at": None}
    path.write_text(json.dumps(row) + "\n" + json.dumps(row | {"state": "gone"})[:40])
    assert read_truth(path)["e1"].state is EventState.COMING
