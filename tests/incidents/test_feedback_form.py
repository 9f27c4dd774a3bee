"""An order from above that owes its form is not ended by a camera, also where a camera's case was merged into it."""

from typing import Any

import pytest
from sqlalchemy import update

from config.feedback import FeedbackField
from incidents.errors import Conflict
from incidents.feedback import FeedbackDesk, keep_feedback
from incidents.feedback_form import ORDER, ask_feedback
from incidents.service import NewCase
from incidents.store.schema import cases
from tests.incidents.world import IN_A1, START, World

FIELDS = [FeedbackField(id="result", zh="处置结果", en="Result", required=True), FeedbackField(id="note", zh="备注")]


def ordered(world: World) -> str:
    """A case from above, with a camera's case of the same thing merged into it."""
    case_id = world.incidents.create_case(world.admin, NewCase("05-01", IN_A1[0] + 0.002, IN_A1[1])).id
    with world.incidents.store.write() as transaction:
        transaction.connection.execute(update(cases).where(cases.c.id == case_id).values(source=ORDER))
        ask_feedback(transaction.connection, case_id, FIELDS)
    doubled = str(world.take(opens_case=False).case_id)
    world.incidents.act(world.admin, doubled, "duplicate", {"of": case_id})
    return case_id


def state(world: World, case_id: str) -> Any:
    return world.incidents.get_case(world.admin, case_id).case


def test_gone_is_noted_and_a_person_closes_with_the_form(world: World) -> None:
    world.incidents.follow(keep_feedback)
    case_id, desk = ordered(world), FeedbackDesk(world.incidents)
    assert world.take(key="gone", phase="gone", confirmed_at=START + 60, blobs={}).outcome == "gone"
    case = state(world, case_id)
    assert (case.state, case.resolution, case.gone_at is not None) == ("filed", None, True)
    with pytest.raises(Conflict, match="Result"):
        world.incidents.act(world.admin, case_id, "close")
    desk.fill(world.admin, case_id, {"note": "nothing that was asked for"})
    world.take(key="back", confirmed_at=START + 90)
    world.take(key="gone again", phase="gone", confirmed_at=START + 120, blobs={})
    assert state(world, case_id).state == "filed", "what is required is still missing"
    desk.fill(world.admin, case_id, {"result": "劝离"})
    assert world.incidents.act(world.admin, case_id, "close").state == "closed"


def test_once_the_form_is_filled_in_a_camera_ends_it_as_any_other(sqlite_world: World) -> None:
    world = sqlite_world
    world.incidents.follow(keep_feedback)
    case_id = ordered(world)
    FeedbackDesk(world.incidents).fill(world.admin, case_id, {"result": "劝离"})
    world.take(key="gone", phase="gone", confirmed_at=START + 60, blobs={})
    assert (state(world, case_id).state, state(world, case_id).resolution) == ("closed", "left_by_itself")


def test_the_cameras_check_leaves_it_to_a_person(sqlite_world: World) -> None:
    world = sqlite_world
    world.incidents.follow(keep_feedback)
    case_id, worker = ordered(world), world.worker("wang", "QX-A1", at=IN_A1)
    world.incidents.act(world.admin, case_id, "assign", {"worker_id": worker.account_id})
    for action in ("accept", "handle"):
        world.incidents.act(worker, case_id, action)
    seen = world.incidents.camera_verified(case_id, "cam-a", "gone", "clear", captured_at=START, picture=None)
    assert (seen.state, seen.needs_person, seen.gone_at is not None) == ("handled", True, True)
    assert world.incidents.awaiting_camera() == ()
    FeedbackDesk(world.incidents).fill(worker, case_id, {"result": "劝离"})
    zhao = world.person("zhao", "operator", "QX")
    assert world.incidents.act(zhao, case_id, "verify", {"result": "gone"}).state == "closed"
