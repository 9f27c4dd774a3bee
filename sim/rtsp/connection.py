"""One client's TCP connection: reads requests, answers them in order, carries the picture between the answers."""

import asyncio
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, cast

from sim.rtsp.estate import Camera
from sim.rtsp.fault import Fault
from sim.rtsp.request import BadRequest, Request, RequestReader
from sim.rtsp.responder import Responder

if TYPE_CHECKING:
    from sim.rtsp.server import RtspServer

HIGH_WATER_BYTES = 256 * 1024
LOW_WATER_BYTES = 64 * 1024
MAX_WAITING_REQUESTS = 64


class Connection(asyncio.Protocol):
    def __init__(self, server: "RtspServer") -> None:
        self._server = server
        self._responder = Responder(server, self)
        self._reader = RequestReader(self._responder.interleaved)
        self._waiting: deque[Request] = deque()
        self._answering = False
        self.camera: Camera | None = None
        self.transport: asyncio.Transport = cast(asyncio.Transport, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES, low=LOW_WATER_BYTES)
        self.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._responder.connection_lost()

    def pause_writing(self) -> None:
        self._responder.congested(True)

    def resume_writing(self) -> None:
        self._responder.congested(False)

    def data_received(self, data: bytes) -> None:
        try:
            self._waiting.extend(self._reader.feed(data))
        except BadRequest:
            self.transport.write(b"RTSP/1.0 400 Bad Request\r\n\r\n")
            self.transport.close()
            return
        if len(self._waiting) > MAX_WAITING_REQUESTS:
            self.transport.abort()
            return
        self.answer_waiting()

    def answer_waiting(self) -> None:
        """Answers in order, as far as the camera's fault allows; called again when the fault changes."""
        while self._waiting and not self._answering and not self.transport.is_closing():
            self.camera = self._server.camera_of(self._waiting[0].uri) or self.camera
            setting = self._server.fault_of(self.camera)
            if setting.fault is Fault.FREEZE:
                return
            if setting.fault is Fault.REFUSE and setting.reset:
                self.reset()
                return
            if setting.fault is Fault.SLOW:
                self._answering = True
                self._server.keep(asyncio.ensure_future(self._answer_late(setting.seconds)))
                return
            self.transport.write(self._responder.answer(self._waiting.popleft()))

    async def _answer_late(self, seconds: float) -> None:
        await self._server.clock.sleep(seconds)
        self._answering = False
        if not self.transport.is_closing():
            self.transport.write(self._responder.answer(self._waiting.popleft()))
            self.answer_waiting()

    def cut(self) -> None:
        """Closes the connection from the camera's side."""
        self.transport.abort()

    def reset(self) -> None:
        """Closes with RST, as a host does where nothing listens."""
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()
