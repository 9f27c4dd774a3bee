"""The outbox over HTTP: cases done through the interface come out signed at a real receiver."""

import json

from config.cameras import CamerasFile
from exchange.signature import is_signed
from tests.api.town import CONFIG, middle, running_town
from tests.exchange.receiver import receiving

SECRET = "a-secret-of-the-district-long-enough"


def configured(url: str) -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {"district": {"username": "district", "password_env": "DISTRICT_SECRET"}}
    file["exchange"] = {
        "destinations": [{"id": "district", "url": url, "plain_http": True, "credentials": "district", "area": "east"}]
    }
    return CamerasFile.model_validate(file)


async def test_what_is_done_to_a_case_is_told_and_can_be_told_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRICT_SECRET", SECRET)
    async with receiving([422]) as receiver, running_town(tmp_path, config=configured(receiver.url)) as town:
        operator = town.client("operator@town")
        for grid in ("west-g1", "east-g1"):
            lon, lat = middle(grid)
            body = {"case_class": "05-01", "level": 1, "lon": lon, "lat": lat}
            made = (await operator.post("/cases", json=body)).json()
        await receiver.has(1)
        admin = town.client("administrator@east")
        while not (outbox := (await admin.get("/exchange/outbox")).json())["items"][0]["attempts"]:
            pass
        (entry,) = outbox["items"]
        assert (entry["case_id"], entry["case_number"]) == (made["id"], made["number"])
        assert (entry["state"], entry["last_error"]) == ("pending", "answered 422")
        assert outbox["counts"] == [{"destination": "district", "state": "pending", "count": 1}]
        assert SECRET not in json.dumps(outbox)
        assert receiver.url not in json.dumps(outbox)

        again = await admin.post(f"/exchange/outbox/{entry['id']}/resend")
        assert again.json()["state"] == "pending"
        await receiver.has(2)
        (headers, first), (_, second) = receiver.requests
        assert first == second
        signed = headers["webhook-id"], headers["webhook-timestamp"], first, headers["webhook-signature"]
        assert is_signed(SECRET, *signed)
        while not (await admin.get("/exchange/outbox", params={"state": "delivered"})).json()["items"]:
            pass

        west = await town.client("administrator@west").get("/exchange/outbox")
        assert west.json() == {"items": [], "counts": []}
        # A destination that is taken out of the file is told nothing from then on.
        town.centre.running.file = CONFIG
        town.centre.exchange.changed()
        await operator.post(f"/cases/{made['id']}/comment", json={"note": "x"})
        await operator.post(f"/cases/{made['id']}/strike-out", json={"reason": "x"})
        assert len((await admin.get("/exchange/outbox")).json()["items"]) == 1
        refused = await admin.post(f"/exchange/outbox/{entry['id']}/resend")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
