"""The display's own side: asking to be paired, reading what to show, saying how it is.

Its session has a cookie of its own, and its requests say `as=display`: the same browser may hold an operator's session
beside it, as on a PC that drives both the desk and the wall.
"""

from fastapi import APIRouter, Request, Response

from api.policy import CurrentCaller, public, signed_in, token_of
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.displays import PairingAnswer, PairingRequest, PollAnswer, ReportAnswer
from api.security import DISPLAY_COOKIE, client_address
from api.web_ui import WebUi
from wall.display_view import HealthReport, Instructions
from wall.pairing import Collected

router = APIRouter(prefix=f"{PREFIX}/display", tags=["display"], responses=REFUSALS)
PAIRING_COOKIE = "gridwatch_pairing"
COOKIE_SECONDS = 400 * 86_400
"""The longest browsers keep one; it is set anew each time the display reads its instructions."""


@router.post("/pairing", dependencies=[public], summary="Ask for a code to show", operation_id="begin_pairing")
def begin_pairing(body: PairingRequest, request: Request, response: Response, centre: TheCentre) -> PairingAnswer:
    """A browser that asks again gets another code, and its former one is worth nothing any more."""
    waiting = centre.admission.begin(
        request.cookies.get(PAIRING_COOKIE),
        address=client_address(request),
        browser=request.headers.get("user-agent", ""),
        screen=body.screen,
    )
    _set(response, request, centre, PAIRING_COOKIE, waiting.secret, int(waiting.expires_at - centre.clock.now()))
    return PairingAnswer(code=waiting.code, expires_at=waiting.expires_at)


@router.post("/pairing/poll", dependencies=[public], summary="Has the code been typed", operation_id="poll_pairing")
def poll_pairing(request: Request, response: Response, centre: TheCentre) -> PollAnswer:
    """Answers `paired` once, with the display's session as a cookie."""
    secret = request.cookies.get(PAIRING_COOKIE, "")
    found = centre.admission.poll(secret, address=client_address(request))
    if not isinstance(found, Collected):
        return PollAnswer(state=found)
    _set(response, request, centre, DISPLAY_COOKIE, found.token, COOKIE_SECONDS)
    response.delete_cookie(PAIRING_COOKIE, path=router.prefix, httponly=True, samesite="strict")
    return PollAnswer(state="paired")


@router.get("", dependencies=[signed_in], summary="What this display is to show", operation_id="get_display")
def get_display(request: Request, response: Response, caller: CurrentCaller, centre: TheCentre) -> Instructions:
    """404 for whoever is no display."""
    found = centre.displays.instructions(caller)
    if request.cookies.get(DISPLAY_COOKIE) == (token := token_of(request)) and token:
        _set(response, request, centre, DISPLAY_COOKIE, token, COOKIE_SECONDS)
    return found


@router.post("/report", dependencies=[signed_in], summary="How this display is", operation_id="report_display")
def report(body: HealthReport, request: Request, caller: CurrentCaller, centre: TheCentre) -> ReportAnswer:
    """404 for whoever is no display."""
    browser = "".join(letter for letter in request.headers.get("user-agent", "")[:300] if letter.isprintable())
    version = centre.displays.report(caller, body, browser)
    pages = request.app.state.web_ui
    assert isinstance(pages, WebUi)
    return ReportAnswer(version=version, ui=pages.version())


def _set(response: Response, request: Request, centre: TheCentre, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/" if name == DISPLAY_COOKIE else router.prefix,
        httponly=True,
        samesite="strict",
        secure=centre.settings.secure or request.url.scheme == "https",
    )
