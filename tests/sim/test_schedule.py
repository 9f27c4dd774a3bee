from itertools import islice

import pytest

from sim.schedule import EventCamera, Rate, plan

CAMERAS = [
    *(EventCamera(f"s{i}", ("stall",)) for i in range(8)),
    *(EventCamera(f"d{i}", ("dumping",)) for i in range(4)),
    EventCamera("b1", ("stall", "dumping")),
    EventCamera("none", ()),
]


def test_the_same_seed_gives_the_same_events_whatever_the_order_of_cameras() -> None:
    first = list(islice(plan(CAMERAS, 5), 100))
    assert first == list(islice(plan(CAMERAS[::-1], 5), 100))
    assert first != list(islice(plan(CAMERAS, 6), 100))


def test_the_first_event_is_a_stall_and_comes_soon() -> None:
    for seed in range(20):
        first = next(plan(CAMERAS, seed))
        assert (first.kind, first.starts_at_s) == ("stall", 30.0)


def test_events_are_in_order_and_of_a_kind_the_camera_knows() -> None:
    kinds = {camera.id: camera.kinds for camera in CAMERAS}
    events = list(islice(plan(CAMERAS, 1), 300))
    assert [event.starts_at_s for event in events] == sorted(event.starts_at_s for event in events)
    assert all(event.kind in kinds[event.camera_id] for event in events)
    assert len({event.event_id for event in events}) == 300


def test_a_camera_rests_between_its_events() -> None:
    rate = Rate(mean_gap_s=61.0)
    free_at: dict[str, float] = {}
    for event in islice(plan(CAMERAS, 3, rate), 300):
        assert event.starts_at_s >= free_at.get(event.camera_id, 0.0)
        free_at[event.camera_id] = event.starts_at_s + event.stand_seconds + rate.rest_seconds


def test_a_room_is_busy_and_not_flooded() -> None:
    cameras = [EventCamera(f"c{i}", ("stall", "dumping")) for i in range(40)]
    hours = 50
    events = [event for event in islice(plan(cameras, 2), 2000) if event.starts_at_s < hours * 3600]
    assert 10 * hours < len(events) < 20 * hours
    assert 0.15 < sum(event.kind == "dumping" for event in events) / len(events) < 0.35
    assert all(900 <= event.stand_seconds <= 2400 for event in events)


def test_without_cameras_nothing_happens() -> None:
    assert list(plan([EventCamera("x", ())], 1)) == []


def test_with_one_kind_only_every_event_is_of_it() -> None:
    events = islice(plan([EventCamera("d", ("dumping",))], 1), 20)
    assert {event.kind for event in events} == {"dumping"}


BAD = {
    "gap": ({"mean_gap_s": 10.0, "shortest_gap_s": 20.0}, "shortest_gap_s 20.0"),
    "no gap": ({"shortest_gap_s": 0.0}, "shortest_gap_s 0.0"),
    "share": ({"dumping_share": 1.5}, "dumping_share 1.5"),
    "stand": ({"stand_from_s": 10.0, "stand_to_s": 5.0}, "stand_from_s 10.0"),
}


@pytest.mark.parametrize(("values", "said"), BAD.values(), ids=BAD)
def test_rates_that_cannot_be_are_named(values: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Rate(**values)
