"""The simulated town's loudspeakers, from its files to the sound that is kept."""

import os
from pathlib import Path

import httpx

from config.load import load_cameras
from sim.control import control_app
from sim.director import Director
from sim.estate_files import read_estate
from sim.faults import FaultSwitch
from sim.geography.town import generate
from sim.hearing import Hearing
from sim.loudspeakers import Loudspeakers
from sim.truth import TruthLog
from tests.sim.fast_clock import FastClock


async def test_a_made_town_has_loudspeakers_of_every_kind_that_hear(tmp_path: Path, serve) -> None:
    made = generate(1, 24, tmp_path, loudspeakers=12)
    file, estate = load_cameras(made.cameras), read_estate(made.cameras, os.environ)
    assert len(file.loudspeakers) == 12
    assert (len(estate.speakers.cameras), len(estate.speakers.devices), estate.speakers.port) == (3, 9, 8557)
    assert set(estate.speakers.cameras) <= {camera.id for camera in file.cameras}
    assert set(estate.speakers.cameras.values()) == {"PCMU", "PCMA"}
    hearing, clock = Hearing(), FastClock()
    devices = Loudspeakers(estate.speakers.devices, hearing, clock)
    await devices.start()
    try:
        reads = next(one for one in file.loudspeakers if one.http is not None and one.http.audio_url is None)
        url = f"http://127.0.0.1:{devices.port}/speakers/{reads.id}/text"
        async with httpx.AsyncClient() as client:
            assert (await client.post(url, json={"text": "请离开"})).status_code == 204
            unknown = f"http://127.0.0.1:{devices.port}/speakers/none/text"
            assert (await client.post(unknown, json={"text": "x"})).status_code == 404
        server = await serve(hearing=hearing)
        truth = TruthLog(tmp_path / "truth.jsonl")
        app = control_app(server, FaultSwitch(server), Director(server.estate, {}, truth, clock, "run1"))
        truth.close()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            told = (await client.get("/loudspeakers")).json()
        assert [(one["how"], one["text"], one["ended"]) for one in told[reads.id]] == [("text", "请离开", "end")]
    finally:
        await devices.stop()
