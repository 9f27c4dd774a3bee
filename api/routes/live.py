"""The page's WebSocket: live pictures and events."""

from fastapi import APIRouter, WebSocket

from api.centre import centre_of
from api.pages import OpenPage
from api.policy import current_caller, signed_in, token_of
from api.routes.dependencies import PREFIX
from api.security import client_address
from incidents.looking import Eyes, How, Who
from incidents.rights import Caller
from wall.page_session import PageSession
from wall.websocket_channel import WebSocketChannel

router = APIRouter(prefix=PREFIX)


@router.websocket("/live", dependencies=[signed_in])
async def live(websocket: WebSocket) -> None:
    """Protocol: docs/design/contracts.md. Rights are checked at every `open` and again while the page stands."""
    centre, caller, token = centre_of(websocket), current_caller(websocket), token_of(websocket)
    assert token is not None
    centre.pages.enter(caller.account_id)
    try:
        await websocket.accept()
        rights = centre.pages.rights_of(caller)
        session = PageSession(
            WebSocketChannel(websocket),
            centre.hub,
            centre.event_feed.hub,
            rights,
            centre.clock,
            centre.settings.page,
            centre.ptz.hand(rights),
            Eyes(centre.audit.looking, Who.of(caller, client_address(websocket)), _how(caller)),
            centre.event_feed.positions,
        )
        await centre.pages.run(OpenPage(caller, token, session))
    finally:
        centre.pages.leave(caller.account_id)


def _how(caller: Caller) -> How:
    return How.DISPLAY if any(at.role == "display" for at in caller.roles) else How.LIVE
