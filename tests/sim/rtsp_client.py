"""A small RTSP client for tests: one request at a time, and all that arrives between the answers."""

import asyncio
import hashlib
import re
import socket
import struct
from dataclasses import dataclass, field
from typing import Self

from config.accounts import Account
from sim.rtsp.nal import Codec

ACCOUNT = Account("gridwatch", "a secret of many words")


@dataclass(frozen=True)
class Packet:
    channel: int
    data: bytes

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.data[2:4], "big")

    @property
    def timestamp(self) -> int:
        return int.from_bytes(self.data[4:8], "big")

    @property
    def ssrc(self) -> int:
        return int.from_bytes(self.data[8:12], "big")

    @property
    def marker(self) -> bool:
        return bool(self.data[1] & 0x80)

    @property
    def payload(self) -> bytes:
        return self.data[12:]


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    all_headers: list[tuple[str, str]]
    body: bytes


@dataclass
class RtspClient:
    port: int
    camera: str = "c1"
    profile: str = "sub"
    account: Account | None = ACCOUNT
    algorithm: str = "MD5"
    receive_buffer: int = 0
    packets: list[Packet] = field(default_factory=list)
    session: str = ""
    challenge: dict[str, str] = field(default_factory=dict)
    _cseq: int = 0
    _first: bytes = b""
    _head: bytes = b""

    async def __aenter__(self) -> Self:
        stream = socket.socket()
        stream.setblocking(False)
        if self.receive_buffer:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        await asyncio.get_running_loop().sock_connect(stream, ("127.0.0.1", self.port))
        self.reader, self.writer = await asyncio.open_connection(sock=stream)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/cam/{self.camera}/{self.profile}"

    async def request(self, method: str, url: str | None = None, **headers: str) -> Reply:
        """As a client does: without credentials first, and with them when challenged."""
        reply = await self.send(method, url, **headers)
        if reply.status == 401 and self.account is not None:
            self._learn(reply)
            reply = await self.send(method, url, **headers)
        return reply

    async def send(self, method: str, url: str | None = None, **headers: str) -> Reply:
        self._cseq += 1
        url = url or self.url
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._cseq}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.session and "Session" not in headers:
            lines.append(f"Session: {self.session}")
        if self.challenge and self.account is not None:
            lines.append(f"Authorization: {self._authorization(method, url, self.account)}")
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        return await self.reply()

    def _learn(self, reply: Reply) -> None:
        for name, value in reply.all_headers:
            found = dict(re.findall(r'(\w+)="?([^",]+)"?', value))
            if name == "www-authenticate" and found["algorithm"] == self.algorithm:
                self.challenge = found

    def _authorization(self, method: str, url: str, account: Account) -> str:
        make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[self.algorithm]
        realm, nonce = self.challenge["realm"], self.challenge["nonce"]
        first = make(f"{account.username}:{realm}:{account.password}".encode()).hexdigest()
        second = make(f"{method}:{url}".encode()).hexdigest()
        response = make(f"{first}:{nonce}:{second}".encode()).hexdigest()
        return (
            f'Digest username="{account.username}", realm="{realm}", nonce="{nonce}", uri="{url}", '
            f'response="{response}", algorithm={self.algorithm}'
        )

    async def reply(self) -> Reply:
        while (packet := await self._packet()) is not None:
            self.packets.append(packet)
        head = (self._first + await self.reader.readuntil(b"\r\n\r\n")).decode()
        self._first = b""
        status_line, *lines = head.strip().split("\r\n")
        pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        headers = dict(pairs)
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Reply(int(status_line.split()[1]), headers, pairs, body)

    async def _packet(self) -> Packet | None:
        """None when an answer comes next. A cancelled call loses nothing."""
        self._first = self._first or await self.reader.readexactly(1)
        if self._first != b"$":
            return None
        if not self._head:
            self._head = await self.reader.readexactly(3)
        channel, length = struct.unpack("!BH", self._head)
        data = await self.reader.readexactly(length)
        self._first = self._head = b""
        return Packet(channel, data)

    async def play(self, channel: int = 0) -> Reply:
        assert (await self.request("DESCRIBE")).status == 200
        transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        reply = await self.request("SETUP", f"{self.url}/trackID=1", Transport=transport)
        assert reply.status == 200, reply
        self.session = reply.headers["session"].split(";")[0]
        return await self.request("PLAY")

    async def receive(self, units: int, within: float = 5.0) -> list[list[Packet]]:
        """Waits for so many whole access units (by marker) from now on; their packets."""
        out: list[list[Packet]] = [[]]
        async with asyncio.timeout(within):
            while len(out) <= units:
                packet = await self._packet()
                assert packet is not None, "an answer where a picture was expected"
                self.packets.append(packet)
                if packet.channel % 2 == 0:
                    out[-1].append(packet)
                    if packet.marker:
                        out.append([])
        return out[:units]

    async def drain(self, quiet: float = 0.2) -> None:
        """Reads until nothing has come for a while."""
        while True:
            try:
                async with asyncio.timeout(quiet):
                    packet = await self._packet()
            except TimeoutError:
                return
            assert packet is not None
            self.packets.append(packet)


def whole_units(packets: list[Packet]) -> list[list[Packet]]:
    """Access units of channels of even number; one not yet ended is left out."""
    units: list[list[Packet]] = [[]]
    for packet in packets:
        if packet.channel % 2 == 0:
            units[-1].append(packet)
            if packet.marker:
                units.append([])
    return units[:-1]


def nal_units(packets: list[Packet], codec: Codec) -> list[bytes]:
    """Undoes RFC 6184 / RFC 7798 for one access unit."""
    units: list[bytes] = []
    for packet in packets:
        body = packet.payload
        kind = body[0] & 0x1F if codec == "h264" else (body[0] >> 1) & 0x3F
        head = 1 if codec == "h264" else 2
        if kind == (24 if codec == "h264" else 48):
            rest = body[head:]
            while rest:
                length = int.from_bytes(rest[:2], "big")
                units.append(rest[2 : 2 + length])
                rest = rest[2 + length :]
        elif kind == (28 if codec == "h264" else 49):
            flags = body[head]
            if flags & 0x80:
                first = bytes([body[0] & 0xE0 | flags & 0x1F]) if head == 1 else _h265_head(body, flags)
                units.append(first + body[head + 1 :])
            else:
                units[-1] += body[head + 1 :]
        else:
            units.append(body)
    return units


def _h265_head(body: bytes, flags: int) -> bytes:
    return bytes([body[0] & 0x81 | (flags & 0x3F) << 1, body[1]])


def is_keyframe(packets: list[Packet], codec: Codec = "h264") -> bool:
    units = nal_units(packets, codec)
    if codec == "h264":
        return any(unit[0] & 0x1F == 5 for unit in units)
    return any(16 <= (unit[0] >> 1) & 0x3F < 24 for unit in units)
