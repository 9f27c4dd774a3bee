"""Cameras added, changed and taken away while the others go on."""

import random
from contextlib import AsyncExitStack

from config.cameras import Camera, Defaults
from ingest.estate import Estate
from ingest.live import LiveUnit
from ingest.state import StreamState, StreamStatus
from runtime.clock import SystemClock
from tests.ingest.scripted_camera import Script, ScriptedCamera, until


def camera(id_: str, served: ScriptedCamera, **more: object) -> Camera:
    whole = {"id": id_, "name": id_, "area": "1", "streams": {"sub": {"url": served.url}}, **more}
    return Camera.model_validate(whole)


async def test_only_what_changed_is_touched():
    told: list[StreamStatus] = []
    async with AsyncExitStack() as opened:
        stays, moves, target, goes, comes, off = [
            await opened.enter_async_context(ScriptedCamera(Script())) for _ in range(6)
        ]
        before = [camera("stays", stays), camera("moves", moves), camera("goes", goes), camera("off", off),
                  camera("on", comes, enabled=False)]  # fmt: skip
        estate = Estate(before, lambda _: None, Defaults(), ["127.0.0.0/8"], SystemClock(), random.Random(5),
                        on_keyframe=lambda _: None, on_status=told.append, sweep_seconds=0.05)  # fmt: skip
        await estate.start()
        opened.push_async_callback(estate.stop)

        def live(*ids: str) -> bool:
            states = estate.statuses()
            return all(id_ in states and states[id_].state is StreamState.LIVE for id_ in ids)

        await until(lambda: live("stays", "moves", "goes", "off"), 15.0)
        seen: dict[str, list[LiveUnit]] = {"stays": [], "moves": [], "goes": []}
        watching = {id_: estate.subscribe(id_, "sub", units.append) for id_, units in seen.items()}
        await estate.change([camera("stays", stays, name="新名"), camera("moves", target), camera("new", comes),
                             camera("off", off, enabled=False), camera("on", comes)])  # fmt: skip
        assert "TEARDOWN" in moves.methods()
        assert "TEARDOWN" in goes.methods()
        await until(lambda: live("stays", "moves", "new", "on"), 15.0)
        states = estate.statuses()
        assert set(states) == {"stays", "moves", "new", "off", "on"}
        assert states["off"].state is StreamState.DISABLED
        assert (stays.connections, states["stays"].connects, target.connections) == (1, 1, 1)
        for units in seen.values():
            units.clear()
        await until(lambda: bool(seen["stays"] and seen["moves"]), 15.0)
        assert seen["goes"] == []
        for subscription in watching.values():
            subscription.close()
