"""The grid worker's phone at the HTTP door: sent again, recorded offline, a minute of speech, a day's patrol."""

import asyncio
import io
import math
import time
from datetime import UTC, datetime
from struct import pack
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import av
import httpx
import numpy as np
import pytest
from av import AudioFrame, VideoFrame

from api.voice import VoiceError, is_voice, read_voice
from tests.api.town import RunningTown, middle, running_town
from tests.wall.clips import encode_clip
from tests.wall.replay_live import first_picture_jpeg

LON, LAT = middle("east-g1")
REPORT = {"case_class": "05-01", "level": 1, "lon": LON, "lat": LAT, "note": "占道"}
WORKER = "grid_worker@east"


def keyed(key: str | None = None, **more: str) -> dict[str, str]:
    return {"idempotency-key": key or str(uuid4()), **more}


async def number_of_cases(town: RunningTown) -> int:
    return int((await town.client("operator@town").get("/cases")).json()["total"])


def spoken(seconds: float = 2.0, form: str = "webm", codec: str = "libopus") -> bytes:
    """What a phone records, with the device in its metadata."""
    made = io.BytesIO()
    with av.open(made, "w", format=form) as output:
        output.metadata["artist"] = "Secret Phone 9"
        stream = output.add_stream(codec, rate=48_000, layout="mono")
        size = 960
        for number in range(math.ceil(seconds * 48_000 / size)):
            wave = (np.sin(np.arange(size) * 0.06 + number) * 9000).astype(np.int16)
            frame = AudioFrame.from_ndarray(wave[None, :], format="s16", layout="mono")
            frame.rate, frame.pts = 48_000, number * size
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return made.getvalue()


async def test_a_report_sent_again_is_one_case_even_after_a_restart(tmp_path):
    key = keyed(f'"{uuid4()}"')
    async with running_town(tmp_path) as town:
        worker = town.client(WORKER)
        replies = await asyncio.gather(*(worker.post("/cases", json=REPORT, headers=key) for _ in range(6)))
        assert {reply.status_code for reply in replies} == {201}
        assert len({reply.text for reply in replies}) == 1
        assert sum("idempotency-replayed" not in reply.headers for reply in replies) == 1
        other = await worker.post("/cases", json={**REPORT, "note": "another"}, headers=key)
        assert (other.status_code, other.json()["error"]["where"]) == (422, "Idempotency-Key")
        assert (await town.client("grid_worker@town").post("/cases", json=REPORT, headers=key)).status_code == 201
        case = replies[0].json()["id"]
        assert await number_of_cases(town) == 2
    async with running_town(tmp_path) as town:
        worker = town.client(WORKER)
        again = await worker.post("/cases", json=REPORT, headers=key)
        assert (again.status_code, again.text) == (201, replies[0].text)
        assert await number_of_cases(town) == 2
        await everything_else_once(town, worker, case)


async def everything_else_once(town: RunningTown, worker: httpx.AsyncClient, case: str) -> None:
    operator = town.client("operator@town")
    sent = {"worker_id": town.account_id(WORKER)}
    assert (await operator.post(f"/cases/{case}/assign", json=sent)).status_code == 200
    for action in ("accept", "arrive"):
        key = keyed()
        first, second = [await worker.post(f"/cases/{case}/{action}", headers=key, json={}) for _ in range(2)]
        assert (first.status_code, first.text) == (200, second.text)
        # Without the key it is what it is: not possible in this state; only to arrive may be said again.
        again = (await worker.post(f"/cases/{case}/{action}", json={})).status_code
        assert again == (409 if action == "accept" else 200)
    key = keyed()
    photo = {"file": ("a.jpg", first_picture_jpeg(encode_clip()), "image/jpeg")}
    added = await asyncio.gather(
        *(worker.post(f"/cases/{case}/evidence", files=photo, data={"caption": "前"}, headers=key) for _ in range(3))
    )
    assert {one.status_code for one in added} == {201}
    assert len({one.text for one in added}) == 1
    key, at = keyed(), time.time()
    position = {"positions": [{"lon": LON, "lat": LAT, "accuracy_m": 5, "at": at}]}
    assert [(await worker.post("/phone/positions", json=position, headers=key)).json() for _ in (1, 2)] == [
        {"stored": 1}
    ] * 2
    refused = keyed()
    assert (await worker.post(f"/cases/{case}/accept", json={}, headers=refused)).status_code == 409
    found = (await operator.get(f"/cases/{case}")).json()
    assert [one["action"] for one in found["trace"]] == ["open", "assign", "accept", "arrive", "arrive", "evidence"]
    assert len(found["evidence"]) == 1


@pytest.mark.parametrize("key", ["short", "x" * 129, "über-key-123", 'a"b-quoted'])
async def test_what_is_no_key_is_refused(tmp_path, key):
    async with running_town(tmp_path) as town:
        reply = await town.client(WORKER).post("/cases", json=REPORT, headers={"idempotency-key": key.encode()})
        assert reply.status_code == 422
        assert await number_of_cases(town) == 0


async def test_both_times_are_in_the_trace_and_a_voice_note_is_kept(tmp_path):
    async with running_town(tmp_path) as town:
        worker, wrong = town.client(WORKER), time.time() - 7200
        sent = keyed(**{"x-sent-at": str(wrong)})
        made = await worker.post("/cases", json={**REPORT, "recorded_at": wrong - 600}, headers=sent)
        assert made.status_code == 201, made.text
        case = made.json()["id"]
        voice = {"file": ("note.webm", spoken(), "audio/webm")}
        data = {"recorded_at": str(wrong - 590)}
        added = await worker.post(f"/cases/{case}/evidence", files=voice, data=data, headers={"x-sent-at": str(wrong)})
        assert (added.status_code, added.json()["kind"], added.json()["media_type"]) == (201, "voice", "audio/mp4")
        heard = await worker.get(f"/evidence/{added.json()['id']}")
        assert heard.headers["content-type"] == "audio/mp4"
        assert b"Secret Phone" not in heard.content
        opened, evidence = (await worker.get(f"/cases/{case}")).json()["trace"]
        for entry, ago in ((opened, 600), (evidence, 590)):
            assert entry["detail"]["phone_at"] == pytest.approx(wrong - ago, abs=0.01)
            assert entry["at"] - entry["detail"]["recorded_at"] == pytest.approx(ago, abs=30)
        late = {**REPORT, "recorded_at": wrong + 9000}
        reply = await worker.post("/cases", json=late, headers={"x-sent-at": str(wrong)})
        assert (reply.status_code, reply.json()["error"]["where"]) == (422, "recorded_at")
        assert "手机时钟" in reply.json()["error"]["text"]["zh"]


async def test_a_days_patrol_of_a_phone_two_hours_slow(tmp_path):
    async with running_town(tmp_path) as town:
        worker, now = town.client(WORKER), time.time()
        wrong = now - 7200
        headers = {"x-sent-at": str(wrong)}
        on = {"on": True, "recorded_at": wrong - 700}
        assert (await worker.post("/phone/duty", json=on, headers=headers)).json()["duty"] is True
        assert (await worker.get("/phone/duty")).json()["duty"] is True
        way: list[dict[str, Any]] = [
            {"lon": LON + step * 0.0001, "lat": LAT, "accuracy_m": 6, "at": wrong - 600 + 10 * step}
            for step in range(60)
        ]
        assert (await worker.post("/phone/positions", json={"positions": way}, headers=headers)).json() == {
            "stored": 60
        }
        zone = ZoneInfo("Asia/Shanghai")
        days = {datetime.fromtimestamp(at, UTC).astimezone(zone).date().isoformat() for at in (now - 700, now)}
        me = town.account_id(WORKER)
        told = [(await worker.get(f"/workers/{me}/patrol", params={"day": day})).json() for day in sorted(days)]
        assert sum(one["patrol_s"] for one in told) == pytest.approx(590, abs=1)
        assert sum(one["distance_m"] for one in told) == pytest.approx(59 * 9.64, abs=90)
        assert sum(one["duty_s"] for one in told) >= 699
        for account, status in (("operator@east", 200), ("operator@west", 404), ("grid_worker@west", 404)):
            reply = await town.client(account).get(f"/workers/{me}/patrol", params={"day": min(days)})
            assert reply.status_code == status, account
        # His own he sees as often as he likes; who else looked is put down.
        seen = (await town.client("auditor@town").get("/audit?kind=tracks")).json()["items"]
        assert [(one["actor_name"], one["detail"]["name"]) for one in seen] == [("operator@east", WORKER)]
        bad = await worker.get(f"/workers/{me}/patrol", params={"day": "2026-13-01"})
        assert bad.status_code == 422


@pytest.mark.parametrize(("form", "codec"), [("webm", "libopus"), ("mp4", "aac"), ("ogg", "libopus")])
def test_what_phones_record_is_made_one_kind(form, codec):
    given = spoken(3.0, form, codec)
    assert is_voice(given)
    with av.open(io.BytesIO(read_voice(given))) as kept:
        (stream,) = kept.streams
        assert (stream.codec_context.name, stream.codec_context.layout.nb_channels) == ("aac", 1)
        assert float(kept.duration / av.time_base) == pytest.approx(3.0, abs=0.15)


def film() -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10, width=64, height=64)
        output.mux(stream.encode(VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    return made.getvalue()


NO_VOICE = {
    "too long": (lambda: spoken(70.0), "a minute at most"),
    "a film": (film, "one sound"),
    "no film either": (lambda: pack(">I", 32) + b"ftypisom" + bytes(400), "cannot be decoded"),
    "cut off": (lambda: spoken()[:60], "cannot be decoded|one sound|empty"),
    "nothing but a header": (lambda: b"\x1a\x45\xdf\xa3" + bytes(4000), "cannot be decoded"),
    "too large": (lambda: b"OggS" + bytes(5 * 1024 * 1024), "at most"),
}


@pytest.mark.parametrize(("made", "says"), NO_VOICE.values(), ids=NO_VOICE.keys())
def test_what_is_no_voice_note_is_refused(made, says):
    with pytest.raises(VoiceError, match=says):
        read_voice(made())
