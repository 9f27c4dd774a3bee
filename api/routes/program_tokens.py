"""Tokens for one's own map programs."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.policy import CurrentCaller, signed_in
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.program_tokens import MadeProgramToken, NewProgramToken, ProgramToken, ProgramTokens
from api.security import client_address

router = APIRouter(prefix=f"{PREFIX}/me/tokens", tags=["sessions"], responses=REFUSALS)


@router.get("", dependencies=[signed_in], summary="One's tokens for map programs", operation_id="list_program_tokens")
def list_program_tokens(caller: CurrentCaller, centre: TheCentre) -> ProgramTokens:
    """Those in force, the newest first."""
    found = centre.program_tokens.list(caller)
    return ProgramTokens(items=[ProgramToken.model_validate(one) for one in found])


@router.post(
    "", dependencies=[signed_in], status_code=201, summary="Make one for a program", operation_id="make_program_token"
)
async def make_program_token(
    body: NewProgramToken, request: Request, caller: CurrentCaller, centre: TheCentre
) -> MadeProgramToken:
    """It reads `/ogc/features` and `/map/files` with the account's rights, and opens nothing else. Shown this once."""
    address = client_address(request)
    async with centre.password_gate.passing():
        made = await run_in_threadpool(centre.program_tokens.make, caller, body.name, body.password, address=address)
    return MadeProgramToken(token=made.token, program=ProgramToken.model_validate(made.program))


@router.delete("/{token_id}", dependencies=[signed_in], summary="Withdraw one", operation_id="withdraw_program_token")
def withdraw_program_token(token_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    """The program is refused from now on."""
    centre.program_tokens.withdraw(caller, token_id)
    return Done()
