"""Zones and pose change while things stand: what is known of the scene stays."""

import pytest

from tests.vision import scenery
from tests.vision.scenery import Player, Stands, analysis, camera, zone

CALM = scenery.noise(2.0)
THING = Stands(300, 200, 80, 90, begins=80.0, ends=220.0)
ELSEWHERE = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1]]

CHANGES = [
    ("another zone beside it", 100.0, [zone(), zone(id="second", polygon=ELSEWHERE)], ["present", "gone"]),
    ("its zone renamed after it was told", 160.0, [zone(id="renamed")], ["present", "gone"]),
    ("its zone moved away after it was told", 160.0, [zone(polygon=ELSEWHERE)], ["present", "gone"]),
    ("its zone moved away before it was told", 100.0, [zone(polygon=ELSEWHERE)], []),
    ("a longer dwell while it stands", 100.0, [zone(dwell=60.0)], ["present", "gone"]),
]


@pytest.mark.parametrize(("at", "zones", "told"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_stands_goes_on_being_judged(at: float, zones: list, told: list[str]) -> None:
    player = Player(analysis(zone()), [THING, CALM]).until(at)
    player.subject.reconfigure(camera(*zones), None)
    player.until(280.0)
    assert [detection.phase for detection in player.detections] == told
    assert len({detection.object_id for detection in player.detections}) == bool(told)
    # It was timed from its coming, not from the change; a case keeps the name of the zone it was told of.
    assert all(one.first_seen_at - scenery.START == pytest.approx(81.0, abs=1.5) for one in player.detections)
    assert len({one.zone_id for one in player.detections}) == bool(told)
    if zones[0].dwell_seconds == 60.0:
        assert player.detections[0].confirmed_at - scenery.START == pytest.approx(141.0, abs=12.0)
