"""The audio back channel of a camera (ONVIF Streaming Specification 5.3): RTSP with sound in the other direction.

A session of its own, apart from the one that brings the pictures: it lives as long as somebody speaks.
"""

import asyncio
import contextlib
import random
import socket
import struct
from contextlib import ExitStack

from config.accounts import Account
from ingest.rtsp.message import ProtocolError, Response, RtspError
from ingest.rtsp.rtp import DOLLAR, FRAME_HEAD
from ingest.rtsp.sdp import BackChannelTrack, UnsupportedStream, parse_back_channel
from ingest.rtsp.session import RtspSession, StatusError, interleaved_channel, session_of

FEATURE = "www.onvif.org/ver20/backchannel"
_WITH_FEATURE = frozenset({"DESCRIBE", "SETUP", "PLAY", "TEARDOWN"})
_PACKET = struct.Struct(">BBHBBHII")
_KEEP_ALIVE_SHARE = 0.4
_RECV_BYTES = 16 * 1024
TEARDOWN_SECONDS = 2.0


class NoLoudspeaker(RtspError):
    """The camera has no back channel, or none of a kind we can send."""


class _Session(RtspSession):
    """Says in every request that concerns the back channel that it is wanted: some cameras go by each one alone."""

    def _serialise(self, method: str, url: str, headers: dict[str, str]) -> bytes:
        more = {"Require": FEATURE} if method in _WITH_FEATURE else {}
        return super()._serialise(method, url, {**headers, **more})

    async def open(self) -> tuple[BackChannelTrack, int, float]:
        """DESCRIBE, SETUP, PLAY: the track, the interleaved channel, and the session's time-out in seconds."""
        await self._options()
        try:
            described = await self._request("DESCRIBE", self._url, {"Accept": "application/sdp"})
        except StatusError as refused:
            if "551" in str(refused):
                raise NoLoudspeaker("the camera knows no audio back channel (551)") from None
            raise
        base = described.header("content-base") or described.header("content-location") or self._url
        try:
            track, self._aggregate = parse_back_channel(described.body, base.strip())
        except UnsupportedStream as problem:
            raise NoLoudspeaker(str(problem)) from None
        setup = await self._request("SETUP", track.control, {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"})
        channel = interleaved_channel(setup.header("transport"))
        self._session_id, timeout = session_of(setup.header("session"))
        await self._request("PLAY", self._aggregate, {"Range": "npt=0.000-"})
        return track, channel, timeout

    def heard(self, data: bytes) -> list[Response]:
        """Replies in what came; media and RTCP the camera sends are dropped. Raises ProtocolError."""
        self._buffer += data
        replies = []
        while (response := self._next_message()) is not None:
            replies.append(response)
        self._early.clear()
        return replies


class BackChannel:
    """An open back channel. `send` writes one packet after the other, keeps the session alive, and raises what the
    camera had against it; `close` ends the session."""

    def __init__(self, sock: socket.socket, session: _Session, opened: tuple[BackChannelTrack, int, float]) -> None:
        self.track, self._channel, self._timeout = opened
        self._sock, self._session = sock, session
        rng = random.SystemRandom()
        self._ssrc, self._sequence, self._timestamp = rng.getrandbits(32), rng.getrandbits(16), rng.getrandbits(32)
        self._first = True
        self._said: list[bytes] = []
        self._listening = asyncio.create_task(self._listen())
        self._alive_at = asyncio.get_running_loop().time()

    async def send(self, payload: bytes) -> None:
        """One packet of G.711, a sample a byte. Raises RtspError, OSError. The caller bounds the time."""
        if self._listening.done():
            self._listening.result()
        loop = asyncio.get_running_loop()
        if loop.time() - self._alive_at > self._timeout * _KEEP_ALIVE_SHARE:
            self._alive_at = loop.time()
            self._said.append(self._session.keepalive())
        words, self._said = b"".join(self._said), []
        await loop.sock_sendall(self._sock, words + self._packet(payload))

    def _packet(self, payload: bytes) -> bytes:
        # RFC 3551 4.1: the marker stands at the beginning of a talkspurt.
        kind = self.track.payload_type | (0x80 if self._first else 0)
        head = _PACKET.pack(
            DOLLAR, self._channel, 12 + len(payload), 0x80, kind, self._sequence, self._timestamp, self._ssrc
        )
        self._first = False
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + len(payload)) & 0xFFFFFFFF
        return head + payload

    async def _listen(self) -> None:
        """Reads what the camera says meanwhile, so that it is never blocked by us. Ends by raising."""
        loop = asyncio.get_running_loop()
        while True:
            data = await loop.sock_recv(self._sock, _RECV_BYTES)
            if not data:
                raise RtspError("the camera closed the connection")
            for response in self._session.heard(data):
                answer = self._session.replied(response)
                if answer is not None and len(self._said) < 4:
                    self._said.append(answer)

    async def close(self) -> None:
        """TEARDOWN, awaited for two seconds at most, and the connection closed. Does not raise."""
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, RtspError, OSError):
            await self._listening
        try:
            with contextlib.suppress(TimeoutError, ProtocolError):
                async with asyncio.timeout(TEARDOWN_SECONDS):
                    await self._session.teardown()
        finally:
            self._session.teardown_unheard()
            self._sock.close()


assert _PACKET.size == FRAME_HEAD + 12


async def open_session(sock: socket.socket, url: str, account: Account | None, rng: random.Random) -> BackChannel:
    """Over a connected socket, which is the back channel's from here on. Raises RtspError and its kinds, OSError; the
    caller bounds the time."""
    with ExitStack() as undo:
        undo.enter_context(sock)
        session = _Session(sock, url, account, rng)
        undo.callback(session.teardown_unheard)
        opened = BackChannel(sock, session, await session.open())
        undo.pop_all()
        return opened
