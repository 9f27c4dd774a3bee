"""Administration of accounts."""

from fastapi import APIRouter

from api.known_post import known_post
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.accounts import AccountAnswer, AccountChange, AccountList, AccountRequest, PasswordCodeAnswer, RoleAt
from incidents.accounts import AccountChange as Change
from incidents.accounts import NewAccount, RoleGiven
from incidents.password_codes import PasswordCodes
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/accounts", tags=["accounts"], responses=REFUSALS)
MANAGE = requires(Permission.ACCOUNT_MANAGE)
SEE = requires(Permission.ACCOUNT_SEE)


@router.get("", dependencies=[SEE], summary="Accounts within the caller's areas", operation_id="list_accounts")
def list_accounts(caller: CurrentCaller, centre: TheCentre) -> AccountList:
    return AccountList(items=[AccountAnswer.model_validate(one) for one in centre.accounts.list(caller)])


@router.post("", dependencies=[MANAGE], summary="Make an account", operation_id="create_account", status_code=201)
def create_account(body: AccountRequest, caller: CurrentCaller, centre: TheCentre) -> AccountAnswer:
    known_post(centre, body.post)
    account = NewAccount(body.username, body.password or "", body.name or body.username, _roles(body.roles), body.post)
    return AccountAnswer.model_validate(centre.accounts.create(caller, account))


@router.patch("/{account_id}", dependencies=[MANAGE], summary="Change an account", operation_id="change_account")
def change_account(account_id: str, body: AccountChange, caller: CurrentCaller, centre: TheCentre) -> AccountAnswer:
    """A new password, new roles, or disabling ends the account's sessions within seconds, open pages included."""
    known_post(centre, body.post)
    roles = _roles(body.roles) if body.roles is not None else None
    change = Change(
        name=body.name,
        password=body.password,
        enabled=body.enabled,
        roles=roles,
        post=body.post,
        leaves_at=body.leaves_at,
    )
    return AccountAnswer.model_validate(centre.accounts.change(caller, account_id, change))


@router.post(
    "/{account_id}/password-code",
    dependencies=[MANAGE],
    summary="A one-time code with which the person sets his own password",
    operation_id="give_password_code",
    status_code=201,
)
def give_password_code(account_id: str, caller: CurrentCaller, centre: TheCentre) -> PasswordCodeAnswer:
    """Good for a day, once, and for ten tries; an earlier one ends. Until it is used the old password goes on."""
    return PasswordCodeAnswer.model_validate(PasswordCodes(centre.accounts).give(caller, account_id))


@router.delete("/{account_id}", dependencies=[MANAGE], summary="Disable an account", operation_id="disable_account")
def disable_account(account_id: str, caller: CurrentCaller, centre: TheCentre) -> AccountAnswer:
    """Its row stays, since the trace names it; it cannot sign in any more."""
    return AccountAnswer.model_validate(centre.accounts.change(caller, account_id, Change(enabled=False)))


def _roles(given: list[RoleAt]) -> tuple[RoleGiven, ...]:
    return tuple(RoleGiven(one.role, one.area) for one in given)
