"""Setting up, signing in and out, and who one is."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.policy import CurrentCaller, public, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.accounts import (
    CodeSignInRequest,
    HeldRole,
    Me,
    PasswordRequest,
    SetupRequest,
    SetupState,
    SignedInAnswer,
    SignInRequest,
    StandingIn,
    TownName,
)
from api.security import SESSION_COOKIE
from api.setup_code import forget_setup_code
from incidents.accounts import NewAccount, RoleGiven, SignedIn
from incidents.password_codes import PasswordCodes
from incidents.rights import RoleAt

router = APIRouter(prefix=PREFIX, tags=["sessions"], responses=REFUSALS)


@router.get("/setup", dependencies=[public], summary="Is the first account still to be made", operation_id="get_setup")
def get_setup(centre: TheCentre) -> SetupState:
    return SetupState(needed=centre.accounts.setup_needed())


@router.post(
    "/setup", dependencies=[public], summary="Make the first account and sign in", operation_id="make_first_account"
)
async def make_first_account(
    body: SetupRequest, request: Request, response: Response, centre: TheCentre
) -> SignedInAnswer:
    """The one-time code is printed by the server at its start; the account is administrator of the whole town."""
    town = RoleGiven("administrator", centre.config.town.area)
    account = NewAccount(body.username, body.password, body.name or body.username, (town,))
    async with centre.password_gate.passing():
        signed = await run_in_threadpool(centre.accounts.setup, body.code, account, address=_address(request))
    await run_in_threadpool(forget_setup_code, centre.settings.data_dir)
    return _browser(signed, request, response, centre)


@router.post("/sessions", dependencies=[public], summary="Sign in", operation_id="sign_in")
async def sign_in(body: SignInRequest, request: Request, response: Response, centre: TheCentre) -> SignedInAnswer:
    """A browser gets a cookie; a device (`device: true`) gets the token in the body, once."""
    async with (centre.device_gate if body.device else centre.password_gate).passing():
        return await _signed_in(body, request, response, centre)


@router.post(
    "/sessions/by-code", dependencies=[public], summary="Set one's password and sign in", operation_id="sign_in_by_code"
)
async def sign_in_by_code(
    body: CodeSignInRequest, request: Request, response: Response, centre: TheCentre
) -> SignedInAnswer:
    """With the one-time code an administrator handed over. Ends all sessions of the account; then as signing in."""
    async with (centre.device_gate if body.device else centre.password_gate).passing():
        codes = PasswordCodes(centre.accounts)
        address = _address(request)
        await run_in_threadpool(codes.use, body.username, body.code, body.password, address=address)
        return await _signed_in(body, request, response, centre)


@router.delete("/sessions/current", dependencies=[signed_in], summary="Sign out", operation_id="sign_out")
def sign_out(caller: CurrentCaller, response: Response, centre: TheCentre) -> Done:
    centre.accounts.sign_out(caller)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")
    return Done()


@router.get("/me", dependencies=[signed_in], summary="Who is signed in", operation_id="get_me")
def get_me(caller: CurrentCaller, centre: TheCentre) -> Me:
    town = centre.config.town
    path = centre.cameras.area_path(town.area)
    return Me(
        id=caller.account_id,
        username=caller.username,
        name=caller.name,
        roles=_held(caller.roles),
        post=caller.post,
        standing_in=[
            StandingIn(account_id=one.account_id, name=one.name, until=one.until, roles=_held(one.roles))
            for one in caller.standing_in
        ],
        permissions=caller.permissions(),
        town_permissions=[] if path is None else caller.permissions_in(path),
        town=TownName(name=town.name, name_en=town.name_en, area=town.area),
    )


@router.put("/me/password", dependencies=[signed_in], summary="Change one's own password", operation_id="set_password")
async def set_password(body: PasswordRequest, caller: CurrentCaller, centre: TheCentre) -> Done:
    """Ends the account's other sessions."""
    async with centre.password_gate.passing():
        await run_in_threadpool(centre.accounts.change_own_password, caller, body.old, body.new)
    return Done()


def _held(roles: tuple[RoleAt, ...]) -> list[HeldRole]:
    return [HeldRole(role=at.role, area=at.area, area_name=at.area_name) for at in roles]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _signed_in(
    body: SignInRequest | CodeSignInRequest, request: Request, response: Response, centre: TheCentre
) -> SignedInAnswer:
    signed = await run_in_threadpool(
        centre.accounts.sign_in, body.username, body.password, address=_address(request), device=body.device
    )
    if not body.device:
        return _browser(signed, request, response, centre)
    return _answer(signed, token=signed.token)


def _browser(signed: SignedIn, request: Request, response: Response, centre: TheCentre) -> SignedInAnswer:
    response.set_cookie(
        SESSION_COOKIE,
        signed.token,
        max_age=int(centre.accounts.rules.browser_seconds),
        path="/",
        httponly=True,
        samesite="strict",
        secure=centre.settings.secure or request.url.scheme == "https",
    )
    return _answer(signed, token=None)


def _answer(signed: SignedIn, token: str | None) -> SignedInAnswer:
    caller = signed.caller
    return SignedInAnswer(account_id=caller.account_id, username=caller.username, name=caller.name, token=token)
