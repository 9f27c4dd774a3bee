"""Simulated loudspeakers on the network: one HTTP server, `/speakers/<id>/audio` and `/text` for each device.

They take what the configured ones would: a stream of audio/basic for as long as it is spoken, a whole WAV file, or text
they read themselves; they are busy while they speak, and keep what they were told.
"""

import asyncio
import base64
import hmac
import io
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.requests import ClientDisconnect

from config.accounts import Account
from exchange.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, is_signed
from runtime.clock import Clock
from sim.control import ControlServer, listen_on_loopback
from sim.hearing import Hearing, Sound

MAX_BODY = 4 * 1024 * 1024
MAX_TEXT = 16 * 1024
SECONDS_PER_LETTER = 0.05


@dataclass(frozen=True, slots=True)
class Device:
    """`auth` as in the configuration: none, basic, bearer or signed."""

    id: str
    auth: str = "none"
    account: Account | None = None


class Loudspeakers:
    """`start`, then `stop`. What a test may turn: `trouble` (id → an HTTP status answered instead)."""

    def __init__(self, devices: Iterable[Device], hearing: Hearing, clock: Clock) -> None:
        self._devices = {device.id: device for device in devices}
        self._hearing, self._clock = hearing, clock
        self._now: dict[str, Sound] = {}
        self.trouble: dict[str, int] = {}
        self._server: ControlServer | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Raises OSError when the port is taken."""
        listener = listen_on_loopback(port)
        self.port = listener.getsockname()[1]
        self._server = ControlServer(self._app())
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._serving
            self._serving = None

    def _app(self) -> FastAPI:
        app = FastAPI(title="Simulated loudspeakers", docs_url=None, redoc_url=None)

        @app.post("/speakers/{device_id}/audio")
        async def audio(device_id: str, request: Request) -> Response:
            kind = request.headers.get("content-type", "")
            if kind not in ("audio/basic", "audio/wav"):
                raise HTTPException(415, "audio/basic or audio/wav")
            if kind == "audio/basic":
                self._admit(device_id, request.headers, b"")
                await self._stream(device_id, request)
            else:
                body = await _whole(request, MAX_BODY)
                self._admit(device_id, request.headers, body)
                await self._wav(device_id, body)
            return Response(status_code=204)

        @app.post("/speakers/{device_id}/text")
        async def text(device_id: str, request: Request) -> Response:
            body = await _whole(request, MAX_TEXT)
            self._admit(device_id, request.headers, body)
            told = await request.json()
            sound = Sound("text", self._clock.now(), text=str(told["text"]), volume_percent=told.get("volume_percent"))
            await self._play(device_id, sound, SECONDS_PER_LETTER * len(sound.text))
            return Response(status_code=204)

        @app.delete("/speakers/{device_id}/{what}")
        async def silence(device_id: str, what: str, request: Request) -> Response:
            self._admit(device_id, request.headers, b"", busy=False)
            sound = self._now.pop(device_id, None)
            if sound is not None and sound.ended_at is None:
                sound.ended_at, sound.ended = self._clock.now(), f"silenced {what}"
            return Response(status_code=204)

        return app

    def _admit(self, device_id: str, headers: Mapping[str, str], body: bytes, *, busy: bool = True) -> None:
        device = self._devices.get(device_id)
        if device is None:
            raise HTTPException(404)
        if not _authorised(device, headers, body):
            raise HTTPException(401)
        if device_id in self.trouble:
            raise HTTPException(self.trouble[device_id])
        if busy and device_id in self._now:
            raise HTTPException(409, "speaks already")

    async def _stream(self, device_id: str, request: Request) -> None:
        sound = self._begin(device_id, Sound("stream", self._clock.now()))
        try:
            async for piece in request.stream():
                if piece:
                    sound.take(piece)
            self._end(device_id, sound, "end")
        except ClientDisconnect:
            self._end(device_id, sound, "abandoned")

    async def _wav(self, device_id: str, body: bytes) -> None:
        try:
            with wave.open(io.BytesIO(body)) as file:
                seconds = file.getnframes() / file.getframerate()
        except (wave.Error, EOFError) as problem:
            raise HTTPException(400, str(problem)) from None
        await self._play(device_id, Sound("wav", self._clock.now(), wav=body), seconds)

    async def _play(self, device_id: str, sound: Sound, seconds: float) -> None:
        """Answers when it was heard."""
        self._begin(device_id, sound)
        ends = self._clock.monotonic() + seconds
        while sound.ended_at is None and self._clock.monotonic() < ends:
            await self._clock.sleep(0.02)
        self._end(device_id, sound, "end")

    def _begin(self, device_id: str, sound: Sound) -> Sound:
        self._now[device_id] = self._hearing.begin(device_id, sound)
        return sound

    def _end(self, device_id: str, sound: Sound, how: str) -> None:
        if sound.ended_at is None:
            sound.ended_at, sound.ended = self._clock.now(), how
        if self._now.get(device_id) is sound:
            del self._now[device_id]


async def _whole(request: Request, most: int) -> bytes:
    body = await request.body()
    if len(body) > most:
        raise HTTPException(413)
    return body


def _authorised(device: Device, headers: Mapping[str, str], body: bytes) -> bool:
    if device.account is None or device.auth == "none":
        return True
    password, given = device.account.password, headers.get("authorization", "")
    if device.auth == "bearer":
        return hmac.compare_digest(given.encode(), f"Bearer {password}".encode())
    if device.auth == "basic":
        pair = base64.b64encode(f"{device.account.username}:{password}".encode()).decode()
        return hmac.compare_digest(given.encode(), f"Basic {pair}".encode())
    parts = [headers.get(name, "") for name in (ID_HEADER, TIMESTAMP_HEADER)]
    return is_signed(password, parts[0], parts[1], body, headers.get(SIGNATURE_HEADER, ""))


def samples_of(sound: Sound) -> np.ndarray[Any, np.dtype[np.int16]]:
    """What was heard, at 8 kHz, also of a WAV file."""
    if not sound.wav:
        return sound.samples()
    with wave.open(io.BytesIO(sound.wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
