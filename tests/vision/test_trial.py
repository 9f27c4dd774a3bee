"""Zones tried out: what they would tell of what stands there, when, or why not; and nothing of it disturbs."""

import pytest

from config.cameras import Position, View
from gis.ground import ground_model
from tests.vision.scenery import (
    SHANGHAI,
    START,
    Player,
    Stands,
    analysis,
    camera,
    frame_at,
    passers_by,
    zone,
)
from vision.explanation import outcome_of_area, outcomes_of
from vision.rules.area_history import AreaHistory, AreaSample
from vision.rules.history import ObjectHistory
from vision.trial import Trial, try_zones, with_zones

NOON = 1_790_049_600.0  # 12:00 in Shanghai


def history(**changes) -> ObjectHistory:
    values = {
        "now": NOON, "first_seen_at": NOON - 40.0, "box": (0.4, 0.5, 0.1, 0.2), "foot": (0.45, 0.7),
        "size_m": (1.9, 1.5), "visible": True, "presence": 1.0, "steadiness": 0.95, "busy_share": 0.1,
        "busyness": 0.0, "quiet_seconds": 30.0, "last_busy_at": NOON - 30.0, "edge_score": 0.6, "body_share": 0.5,
        "area_m2": 1.5, "unchanged_at": NOON - 40.0, "calm_seconds": 40.0,
    }  # fmt: skip
    return ObjectHistory(**(values | changes))


TOLD = [
    ("stands long enough", "stall", {"first_seen_at": NOON - 200}, {}, "now", "", ""),
    ("is waited for", "stall", {}, {}, "later", "waiting", "40 s of 180 s; would be told in about 140 s"),
    ("is below the zone's size", "stall", {"size_m": (0.15, 0.1)}, {}, "no", "too_small", "0.1 m < 0.2 m"),
    ("is a cup", "stall", {"size_m": (0.4, 0.3)}, {}, "no", "too_small", "0.4 m < 0.8 m"),
    ("is beyond the zone's size", "stall", {"size_m": (12.0, 3.0)}, {}, "no", "too_large", "12.0 m > 8.0 m"),
    ("is too long for a bag", "dumping", {"size_m": (4.0, 2.0)}, {}, "no", "too_large", "4.0 m > 3."),
    ("is too high for a heap", "pile", {"size_m": (2.0, 1.9)}, {}, "no", "too_high", "1.9 m, at most 1.3 m"),
    ("cannot be measured", "pile", {"size_m": None}, {}, "no", "no_pose", "no pose"),
    ("is a speck in a picture without a pose", "stall", {"size_m": None, "box": (0.4, 0.5, 0.01, 0.01)}, {}, "no",
     "too_small", "1.0 % wide"),
    ("stands at night", "stall", {"first_seen_at": NOON - 200}, {"hours": ["20:00-06:00"]}, "no", "hours", "20:00"),
    ("sways", "dumping", {"first_seen_at": NOON - 200, "steadiness": 0.3}, {}, "no", "moves", "person"),
    ("is hidden now", "stall", {"first_seen_at": NOON - 200, "visible": False}, {}, "no", "hidden", "hidden"),
    ("is hardly ever seen", "stall", {"first_seen_at": NOON - 200, "presence": 0.3}, {}, "no", "seldom_seen", "most"),
    ("is a parked car", "stall", {"first_seen_at": NOON - 900, "size_m": (4.4, 1.5), "body_share": 0.95,
     "area_m2": 5.5}, {}, "no", "alone", "parked vehicle"),
    ("is a cart, and no vehicle", "parking", {"first_seen_at": NOON - 900, "quiet_seconds": 500.0}, {}, "no",
     "unlike_a_vehicle", "shape of a vehicle"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rule", "facts", "changes", "result", "code", "text"), TOLD, ids=[r[0] for r in TOLD])
def test_a_thing_that(name, rule, facts, changes, result, code, text):
    there = zone(rule, 180.0, **changes)
    (outcome,) = outcomes_of(history(**facts), [there], SHANGHAI)
    assert outcome.result == result
    assert [one.code for one in outcome.reasons][:1] == ([code] if code else [])
    assert text in " ".join(one.en for one in outcome.reasons)
    assert all(one.zh for one in outcome.reasons)


def test_one_outcome_for_each_zone_it_stands_in():
    beside = zone("stall", id="beside", polygon=[(0.8, 0.8), (1.0, 0.8), (1.0, 1.0)])
    found = outcomes_of(history(), [beside, zone("stall"), zone("dumping")], SHANGHAI)
    assert [one.zone_id for one in found] == ["no-stall", "no-dumping"]


def test_a_zone_judged_as_a_whole_says_how_full_it_is():
    crowd = zone("crowd", 60.0, people=20)

    def told(people: float, samples: int) -> tuple[str, str]:
        taken = tuple(AreaSample(NOON + 2 * n, 2.0, 0.3, people) for n in range(samples))
        outcome = outcome_of_area(AreaHistory(taken, False), crowd, SHANGHAI, NOON)
        return outcome.result, " ".join(one.en for one in outcome.reasons)

    assert told(30.0, 40)[0] == "now"
    assert told(4.0, 40) == ("no", "about 4 people now")
    result, text = told(30.0, 10)
    assert result == "later"
    assert "in about 42 s if it stays so (of 60 s) about 30 people now" in text


def tried(player: Player, *zones, dwell=None) -> Trial:
    subject = player.subject
    proposed, view = with_zones(subject.camera, None, zones, dwell)
    return try_zones(proposed, view, subject.ground, SHANGHAI, subject.snapshot(), list(player.ring))


CART = Stands(300, 220, 90, 60, begins=60)


def test_what_stands_there_is_judged_by_the_new_zones_and_the_analysis_goes_on_as_before():
    player = Player(analysis(zone("stall", 180.0)), [CART, passers_by()]).until(100)
    assert not player.detections
    before = player.subject.snapshot()
    (thing,) = tried(player, zone("stall", 180.0)).things
    assert abs(thing.box[0] - CART.box[0]) < 0.03
    (outcome,) = thing.outcomes
    assert (outcome.result, outcome.reasons[0].code) == ("later", "waiting")
    assert 120 < outcome.in_seconds < 160
    (thing,) = tried(player, zone("stall", 180.0), dwell=20.0).things
    assert [one.result for one in thing.outcomes] == ["now"]
    (thing,) = tried(player, zone("stall", polygon=[(0.0, 0.8), (0.2, 0.8), (0.2, 1.0)])).things
    assert thing.outcomes == ()
    assert player.subject.snapshot() == before
    player.until(280)
    assert len(player.of("present")) == 1
    assert tried(player, zone("stall", 180.0)).things[0].told


def test_a_thing_where_no_zone_was_is_found_while_the_ring_shows_its_coming():
    far = zone("stall", polygon=[(0.0, 0.5), (0.2, 0.5), (0.2, 1.0)])
    player = Player(analysis(far), [Stands(300, 220, 90, 60, begins=66)], quiet_seconds=2.0).until(80)
    assert tried(player, far).things == ()
    (thing,) = tried(player, zone("stall", 30.0)).things
    assert (thing.told, [one.result for one in thing.outcomes]) == (False, ["later"])
    assert abs(thing.first_seen_at - (START + 66)) <= 4


def test_a_camera_that_nobody_watched_so_far_says_so_until_it_is_learnt():
    frames = [frame_at(2.0 * n, [Stands(300, 220, 90, 60, begins=20)]) for n in range(16)]
    short = try_zones(camera(zone("stall")), None, None, SHANGHAI, b"", frames[:4])
    assert (short.learnt, short.things) == (False, ())
    long = try_zones(camera(zone("stall")), None, None, SHANGHAI, b"", frames)
    assert (long.learnt, len(long.things)) == (True, 1)
    assert try_zones(camera(zone("stall")), None, None, SHANGHAI, b"", []).learnt is False


def test_sizes_are_those_of_the_ground_and_zones_out_of_sight_are_named():
    posed = camera(zone("stall", 30.0)).model_copy(
        update={
            "position": Position(lon=120.0, lat=30.0, height_m=6.0),
            "view": View(heading_deg=0, tilt_deg=20, hfov_deg=70),
        }
    )
    behind = zone("stall", id="behind", polygon=[], ground=[(120.0, 29.9), (120.001, 29.9), (120.0, 29.901)])
    frames = [frame_at(2.0 * n, [Stands(300, 220, 60, 40, begins=20)]) for n in range(20)]
    proposed, _ = with_zones(posed, None, [*posed.zones, behind])
    trial = try_zones(proposed, None, ground_model(posed), SHANGHAI, b"", frames)
    assert len(trial.unseen) == 1
    assert "behind" in trial.unseen[0]
    width, height = trial.things[0].size_m or (0, 0)
    assert 1.0 < width < 3.0
    assert 0.5 < height < 2.5


def test_a_zone_judged_as_a_whole_is_tried_on_the_ring_too():
    frames = [frame_at(2.0 * n, [passers_by()]) for n in range(20)]
    trial = try_zones(camera(zone("crowd", 60.0, people=20)), None, None, SHANGHAI, b"", frames)
    assert [(one.rule, one.result, one.reasons[0].code) for one in trial.areas] == [("crowd", "no", "level")]
