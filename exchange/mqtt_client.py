"""Listening to one MQTT broker over one connection. The broker is not trusted: lengths and waits are bounded.

A message is acknowledged only once it was dealt with, so that a broker that keeps sessions gives it again after a power
cut here.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from exchange.mqtt_packets import (
    CONNACK,
    DISCONNECT,
    NOT_GRANTED,
    PINGREQ,
    PINGRESP,
    PUBLISH,
    REFUSED,
    SUBACK,
    Connect,
    Message,
    MqttError,
    packet,
    puback,
    publish_head,
    subscribe,
)
from runtime.clock import Clock

KEEP_ALIVE_SECONDS = 30
ANSWER_SECONDS = 15.0
MAX_MESSAGE = 64 * 1024
"""Of topic and payload. More is read past, and acknowledged: it would come again for ever."""
MAX_CONTROL = 1024
CHUNK = 16 * 1024

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OpenConnection = Callable[[], Awaitable[Streams]]
Handler = Callable[[Message], Awaitable[None]]


class MqttListener:
    """`take` is awaited for each message, one at a time; `too_large` is told the topic of what was read past."""

    def __init__(
        self, connect: Connect, topics: Sequence[str], take: Handler, too_large: Callable[[str], None], clock: Clock
    ) -> None:
        self._connect, self._topics, self._take, self._too_large = connect, topics, take, too_large
        self._clock = clock

    async def run(self, open_connection: OpenConnection, connected: Callable[[], None]) -> None:
        """Until the connection ends, which always is by an error: MqttError, OSError, TimeoutError, or what `take`
        raised. `connected` is called once the broker has accepted the subscriptions."""
        async with _closing(open_connection) as (reader, writer):
            try:
                await self._send(writer, self._connect.encoded())
                async with asyncio.timeout(ANSWER_SECONDS):
                    await _connack(reader)
                await self._send(writer, subscribe(1, self._topics))
                pinging = asyncio.create_task(self._ping(writer), name="MQTT keep-alive")
                try:
                    await self._listen(reader, writer, connected)
                finally:
                    pinging.cancel()
                    await asyncio.gather(pinging, return_exceptions=True)
            except asyncio.IncompleteReadError:
                raise MqttError("it ended the connection") from None

    async def _listen(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connected: Callable[[], None]
    ) -> None:
        while True:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS * 1.5):
                kind, flags, length = await _head(reader)
                if kind != PUBLISH:
                    body = await _body(reader, length)
            if kind == PUBLISH:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS * 1.5):
                    message = await self._message(reader, flags, length)
                if length <= MAX_MESSAGE:
                    await self._take(message)
                if message.packet_id is not None:
                    await self._send(writer, puback(message.packet_id))
            elif kind == SUBACK:
                self._check_granted(body)
                connected()
            elif kind != PINGRESP:
                raise MqttError(f"it sends a packet of type {kind}, which no broker sends here")

    async def _message(self, reader: asyncio.StreamReader, flags: int, length: int) -> Message:
        first = await reader.readexactly(min(length, MAX_MESSAGE))
        topic, packet_id, start = publish_head(flags, first)
        if length <= MAX_MESSAGE:
            return Message(topic, first[start:], packet_id, bool(flags & 1))
        self._too_large(topic)
        left = length - len(first)
        while left:
            left -= len(await reader.readexactly(min(left, CHUNK)))
        return Message(topic, b"", packet_id, bool(flags & 1))

    def _check_granted(self, body: bytes) -> None:
        """3.9.3"""
        codes = body[2:]
        if body[:2] != b"\x00\x01" or len(codes) != len(self._topics):
            raise MqttError("its SUBACK does not fit what was asked")
        for topic, code in zip(self._topics, codes, strict=True):
            if code == NOT_GRANTED:
                raise MqttError(f"it does not let us subscribe to {topic}")

    async def _ping(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._clock.sleep(KEEP_ALIVE_SECONDS / 2)
            await self._send(writer, packet(PINGREQ, 0, b""))

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        async with asyncio.timeout(ANSWER_SECONDS):
            await writer.drain()


@asynccontextmanager
async def _closing(open_connection: OpenConnection) -> AsyncIterator[Streams]:
    async with asyncio.timeout(ANSWER_SECONDS):
        reader, writer = await open_connection()
    try:
        yield reader, writer
    finally:
        # Nobody is waited for who does not read.
        if writer.transport.get_write_buffer_size():
            writer.transport.abort()
        else:
            writer.write(packet(DISCONNECT, 0, b""))
            writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await writer.wait_closed()


async def _head(reader: asyncio.StreamReader) -> tuple[int, int, int]:
    """Type, flags and remaining length (2.2). Raises MqttError, IncompleteReadError."""
    first = (await reader.readexactly(1))[0]
    length = 0
    for shift in (0, 7, 14, 21):
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return first >> 4, first & 0x0F, length
    raise MqttError("it sends a length of more than four bytes")


async def _body(reader: asyncio.StreamReader, length: int) -> bytes:
    if length > MAX_CONTROL:
        raise MqttError(f"it sends a packet of {length} bytes that has no reason to be so long")
    return await reader.readexactly(length)


async def _connack(reader: asyncio.StreamReader) -> None:
    kind, _, length = await _head(reader)
    if kind != CONNACK or length != 2:
        raise MqttError("it does not answer as an MQTT broker does")
    _, code = struct.unpack(">BB", await reader.readexactly(length))
    if code:
        raise MqttError(f"refused: {REFUSED.get(code, f'code {code}')}")
