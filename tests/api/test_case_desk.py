"""The command room's desk over HTTP: batches, what lies beside a case, what is stuck with whom, how the time runs."""

import csv
import io
from typing import Any

from incidents.service import NewCase
from tests.api.town import RunningTown, middle, running_town

KEY = {"idempotency-key": "0123456789abcdef"}


def made(town: RunningTown, grid: str, code: str = "05-01", level: Any = 2, north_m: float = 0.0) -> Any:
    caller = town.centre.accounts.authenticate(town.token("operator@town"))
    assert caller is not None
    lon, lat = middle(grid)
    return town.incidents.create_case(caller, NewCase(code, lon, lat + north_m / 111_320, level))


async def test_a_batch_is_done_case_by_case_and_may_be_sent_again(tmp_path):
    async with running_town(tmp_path) as town:
        operator, room = town.client("operator@town"), town.client("village_room@west")
        west, east, gone = (made(town, grid) for grid in ("west-g1", "east-g1", "east-g2"))
        ids = [west.id, east.id, gone.id, west.id, "nowhere"]
        await operator.post(f"/cases/{gone.id}/strike-out", json={"reason": "不属实"})

        strike = {"action": "strike-out", "cases": ids, "reason": "重复上报"}
        answer = await operator.post("/cases/batch", json=strike, headers=KEY)
        assert answer.status_code == 200, answer.text
        first = answer.json()
        assert (first["done"], first["refused"]) == (2, 2)
        assert [one["id"] for one in first["items"]] == [west.id, east.id, gone.id, "nowhere"]
        assert [one["refusal"] and one["refusal"]["code"] for one in first["items"]] == [
            None,
            None,
            "conflict",
            "not_found",
        ]
        assert first["items"][0]["case"]["state"] == "invalid"
        assert (first["items"][2]["number"], first["items"][3]["number"]) == (gone.number, None)
        again = (await operator.post("/cases/batch", json=strike, headers=KEY)).json()
        assert again == first
        trace = (await operator.get(f"/cases/{west.id}")).json()["trace"]
        assert [one["action"] for one in trace] == ["open", "strike_out"]
        other = await operator.post("/cases/batch", json={**strike, "reason": "另一条"}, headers=KEY)
        assert (other.status_code, other.json()["error"]["where"]) == (422, "Idempotency-Key")

        # By the caller's rights at each: the village comments on its own, supervises nothing, and learns of no other.
        said = (await room.post("/cases/batch", json={"action": "comment", "cases": ids, "note": "看过"})).json()
        assert [one["done"] for one in said["items"]] == [True, False, False, False]
        assert {one["refusal"]["code"] for one in said["items"][1:]} == {"not_found"}
        ask = {"action": "supervise", "cases": [made(town, "west-g2").id], "reason": "x"}
        refused = (await room.post("/cases/batch", json=ask)).json()["items"][0]["refusal"]
        assert refused["code"] == "not_allowed"
        worker = town.account_id("grid_worker@west")
        assign = {"action": "assign", "cases": ask["cases"], "worker_id": worker}
        sent = (await operator.post("/cases/batch", json=assign)).json()["items"][0]["case"]
        assert (sent["state"], sent["assignee"]["id"]) == ("assigned", worker)
        for bad in ([], ["x"] * 501, ["x" * 65]):
            assert (await operator.post("/cases/batch", json={**strike, "cases": bad})).status_code == 422
        assert (await town.client("display@town").post("/cases/batch", json=strike)).status_code == 403

        chosen = await room.post("/cases/export", json={"cases": ids, "form": "csv"})
        rows = list(csv.DictReader(io.StringIO(chosen.content.decode("utf-8-sig"))))
        assert [row["编号 Number"] for row in rows] == [west.number]


async def test_what_lies_beside_what_is_stuck_and_how_the_time_runs(tmp_path):
    async with running_town(tmp_path) as town:
        operator, room = town.client("operator@town"), town.client("village_room@west")
        first = made(town, "west-g1")
        made(town, "west-g1", "01-02")
        far = made(town, "west-g1", north_m=150)
        third, east = made(town, "west-g1", north_m=20), made(town, "east-g1")

        async def beside(case: Any, client=operator) -> list[tuple[str, str, float, bool]]:
            items = (await client.get(f"/cases/{case.id}/similar")).json()["items"]
            return [(one["case"]["id"], one["why"], round(one["distance_m"], -1), one["doubled"]) for one in items]

        assert await beside(third) == [(first.id, "near", 20, True), (far.id, "near", 130, False)]
        assert await beside(first) == [(third.id, "near", 20, False), (far.id, "near", 150, False)]
        assert await beside(east) == []
        assert (await room.get(f"/cases/{east.id}/similar")).status_code == 404
        await operator.post(f"/cases/{first.id}/strike-out", json={"reason": "x"})
        assert await beside(third) == [(far.id, "near", 130, False)]

        worker = town.account_id("grid_worker@west")
        await operator.post(f"/cases/{far.id}/assign", json={"worker_id": worker})
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql("UPDATE cases SET deadline_at = 1 WHERE id = ?", (far.id,))
        found = (await operator.get("/cases/stuck")).json()
        desk, sent = found["items"]
        assert (desk["state"], desk["holder_kind"], desk["n"], desk["overdue"]) == ("filed", "desk", 3, 0)
        assert (sent["holder"], sent["n"], sent["overdue"], sent["number"]) == (worker, 1, 1, far.number)
        trace = (await operator.get(f"/cases/{far.id}")).json()["trace"]
        assert (sent["since"], desk["since"] < sent["since"]) == (trace[-1]["at"], True)
        assert (found["looked_at"], found["exact"]) == (4, True)
        own = (await room.get("/cases/stuck")).json()
        assert [one["n"] for one in own["items"]] == [2, 1]
        assert (await operator.get("/cases/stuck", params={"area": "east"})).json()["looked_at"] == 1
        assert (await room.get("/cases/stuck", params={"area": "east"})).json()["looked_at"] == 0

        left = (await operator.get(f"/cases/{third.id}/deadline")).json()["left"]
        assert left["state"] == "ample"
        assert 0 < left["left_s"] <= left["given_s"]
        late = (await operator.get(f"/cases/{far.id}/deadline")).json()["left"]
        assert (late["state"], late["left_s"] < 0) == ("overdue", True)
        assert (await operator.get(f"/cases/{first.id}/deadline")).json() == {"left": None}
        await operator.post(f"/cases/{far.id}/comment", json={"note": "x"})
        supervisor = town.client("supervisor@town")
        await supervisor.post(f"/cases/{far.id}/supervise", json={"reason": "超期"})
        for asked in ({"supervised": True}, {"tier": 2, "supervised": True}, {"supervised": True, "text": far.number}):
            items = (await operator.get("/cases", params=asked)).json()["items"]
            assert [one["id"] for one in items] == [far.id], asked
        assert (await operator.get("/cases/counts", params={"by": "state", "supervised": False})).json()["items"] == [
            {"key": "filed", "n": 3, "name": ""},
            {"key": "invalid", "n": 1, "name": ""},
        ]
        with town.incidents.store.write() as transaction:
            transaction.connection.exec_driver_sql("UPDATE cases SET post = 'town-market' WHERE id = ?", (third.id,))
        held = (await operator.get("/cases", params={"post": "town-market"})).json()["items"]
        assert [one["id"] for one in held] == [third.id]
        groups = (await operator.get("/cases/stuck")).json()["items"]
        posts = [(one["holder"], one["n"], one["case_id"]) for one in groups if one["holder_kind"] == "post"]
        assert posts == [("town-market", 1, third.id)]
