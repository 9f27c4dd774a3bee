"""A street of real loudspeakers on loopback, simulated devices behind real sockets, and the desk that speaks there."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.accounts import Account
from config.cameras import CamerasFile
from incidents.rights import Caller, RoleAt
from runtime.clock import Clock
from sim.hearing import Hearing
from sim.loudspeakers import Device, Loudspeakers
from sim.rtsp.estate import SimCamera
from sim.rtsp.server import RtspServer
from talkdown.desk import TalkDesk
from talkdown.sound import RATE, Samples
from talkdown.speakers import Speakers
from talkdown.talk import Talk, Target
from talkdown.ways import Ways
from tests.sim.fast_clock import FastClock
from tests.sim.tiny_clips import TinyClips, make_clips

PATHS = {"town": "/t/", "east": "/t/east/", "west": "/t/west/"}
ACCOUNT = Account("admin", "a secret of many words")
TOKEN = "whsec_" + "c2VjcmV0IG9mIGEgbG91ZHNwZWFrZXI="
READER = """
import math, struct, sys, wave
text = sys.stdin.read().strip()
if text == "fail": sys.exit(3)
file = wave.open(sys.stdout.buffer, "wb")
file.setparams((1, 2, 16000, 0, "NONE", ""))
file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i * i / 9e4))) for i in range(160 * len(text))))
"""
"""A speech program as they are: text on its input, a WAV file into a pipe, its length unknown beforehand."""


def speech_like(seconds: float, seed: int = 1) -> Samples:
    """Noise in the band of a voice that swells and fades: nothing else correlates with it."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum[np.fft.rfftfreq(count, 1 / RATE) > 3000] = 0
    wave = np.fft.irfft(spectrum, count) * (1 + np.sin(np.arange(count) / RATE * 7))
    return (wave / np.abs(wave).max() * 20000).astype(np.int16)


def likeness(said: NDArray[Any], heard: NDArray[Any]) -> float:
    """Greatest normalised correlation over all shifts: 1 is the same sound, chance is below 0.1."""
    a, b = said.astype(float), heard.astype(float)
    if not len(b) or not b.any():
        return 0.0
    size = len(a) + len(b)
    products = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(products.max() / (np.linalg.norm(a) * np.linalg.norm(b)))


def caller(role: str = "operator", place: str = "town", name: str = "") -> Caller:
    name = name or f"{role}@{place}"
    return Caller(name, name, name, "session", (RoleAt(role, place, PATHS[place], place),))


@dataclass
class Log:
    began_talks: list[Talk] = field(default_factory=list)
    ended_talks: list[Talk] = field(default_factory=list)

    async def began(self, talk: Talk) -> None:
        self.began_talks.append(talk)

    async def ended(self, talk: Talk) -> None:
        self.ended_talks.append(talk)


@dataclass
class Street:
    desk: TalkDesk
    hearing: Hearing
    devices: Loudspeakers
    cameras: RtspServer
    log: Log
    changes: list[str]

    async def over(self, talk: Talk) -> dict[str, Target]:
        """The targets by loudspeaker, when the talk has ended."""
        async with asyncio.timeout(30):
            while talk.ended_at is None:
                await asyncio.sleep(0.01)
        return {target.speaker.id: target for target in talk.targets}

    async def until(self, what: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not what():
                await asyncio.sleep(0.005)


def clips() -> dict[str, TinyClips]:
    return {"tiny": make_clips("tiny", names=("idle",))}


def speaker(id_: str, area: str = "east", **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": f"{id_}音柱", "area": area, "place": {"lon": 120.43, "lat": 30.06}, **more}


def estate(folder: Path, rtsp: int, http: int) -> CamerasFile:
    """Every kind of loudspeaker."""

    def posted(id_: str, what: str = "audio", **more: Any) -> dict[str, Any]:
        return {f"{what}_url": f"http://127.0.0.1:{http}/speakers/{id_}/{what}", **more}

    (folder / "password").write_text(ACCOUNT.password + "\n")
    (folder / "token").write_text(TOKEN + "\n")
    (folder / "wrong").write_text("not this one\n")
    stream = {"sub": {"url": f"rtsp://127.0.0.1:{rtsp}/cam/cam-u/sub"}}
    (folder / "reader.py").write_text(READER)
    reader = [sys.executable, str(folder / "reader.py")]
    return CamerasFile.model_validate(
        {
            "version": 1,
            "town": {"name": "镇", "area": "town", "files": {"areas": "a", "grids": "g"}},
            "credentials": {
                "gate": {"username": ACCOUNT.username, "password_file": "password"},
                "token": {"username": "x", "password_file": "token"},
                "wrong": {"username": ACCOUNT.username, "password_file": "wrong"},
            },
            "talk_down": {"quiet_hours": [], "longest_seconds": 20, "speech": {"zh": reader}},
            "cameras": [{"id": "cam-u", "name": "u", "area": "east", "streams": stream, "credentials": "gate"}],
            "loudspeakers": [
                speaker("mu", onvif={"camera": "cam-u"}),
                speaker("a", onvif={"url": f"rtsp://127.0.0.1:{rtsp}/cam/cam-a/sub", "credentials": "gate"}),
                speaker("deaf", onvif={"url": f"rtsp://127.0.0.1:{rtsp}/cam/cam-d/sub", "credentials": "gate"}),
                speaker("locked", onvif={"url": f"rtsp://127.0.0.1:{rtsp}/cam/cam-a/sub", "credentials": "wrong"}),
                speaker("stream", http=posted("stream", auth="bearer", credentials="token"), volume_percent=50),
                speaker("wav", http=posted("wav", audio="wav", auth="signed", credentials="token")),
                speaker("reads", "west", http=posted("reads", "text", auth="basic", credentials="gate")),
                speaker("away", http={"audio_url": "http://127.0.0.1:9/audio"}),
                speaker("night", "west", http=posted("night"), quiet_hours=["00:00-24:00"]),
                speaker("off", http=posted("off"), enabled=False),
            ],
        }
    )


@asynccontextmanager
async def street(folder: Path, clock: Clock | None = None) -> AsyncIterator[Street]:
    clock, hearing = clock or FastClock(4.0), Hearing()
    listed = [SimCamera(id_, "tiny", 0, ACCOUNT) for id_ in ("cam-u", "cam-a", "cam-d")]
    cameras = RtspServer(
        listed, clips(), clock=clock, rng=random.Random(1), speakers={"cam-u": "PCMU", "cam-a": "PCMA"}, hearing=hearing
    )
    token = Account("x", TOKEN)
    devices = Loudspeakers(
        [Device("stream", "bearer", token), Device("wav", "signed", token), Device("reads", "basic", ACCOUNT),
         Device("night")],
        hearing, clock,
    )  # fmt: skip
    await cameras.start()
    await devices.start()
    file, log, changes = estate(folder, cameras.port, devices.port), Log(), []
    desk = TalkDesk(
        Speakers(lambda: file, PATHS.get, ZoneInfo("Asia/Shanghai")),
        Ways(lambda: file, {}, folder, clock, random.Random(2)),
        clock,
        random.Random(3),
        log,
        changes.append,
    )
    try:
        yield Street(desk, hearing, devices, cameras, log, changes)
    finally:
        await desk.stop()
        await devices.stop()
        await cameras.stop()
