"""Live speech: the page's microphone to loudspeakers."""

from fastapi import APIRouter, WebSocket

from api.centre import centre_of
from api.pages import OpenPage
from api.policy import current_caller, requires, token_of
from api.routes.dependencies import PREFIX
from api.talk_session import TalkSession
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX)


@router.websocket("/talks/live", dependencies=[requires(Permission.LOUDSPEAKER_SPEAK)])
async def talk_live(websocket: WebSocket) -> None:
    """Protocol: docs/talk-down.md. Rights are watched while it stands."""
    centre, caller, token = centre_of(websocket), current_caller(websocket), token_of(websocket)
    assert token is not None
    centre.pages.enter(caller.account_id)
    try:
        await websocket.accept()
        await centre.pages.run(OpenPage(caller, token, TalkSession(websocket, centre, caller)))
    finally:
        centre.pages.leave(caller.account_id)
