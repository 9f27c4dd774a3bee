"""Zones tried out over HTTP: on the ring, on uploaded clips, on a case's clip; hostile files; one's own only."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.security import body_limit
from api.trials import MAX_CLIP_BYTES, PER_ACCOUNT, Asked, Trials
from config.cameras import Zone
from incidents.errors import Invalid
from ingest.live import Live
from runtime.clock import SystemClock
from tests.api.town import CONFIG, RunningTown
from tests.api.trial_town import CART, street_town
from tests.vision.test_footage import street_clip
from vision.clip_trial import MOST_TOLD

__all__ = ["street_clip"]
ROAD = [[0.0, 0.4], [1.0, 0.4], [1.0, 1.0], [0.0, 1.0]]


def zone(**values) -> dict:
    return {"id": "road", "rule": "stall", "polygon": ROAD, "case_class": "05-01", **values}


def asked(**values) -> dict:
    return {"camera": "east-cam", "zones": [zone()], **values}


async def ended(client, trial: dict) -> dict:
    async with asyncio.timeout(60):
        while trial["state"] not in ("done", "failed", "cancelled"):
            await asyncio.sleep(0.05)
            trial = (await client.get(f"/trials/{trial['id']}")).json()
    return trial


async def uploaded(client, content: bytes, **values) -> dict:
    trial = (await client.post("/trials", json=asked(upload=True, **values))).json()
    assert trial["state"] == "waiting"
    answer = await client.put(f"/trials/{trial['id']}/clip", content=content)
    if answer.status_code != 200:
        refused = (await client.get(f"/trials/{trial['id']}")).json()
        assert answer.json()["error"]["text"]["zh"] == refused["problem"]["zh"]
        return refused
    return await ended(client, answer.json())


async def test_on_the_ring_on_clips_and_on_what_is_none(tmp_path, street_clip):
    async with street_town(tmp_path) as (town, live, _):
        chief = town.client("administrator@east")
        before = live.analysis.snapshot()
        trial = (await chief.post("/trials", json=asked())).json()
        assert (trial["state"], trial["result"]["learnt"], trial["result"]["watched"]) == ("done", True, True)
        (cart,) = trial["result"]["things"]
        assert abs(cart["box"][0] - CART.box[0]) < 0.03
        (outcome,) = cart["outcomes"]
        assert (outcome["zone"], outcome["result"], outcome["reasons"][0]["code"]) == ("road", "later", "waiting")
        assert 100 < outcome["in_seconds"] < 150
        small = asked(zones=[zone(size={"min_m": 4, "max_m": 8})])
        (cart,) = (await chief.post("/trials", json=small)).json()["result"]["things"]
        assert cart["outcomes"][0]["reasons"][0]["en"].startswith("too small: ")
        now = (await chief.post("/trials", json=asked(dwell_seconds=10))).json()
        assert now["result"]["things"][0]["outcomes"][0]["result"] == "now"
        picture = await chief.get(f"/trials/{now['id']}/pictures/0.jpg")
        assert (picture.status_code, picture.content[:3]) == (200, b"\xff\xd8\xff")
        assert live.analysis.snapshot() == before
        assert live.spool.depth() == 0

        wrong = await chief.post("/trials", json=asked(zones=[zone(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]])]))
        assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "zones.0.polygon")
        assert (await chief.post("/trials", json=asked(camera="west-cam"))).status_code == 404

        played = await uploaded(chief, street_clip.read_bytes(), dwell_seconds=20)
        assert (played["state"], played["clip"]["width"], played["problem"]) == ("done", 640, None)
        (found,) = played["found"]
        assert 38 <= found["at"] <= 48
        assert 70 <= found["gone_at"] <= 84
        assert 0.5 < found["size_m"][0] < 4
        assert (await chief.get(f"/trials/{played['id']}/pictures/{found['picture']}.jpg")).status_code == 200
        assert (await chief.get(f"/trials/{played['id']}/pictures/{played['pictures']}.jpg")).status_code == 404
        stranger = town.client("administrator@town")
        assert (await stranger.get(f"/trials/{played['id']}")).status_code == 404
        assert (await stranger.delete(f"/trials/{played['id']}")).status_code == 404
        again = await chief.put(f"/trials/{played['id']}/clip", content=b"x")
        assert again.status_code == 409
        await hostile(chief, street_clip)
        await clip_of_a_case(town, street_clip)
        assert list((tmp_path / "run" / "trials").iterdir()) == []


async def hostile(chief, street_clip: Path) -> None:
    whole = street_clip.read_bytes()
    for content, text in (
        (b"#!/bin/sh\n" * 50, "not an MP4"),
        (b"", "not an MP4"),
        (b"\xff\xd8\xff\xe0" + bytes(1000), "not an MP4"),
        (whole[:3000], "cannot be read"),
        (b"RIFF\xff\xff\xff\x7fAVI " + bytes(3_000_000), "video"),
    ):
        refused = await uploaded(chief, content)
        assert refused["state"] == "failed"
        assert text in refused["problem"]["en"], refused
    trial = (await chief.post("/trials", json=asked(upload=True))).json()
    assert (await chief.delete(f"/trials/{trial['id']}")).json() == {"done": True}
    assert (await chief.get(f"/trials/{trial['id']}")).json()["state"] == "cancelled"


async def test_a_clip_over_the_bound_is_refused_before_it_is_whole(tmp_path, street_clip, monkeypatch):
    assert body_limit("/api/v1/trials/x/clip") == MAX_CLIP_BYTES
    monkeypatch.setattr("api.trials.MAX_CLIP_BYTES", 50_000)
    trials, _ = await trials_by(tmp_path, "")
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for start in range(0, street_clip.stat().st_size, 10_000):
            sent += 1
            yield street_clip.read_bytes()[start : start + 10_000]

    run = trials.on_upload("me", asked_of("east-cam"))
    with pytest.raises(Invalid, match="larger than"):
        await trials.receive(run, chunks())
    assert (run.state, sent) == ("failed", 6)
    assert list((tmp_path / "trials").iterdir()) == []
    while_away = trials.on_upload("me", asked_of("east-cam"))

    async def broken_off() -> AsyncIterator[bytes]:
        yield street_clip.read_bytes()[:10_000]
        raise ConnectionError("whoever sent it went away")

    with pytest.raises(ConnectionError):
        await trials.receive(while_away, broken_off())
    assert while_away.state == "waiting"  # and may be sent again
    await trials.stop()


async def clip_of_a_case(town: RunningTown, street_clip: Path) -> None:
    await town.detect("east", "cart-1")
    client = town.client("administrator@town")
    case = (await client.get("/cases")).json()["items"][0]
    caller = town.incidents.accounts.authenticate(town.token("operator@town"))
    assert caller is not None
    stored = town.incidents.add_evidence(caller, case["id"], street_clip.read_bytes(), "clip")
    trial = (await client.post("/trials", json=asked(evidence=stored.id, dwell_seconds=20))).json()
    assert len((await ended(client, trial))["found"]) == 1
    picture = next(
        one for one in (await client.get(f"/cases/{case['id']}")).json()["evidence"] if one["kind"] == "picture"
    )
    answer = await client.post("/trials", json=asked(evidence=picture["id"]))
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, "evidence")
    assert (await client.post("/trials", json=asked(evidence="none"))).status_code == 404


def asked_of(camera_id: str) -> Asked:
    camera = next(one for one in CONFIG.cameras if one.id == camera_id)
    return Asked(camera, None, (Zone.model_validate(zone()),), "Asia/Shanghai")


async def trials_by(folder: Path, script: str, **values) -> tuple[Trials, Path]:
    """A desk whose player is another program."""
    player = folder / "player.py"
    player.write_text(script)
    trials = Trials(folder / "trials", NO_LIVE, SystemClock(), (sys.executable, str(player)), **values)
    trials.begin()
    clip = folder / "clip.mp4"
    clip.write_bytes(b"x")
    return trials, clip


NO_LIVE: Live = None  # type: ignore[assignment]


TOLD = f"""import sys, time
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from runtime.framing import encode_note
def tell(body):
    sys.stdout.buffer.write(encode_note(body, (b"x",)))
    sys.stdout.buffer.flush()
"""
THING = {
    "object_id": "a", "zone_id": "road", "rule": "stall", "confirmed_at": 2.0, "first_seen_at": 1.0,
    "box": [0, 0, 1, 1], "size_m": None, "confidence": 0.5,
}  # fmt: skip


async def test_a_ring_that_cannot_be_asked_leaves_no_trial_under_way(tmp_path):
    trials, _ = await trials_by(tmp_path, "")
    for _ in range(PER_ACCOUNT + 1):
        with pytest.raises(AttributeError):  # there is nothing to ask
            await trials.on_ring("me", asked_of("east-cam"))


async def test_a_player_that_dies_hangs_or_babbles_ends_its_trial_alone(tmp_path):
    for name, script, seconds, text in (
        ("dies", "import os; os.abort()", 30.0, "cannot be played"),
        ("hangs", "import time; time.sleep(600)", 0.5, "too long"),
        ("babbles", "print('x' * 100000, flush=True); import time; time.sleep(600)", 30.0,
         "cannot be played"),
        ("lies", TOLD + "tell({'note': 'told'})", 30.0, "cannot be played"),
        ("raves", TOLD + "tell({'note': 'picture', 'at': [1]})", 30.0, "cannot be played"),
        ("floods", TOLD + f"for _ in range({MOST_TOLD + 1}): tell({{'note': 'told', 'at': 1, 'detection': {THING}}})",
         30.0, "cannot be played"),
    ):  # fmt: skip
        folder = tmp_path / name
        folder.mkdir()
        trials, clip = await trials_by(folder, script, play_seconds=seconds)
        run = trials.on_file("me", asked_of("east-cam"), clip)
        assert run.task is not None
        await asyncio.wait_for(asyncio.wait({run.task}), 60)
        assert run.state == "failed"
        assert run.problem is not None
        assert text in run.problem["en"], name
        assert clip.exists()
        await trials.stop()


async def test_one_is_played_at_a_time_and_ending_it_lets_the_next_begin(tmp_path):
    trials, clip = await trials_by(tmp_path, "import time; time.sleep(600)")
    first, second = (trials.on_file("me", asked_of("east-cam"), clip) for _ in range(2))
    async with asyncio.timeout(30):
        while first.state != "running":
            await asyncio.sleep(0.02)
        assert second.state == "queued"
        await trials.cancel(first)
        while second.state != "running":
            await asyncio.sleep(0.02)
    assert first.state == "cancelled"
    await trials.stop()
    assert second.state == "cancelled"


async def test_a_clip_that_needs_too_much_memory_fails_by_itself(tmp_path):
    """The player's own limits, in the player's own process."""
    script = "import api.trial_process as t\nt.confine()\nbytearray(4 << 30)\n"
    trials, clip = await trials_by(tmp_path, script)
    run = trials.on_file("me", asked_of("east-cam"), clip)
    assert run.task is not None
    await asyncio.wait_for(asyncio.wait({run.task}), 60)
    assert run.state == "failed"
