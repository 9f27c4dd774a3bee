"""Verdicts, precision, what is remembered and suggested thresholds over HTTP."""

import asyncio
from pathlib import Path
from typing import Any

import yaml

from config.load import load_cameras
from tests.api.detection_town import BIN_BOX, cause_at, judge, take
from tests.api.test_server_process import write_town
from tests.api.town import RunningTown, detection_at, running_town


async def _history(town: RunningTown, zone: dict[str, Any]) -> None:
    """Thirty judged: every third was false and stood for 250 s, the others for half an hour."""

    def told() -> None:
        operator = town.incidents.accounts.authenticate(town.token("operator@east"))
        assert operator is not None
        for number in range(30):
            detection, _ = detection_at("east", f"h{number}")
            detection |= {"box": [0.03 * number, 0.0, 0.025, 0.05], "location": None, "blobs": [], "opens_case": False}
            detection |= {"zone_id": zone["id"], "rule": zone["rule"], "case_class": zone["case_class"], "size_m": None}
            case_id = town.incidents.take_detection(detection, ()).case_id
            assert case_id is not None
            false = number % 3 == 0
            town.incidents.act(operator, case_id, *(("reject", {"cause": "person"}) if false else ("confirm", {})))
            left = detection["first_seen_at"] + (250 if false else 1800)
            gone = {**detection, "key": f"g{number}", "phase": "gone", "confirmed_at": left}
            town.incidents.take_detection(gone, ())

    await asyncio.to_thread(told)


async def test_verdicts_figures_and_forgetting(tmp_path):
    async with running_town(tmp_path) as town:
        east, west = town.client("operator@east"), town.client("operator@west")
        cause = await cause_at(town, "east")
        await judge(town, "east", "real", "confirm", [0.5, 0.1, 0.05, 0.1])
        await take(town, "east", "waits", box=[0.7, 0.1, 0.05, 0.1])
        found = (await east.get("/detection")).json()
        (row,) = found["items"]
        assert (row["camera_id"], row["rule"], row["right"], row["judged"], row["waiting"]) == (
            "east-cam", "stall", 1, 2, 1
        )  # fmt: skip
        assert (row["precision"], row["rejected"], row["suppressed"], row["earned"]) == (0.5, {"bin": 1}, 1, False)
        assert row["low"] < 0.5 < row["high"]
        assert [one["code"] for one in found["causes"]][:3] == ["bin", "sign", "vehicle"]
        assert (await west.get("/detection")).json()["items"] == []
        rejected = (await east.get("/cameras/east-cam/detection/rejected", params={"cause": "bin"})).json()["items"]
        assert [one["cause"] for one in rejected] == ["bin"]
        assert rejected[0]["picture_evidence_id"]
        picture = await east.get(f"/detection/causes/{cause}/picture.jpg")
        assert (picture.status_code, picture.content[:3]) == (200, b"\xff\xd8\xff")
        assert (await west.get(f"/detection/causes/{cause}/picture.jpg")).status_code == 404
        forgotten = await east.patch(f"/detection/causes/{cause}", json={"forgotten": True})
        assert forgotten.json()["forgotten_at"] is not None
        assert await take(town, "east", "bin-now", box=BIN_BOX) is not None
        assert (await east.patch(f"/detection/causes/{cause}", json={"forgotten": True})).status_code == 409


async def test_a_verdict_in_the_queue_is_told_by_its_actions(tmp_path):
    async with running_town(tmp_path) as town:
        east = town.client("operator@east")
        case_id = await take(town, "east", "one")
        assert {"confirm", "reject", "duplicate"} <= set((await east.get(f"/cases/{case_id}")).json()["actions"])
        refused = await east.post(f"/cases/{case_id}/reject", json={"cause": "other"})
        assert (refused.status_code, refused.json()["error"]["where"]) == (422, "word")
        done = await east.post(f"/cases/{case_id}/reject", json={"cause": "other", "word": "消防栓"})
        assert (done.json()["state"], done.json()["resolution"]) == ("invalid", "rejected")
        assert "take-back" in (await east.get(f"/cases/{case_id}")).json()["actions"]
        assert (await east.post(f"/cases/{case_id}/take-back")).json()["state"] == "review"
        other = await take(town, "east", "two", box=[0.5, 0.1, 0.05, 0.1])
        merged = await east.post(f"/cases/{other}/duplicate", json={"of": case_id})
        assert merged.json()["resolution"] == "duplicate"
        whole = (await east.get(f"/cases/{case_id}")).json()
        assert (whole["sightings"], len(whole["evidence"]), whole["trace"][-1]["action"]) == (2, 2, "merge")


async def test_a_suggested_threshold_is_taken(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()
    config = write_town(folder)
    zone = yaml.safe_load(config.read_text())["cameras"][0]["zones"][0]

    def dwell(path: Path) -> Any:
        return next(iter(load_cameras(path).cameras[0].zones)).dwell_seconds

    async with running_town(tmp_path, cameras_file=config, config=load_cameras(config)) as town:
        await _history(town, zone)
        chief, operator = town.client("administrator@town"), town.client("operator@east")
        where = "/cameras/east-cam/detection/suggestions"
        offered = (await operator.get(where)).json()
        (found,) = next(one for one in offered["zones"] if one["zone_id"] == zone["id"])["items"]
        assert (found["key"], found["spared"], found["false"], found["lost"], found["true"]) == (
            "dwell_seconds", 10, 10, 0, 20
        )  # fmt: skip
        body = {"zone": zone["id"], "key": found["key"], "value": found["value"]}
        assert (await operator.post(where, json=body)).status_code == 403
        assert (await chief.post(where, json={**body, "value": 7000})).status_code == 409
        before = dwell(config)
        assert (await chief.post(where, json=body)).status_code == 200
        assert dwell(config) == found["value"] > before
        after = (await chief.get(where)).json()
        assert [one for zones in after["zones"] for one in zones["items"]] == []
        (change,) = after["changes"]
        assert (change["key"], change["after"], change["spared"], change["by_name"]) == (
            "dwell_seconds", f"{found['value']:g}", 10, "administrator@town"
        )  # fmt: skip
