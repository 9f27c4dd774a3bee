"""Live speech from one page to the loudspeakers it chose: a WebSocket for each time somebody holds the key."""

import asyncio
import json
import struct
from typing import Any

import numpy as np
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.centre import Centre
from api.pages import CallerRights
from api.schemas.talk_down import LiveTalkBody, talk_answer
from incidents.errors import IncidentError
from incidents.rights import Caller
from talkdown.desk import Wanted
from talkdown.reason import Why, reason
from talkdown.sound import FRAME_BYTES
from talkdown.talk import Message, State, Talk
from wall.page_session import CLOSE_POLICY, CLOSE_REVOKED

MESSAGE_BYTES = 128 * 1024
FIRST_SECONDS = 10.0
TOLD_SECONDS = 0.1
GOODBYE_SECONDS = 2.0
_HEAD = struct.Struct(">I")
_DONE = 1000


class BadMessage(Exception):
    """The page says what it should not; the text goes into the close frame."""


class TalkSession:
    """Serves one page until the talk is over. The page's end, its silence, a change of its rights: each stops it."""

    def __init__(self, websocket: WebSocket, centre: Centre, caller: Caller) -> None:
        self._websocket, self._centre, self._caller = websocket, centre, caller
        self._talk: Talk | None = None
        self._closing = (_DONE, "")

    async def run(self) -> None:
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                self._talk = await self._begin()
            if self._talk is not None:
                await self._speak(self._talk)
        except TimeoutError:
            self._closing = (CLOSE_POLICY, "nothing was said")
        except BadMessage as problem:
            self._closing = (CLOSE_POLICY, str(problem)[:120])
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            if self._talk is not None:
                self._talk.halt(reason(Why.CONNECTION_LOST))
        await self._close()

    def end(self, code: int, why: str) -> None:
        self._stop((code, why))

    def revoke(self) -> None:
        self._stop((CLOSE_REVOKED, "session ended"))

    def set_rights(self, rights: CallerRights) -> None:
        """They are others now than when it began."""
        self._stop((CLOSE_POLICY, "your rights have changed"))

    def _stop(self, closing: tuple[int, str]) -> None:
        self._closing = closing
        if self._talk is not None:
            self._talk.halt(reason(Why.STOPPED))

    async def _begin(self) -> Talk | None:
        """None where it was refused, which the page has been told."""
        try:
            wanted = LiveTalkBody.model_validate_json(await self._text())
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in problem["loc"])
            raise BadMessage(f"{where}: {problem['msg']}") from None
        try:
            if wanted.case is not None:
                await run_in_threadpool(self._centre.incidents.get_case, self._caller, wanted.case)
            asked = Wanted(wanted.loudspeakers, Message("live"), wanted.case, wanted.take_over, wanted.in_quiet_hours)
            talk = self._centre.talk_down.desk.begin(self._caller, asked)
        except IncidentError as error:
            text = {"zh": error.zh or error.message, "en": error.message}
            await self._say({"type": "refused", "where": error.where, "text": text})
            return None
        return talk

    async def _speak(self, talk: Talk) -> None:
        """Until all loudspeakers are done: each ends by itself soon after the page is silent."""
        hearing = asyncio.create_task(self._hear(talk))
        try:
            await self._tell(talk, hearing)
        finally:
            hearing.cancel()
            outcome = (await asyncio.gather(hearing, return_exceptions=True))[0]
        if isinstance(outcome, BadMessage):
            raise outcome

    async def _hear(self, talk: Talk) -> None:
        """The page's frames to all ears. Returns when the page says that it is over."""
        most = self._centre.talk_down.speakers.rules.longest_seconds * 100
        for _ in range(most):
            message = await self._message()
            data = message.get("bytes")
            if data is None:
                self._read_end(message.get("text") or "")
                for target in talk.targets:
                    target.ears.end()
                return
            if len(data) != _HEAD.size + FRAME_BYTES:
                raise BadMessage(f"a frame has {_HEAD.size + FRAME_BYTES} bytes")
            number, frame = _HEAD.unpack_from(data)[0], np.frombuffer(data, "<i2", offset=_HEAD.size).astype(np.int16)
            for target in talk.targets:
                target.ears.put(number, frame)
        raise BadMessage("more frames than a talk has time for")

    def _read_end(self, text: str) -> None:
        try:
            ended = json.loads(text)["type"] == "end"
        except (ValueError, TypeError, KeyError):
            ended = False
        if not ended:
            raise BadMessage("neither a frame nor the end")

    async def _tell(self, talk: Talk, hearing: asyncio.Task[None]) -> None:
        """What changes at the loudspeakers, and how far the slowest of those that speak has come."""
        told, heard = "", -1
        while True:
            if hearing.done() and hearing.exception() is not None:
                talk.halt(reason(Why.CONNECTION_LOST))
            answer = talk_answer(talk, list(talk.targets)).model_dump_json()
            if answer != told:
                told = answer
                await self._websocket.send_text(f'{{"type":"talk","talk":{told}}}')
            sent = [target.ears.sent for target in talk.targets if target.state is State.SPEAKING]
            if sent and min(sent) > heard:
                heard = min(sent)
                await self._say({"type": "heard", "number": heard})
            if talk.ended_at is not None:
                return
            await self._centre.clock.sleep(TOLD_SECONDS)

    async def _text(self) -> str:
        text = (await self._message()).get("text")
        if not isinstance(text, str):
            raise BadMessage("begin with what is to be spoken to")
        return text

    async def _message(self) -> dict[str, Any]:
        message = dict(await self._websocket.receive())
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1006)
        if len(message.get("bytes") or message.get("text") or "") > MESSAGE_BYTES:
            raise BadMessage(f"a message of more than {MESSAGE_BYTES} bytes")
        return message

    async def _say(self, told: dict[str, Any]) -> None:
        await self._websocket.send_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")))

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._websocket.close(*self._closing)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass  # it is gone already
