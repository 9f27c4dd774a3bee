"""Ways to be heard at one loudspeaker: `Line` takes sound as it is spoken, `Post` a whole message."""

import asyncio
import base64
import contextlib
import json
import random
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import h11

from config.accounts import Account
from config.loudspeakers import HttpSpeaker
from exchange.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WeakSecret, sign
from ingest.onvif.http_link import HttpLink, Reply, Times
from ingest.onvif.problem import Code, DeviceProblem
from ingest.opening import Door
from ingest.rtsp.back_channel import BackChannel
from runtime.clock import Clock
from talkdown.reason import Failed, Reason, Why
from talkdown.sound import Samples, g711, quieter

_REPLY_HEAD = 16 * 1024
_REPLY_BODY = 64 * 1024
_ANSWER_SECONDS = 5.0


class Line(Protocol):
    """Takes frames of 20 ms in order. `send` raises one of `talkdown.reason.EXPECTED`; `close` does not raise, ends
    the sound at the device, and comes back within seconds. `finish` waits for the device's own word, where it has
    one."""

    async def send(self, frame: Samples) -> None: ...

    async def finish(self) -> None: ...

    async def close(self) -> None: ...


class BackChannelLine:
    """A camera's own loudspeaker."""

    def __init__(self, channel: BackChannel, volume_percent: int) -> None:
        self._channel, self._volume = channel, volume_percent

    async def send(self, frame: Samples) -> None:
        await self._channel.send(g711(quieter(frame, self._volume), self._channel.track.encoding))

    async def finish(self) -> None:
        """A back channel says nothing at the end."""

    async def close(self) -> None:
        await self._channel.close()


@dataclass(frozen=True, slots=True)
class Authority:
    """How a device is convinced. `clock` and `rng` make what a signature needs."""

    speaker: HttpSpeaker
    account: Account | None
    clock: Clock
    rng: random.Random

    def headers(self, body: bytes) -> dict[str, str]:
        """Raises Failed for a secret too short to sign with."""
        if self.account is None:
            return {}
        if self.speaker.auth == "bearer":
            return {"Authorization": f"Bearer {self.account.password}"}
        if self.speaker.auth == "basic":
            pair = f"{self.account.username}:{self.account.password}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
        message_id, timestamp = f"talk_{self.rng.getrandbits(96):024x}", int(self.clock.now())
        try:
            signature = sign(self.account.password, message_id, timestamp, body)
        except WeakSecret as problem:
            raise Failed(Reason(Why.ACCOUNT, "签名密钥不可用", str(problem))) from None
        return {ID_HEADER: message_id, TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: signature}


class HttpLine:
    """`audio/basic` (RFC 2046, 4.3: μ-law at 8 kHz) in the body of one POST that lasts as long as the speech, chunked.
    A device that answers before the end has something against it, and is heard at once."""

    def __init__(
        self, parser: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, volume: int
    ) -> None:
        self._parser, self._reader, self._writer, self._volume = parser, reader, writer, volume
        self._answer = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, url: str, authority: Authority, door: Door, volume: int) -> "HttpLine":
        """Raises DeviceProblem, Failed."""
        link = HttpLink(url, door, authority.speaker.certificate_sha256)
        headers = {
            "Host": link.authority,
            "User-Agent": "Gridwatch",
            "Content-Type": "audio/basic",
            "Transfer-Encoding": "chunked",
            **authority.headers(b""),
        }
        parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_REPLY_HEAD)
        request = h11.Request(method="POST", target=link.path, headers=list(headers.items()))
        reader, writer = await link.open()
        writer.write(parser.send(request) or b"")
        return cls(parser, reader, writer, volume)

    async def send(self, frame: Samples) -> None:
        if self._answer.done():
            raise _refused(self._answer.result(), early=True)
        data = h11.Data(data=g711(quieter(frame, self._volume), "PCMU"))
        self._writer.write(self._parser.send(data) or b"")
        await self._writer.drain()

    async def finish(self) -> None:
        if self._answer.done():
            raise _refused(self._answer.result(), early=True)
        self._writer.write(self._parser.send(h11.EndOfMessage()) or b"")
        async with asyncio.timeout(_ANSWER_SECONDS):
            await self._writer.drain()
            status = await self._answer
        if not 200 <= status < 300:
            raise _refused(status, early=False)

    async def close(self) -> None:
        self._answer.cancel()
        with contextlib.suppress(asyncio.CancelledError, DeviceProblem, OSError):
            await self._answer
        self._writer.transport.abort()

    async def _listen(self) -> int:
        """The status of the answer. Raises DeviceProblem, OSError."""
        received = 0
        while received < _REPLY_BODY:
            data = await self._reader.read(4096)
            received += len(data)
            try:
                self._parser.receive_data(data)
                while (event := self._parser.next_event()) is not h11.NEED_DATA:
                    if isinstance(event, h11.Response):
                        return event.status_code
                    if not isinstance(event, h11.InformationalResponse):
                        raise DeviceProblem(Code.UNREACHABLE, "the connection was closed")
            except h11.RemoteProtocolError as error:
                raise DeviceProblem(Code.BROKEN_HTTP if data else Code.UNREACHABLE, str(error)) from None
        raise DeviceProblem(Code.TOO_LARGE, "")


async def post_text(text: str, authority: Authority, door: Door, volume: int, seconds: float) -> None:
    """JSON {text, language, volume_percent} to a loudspeaker that speaks itself; it may answer when it has spoken.
    Raises DeviceProblem, Failed."""
    language = "zh-CN" if any("\u3400" <= letter <= "\u9fff" for letter in text) else "en"
    told = {"text": text, "language": language, "volume_percent": volume}
    body = json.dumps(told, ensure_ascii=False).encode()
    assert authority.speaker.text_url is not None
    await _post(authority.speaker.text_url, "application/json", body, authority, door, seconds)


async def post_wav(wav: bytes, authority: Authority, door: Door, seconds: float) -> None:
    """A whole file; the device may answer when it has been played. Raises DeviceProblem, Failed."""
    assert authority.speaker.audio_url is not None
    await _post(authority.speaker.audio_url, "audio/wav", wav, authority, door, seconds)


async def stop_post(authority: Authority, door: Door) -> None:
    """Best effort: a device that plays a whole message by itself is asked to be silent (DELETE of the same address).
    Does not raise."""
    for url in (authority.speaker.audio_url, authority.speaker.text_url):
        if url is None:
            continue
        link = HttpLink(url, door, authority.speaker.certificate_sha256, Times(2.0, 2.0, 3.0))
        with contextlib.suppress(DeviceProblem, Failed):
            await link.exchange("DELETE", link.path, authority.headers(b""))
        await link.close()


async def _post(url: str, kind: str, body: bytes, authority: Authority, door: Door, seconds: float) -> None:
    times = Times(3.0, seconds + 5.0, seconds + 10.0)
    link = HttpLink(url, door, authority.speaker.certificate_sha256, times)
    try:
        headers = {"User-Agent": "Gridwatch", "Content-Type": kind, **authority.headers(body)}
        reply: Reply = await link.exchange("POST", link.path, headers, body, fresh=True)
    finally:
        await link.close()
    if not 200 <= reply.status < 300:
        raise _refused(reply.status, early=False)


def _refused(status: int, *, early: bool) -> Failed | DeviceProblem:
    if status in (401, 403):
        return DeviceProblem(Code.NOT_AUTHORIZED, f"HTTP {status}")
    if status in (409, 423, 429, 503):
        return DeviceProblem(Code.BUSY, f"HTTP {status}")
    if 300 <= status < 400:
        return DeviceProblem(Code.REDIRECTED, f"HTTP {status}")
    told = f"HTTP {status}" + (" before the end" if early else "")
    return Failed(Reason(Why.REFUSED, f"设备拒绝了喊话（{told}）", f"the loudspeaker refuses it ({told})"))


def host_of(url: str) -> tuple[str, int]:
    """Host and port of an address that the configuration has checked."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme, 554)
    return parts.hostname or "", parts.port or usual
