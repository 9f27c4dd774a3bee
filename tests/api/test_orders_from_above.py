"""Orders from above: their own deadline, and a form that is due before the case can be closed."""

import json
import time

import cv2
import numpy as np
import pytest
from pydantic import ValidationError
from sqlalchemy import select

from config.cameras import CamerasFile
from config.exchange import Source
from exchange.signature import sign
from incidents.store.exchange_schema import exchange_outbox
from tests.api.town import CONFIG, middle, running_town

SECRET = "a-secret-of-the-district-long-enough"
FORM = [
    {"id": "result", "zh": "处置结果", "en": "Result", "required": True},
    {"id": "amount", "zh": "数量", "en": "Amount", "kind": "number"},
    {"id": "how", "zh": "方式", "en": "How", "kind": "choice", "required": True,
     "choices": [{"id": "fined", "zh": "罚款"}, {"id": "warned", "zh": "警告"}]},
    {"id": "after", "zh": "处置后照片", "en": "Photo after", "kind": "photo", "required": True},
]  # fmt: skip
ORDERS = {"id": "district", "kind": "webhook", "name": "区指挥中心", "credentials": "district", "channel": "order",
          "files": True, "feedback": FORM}  # fmt: skip


def configured() -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"district": {"username": "district", "password_env": "DISTRICT_SECRET"}}
    hotline = {"id": "hotline", "kind": "webhook", "name": "12345", "credentials": "district"}
    told = {"id": "up", "url": "http://127.0.0.1:1/", "plain_http": True, "credentials": "district"}
    file["exchange"] = {"sources": [ORDERS, hotline], "destinations": [told]}
    return CamerasFile.model_validate(file)


def signed(body: dict[str, object]) -> dict[str, object]:
    raw, at = json.dumps(body).encode(), int(time.time())
    headers = {"webhook-id": "m", "webhook-timestamp": str(at), "webhook-signature": sign(SECRET, "m", at, raw)}
    return {"content": raw, "headers": headers}


def jpeg() -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((40, 60, 3), 90, np.uint8))[1])


async def test_an_order_keeps_its_deadline_and_closes_with_its_form_filled_in(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRICT_SECRET", SECRET)
    async with running_town(tmp_path, config=configured()) as town:
        district, operator = town.client(), town.client("operator@town")
        supervisor = town.client("supervisor@town")
        lon, lat = middle("east-g1")
        due = round(time.time() + 36 * 3600)
        order = {"reference": "D-1", "case_class": "05-01", "lon": lon, "lat": lat, "deadline_at": due}
        for wrong in ({"deadline_at": time.time() - 5}, {"deadline_at": 1e11}):
            refused = await district.post("/exchange/reports/district", **signed({**order, **wrong}))
            assert (refused.status_code, refused.json()["error"]["where"]) == (422, "deadline_at")
        refused = await district.post("/exchange/reports/hotline", **signed(order))
        assert "only orders" in refused.json()["error"]["message"]
        assert (await district.post("/exchange/reports/district", **signed(order))).status_code == 201

        (case,) = (await operator.get("/cases")).json()["items"]
        path = f"/cases/{case['id']}"
        assert (case["source"], case["deadline_at"]) == ("order", due)
        triaged = await operator.post(f"{path}/triage", json={"level": 4})
        assert (triaged.json()["level"], triaged.json()["deadline_at"]) == (4, due)

        form = (await operator.get(f"{path}/feedback")).json()
        assert (form["missing"], form["filled_at"]) == (["result", "how", "after"], None)
        closed = await supervisor.post(f"{path}/close", json={"note": "x"})
        assert (closed.status_code, closed.json()["error"]["where"]) == (409, "feedback")
        assert "Result, How, Photo after" in closed.json()["error"]["message"]
        assert (await supervisor.get(path)).json()["state"] == case["state"]

        for answers, where in (
            ({"nothing": "x"}, "answers"),
            ({"how": "shot"}, "answers.how"),
            ({"amount": "three"}, "answers.amount"),
            ({"after": case["id"]}, "answers.after"),
            ({"result": "x\u0000"}, "answers.result"),
        ):
            wrong = await operator.put(f"{path}/feedback", json={"answers": answers})
            assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, where), answers
        photo = await operator.post(f"{path}/evidence", files={"file": ("a.jpg", jpeg(), "image/jpeg")})
        half = await operator.put(f"{path}/feedback", json={"answers": {"result": "已清理", "amount": 3, "how": ""}})
        assert half.json()["missing"] == ["how", "after"]
        answers = {"result": "已清理", "amount": 3, "how": "warned", "after": photo.json()["id"]}
        assert (await operator.put(f"{path}/feedback", json={"answers": answers})).json()["missing"] == []

        # Who may not act on it, or not even see it.
        assert (await town.client("operator@west").get(f"{path}/feedback")).status_code == 404
        assert (await town.client("auditor@town").put(f"{path}/feedback", json={"answers": {}})).status_code == 403
        assert (await supervisor.post(f"{path}/close", json={"note": "x"})).status_code == 200
        assert (await operator.put(f"{path}/feedback", json={"answers": {}})).status_code == 409

        trace = (await operator.get(path)).json()["trace"]
        assert [one["detail"]["feedback"] for one in trace if one["action"] == "feedback"][-1] == answers
        assert trace[0]["detail"]["deadline_at"] == due
        check = (await supervisor.get(f"{path}/trace/check")).json()
        assert check["valid"]
        with town.incidents.store.read() as connection:
            told = connection.execute(
                select(exchange_outbox.c.body).where(exchange_outbox.c.event == "gridwatch.case.feedback")
            )
            steps = [json.loads(body)["data"]["step"] for body in told.scalars()]
        assert steps[-1]["feedback"] == answers

        (await operator.post("/cases", json={"case_class": "05-01", "level": 1, "lon": lon, "lat": lat})).json()
        other = (await operator.get("/cases")).json()["items"][0]
        assert (await operator.get(f"/cases/{other['id']}/feedback")).status_code == 404
        assert (await operator.put(f"/cases/{other['id']}/feedback", json={"answers": {}})).status_code == 404


async def test_an_order_typed_in_at_the_desk_is_as_one_that_was_sent(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRICT_SECRET", SECRET)
    async with running_town(tmp_path, config=configured()) as town:
        operator, east = town.client("operator@town"), town.client("operator@east")
        (sender,) = (await east.get("/exchange/orders")).json()["items"]
        assert (sender["id"], sender["asks"]) == ("district", [one["zh"] for one in FORM])
        due = round(time.time() + 36 * 3600)
        order = {"source": "district", "number": "柯指〔2026〕7号", "case_class": "05-01", "area": "east",
                 "address": "east路口", "description": "限期整治", "deadline_at": due}  # fmt: skip
        typed = (await east.post("/exchange/orders", json=order)).json()
        again = await east.post("/exchange/orders", json=order)
        assert (again.status_code, again.json()["case_id"], again.json()["repeated"]) == (200, typed["case_id"], True)
        case = (await operator.get(f"/cases/{typed['case_id']}")).json()
        assert (case["source"], case["deadline_at"], case["area"], case["address"]) == (
            "order",
            due,
            "east",
            "east路口",
        )
        opened = case["trace"][0]
        assert (opened["actor"]["kind"], opened["actor"]["name"], opened["detail"]["ordered_by"]) == (
            "person", "operator@east", "区指挥中心"
        )  # fmt: skip
        form = (await operator.get(f"/cases/{case['id']}/feedback")).json()
        assert form["missing"] == ["result", "how", "after"]

        lon, lat = middle("east-g1")
        by_phone = {"sender": "市局电话", "number": "3", "form": "district", "case_class": "01-02", "area": "t",
                    "lon": lon, "lat": lat}  # fmt: skip
        other = (await operator.post("/exchange/orders", json=by_phone)).json()
        case = (await operator.get(f"/cases/{other['case_id']}")).json()
        assert (case["grid"], case["trace"][0]["detail"]["ordered_by"]) == ("east-g1", "市局电话")
        assert (await operator.get(f"/cases/{case['id']}/feedback")).status_code == 200

        for changed, status, where in (
            ({"source": "hotline"}, 422, "source"),
            ({"source": None}, 422, "sender"),
            ({"source": None, "sender": "x", "form": "hotline"}, 422, "form"),
            ({"case_class": "99-99", "number": "8"}, 422, "case_class"),
            ({"address": "", "number": "8"}, 422, "lon"),
            ({"deadline_at": 5, "number": "8"}, 422, "deadline_at"),
            ({"description": "another"}, 409, "reference"),
            ({"area": "west"}, 403, ""),
            ({"area": "nowhere"}, 403, ""),
        ):
            refused = await east.post("/exchange/orders", json={**order, **changed})
            assert refused.status_code == status, (changed, refused.text)
            assert status == 403 or refused.json()["error"]["where"] == where, changed
        assert (await town.client("grid_worker@east").post("/exchange/orders", json=order)).status_code == 403


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"feedback": [FORM[0], FORM[0]]}, "more than once"),
        ({"feedback": [{**FORM[0], "kind": "choice"}]}, "choices"),
        ({"feedback": [{**FORM[2], "kind": "text"}]}, "choices"),
        ({"channel": "hotline"}, "channel order"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(changed, why):
    with pytest.raises(ValidationError, match=why):
        Source.model_validate({**ORDERS, **changed})
