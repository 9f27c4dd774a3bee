"""A WHEP player made of aiortc's own peer connection: offers, plays, leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import VideoFrame

SDP = {"content-type": "application/sdp"}


class Player:
    def __init__(self) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.location = ""
        self.answer: httpx.Response | None = None

    async def offer(self, *kinds: str) -> str:
        for kind in kinds or ("video",):
            self.peer.addTransceiver(kind, direction="recvonly")
        await self.peer.setLocalDescription(await self.peer.createOffer())
        sdp: str = self.peer.localDescription.sdp
        return sdp

    async def ask(self, client: httpx.AsyncClient, camera: str, **params: str) -> httpx.Response:
        """Only asks: nothing is connected yet."""
        self.answer = await client.post(f"/whep/{camera}", content=await self.offer(), headers=SDP, params=params)
        self.location = self.answer.headers.get("location", "").removeprefix("/api/v1")
        return self.answer

    async def connect(self) -> None:
        assert self.answer is not None
        assert self.answer.status_code == 201, self.answer.text
        await self.peer.setRemoteDescription(RTCSessionDescription(self.answer.text, "answer"))

    async def play(self, client: httpx.AsyncClient, camera: str, **params: str) -> None:
        await self.ask(client, camera, **params)
        await self.connect()

    async def pictures(self, count: int, seconds: float = 30.0) -> list[VideoFrame]:
        """The next decoded pictures. Raises TimeoutError."""
        track = next(one.receiver.track for one in self.peer.getTransceivers() if one.kind == "video")
        async with asyncio.timeout(seconds):
            return [await track.recv() for _ in range(count)]


@asynccontextmanager
async def player() -> AsyncIterator[Player]:
    one = Player()
    try:
        yield one
    finally:
        await one.peer.close()
