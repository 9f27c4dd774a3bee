"""Sign-in, the caller, accounts."""

from pydantic import Field

from api.schemas import Answer, Body

Password = Field(min_length=1, max_length=256)
Username = Field(min_length=1, max_length=64)


class SetupState(Answer):
    needed: bool = Field(description="the first account is still to be made")


class SetupRequest(Body):
    code: str = Field(min_length=1, max_length=64, description="the one-time code the server printed at its start")
    username: str = Username
    password: str = Password
    name: str = Field(default="", max_length=100)


class SignInRequest(Body):
    username: str = Username
    password: str = Password
    device: bool = Field(default=False, description="a phone or program: the token comes in the body, no cookie is set")


class CodeSignInRequest(Body):
    username: str = Username
    code: str = Field(min_length=1, max_length=64, description="the one-time code an administrator handed over")
    password: str = Field(min_length=1, max_length=256, description="the new one, known to nobody else")
    device: bool = Field(default=False, description="as for signing in")


class SignedInAnswer(Answer):
    account_id: str
    username: str
    name: str
    token: str | None = Field(default=None, description="only for a device; shown this once")


class HeldRole(Answer):
    role: str
    area: str
    area_name: str


class TownName(Answer):
    name: str
    name_en: str
    area: str


class StandingIn(Answer):
    account_id: str
    name: str
    until: float
    roles: list[HeldRole]


class Me(Answer):
    id: str
    username: str
    name: str
    roles: list[HeldRole]
    post: str | None
    standing_in: list[StandingIn] = Field(description="whose place is taken now; their roles come on top")
    permissions: list[str]
    town_permissions: list[str] = Field(description="those that hold in the whole town")
    town: TownName


class RoleAt(Body):
    role: str = Field(max_length=32)
    area: str = Field(max_length=64)


class AccountRequest(Body):
    username: str = Username
    password: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="better left out: then a one-time code is asked for, with which the person sets his own",
    )
    name: str = Field(default="", max_length=100)
    roles: list[RoleAt] = Field(min_length=1, max_length=64)
    post: str | None = Field(default=None, max_length=64, description="id of a post; its cases are this account's")


class AccountChange(Body):
    """What is left out stays. New roles replace all old ones."""

    name: str | None = Field(default=None, max_length=100)
    password: str | None = Field(default=None, min_length=1, max_length=256)
    enabled: bool | None = None
    leaves_at: float | None = Field(default=None, ge=0, le=1e11, description="the account ends then; 0: it does not")
    roles: list[RoleAt] | None = Field(default=None, min_length=1, max_length=64)
    post: str | None = Field(default=None, max_length=64, description="empty takes the post away")


class AccountAnswer(Answer):
    id: str
    username: str
    name: str
    enabled: bool
    created_at: float
    roles: list[HeldRole]
    post: str | None
    leaves_at: float | None = Field(description="the account ends then")
    seen_at: float | None = Field(description="last use, to the minute")


class AccountList(Answer):
    items: list[AccountAnswer]


class PasswordCodeAnswer(Answer):
    code: str = Field(description="to be handed over; shown this once")
    username: str
    expires_at: float


class PasswordRequest(Body):
    old: str = Password
    new: str = Password
