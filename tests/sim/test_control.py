"""The town's switchboard over real HTTP, and the whole town from its files."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from sim import fault
from sim.estate_files import EstateError, read_estate
from sim.town import HOST, SimTown, TownOptions
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import ACCOUNT, RtspClient
from tests.sim.tiny_clips import TinyClips
from tests.sim.town_files import write_town


@pytest.fixture
def town_folder(tmp_path: Path) -> Path:
    return write_town(tmp_path / "town", ACCOUNT)


@pytest_asyncio.fixture
async def town(
    town_folder: Path, tiny_library: dict[str, TinyClips]
) -> AsyncIterator[tuple[SimTown, httpx.AsyncClient]]:
    files = read_estate(town_folder / "cameras.yaml", {})
    options = TownOptions(town_folder / "truth.jsonl", rtsp_port=0, rate=None)
    town = SimTown(files, tiny_library, options, FastClock(20))
    addresses = await town.start()
    running = asyncio.create_task(town.run())
    async with httpx.AsyncClient(base_url=addresses.control_url, trust_env=False) as client:
        yield town, client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await town.stop()


async def test_an_event_from_order_to_truth(town) -> None:
    _, client = town
    event = (await client.post("/events", json={"camera": "c1", "kind": "stall"})).json()
    path = f"/events/{event['event_id']}"
    await reach(client, path, "standing")
    met = (await client.post("/visits", json={"lon": event["lon"], "lat": event["lat"]})).json()
    assert met["event"]["event_id"] == event["event_id"]
    assert met["event"]["state"] == "leaving"
    await reach(client, path, "gone")
    assert (await client.post("/visits", json={"lon": event["lon"], "lat": event["lat"]})).json() == {"event": None}
    truth = (await client.get("/truth")).json()["events"]
    assert [(row["event_id"], row["state"]) for row in truth] == [(event["event_id"], "gone")]


async def reach(client: httpx.AsyncClient, path: str, state: str) -> None:
    async with asyncio.timeout(30):
        while (await client.get(path)).json()["state"] != state:
            await asyncio.sleep(0.01)


async def test_pause_says_exactly_what_was_sent(town) -> None:
    sim, client = town
    async with RtspClient(sim.server.port) as camera:
        await camera.play()
        await camera.receive(10)
        paused = (await client.post("/pause")).json()
        await asyncio.sleep(0.1)
        assert (await client.get("/counters")).json() == paused
        assert paused["paused"] is True
        assert paused["cameras"]["c1"]["frames_sent"] >= 10
        await client.post("/resume")
        await camera.receive(20)


WRONG = {
    "no such camera": ("/faults", {"camera": "zz", "fault": "freeze"}, 404, "there is no camera zz"),
    "no such fault": ("/faults", {"camera": "c1", "fault": "explode"}, 422, "explode"),
    "odd width": ("/faults", {"camera": "c1", "fault": "resolution", "width": 101}, 422, "multiple of 2"),
    "share": ("/faults", {"camera": "c1", "fault": "lose", "fraction": 2}, 422, "less than or equal to 1"),
    "misspelt": ("/faults", {"camera": "c1", "fault": "slow", "second": 2}, 422, "second"),
    "event nowhere": ("/events", {"camera": "zz", "kind": "stall"}, 404, "there is no camera zz"),
    "event that cannot be": ("/events", {"camera": "q1", "kind": "stall"}, 409, "nothing of the kind stall"),
    "kind": ("/events", {"camera": "c1", "kind": "party"}, 422, "party"),
    "clear nothing": ("/events/e9/clear", {}, 404, "there is no event e9"),
    "place": ("/visits", {"lon": 500, "lat": 0}, 422, "lon"),
}


@pytest.mark.parametrize(("path", "body", "status", "said"), WRONG.values(), ids=WRONG)
async def test_wrong_orders_are_answered_with_what_was_wrong(town, path, body, status: int, said: str) -> None:
    _, client = town
    response = await client.post(path, json=body)
    assert response.status_code == status
    assert said in response.text


async def test_a_strange_host_name_is_refused(town) -> None:
    _, client = town
    response = await client.get("/counters", headers={"Host": "evil.example"})
    assert response.status_code == 400


async def test_the_fault_command(town, capsys: pytest.CaptureFixture[str]) -> None:
    sim, client = town
    control = ["--control", str(client.base_url)]
    assert await asyncio.to_thread(fault.main, ["c1", "slow", "--seconds", "2", *control]) == 0
    assert sim.server.estate.cameras["c1"].fault.seconds == 2.0
    assert list((await client.get("/faults")).json()) == ["c1"]
    assert await asyncio.to_thread(fault.main, ["zz", "freeze", *control]) == 1
    assert "there is no camera zz" in capsys.readouterr().err
    assert await asyncio.to_thread(fault.main, ["c1", "none", "--control", "http://127.0.0.1:1"]) == 1
    assert "no town's control at" in capsys.readouterr().err


def test_a_camera_without_a_scene_is_named(town_folder: Path) -> None:
    shown = json.loads((town_folder / "sim_cameras.json").read_text())
    del shown["c2"]
    (town_folder / "sim_cameras.json").write_text(json.dumps(shown))
    with pytest.raises(EstateError, match=r"sim_cameras.json: no scene for camera c2"):
        read_estate(town_folder / "cameras.yaml", {})


def test_a_broken_list_of_scenes_is_named(town_folder: Path) -> None:
    (town_folder / "sim_cameras.json").write_text("[]")
    with pytest.raises(EstateError, match="must hold an object of camera id to scene and phase"):
        read_estate(town_folder / "cameras.yaml", {})


async def test_the_process_says_where_it_listens_and_stops_cleanly(town_folder: Path) -> None:
    code = "import sys; from tests.sim.town_files import run_process; run_process(sys.argv[1])"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(town_folder), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert process.stdout is not None
    addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    async with RtspClient(addresses["rtsp_port"]) as client:
        await client.play()
        await client.receive(5)
        process.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert b"never" not in said
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, addresses["rtsp_port"])
