"""A small real RTSP camera on loopback that does exactly what a test's script says, good or bad."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from config.accounts import Account
from tests.ingest.clips import Clip, Packetiser, clip, framed

Reply = Callable[[str, dict[str, str], bytes], bytes | None]
"""(method, request headers, what a good camera would answer) → what is sent instead; None sends nothing."""
Media = Callable[[int, list[bytes]], Iterable[bytes]]
"""(index of the picture since PLAY, its framed packets) → bytes to write."""


def as_it_should(_method: str, _headers: dict[str, str], reply: bytes) -> bytes | None:
    return reply


def whole(_index: int, packets: list[bytes]) -> Iterable[bytes]:
    return packets


class Freeze(Exception):
    """From now on the camera says nothing and keeps the connection."""


class Reset(Exception):
    """The camera's power goes: RST."""


def instead(method: str, reply: bytes) -> Reply:
    """Answers one method so, the CSeq filled in."""

    def answer(asked: str, headers: dict[str, str], good: bytes) -> bytes:
        return reply.replace(b"%CSEQ%", headers["cseq"].encode()) if asked == method else good

    return answer


def changed(method: str, pattern: bytes, into: bytes) -> Reply:
    def answer(asked: str, _headers: dict[str, str], good: bytes) -> bytes:
        return re.sub(pattern, into, good) if asked == method else good

    return answer


def after(count: int, what: Callable[[list[bytes]], Iterable[bytes]]) -> Callable[[int, list[bytes]], Iterable[bytes]]:
    return lambda index, packets: what(packets) if index == count else packets


def raising(problem: Exception) -> Callable[[list[bytes]], Iterable[bytes]]:
    def media(_packets: list[bytes]) -> Iterable[bytes]:
        raise problem

    return media


@dataclass
class Script:
    clip: Clip = field(default_factory=clip)
    account: Account | None = None
    scheme: str = "digest"  # basic, digest, digest-qop, sha256
    nonce_requests: int = 1_000_000
    fps: float = 100.0
    channel: int = 0
    audio_first: bool = False
    sprop: bool = True
    timeout: str = ";timeout=60"
    public: str = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
    control: str = "trackID=1"
    content_base: bool = True
    markers: str = "last"
    aggregate: bool = False
    odd: bool = False
    in_band_sets: bool = True
    reply: Reply = as_it_should
    media: Media = whole
    reply_delay: float = 0.0


class ScriptedCamera:
    """`async with` it; `url` is where it listens. It counts and remembers what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.connections = 0
        self.playing = 0
        self.keyframes_sent = 0
        self.paused = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._nonce, self._nonce_used = 0, 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live/ch1"

    def methods(self) -> list[str]:
        return [method for method, _, _ in self.requests]

    async def __aenter__(self) -> "ScriptedCamera":
        await self.listen()
        return self

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 16)
        self.port = self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_: object) -> None:
        await self.fall()

    async def fall(self) -> None:
        """Stops listening and cuts every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        sender: asyncio.Task[None] | None = None
        try:
            while True:
                method, uri, headers = await self._request(reader)
                self.requests.append((method, uri, headers))
                reply = self.script.reply(method, headers, self._answer(method, uri, headers))
                if self.script.reply_delay:
                    await asyncio.sleep(self.script.reply_delay)
                if reply is not None:
                    writer.write(reply)
                    await writer.drain()
                    if method == "PLAY" and b" 200 " in reply[:20]:
                        sender = asyncio.create_task(self._send(writer))
                    if method == "TEARDOWN" and b" 200 " in reply[:20]:
                        return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            if sender is not None:
                sender.cancel()
                await asyncio.wait({sender})
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        method, uri, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        return method, uri, {name.lower(): value.strip() for name, _, value in pairs}

    def _answer(self, method: str, uri: str, headers: dict[str, str]) -> bytes:
        cseq = headers["cseq"]
        challenge = self._challenge(method, uri, headers)
        if challenge is not None:
            return _reply(cseq, "401 Unauthorized", {"WWW-Authenticate": challenge})
        base = f"rtsp://127.0.0.1:{self.port}/live/ch1"
        if method == "OPTIONS":
            return _reply(cseq, "200 OK", {"Public": self.script.public})
        if method == "DESCRIBE":
            extra = {"Content-Base": base + "/"} if self.script.content_base else {}
            return _reply(cseq, "200 OK", {"Content-Type": "application/sdp", **extra}, self._sdp().encode())
        session = {"Session": f"8F2A{self.script.timeout}"}
        if method == "SETUP":
            channels = f"{self.script.channel}-{self.script.channel + 1}"
            session["Transport"] = f"RTP/AVP/TCP;unicast;interleaved={channels};ssrc=00001234"
        return _reply(cseq, "200 OK", session)

    def _challenge(self, method: str, uri: str, headers: dict[str, str]) -> str | None:
        """None when the request may pass."""
        account = self.script.account
        if account is None:
            return None
        given = headers.get("authorization", "")
        if self.script.scheme == "basic":
            wanted = base64.b64encode(f"{account.username}:{account.password}".encode()).decode()
            return None if given == f"Basic {wanted}" else 'Basic realm="cam"'
        stale = self._nonce_used >= self.script.nonce_requests
        if not stale and given and self._digest_holds(account, method, uri, given):
            self._nonce_used += 1
            return None
        self._nonce, self._nonce_used = self._nonce + 1, 0
        extra = {"digest-qop": ', qop="auth,auth-int"', "sha256": ', algorithm=SHA-256, qop="auth"'}.get(
            self.script.scheme, ""
        )
        return f'Digest realm="cam", nonce="{self._nonce:08x}"{extra}' + (", stale=TRUE" if stale else "")

    def _digest_holds(self, account: Account, method: str, uri: str, given: str) -> bool:
        found = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        kind = hashlib.sha256 if self.script.scheme == "sha256" else hashlib.md5

        def digest(text: str) -> str:
            return kind(text.encode()).hexdigest()

        first = digest(f"{account.username}:cam:{account.password}")
        second = digest(f"{method}:{uri}")
        nonce = f"{self._nonce:08x}"
        middle = f"{nonce}:{found.get('nc')}:{found.get('cnonce')}:auth" if "qop" in found else nonce
        wants_qop = self.script.scheme in ("digest-qop", "sha256")
        return found.get("response") == digest(f"{first}:{middle}:{second}") and wants_qop == ("qop" in found)

    def _sdp(self) -> str:
        clip = self.script.clip
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Media", "t=0 0", "a=control:*"]
        if self.script.audio_first:
            lines += ["m=audio 0 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=control:trackID=0"]
        name = "H264" if clip.codec == "h264" else "H265"
        lines += ["m=video 0 RTP/AVP 96", f"a=rtpmap:96 {name}/90000", f"a=control:{self.script.control}"]
        sets = [base64.b64encode(unit).decode() for unit in clip.sets]
        if self.script.sprop and clip.codec == "h264":
            lines.append(f"a=fmtp:96 packetization-mode=1; sprop-parameter-sets={','.join(sets)}")
        elif self.script.sprop:
            lines.append(f"a=fmtp:96 sprop-vps={sets[0]}; sprop-sps={sets[1]}; sprop-pps={sets[2]}")
        return "\r\n".join([*lines, ""])

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        script = self.script
        packetiser = Packetiser(
            script.clip,
            step=int(90000 / script.fps),
            markers=script.markers,
            aggregate=script.aggregate,
            odd=script.odd,
            in_band_sets=script.in_band_sets,
        )
        self.playing += 1
        index = 0
        try:
            while True:
                for picture in script.clip.pictures:
                    while self.paused:
                        await asyncio.sleep(0.01)
                    packets = [framed(packet, script.channel) for packet in packetiser.packets(picture)]
                    for data in script.media(index, packets):
                        writer.write(data)
                    self.keyframes_sent += picture.keyframe
                    index += 1
                    await asyncio.sleep(1 / script.fps)
        except Freeze:
            await asyncio.Event().wait()
        except Reset:
            writer.transport.abort()
        finally:
            self.playing -= 1


def _reply(cseq: str, status: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {cseq}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits for something to become true; fails with TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
