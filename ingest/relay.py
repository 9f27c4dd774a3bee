"""A loopback relay between libavformat and a camera.

libavformat follows an RTSP redirect to any host and resolves names anew. Through the relay it can reach one
address only, the one that was checked, and a redirect ends the connection. It also takes TLS off for rtsps://.
"""

import asyncio
import contextlib
import ssl

from ingest.opening import Door
from ingest.rtsp.address import CameraUrl, resolve_permitted
from ingest.rtsp.message import ProtocolError, RtspError, find_message_end, parse_response
from ingest.rtsp.rtp import DOLLAR, FRAME_HEAD

_CHUNK = 64 * 1024


class _ReplyGuard:
    """Watches what the camera says. Raises RtspError on a redirect or on what is neither RTP nor RTSP."""

    def __init__(self) -> None:
        self._skip = 0
        self._pending = b""

    def feed(self, data: bytes) -> None:
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        pending = self._pending + data[self._skip :]
        self._skip = 0
        pos, end = 0, len(pending)
        while pos < end:
            if pending[pos] == DOLLAR:
                if end - pos < FRAME_HEAD:
                    break
                after = pos + FRAME_HEAD + int.from_bytes(pending[pos + 2 : pos + 4], "big")
                if after > end:
                    self._skip = after - end
                pos = min(after, end)
                continue
            found = find_message_end(pending, pos, end)
            if found is None:
                break
            self._check(pending[pos : found[1]])
            pos = found[1]
        self._pending = pending[pos:]

    def _check(self, message: bytes) -> None:
        if not message.startswith(b"RTSP/"):
            return
        if 300 <= parse_response(message).status < 400:
            raise RtspError("the camera redirects, which opener: pyav does not follow")


class Relay:
    """One connection's relay. `port` is where libavformat connects on 127.0.0.1; `problem` says why it was cut."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._camera = (reader, writer)
        self._server: asyncio.Server | None = None
        self._taken = False
        self._pumps: set[asyncio.Task[None]] = set()
        self._upward: asyncio.Task[None] | None = None
        self._local: asyncio.StreamWriter | None = None
        self.port = 0
        self.problem: RtspError | None = None

    @classmethod
    async def open(cls, url: CameraUrl, door: Door) -> "Relay":
        """Connects to the camera. Raises AddressRefused, OSError."""
        address = await resolve_permitted(url, door.networks, door.resolve)
        sock = await door.connect(address, url.port)
        context = None
        if url.secure:
            # Cameras sign their own certificates: this keeps a listener out, not an impostor.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname=url.host if context is not None else None
        )
        relay = cls(reader, writer)
        relay._server = await asyncio.start_server(relay._accept, "127.0.0.1", 0)
        relay.port = relay._server.sockets[0].getsockname()[1]
        return relay

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._taken:
            writer.close()
            return
        self._taken = True
        self._local = writer
        if self._server is not None:
            self._server.close()
        camera_reader, camera_writer = self._camera
        self._upward = asyncio.create_task(self._pump(reader, camera_writer, None))
        self._pumps = {self._upward, asyncio.create_task(self._pump(camera_reader, writer, _ReplyGuard()))}

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, guard: _ReplyGuard | None) -> None:
        try:
            while data := await source.read(_CHUNK):
                if guard is not None:
                    guard.feed(data)
                sink.write(data)
                await sink.drain()
        except (RtspError, ProtocolError) as problem:
            self.problem = problem
            self.cut()
        except OSError:
            pass
        finally:
            sink.close()

    def cut(self) -> None:
        """Ends both connections now."""
        if self._server is not None:
            self._server.close()
        self._camera[1].close()
        if self._local is not None:
            self._local.close()

    async def flushed(self, seconds: float) -> None:
        """Waits until what libavformat said last, its TEARDOWN, is on its way; so long at most."""
        if self._upward is not None:
            await asyncio.wait({self._upward}, timeout=seconds)

    async def close(self) -> None:
        self.cut()
        for pump in self._pumps:
            pump.cancel()
        if self._pumps:
            await asyncio.wait(self._pumps)
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._camera[1].wait_closed()
