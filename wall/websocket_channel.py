"""A Starlette WebSocket as the channel of a page."""

from starlette.websockets import WebSocket, WebSocketDisconnect

from wall.page_session import CLOSE_POLICY, ChannelClosed


class WebSocketChannel:
    """Wraps an accepted WebSocket. What the server says of a connection it has closed itself (a missed ping) arrives
    as RuntimeError, hence both."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive_text(self) -> str:
        try:
            message = await self._websocket.receive()
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ChannelClosed from error
        if message["type"] == "websocket.disconnect":
            raise ChannelClosed
        text = message.get("text")
        if not isinstance(text, str):
            await self.close(CLOSE_POLICY, "text expected")
            raise ChannelClosed
        return text

    async def send_text(self, text: str) -> None:
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ChannelClosed from error

    async def send_bytes(self, data: bytes) -> None:
        try:
            await self._websocket.send_bytes(data)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ChannelClosed from error

    async def close(self, code: int, reason: str) -> None:
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ChannelClosed from error
