"""The whole command centre as it is run, on simulated cameras: cameras.yaml changes, and nobody else notices."""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from api.command import main
from api.listening import Listening
from api.reload_socket import ask_to_reload
from api.serve import API, Installation, children, prepare
from config.accounts import Account
from runtime.clock import SystemClock
from runtime.supervisor import Supervisor
from sim.free_port import free_port
from sim.rtsp.estate import SimCamera
from sim.rtsp.server import RtspServer
from tests.api.test_server_process import write_town
from tests.api.town import PASSWORD
from tests.sim.tiny_clips import make_clips
from tests.wall.page_client import PageClient, page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

GUARDED = Account("admin", "right-password")
WRONG = "none-of-theirs"
IDS = ("stays", "moves", "goes", "off", "locked", "comes", "target")


class Centre:
    """The processes of `gridwatch serve`, with one ingest worker, and its administrator."""

    def __init__(self, installation: Installation, cameras: RtspServer, supervisor: Supervisor) -> None:
        self.installation, self.cameras, self.supervisor = installation, cameras, supervisor
        self.config, self.data = installation.config, installation.data
        self.client = httpx.AsyncClient()

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.data.parent.glob("log/*.log")))

    async def sign_up(self, url: str) -> None:
        self.client = httpx.AsyncClient(base_url=f"{url}/api/v1", headers={"origin": url}, timeout=30)
        async with asyncio.timeout(60):
            while not await self._answers():
                await asyncio.sleep(0.05)
        code = (self.data / "run" / "setup-code").read_text().strip()
        form = {"code": code, "username": "chief", "password": PASSWORD, "name": "所长"}
        (await self.client.post("/setup", json=form)).raise_for_status()

    async def _answers(self) -> bool:
        try:
            return (await self.client.get("/setup")).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def live(self) -> tuple[str, dict[str, str]]:
        url = str(self.client.base_url).replace("http", "ws", 1).rstrip("/") + "/live"
        token = self.client.cookies["gridwatch_session"]
        return url, {"cookie": f"gridwatch_session={token}", "origin": self.client.headers["origin"]}

    async def states(self) -> dict[str, str]:
        return {one["id"]: one["state"] for one in (await self.client.get("/cameras")).json()["items"]}

    async def until(self, wanted: Callable[[dict[str, str]], bool], seconds: float = 30.0) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not wanted(await self.states()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{await self.states()}\n{self.log()[-3000:]}") from None

    def sessions(self) -> dict[str, int]:
        return {id_: row["sessions"] for id_, row in self.cameras.counters()["cameras"].items()}

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        whole = yaml.safe_load(self.config.read_text())
        change(whole)
        self.config.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))


def entry(server: RtspServer, id_: str, at: str = "", **more: Any) -> dict[str, Any]:
    url = f"rtsp://127.0.0.1:{server.port}/cam/{at or id_}/sub"
    return {"id": id_, "name": id_, "area": "east", "streams": {"sub": {"url": url}}, **more}


@asynccontextmanager
async def running_centre(folder: Path) -> AsyncIterator[Centre]:
    clips = {"tiny": make_clips("tiny", names=("idle",))}
    known = [SimCamera(id_, "tiny", account=GUARDED if id_ == "locked" else None) for id_ in IDS]
    server = RtspServer(known, clips, clock=SystemClock(), rng=random.Random(1))
    await server.start()
    config, data = write_town(folder), folder / "data"
    whole = yaml.safe_load(config.read_text())
    (folder / "password").write_text(WRONG + "\n")
    whole["credentials"] = {"gate": {"username": "admin", "password_file": "password"}}
    whole["cameras"] = [*(entry(server, id_) for id_ in ("stays", "moves", "goes", "off")),
                        entry(server, "locked", credentials="gate")]  # fmt: skip
    config.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))
    port = free_port()
    installation = Installation(config, data, Listening(port=port), log_dir=folder / "log")
    prepare(installation)
    supervisor = Supervisor(children(installation), SystemClock())
    centre = Centre(installation, server, supervisor)
    running = asyncio.create_task(supervisor.run())
    try:
        await centre.sign_up(f"http://127.0.0.1:{port}")
        yield centre
    finally:
        await centre.client.aclose()
        supervisor.request_stop()
        await asyncio.wait_for(running, 30)
        await server.stop()


def without_gap(client: PageClient, stream: int) -> bool:
    """Every picture of the clip in its order: the time stamps are a twelfth of a second apart, none said to be lost."""
    stamps = [unit.pts_us for unit in client.of_stream(stream)]
    steps = {round((after - before) * 12 / 1e6) for before, after in itertools.pairwise(stamps)}
    return steps == {1} and not client.of_type("lost")


async def test_cameras_yaml_changes_and_nobody_else_notices(tmp_path):
    async with running_centre(tmp_path) as centre:
        await centre.until(lambda s: {s[i] for i in ("stays", "moves", "goes", "off")} == {"live"})
        await centre.until(lambda s: s["locked"] == "unauthorised")
        url, headers = centre.live
        async with page(url, additional_headers=headers) as watcher:
            await watcher.say(type="events", topics=["estate"])
            await watcher.say(type="open", stream=1, camera="stays")
            await watcher.say(type="open", stream=2, camera="moves")
            await watcher.say(type="open", stream=3, camera="goes")
            await watcher.until(lambda c: all(c.of_stream(n) for n in (1, 2, 3)))
            ring = (await centre.client.get("/cameras/stays")).json()["counters"]
            await changed_on_disk_and_reloaded(centre)
            await watcher.until(lambda c: c.of_type("event") and c.states(3)[-1] == "ended")
            before = len(watcher.of_stream(2))
            await watcher.until(lambda c: len(c.of_stream(2)) > before + 12)
            await credentials_and_faults(centre)
            await signals_and_commands(centre)
            await watcher.read_for(0.2)
            assert without_gap(watcher, 1)
            counters = (await centre.client.get("/cameras/stays")).json()["counters"]
            assert (counters["connects"], counters["packets_lost"]) == (1, 0)
            assert counters["ring_seconds"] >= ring["ring_seconds"]
            await killed_while_the_file_is_being_edited(centre)
        log = centre.log()
        assert "Traceback" not in log
        for secret in (GUARDED.password, WRONG, PASSWORD):
            assert secret not in log


async def changed_on_disk_and_reloaded(centre: Centre) -> None:
    """Put in front, moved to another address, switched off, taken away: each as said, and the answer says so."""

    def change(whole: dict[str, Any]) -> None:
        stays, moves, _, off, locked = whole["cameras"]
        moves["streams"] = entry(centre.cameras, "moves", at="target")["streams"]
        stays["name"] = "新名"
        whole["cameras"] = [entry(centre.cameras, "comes"), stays, moves, {**off, "enabled": False}, locked]

    centre.edit(change)
    done = (await centre.client.post("/estate/reload")).json()
    assert (done["added"], done["changed"], done["removed"]) == (["comes"], ["stays", "moves", "off"], ["goes"])
    assert (done["unsettled"], done["next_start"]) == ([], [])
    sessions = centre.sessions()
    assert {id_: sessions[id_] for id_ in ("stays", "moves", "goes", "off")} == {
        "stays": 1, "moves": 0, "goes": 0, "off": 0,
    }  # fmt: skip
    counters = centre.cameras.counters()
    assert counters["sessions_torn_down"] >= 3
    await centre.until(lambda s: (s["comes"], s["moves"], s["off"]) == ("live", "live", "disabled"))
    assert "goes" not in await centre.states()


async def credentials_and_faults(centre: Centre) -> None:
    """The password given anew opens what waited for it; a faulty file changes nothing."""
    (centre.config.parent / "password").write_text(GUARDED.password + "\n")
    done = (await centre.client.post("/estate/reload")).json()
    assert (done["added"], done["changed"], done["removed"]) == ([], [], [])
    await centre.until(lambda s: s["locked"] == "live")
    good = centre.config.read_text()
    centre.config.write_text(good.replace("- id: moves", "- id: moves\n  colour: red"))
    answer = await centre.client.post("/estate/reload")
    problem = answer.json()["error"]["problems"][0]
    line = next(n for n, text in enumerate(centre.config.read_text().splitlines(), 1) if "colour" in text)
    assert (answer.status_code, problem["line"], problem["key"]) == (422, line, "cameras[2].colour")
    told = await ask_to_reload(centre.data)
    assert told is not None
    assert "is not a known key" in told["problems"][0]
    assert set((await centre.states()).values()) == {"live", "disabled"}
    centre.config.write_text(good)


async def killed_while_the_file_is_being_edited(centre: Centre) -> None:
    """The worker that comes back has the cameras that were in use, not the half-written ones."""
    good, before = centre.config.read_text(), await centre.states()
    centre.config.write_text(good.replace("- id: stays", "- id: stays\n  strea"))
    pid = centre.supervisor.pid_of("worker-0")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await centre.until(lambda s: s["stays"] != "live")
    await centre.until(lambda s: s == before, 30)
    centre.config.write_text(good)


async def signals_and_commands(centre: Centre) -> None:
    """Without an account: the signal, and the command beside it."""
    centre.edit(lambda whole: whole["cameras"].append(entry(centre.cameras, "goes", name_en="again")))
    centre.supervisor.send_signal(API, signal.SIGHUP)
    await centre.until(lambda s: s.get("goes") == "live")
    centre.edit(lambda whole: whole["cameras"].pop())
    where = ["--config", str(centre.config), "--data", str(centre.data)]
    assert await asyncio.to_thread(main, ["cameras", "reload", *where]) == 0
    assert "goes" not in await centre.states()
    patched = await centre.client.patch("/estate/cameras/off", json={"enabled": True})
    assert patched.json()["changed"] == ["off"]
    await centre.until(lambda s: s["off"] == "live")


async def test_a_command_without_a_command_centre_says_so(tmp_path, capsys):
    config = write_town(tmp_path)
    where = ["--config", str(config), "--data", str(tmp_path / "data")]
    assert await asyncio.to_thread(main, ["cameras", "reload", *where]) == 1
    assert "not running" in capsys.readouterr().err
