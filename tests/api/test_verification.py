"""Handled cases and the camera that is asked about them."""

import asyncio

import pytest

from api.verification import VerificationRules
from ingest.state import StreamState
from tests.api.town import running_town


async def handled_case(town) -> str:
    """A stall in the east, seen, sent to, and said to be gone by its worker."""
    await town.detect("east", "stall-1")
    operator, worker = town.client("operator@east"), town.client("grid_worker@east")
    case = (await operator.get("/cases")).json()["items"][0]["id"]
    sent = {"worker_id": town.account_id("grid_worker@east")}
    assert (await operator.post(f"/cases/{case}/assign", json=sent)).status_code == 200
    for action in ("accept", "arrive", "handle"):
        assert (await worker.post(f"/cases/{case}/{action}", json={})).status_code == 200
    return case


async def until_case(town, case: str, done, seconds: float = 30.0) -> dict:
    client = town.client("operator@east")
    async with asyncio.timeout(seconds):
        while not done(detail := (await client.get(f"/cases/{case}")).json()):
            await asyncio.sleep(0.05)
    return detail


def asked(town) -> list[dict]:
    """About things; domes are asked what they can besides."""
    return [arguments for _, op, arguments in town.live.asked if op == "verify"]


def verdicts(detail: dict) -> list[str]:
    return [one["detail"]["result"] for one in detail["trace"] if one["action"] == "verify"]


ANSWERS = [
    ("gone at once", ["gone"], "closed", ["gone"]),
    ("still sweeping, then gone", ["present", "cannot_tell", "gone"], "closed", ["gone"]),
    ("there to stay", ["present"], "accepted", ["present"]),
    ("never to be told", ["cannot_tell"], "handled", ["cannot_tell"]),
    ("an answer that is none", ["perhaps"], "handled", ["cannot_tell"]),
]


@pytest.mark.parametrize(("said", "state", "traced"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
async def test_what_the_camera_says_is_done(tmp_path, said, state, traced):
    async with running_town(tmp_path) as town:
        town.live.verdicts = said
        case = await handled_case(town)
        detail = await until_case(town, case, verdicts)
        assert (detail["state"], verdicts(detail)) == (state, traced)
        entry = next(one for one in detail["trace"] if one["action"] == "verify")
        assert entry["actor"] == {"kind": "camera", "id": "east-cam", "name": "east相机"}
        assert [one["caption"] for one in detail["evidence"]][-1] == traced[0]
        assert entry["detail"]["reason"] == {"zh": "重放", "en": "replayed"}
        first = asked(town)[0]
        assert first["object_id"] == "stall-1"
        assert len(first["box"]) == 4


async def test_a_camera_that_is_away_is_waited_for_and_then_left_to_a_person(tmp_path):
    async with running_town(tmp_path) as town:
        town.live.set_state("east-cam", StreamState.REFUSED)
        case = await handled_case(town)
        detail = await until_case(town, case, lambda found: found["needs_person"])
        assert detail["state"] == "handled"
        assert "not live" in next(one for one in detail["trace"] if one["action"] == "verify")["detail"]["reason"]
        assert len(asked(town)) > 3
        # Nobody is asked twice about what a person must decide.
        before = len(asked(town))
        await asyncio.sleep(0.5)
        assert len(asked(town)) == before


async def test_what_was_handled_before_a_restart_is_asked_about_after_it(tmp_path):
    never = VerificationRules(patience_seconds=1000, retry_seconds=1000, poll_seconds=0.1)
    async with running_town(tmp_path, verification=never) as town:
        town.live.verdicts = ["present"]
        case = await handled_case(town)
        async with asyncio.timeout(30):
            while not asked(town):
                await asyncio.sleep(0.02)
    async with running_town(tmp_path) as town:
        detail = await until_case(town, case, lambda found: found["state"] == "closed")
        assert detail["resolution"] == "verified_by_camera"


async def test_a_person_may_decide_while_the_camera_is_being_asked(tmp_path):
    slow = VerificationRules(patience_seconds=1.0, retry_seconds=0.2, poll_seconds=0.1)
    async with running_town(tmp_path, verification=slow) as town:
        town.live.verdicts = ["present"]
        case = await handled_case(town)
        decided = await town.client("supervisor@east").post(f"/cases/{case}/verify", json={"result": "gone"})
        assert decided.json()["state"] == "closed", decided.text
        await asyncio.sleep(1.5)
        detail = await until_case(town, case, lambda found: True)
        assert (detail["state"], verdicts(detail)) == ("closed", ["gone"])


async def test_many_cases_are_asked_about_at_the_same_time(tmp_path):
    """One that stays does not keep the others waiting."""
    rules = VerificationRules(patience_seconds=40.0, retry_seconds=0.1, poll_seconds=0.1, at_once=1)
    async with running_town(tmp_path, verification=rules) as town:
        town.live.answers["east-cam"] = ["present"]
        stays = await handled_case(town)
        await town.detect("west", "stall-2")
        operator, worker = town.client("operator@town"), town.client("grid_worker@west")
        west = next(one for one in (await operator.get("/cases")).json()["items"] if one["camera_id"] == "west-cam")
        sent = {"worker_id": town.account_id("grid_worker@west")}
        await operator.post(f"/cases/{west['id']}/assign", json=sent)
        for action in ("accept", "arrive", "handle"):
            await worker.post(f"/cases/{west['id']}/{action}", json={})
        async with asyncio.timeout(30):
            while (await operator.get(f"/cases/{west['id']}")).json()["state"] != "closed":
                await asyncio.sleep(0.05)
        assert (await operator.get(f"/cases/{stays}")).json()["state"] == "handled"
