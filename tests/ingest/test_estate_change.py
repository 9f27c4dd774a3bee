"""Cameras added, changed and taken away while the others go on."""

import asyncio
import random
from contextlib import AsyncExitStack

from config.accounts import Account, MissingPassword
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

        await until(lambda: live("stays", "moves", "goes", "off"), 30.0)
        seen: dict[str, list[LiveUnit]] = {"stays": [], "moves": [], "goes": []}
        watching = {id_: estate.subscribe(id_, "sub", units.append) for id_, units in seen.items()}
        await estate.change([camera("stays", stays, name="新名"), camera("moves", target), camera("new", comes),
                             camera("off", off, enabled=False), camera("on", comes)])  # fmt: skip
        assert "TEARDOWN" in moves.methods()
        assert "TEARDOWN" in goes.methods()
        await until(lambda: live("stays", "moves", "new", "on"), 30.0)
        states = estate.statuses()
        assert set(states) == {"stays", "moves", "new", "off", "on"}
        assert states["off"].state is StreamState.DISABLED
        assert (stays.connections, states["stays"].connects, target.connections) == (1, 1, 1)
        for units in seen.values():
            units.clear()
        await until(lambda: bool(seen["stays"] and seen["moves"]), 30.0)
        assert seen["goes"] == []
        for subscription in watching.values():
            subscription.close()


async def test_watchers_wait_for_a_camera_that_is_off_or_lacks_its_password():
    """Those who left meanwhile are not fed by what comes after; those who came meanwhile are."""
    told: list[StreamStatus] = []
    password: list[Account] = []

    def account_of(found: Camera) -> Account | None:
        if found.id == "locked" and not password:
            raise MissingPassword("credentials.gate: no password")
        return None

    async with AsyncExitStack() as opened:
        first, second, locked = [await opened.enter_async_context(ScriptedCamera(Script())) for _ in range(3)]
        estate = Estate([camera("c", first), camera("locked", locked)], account_of, Defaults(), ["127.0.0.0/8"],
                        SystemClock(), random.Random(5), on_keyframe=lambda _: None, on_status=told.append,
                        sweep_seconds=0.05)  # fmt: skip
        await estate.start()
        opened.push_async_callback(estate.stop)
        seen: dict[str, list[LiveUnit]] = {"stays": [], "leaves": [], "comes": [], "locked": []}
        estate.subscribe("c", "sub", seen["stays"].append)
        leaves = estate.subscribe("c", "sub", seen["leaves"].append)
        estate.subscribe("locked", "sub", seen["locked"].append)
        await until(lambda: bool(seen["stays"] and seen["leaves"]), 30.0)
        off = [camera("c", second, enabled=False), camera("locked", locked)]
        await estate.change(off)
        assert "TEARDOWN" in first.methods()
        leaves.close()
        estate.subscribe("c", "sub", seen["comes"].append)
        assert estate.statuses()["locked"].state is StreamState.UNAUTHORISED
        since = estate.statuses()["locked"].since
        await estate.change(off)
        assert estate.statuses()["locked"].since == since
        for units in seen.values():
            units.clear()
        password.append(Account("admin", "secret"))
        await estate.change([camera("c", second), camera("locked", locked)])
        await until(lambda: bool(seen["stays"] and seen["comes"] and seen["locked"]), 30.0)
        assert seen["leaves"] == []
        assert (first.connections, second.connections, locked.connections) == (1, 1, 1)


async def test_a_password_written_again_is_tried_at_once_where_it_was_wrong():
    """The same one: it was set right at the camera. Nobody else is asked again."""
    account = Account("admin", "right")
    async with AsyncExitStack() as opened:
        mended, other = [await opened.enter_async_context(ScriptedCamera(Script(account=Account("admin", "wrong"))))
                         for _ in range(2)]  # fmt: skip
        cameras = [camera("mended", mended), camera("other", other)]
        estate = Estate(cameras, lambda _: account, Defaults(), ["127.0.0.0/8"], SystemClock(), random.Random(5),
                        on_keyframe=lambda _: None, on_status=lambda _: None, sweep_seconds=0.05)  # fmt: skip
        await estate.start()
        opened.push_async_callback(estate.stop)
        await until(lambda: {one.state for one in estate.statuses().values()} == {StreamState.UNAUTHORISED}, 30.0)
        asked = other.connections
        mended.script.account = account
        await estate.change(cameras, account_anew={"mended"})
        await until(lambda: estate.statuses()["mended"].state is StreamState.LIVE, 30.0)
        assert other.connections == asked


async def test_a_camera_that_does_not_let_go_keeps_nobody_else_waiting():
    async with AsyncExitStack() as opened:
        silent = Script(reply=lambda method, _, good: None if method == "TEARDOWN" else good)
        stubborn = await opened.enter_async_context(ScriptedCamera(silent))
        other, target = [await opened.enter_async_context(ScriptedCamera(Script())) for _ in range(2)]
        estate = Estate([camera("stubborn", stubborn), camera("other", other)], lambda _: None, Defaults(),
                        ["127.0.0.0/8"], SystemClock(), random.Random(5), on_keyframe=lambda _: None,
                        on_status=lambda _: None, sweep_seconds=0.05)  # fmt: skip
        await estate.start()
        opened.push_async_callback(estate.stop)
        await until(lambda: all(one.state is StreamState.LIVE for one in estate.statuses().values()), 30.0)
        changing = asyncio.create_task(estate.change([camera("stubborn", target), camera("other", target)]))
        await until(lambda: target.playing == 1, 30.0)
        assert not changing.done()
        await changing
