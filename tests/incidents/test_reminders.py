"""Whoever waits for a case may remind of it, once a day."""

import pytest

from incidents.errors import Conflict, NotAllowed
from tests.incidents.world import World


def test_a_village_reminds_once_a_day(sqlite_world: World) -> None:
    incidents = sqlite_world.incidents
    case_id = sqlite_world.take().case_id
    room, other = (sqlite_world.person(name, "village_room", "QX-A") for name in ("room", "other"))
    assert "remind" in incidents.get_case(room, case_id).actions
    incidents.act(room, case_id, "remind", {"note": "群众在等"})
    with pytest.raises(Conflict, match="within a day"):
        incidents.act(room, case_id, "remind")
    # Undone as a whole: no entry, no version.
    assert [entry.action for entry in incidents.get_case(room, case_id).trace].count("remind") == 1
    incidents.act(other, case_id, "remind")
    sqlite_world.clock.pass_(86_400)
    assert incidents.act(room, case_id, "remind").state == "filed"
    with pytest.raises(NotAllowed):
        incidents.act(sqlite_world.person("screen", "display", "QX-A"), case_id, "remind")
    assert incidents.check_trace(sqlite_world.admin, case_id).valid
