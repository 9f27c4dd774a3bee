"""Talk-down over HTTP and WebSocket: who may, what is put down, and what real devices hear."""

import asyncio
import json
import struct
from typing import Any

import httpx
import numpy as np
import websockets

from sim.hearing import Sound
from talkdown.sound import frames_of, write_wav
from tests.api.loud_town import LoudTown, loud_town
from tests.api.town import RunningTown, middle
from tests.talkdown.street import likeness, speech_like
from tests.wall.page_client import page


async def over(client: httpx.AsyncClient, talk: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The targets by loudspeaker, at the end."""
    async with asyncio.timeout(30):
        while not talk["over"]:
            await asyncio.sleep(0.05)
            talk = (await client.get(f"/talks/{talk['id']}")).json()
    return {one["loudspeaker"]: one for one in talk["targets"]}


async def kept(client: httpx.AsyncClient, area: str, name: str, sound: Any, text: str = "") -> httpx.Response:
    file = {"file": ("a.wav", write_wav(sound), "audio/wav")}
    return await client.post("/announcements", files=file, data={"area": area, "name": name, "text": text})


def square_case(town: RunningTown) -> dict[str, Any]:
    lon, lat = middle("east-g1")
    return {"case_class": "05-01", "level": 2, "lon": lon, "lat": lat}


async def heard(here: LoudTown, device: str) -> Sound:
    async with asyncio.timeout(20):
        while not (sounds := here.hearing.of(device)):
            await asyncio.sleep(0.01)
    return sounds[-1]


async def test_an_announcement_for_a_case_is_heard_and_put_down(tmp_path):
    said = speech_like(0.8)
    async with loud_town(tmp_path) as here:
        town = here.town
        operator = town.client("operator@town")
        case = (await operator.post("/cases", json=square_case(town))).json()
        reach = (await operator.post("/loudspeakers/choice", json={"case": case["id"]})).json()["items"]
        assert [one["id"] for one in reach] == ["square"]
        announcement = (await kept(operator, "t", "禁止摆摊", said, "此处禁止摆摊")).json()
        assert announcement["seconds"] == 0.8
        body = {"announcement": announcement["id"], "case": case["id"]}
        body |= {"loudspeakers": ["square", "market", "gate", "night", "dead", "west"]}
        talk = await operator.post("/talks", json=body)
        assert talk.status_code == 201, talk.text
        results = await over(operator, talk.json())
        for device in ("square", "market", "west"):
            assert likeness(said, here.hearing.of(device)[0].samples()) > 0.97
        assert here.hearing.of("gate")[0].text == "此处禁止摆摊"
        assert {id_: one["state"] for id_, one in results.items()} == {
            **dict.fromkeys(("square", "market", "gate", "west"), "played"),
            **dict.fromkeys(("night", "dead"), "failed"),
        }
        assert (results["night"]["why"], results["dead"]["why"]) == ("quiet_hours", "unreachable")
        assert results["dead"]["reason"]["zh"].startswith("无法连接")
        # The case is where it was, and tells of it.
        after = (await operator.get(f"/cases/{case['id']}")).json()
        assert after["state"] == case["state"]
        step = after["trace"][-1]
        assert (step["action"], step["actor"]["name"]) == ("talk_down", "operator@town")
        detail = step["detail"]
        assert (detail["heard"], detail["how"]["zh"], detail["text"]) == ("4/6", "录音", "此处禁止摆摊")
        assert (await operator.get(f"/cases/{case['id']}/trace/check")).json()["valid"]
        # Each loudspeaker is a row of the audit, read where it hangs.
        rows = (await town.client("auditor@town").get("/audit?kind=talk_down")).json()["items"]
        assert len(rows) == 6
        assert {row["detail"]["outcome"] for row in rows} == {"played", "failed"}
        assert {row["detail"]["talk"] for row in rows} == {talk.json()["id"]}
        assert not any(row["going_on"] for row in rows)
        west = (await town.client("auditor@west").get("/audit?kind=talk_down")).json()["items"]
        assert [row["subject"] for row in west] == ["west音柱"]
        # Another's talk is known where one may speak oneself, and no farther.
        seen = (await town.client("village_room@west").get(f"/talks/{talk.json()['id']}")).json()
        assert [one["loudspeaker"] for one in seen["targets"]] == ["west"]


async def test_text_is_said_stopped_and_taken_over(tmp_path):
    async with loud_town(tmp_path) as here:
        town = here.town
        village, chief = town.client("village_room@east"), town.client("supervisor@town")
        text = {"loudspeakers": ["market"], "text": "请立即离开" * 60, "repeat": 10}
        async with page(
            town.live_url, additional_headers={"Authorization": f"Bearer {town.token('dispatcher@east')}"}
        ) as watching:
            await watching.say(type="events", topics=["loudspeaker"])
            first = (await village.post("/talks", json=text)).json()
            await heard(here, "market")
            busy = await over(town.client("operator@town"), (await town.client("operator@town").post(
                "/talks", json={**text, "take_over": True})).json())  # fmt: skip
            assert (busy["market"]["why"], "village_room@east" in busy["market"]["reason"]["en"]) == ("busy", True)
            listed = (await village.get("/loudspeakers")).json()["items"]
            market = next(one for one in listed if one["id"] == "market")
            assert (market["state"], market["holder"]["name"]) == ("speaking", "village_room@east")
            second = (await chief.post("/talks", json={**text, "take_over": True})).json()
            assert (await over(village, first))["market"]["why"] == "taken_over"
            async with asyncio.timeout(20):
                while len(here.hearing.of("market")) < 2:
                    await asyncio.sleep(0.01)
            await village.delete(f"/talks/{second['id']}")
            assert not (await chief.get(f"/talks/{second['id']}")).json()["over"], "a lower rank does not stop it"
            await chief.delete(f"/talks/{second['id']}")
            assert (await over(chief, second))["market"]["state"] == "stopped"
            states = lambda: [one["data"]["state"] for one in watching.of_type("event")]  # noqa: E731
            await watching.until(lambda _: states()[-1:] == ["idle"] and states().count("speaking") == 2)
        assert [sound.ended for sound in here.hearing.of("market")] == ["abandoned"] * 2
        quiet = {"loudspeakers": ["night"], "text": "请立即离开此处", "in_quiet_hours": True}
        assert (await over(village, (await village.post("/talks", json=quiet)).json()))["night"]["why"] == "quiet_hours"
        assert (await over(chief, (await chief.post("/talks", json=quiet)).json()))["night"]["state"] == "played"
        wrong = [
            ({"loudspeakers": ["west"], "text": "x"}, 404),
            ({"loudspeakers": ["none"], "text": "x"}, 404),
            ({"loudspeakers": ["gate"], "announcement": "none"}, 404),
            ({"loudspeakers": ["gate"]}, 422),
            ({"loudspeakers": ["gate"], "text": "  "}, 422),
        ]
        for body, where in wrong:
            assert (await village.post("/talks", json=body)).status_code == where, body
        assert (await town.client("grid_worker@east").post("/talks", json=quiet)).status_code == 403


def talk_url(town: RunningTown) -> str:
    return town.live_url.replace("/live", "/talks/live")


async def test_live_speech_from_a_page_to_the_street(tmp_path):
    said = speech_like(2.0, seed=3)
    frames = [struct.pack(">I", number) + frame.astype("<i2").tobytes() for number, frame in enumerate(frames_of(said))]
    async with loud_town(tmp_path) as here:
        town = here.town

        def connect(account: str) -> websockets.connect:
            headers = {"Authorization": f"Bearer {town.token(account)}"}
            return websockets.connect(talk_url(town), additional_headers=headers)

        async with connect("village_room@east") as line:
            begin = {"type": "talk", "loudspeakers": ["square", "market", "gate"]}
            await line.send(json.dumps(begin))
            told: list[dict[str, Any]] = []

            async def until(kind: str, **states: str) -> dict[str, Any]:
                async with asyncio.timeout(20):
                    while True:
                        told.append(json.loads(await line.recv()))
                        last = told[-1]
                        now = {one["loudspeaker"]: one["state"] for one in last.get("talk", {}).get("targets", ())}
                        if last["type"] == kind and states.items() <= now.items():
                            return last

            ready = await until("talk", square="speaking", market="speaking")
            assert next(one for one in ready["talk"]["targets"] if one["loudspeaker"] == "gate")["why"] == "not_live"
            for number, frame in enumerate(frames):
                await line.send(frame)
                if number % 5 == 4:
                    await asyncio.sleep(0.08)
            await line.send(json.dumps({"type": "end"}))
            ended = await until("talk", square="played", market="played")
            assert any(one["type"] == "heard" and one["number"] > 20 for one in told)
            await line.wait_closed()
        for device in ("square", "market"):
            assert likeness(said, here.hearing.of(device)[0].samples()) > 0.9
        rows = (await town.client("auditor@town").get("/audit?kind=talk_down")).json()["items"]
        live = next(row for row in rows if row["subject"] == "square音柱")
        assert live["detail"]["how"] == "live"
        assert live["detail"]["seconds"] > 1
        assert "text" not in live["detail"]
        assert ended["talk"]["by"]["name"] == "village_room@east"
        # The page is gone without a word: the loudspeaker falls silent.
        line = await connect("village_room@east")
        await line.send(json.dumps({"type": "talk", "loudspeakers": ["square"]}))
        for frame in frames[:10]:
            await line.send(frame)
        async with asyncio.timeout(20):
            while len(here.hearing.of("square")) < 2:
                await asyncio.sleep(0.01)
        line.transport.abort()
        async with asyncio.timeout(20):
            while not here.hearing.of("square")[1].ended:
                await asyncio.sleep(0.01)
        assert here.hearing.of("square")[1].ended == "teardown"
        # What may not be, may not be live either.
        async with connect("village_room@east") as foreign:
            await foreign.send(json.dumps({"type": "talk", "loudspeakers": ["west"]}))
            assert json.loads(await foreign.recv())["type"] == "refused"
        async with connect("village_room@east") as odd:
            await odd.send(json.dumps({"type": "talk", "loudspeakers": ["square"]}))
            await odd.send(b"too short")
            await odd.wait_closed()
            assert (odd.close_code, "a frame has 324 bytes" in (odd.close_reason or "")) == (1008, True)


async def test_choosing_and_the_shelf(tmp_path):
    lon, lat = middle("east-g1")
    async with loud_town(tmp_path) as here:
        town = here.town
        village, west = town.client("village_room@east"), town.client("village_room@west")

        async def chosen(client: httpx.AsyncClient, **body: Any) -> list[str] | int:
            reply = await client.post("/loudspeakers/choice", json=body)
            return [one["id"] for one in reply.json()["items"]] if reply.status_code == 200 else reply.status_code

        assert await chosen(village, near={"lon": lon + 0.0004, "lat": lat}) == ["square", "market"]
        assert await chosen(village, road="商贸街") == await chosen(village, road="Trade Street")
        assert await chosen(village, road="商贸街") == ["square", "market"]
        assert await chosen(village, grid="east-g1") == ["dead", "gate", "market", "night", "square"]
        box = [[lon + 0.005, lat - 0.001], [lon + 0.007, lat - 0.001], [lon + 0.007, lat + 0.001]]
        assert await chosen(village, drawn=box) == ["gate"]
        assert await chosen(west, road="商贸街") == []
        assert [await chosen(west, grid=code) for code in ("east-g1", "none")] == [404, 404]
        assert await chosen(village, road="x", grid="east-g1") == 422
        assert {one["id"] for one in (await west.get("/loudspeakers")).json()["items"]} == {"west"}
        # The town's shelf is for all, a village's for itself and those above it.
        tone = speech_like(0.5)
        town_wide = (await kept(town.client("operator@town"), "t", "全镇", tone, "全镇广播")).json()
        own = await kept(village, "east", "东村", tone)
        assert (await kept(village, "east", "东村", tone)).status_code == 409
        assert (await kept(village, "west", "x", tone)).status_code == 404
        assert (await kept(village, "t", "x", tone)).status_code == 404
        names = {client: [one["name"] for one in (await client.get("/announcements")).json()["items"]]
                 for client in (village, west, town.client("operator@town"))}  # fmt: skip
        assert list(names.values()) == [["全镇", "东村"], ["全镇"], ["全镇", "东村"]]
        sound = await village.get(f"/announcements/{own.json()['id']}/sound.wav")
        assert sound.content == write_wav(tone)
        assert (await west.get(f"/announcements/{own.json()['id']}/sound.wav")).status_code == 404
        assert (await west.delete(f"/announcements/{town_wide['id']}")).status_code == 403
        assert (await village.delete(f"/announcements/{own.json()['id']}")).status_code == 200
        rows = (await town.client("auditor@east").get("/audit?kind=announcement")).json()["items"]
        assert [(row["subject"], row["detail"]["what"]) for row in rows] == [("东村", "removed"), ("东村", "made")]
        for wrong in (b"RIFF", b"", write_wav(np.zeros(8000 * 21, np.int16)), write_wav(tone[:100])):
            reply = await village.post(
                "/announcements", files={"file": ("a.wav", wrong)}, data={"area": "east", "name": "x"}
            )
            assert reply.status_code == 422, reply.text
            assert reply.json()["error"]["where"] == "file"
