"""Sensors over HTTP and MQTT, from the message to the case card, the alarm and the health page."""

import asyncio
import json
import time

from config.cameras import CamerasFile
from exchange.signature import sign
from tests.api.town import CONFIG, middle, running_town
from tests.exchange.broker import publish, small_broker

SECRET = "a-secret-of-the-fire-brigade-long-enough"
FIRE = {"topic": "fire/+", "topic_level": 2, "alarm": ["ALARM"]}


def configured(port: int) -> CamerasFile:
    file = CONFIG.model_dump(mode="json", exclude_unset=True)
    file["credentials"] = {
        "hook": {"username": "hook", "password_env": "HOOK_SECRET"},
        "fire": {"username": "town", "password_env": "FIRE_SECRET"},
    }
    places = {name: dict(zip(("lon", "lat"), middle(f"{name}-g1"), strict=True)) for name in ("east", "west")}
    file["exchange"] = {
        "sources": [
            {"id": "gas", "kind": "webhook", "name": "燃气公司", "credentials": "hook", "sensors": {"alarm": [True]}},
            {"id": "hotline", "kind": "webhook", "name": "12345", "credentials": "hook"},
        ],
        "brokers": [{"id": "fire", "host": "127.0.0.1", "port": port, "tls": False, "plain_mqtt": True,
                     "credentials": "fire", "subscriptions": [FIRE]}],
        "sensors": [
            {"id": "smoke-1", "name": "祠堂烟感", "kind": "smoke", "via": "fire",
             "place": places["east"], "case_class": "05-01"},
            {"id": "gas-1", "name": "饭店燃气", "kind": "gas", "via": "gas",
             "place": places["west"], "case_class": "05-01", "silent_after_minutes": 0.0001},
        ],
    }  # fmt: skip
    return CamerasFile.model_validate(file)


async def test_from_the_message_to_the_case_the_alarm_and_the_health_page(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("FIRE_SECRET", "pass-word-1")
    async with small_broker() as broker, running_town(tmp_path, config=configured(broker.port)) as town:
        admin, operator, west = (
            town.client(f"{name}") for name in ("administrator@town", "operator@town", "operator@west")
        )
        rule = {"area": "t", "name": "传感器", "classes": ["05-01"], "min_level": 1}
        assert (await admin.post("/alarm-rules", json=rule)).status_code == 201
        await broker.is_asked()
        broker.say(publish("fire/smoke-1", b"ALARM", 1))
        await broker.acknowledges(1)
        (case,) = (await operator.get("/cases")).json()["items"]
        assert (case["source"], case["camera_id"], case["state"]) == ("sensor", "east-cam", "filed")
        detail = (await operator.get(f"/cases/{case['id']}")).json()
        assert [one["id"] for one in detail["near_cameras"]] == ["east-cam"]
        async with asyncio.timeout(20):
            while not (alarms := (await operator.get("/alarms")).json()["items"]):
                await asyncio.sleep(0.02)
        assert alarms[0]["case"]["camera_id"] == "east-cam"

        stranger = town.client()

        async def post(source: str, body: dict[str, object], secret: str = SECRET) -> tuple[int, object]:
            raw, at = json.dumps(body).encode(), int(time.time())
            headers = {
                "webhook-id": "m1",
                "webhook-timestamp": str(at),
                "webhook-signature": sign(secret, "m1", at, raw),
            }
            reply = await stranger.post(f"/exchange/sensors/{source}", content=raw, headers=headers)
            return reply.status_code, reply.json()

        now = time.time()
        said = {"sensor": "gas-1", "at": now, "state": True}
        assert await post("gas", said) == (200, {"outcome": "opened"})
        assert await post("gas", said) == (200, {"outcome": "heard"})
        for source, body, status in (
            ("gas", {**said, "sensor": "smoke-1"}, 404),
            ("hotline", said, 403),
            ("none", said, 403),
            ("gas", {**said, "state": [1]}, 422),
            ("gas", {"sensor": "gas-1", "state": True}, 422),
        ):
            assert (await post(source, body))[0] == status, (source, body)
        assert (await post("gas", said, "x" * 40))[0] == 403

        health = (await admin.get("/health")).json()
        assert (health["sensors"]["configured"], health["sensors"]["alarm"]) == (2, 2)
        assert [one["id"] for one in health["sensors"]["silent_ones"]] == ["gas-1"]
        (told,) = health["brokers"]
        assert (told["id"], told["state"], told["error"]) == ("fire", "connected", "")
        assert "pass-word-1" not in json.dumps(health)
        assert "127.0.0.1" not in json.dumps(health)
        assert (await west.get("/health")).json()["sensors"]["configured"] == 1
        # The village next door sees its own case, and no camera of the other.
        (own,) = (await west.get("/cases")).json()["items"]
        assert [one["id"] for one in (await west.get(f"/cases/{own['id']}")).json()["near_cameras"]] == ["west-cam"]
