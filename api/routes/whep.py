"""WHEP (draft-ietf-wish-whep): a camera for any standard WebRTC player, with the rights of the page's WebSocket."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.exceptions import HTTPException

from api.centre import Centre
from api.pages import OpenPage
from api.policy import CurrentCaller, public, requires, signed_in, token_of
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done, ErrorAnswer
from api.security import client_address
from incidents.errors import NotFound
from incidents.looking import How, Who
from incidents.rights import Caller, Permission
from ingest.access_unit import Rendition
from wall.live_hub import StreamKey
from wall.whep_session import WhepSession

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
REFUSED_OFFERS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorAnswer, "description": "the SDP cannot be read"},
    406: {"model": ErrorAnswer, "description": "these pictures cannot be sent to this player; the message says why"},
    415: {"model": ErrorAnswer, "description": "the body is not of the media type this takes"},
    429: {"model": ErrorAnswer, "description": "a bound on sessions is reached"},
    503: {"model": ErrorAnswer, "description": "the camera sends no picture now"},
}
router = APIRouter(prefix=f"{PREFIX}/whep", tags=["whep"], responses={**REFUSALS, **REFUSED_OFFERS})


@router.post(
    "/{camera_id}",
    dependencies=[requires(Permission.CAMERA_SEE)],
    status_code=201,
    summary="Play a camera: SDP offer in, SDP answer out",
    operation_id="open_whep_session",
    response_class=Response,
    response_model=str,
)
async def open_session(
    camera_id: str,
    request: Request,
    caller: CurrentCaller,
    centre: TheCentre,
    profile: Annotated[Rendition | None, Query(description="without it, the first that can be sent")] = None,
) -> Response:
    """`Location` names the session; it lasts until DELETE, until the player closes it, or until the rights end."""
    keys = _streams(centre, caller, camera_id, profile)
    offer = await _body(request, SDP, centre.whep.limits.offer_bytes)
    session = await centre.whep.open(caller.account_id, keys, offer)
    token = token_of(request)
    assert token is not None
    centre.whep.serve(session, _watched(centre, OpenPage(caller, token, session), camera_id, client_address(request)))
    headers = {
        "location": f"{PREFIX}/whep/{camera_id}/{session.id}",
        "etag": f'"{session.etag}"',
        "accept-patch": FRAGMENT,
    }
    return Response(session.answer, 201, headers, SDP)


@router.options("/{camera_id}", dependencies=[public], include_in_schema=False)
async def endpoint_options(camera_id: str) -> Response:
    """The same for every name: it tells nothing of whether there is such a camera."""
    del camera_id
    return Response(status_code=204, headers={"allow": "OPTIONS, POST", "accept-post": SDP})


@router.patch(
    "/{camera_id}/{session_id}",
    dependencies=[signed_in],
    responses={204: {"description": "taken"}},
    summary="Name further addresses of the player (trickle ICE)",
    operation_id="trickle_whep_session",
    response_class=Response,
    response_model=str,
)
async def trickle(
    camera_id: str,
    session_id: str,
    request: Request,
    caller: CurrentCaller,
    centre: TheCentre,
    if_match: Annotated[str | None, Header()] = None,
) -> Response:
    """ICE restarts are answered 422: a player that lost its way opens a new session."""
    session = _session(centre, caller, camera_id, session_id)
    if if_match not in (None, "*", f'"{session.etag}"'):
        raise HTTPException(412, "If-Match names another ICE session")
    await session.trickle(await _body(request, FRAGMENT, centre.whep.limits.offer_bytes))
    return Response(status_code=204)


@router.delete(
    "/{camera_id}/{session_id}",
    dependencies=[signed_in],
    summary="End a session",
    operation_id="end_whep_session",
)
async def end_session(camera_id: str, session_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    """No picture is sent after the answer."""
    _session(centre, caller, camera_id, session_id).end(0, "ended by the player")
    return Done()


async def _watched(centre: Centre, page: OpenPage, camera_id: str, address: str) -> None:
    """Serves the player to its end, and lets the audit know that somebody looks."""
    who = Who.of(page.caller, address)
    centre.audit.looking.began(who, camera_id, How.WHEP)
    try:
        await centre.pages.run(page)
    finally:
        centre.audit.looking.ended(who, camera_id, How.WHEP)


def _streams(centre: Centre, caller: Caller, camera_id: str, profile: Rendition | None) -> list[StreamKey]:
    """What may be tried, best first. Raises NotFound where the caller may watch nothing of it."""
    asked: tuple[Rendition, ...] = (profile,) if profile else ("sub", "main")
    keys: list[StreamKey] = [(camera_id, one) for one in asked if centre.cameras.may_watch(caller, camera_id, one)]
    if not keys:
        raise NotFound("no such stream", "camera")
    return keys


def _session(centre: Centre, caller: Caller, camera_id: str, session_id: str) -> WhepSession:
    session = centre.whep.find(caller.account_id, session_id)
    if session is None or session.key[0] != camera_id:
        raise NotFound("no such session", "session")
    return session


async def _body(request: Request, media_type: str, limit: int) -> str:
    """Raises HTTPException 415 or 413."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise HTTPException(415, f"the body must be {media_type}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise HTTPException(413, f"the body is larger than {limit} bytes")
    return body.decode("utf-8", errors="replace")
