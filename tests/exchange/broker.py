"""A small MQTT 3.1.1 broker of one subscriber, that can misbehave. It keeps the session as brokers do: what was not
acknowledged comes again."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from exchange.mqtt_packets import packet


def publish(topic: str, payload: bytes, packet_id: int | None = 1, *, retained: bool = False) -> bytes:
    raw = topic.encode()
    body = struct.pack(">H", len(raw)) + raw
    if packet_id is not None:
        body += struct.pack(">H", packet_id)
    return packet(3, 2 * (packet_id is not None) + retained, body + payload)


@dataclass
class SmallBroker:
    port: int = 0
    connack: bytes = b"\x20\x02\x00\x00"
    granted: bytes = b""
    """Codes of the SUBACK; empty: all are granted at QoS 1."""
    says: list[bytes] = field(default_factory=list)
    """Sent after the SUBACK, once each; kept over connections."""
    connects: list[bytes] = field(default_factory=list)
    subscribed: list[bytes] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                kind, body = await _packet(reader)
                if kind == 1:
                    self.connects.append(body)
                    writer.write(self.connack)
                elif kind == 8:
                    self.subscribed.append(body)
                    topics = _topics(body)
                    writer.write(packet(9, 0, body[:2] + (self.granted or b"\x01" * topics)))
                    while self.says:
                        writer.write(self.says.pop(0))
                elif kind == 4:
                    self.acknowledged.append(struct.unpack(">H", body)[0])
                elif kind == 12:
                    writer.write(b"\xd0\x00")
                await writer.drain()
                async with self.news:
                    self.news.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def acknowledges(self, *ids: int) -> None:
        async with self.news, asyncio.timeout(20):
            await self.news.wait_for(lambda: set(ids) <= set(self.acknowledged))

    async def is_asked(self, times: int = 1) -> None:
        async with self.news, asyncio.timeout(20):
            await self.news.wait_for(lambda: len(self.subscribed) >= times)

    def say(self, data: bytes) -> None:
        self.writers[-1].write(data)

    def hang_up(self) -> None:
        self.writers[-1].transport.abort()


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return first >> 4, await reader.readexactly(length)


def _topics(body: bytes) -> int:
    at, count = 2, 0
    while at < len(body):
        at += 3 + struct.unpack_from(">H", body, at)[0]
        count += 1
    return count


@asynccontextmanager
async def small_broker(**changed: object) -> AsyncIterator[SmallBroker]:
    broker = SmallBroker(**changed)  # type: ignore[arg-type]
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    try:
        yield broker
    finally:
        server.close()
        for writer in broker.writers:
            writer.transport.abort()
        await server.wait_closed()
