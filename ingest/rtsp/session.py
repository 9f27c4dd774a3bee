"""One RTSP session over one TCP connection (RFC 2326), video only, RTP interleaved."""

import asyncio
import contextlib
import random
import socket
from dataclasses import dataclass, field

from config.accounts import Account
from ingest.rtsp.authentication import Authenticator
from ingest.rtsp.message import (
    ProtocolError,
    Response,
    RtspError,
    find_message_end,
    parse_response,
    serialise_request,
)
from ingest.rtsp.rtp import DOLLAR, FRAME_HEAD
from ingest.rtsp.sdp import VideoTrack, parse_video_track

MAX_EARLY_BYTES = 1024 * 1024
MAX_SKIPPED_MESSAGES = 16
_DEFAULT_TIMEOUT = 60
_RECV_BYTES = 64 * 1024


class Unauthorised(RtspError):
    """Wrong or missing credentials."""


class StatusError(RtspError):
    """An RTSP error status."""


class Redirected(RtspError):
    """The camera names another address; the caller decides whether to go there."""

    def __init__(self, location: str) -> None:
        super().__init__("the camera redirects to another address")
        self.location = location


@dataclass(slots=True)
class Playing:
    """What the hand-shake settled. `early` are bytes that came behind, or before, the answer to PLAY."""

    track: VideoTrack
    channel: int
    timeout_seconds: float
    early: bytes = field(repr=False, default=b"")


class RtspSession:
    """Opens, keeps and ends one session. While it plays, somebody else reads the socket and hands in replies."""

    def __init__(self, sock: socket.socket, url: str, account: Account | None, rng: random.Random) -> None:
        self._sock = sock
        self._url = url
        self._auth = Authenticator(account, rng) if account is not None else None
        self._cseq = 0
        self._buffer = bytearray()
        self._early = bytearray()
        self._session_id: str | None = None
        self._aggregate = url
        self._keepalive_method = "OPTIONS"
        self._keepalive_retried = False

    async def play(self) -> Playing:
        """OPTIONS, DESCRIBE, SETUP, PLAY. Raises RtspError, UnsupportedStream, OSError."""
        await self._options()
        described = await self._request("DESCRIBE", self._url, {"Accept": "application/sdp"})
        base = described.header("content-base") or described.header("content-location") or self._url
        track, self._aggregate = parse_video_track(described.body, base.strip())
        transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
        setup = await self._request("SETUP", track.control, {"Transport": transport})
        channel = interleaved_channel(setup.header("transport"))
        self._session_id, timeout = session_of(setup.header("session"))
        await self._request("PLAY", self._aggregate, {"Range": "npt=0.000-"})
        early = bytes(self._early + self._buffer)
        self._buffer.clear()
        self._early.clear()
        return Playing(track, channel, timeout, early)

    async def _options(self) -> None:
        """Learns how to keep the session alive. A camera that answers nonsense here may still play."""
        try:
            response = await self._request("OPTIONS", self._url, {})
        except StatusError:
            return
        if "GET_PARAMETER" in (response.header("public") or "").upper():
            self._keepalive_method = "GET_PARAMETER"

    async def _request(self, method: str, url: str, headers: dict[str, str]) -> Response:
        signed = False
        for _ in range(4):
            signed = self._auth is not None and self._auth.ready
            await self._send(self._serialise(method, url, headers))
            response = await self._response()
            if response.status != 401:
                return _checked(method, response)
            if self._auth is None:
                raise Unauthorised("the camera asks for credentials and none are configured")
            if not self._auth.challenged(response.all("www-authenticate"), signed=signed):
                break
        if signed:
            raise Unauthorised("the camera refuses the user name or password")
        raise Unauthorised("the camera asks for a kind of authentication that is neither Basic nor Digest")

    def _serialise(self, method: str, url: str, headers: dict[str, str]) -> bytes:
        self._cseq += 1
        full = {"CSeq": str(self._cseq), "User-Agent": "Gridwatch", **headers}
        if self._session_id is not None:
            full["Session"] = self._session_id
        authorization = self._auth.header(method, url) if self._auth is not None else None
        if authorization is not None:
            full["Authorization"] = authorization
        return serialise_request(method, url, full)

    async def _send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._sock, data)

    async def _response(self) -> Response:
        """The reply to the newest request; interleaved data before it is kept, other messages are skipped."""
        loop = asyncio.get_running_loop()
        skipped = 0
        while True:
            response = self._next_message()
            if response is not None and response.cseq in (self._cseq, None):
                return response
            if response is not None:
                skipped += 1
                if skipped > MAX_SKIPPED_MESSAGES:
                    raise ProtocolError("replies to questions never asked")
                continue
            received = await loop.sock_recv(self._sock, _RECV_BYTES)
            if not received:
                raise RtspError("the camera closed the connection during the hand-shake")
            self._buffer += received

    def _next_message(self) -> Response | None:
        buffer = self._buffer
        while buffer:
            if buffer[0] == DOLLAR:
                size = FRAME_HEAD + int.from_bytes(buffer[2:4], "big") if len(buffer) >= FRAME_HEAD else 0
                if not size or len(buffer) < size:
                    return None
                self._early += buffer[:size]
                del buffer[:size]
                if len(self._early) > MAX_EARLY_BYTES:
                    raise ProtocolError("media instead of a reply")
                continue
            end = find_message_end(buffer, 0, len(buffer))
            if end is None:
                return None
            message = bytes(buffer[: end[1]])
            del buffer[: end[1]]
            return parse_response(message)
        return None

    def keepalive(self) -> bytes:
        """What to send about every 40 % of the session's timeout."""
        self._keepalive_retried = False
        return self._serialise(self._keepalive_method, self._aggregate, {})

    def replied(self, response: Response) -> bytes | None:
        """Takes a reply that came between the media; what to send in answer, if anything. Raises RtspError.

        A stale nonce is answered once per keep-alive with a fresh signature.
        """
        if response.status == 401 and self._auth is not None:
            renewed = self._auth.challenged(response.all("www-authenticate"), signed=True)
            if renewed and not self._keepalive_retried:
                self._keepalive_retried = True
                return self._serialise(self._keepalive_method, self._aggregate, {})
            raise Unauthorised("the camera no longer accepts the credentials")
        if response.status == 454:
            raise StatusError("the camera has forgotten the session (454)")
        if response.status in (405, 501, 551) and self._keepalive_method != "OPTIONS":
            self._keepalive_method = "OPTIONS"
            return self.keepalive()
        return None

    async def teardown(self) -> None:
        """Ends the session and awaits the reply; the caller bounds the time. Media still coming is thrown away."""
        if self._session_id is None:
            return
        with contextlib.suppress(RtspError, OSError):
            for _ in range(2):
                await self._send(self._serialise("TEARDOWN", self._aggregate, {}))
                response = await self._teardown_reply()
                if response.status != 401 or self._auth is None:
                    break
                if not self._auth.challenged(response.all("www-authenticate"), signed=True):
                    break
        self._session_id = None

    def teardown_unheard(self) -> None:
        """Sends TEARDOWN without waiting, where there is no time to."""
        if self._session_id is not None:
            with contextlib.suppress(OSError):
                self._sock.send(self._serialise("TEARDOWN", self._aggregate, {}))
            self._session_id = None

    def resume(self, unread: bytes) -> None:
        """What the reader of the socket had read and not understood yet, before `teardown`."""
        self._buffer[:] = unread

    async def _teardown_reply(self) -> Response:
        loop = asyncio.get_running_loop()
        while True:
            self._early.clear()
            response = self._next_message()
            if response is not None and response.cseq == self._cseq:
                return response
            if response is not None:
                continue
            received = await loop.sock_recv(self._sock, _RECV_BYTES)
            if not received:
                raise RtspError("closed")
            self._buffer += received


def _checked(method: str, response: Response) -> Response:
    if 300 <= response.status < 400:
        raise Redirected(response.header("location") or "")
    if response.status != 200:
        reason = f" {response.reason}" if response.reason else ""
        raise StatusError(f"the camera answers {method} with {response.status}{reason}")
    return response


def interleaved_channel(transport: str | None) -> int:
    """The channel the camera will really use. Raises ProtocolError when it did not agree to TCP."""
    if transport is None:
        raise ProtocolError("a SETUP reply without Transport")
    parts = [part.strip().lower() for part in transport.split(",")[0].split(";")]
    if "tcp" not in parts[0]:
        raise StatusError("the camera does not send over TCP; try opener: pyav")
    for part in parts:
        name, _, value = part.partition("=")
        first = value.split("-")[0].strip()
        if name == "interleaved":
            if not (first.isascii() and first.isdigit() and len(first) <= 3 and int(first) <= 255):
                raise ProtocolError("an interleaved channel that is not 0 to 255")
            return int(first)
    return 0


def session_of(value: str | None) -> tuple[str, float]:
    """Session id and time-out (RFC 2326 12.37). Some cameras say timeout=0 and mean the default."""
    if not value:
        raise ProtocolError("a SETUP reply without Session")
    name, _, rest = value.partition(";")
    if not 0 < len(name.strip()) <= 256:
        raise ProtocolError("a session id of no use")
    key, _, number = rest.strip().partition("=")
    digits = number.split(";")[0].strip()
    if (
        key.strip().lower() == "timeout"
        and digits.isascii()
        and digits.isdigit()
        and 0 < len(digits) <= 6
        and int(digits)
    ):
        return name.strip(), float(min(int(digits), 3600))
    return name.strip(), float(_DEFAULT_TIMEOUT)
