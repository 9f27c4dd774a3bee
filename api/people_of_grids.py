"""People whose grids were drawn anew under them."""

from collections.abc import Collection
from dataclasses import dataclass

from api.centre import Centre
from incidents.rights import Caller
from incidents.views import AccountView, RoleView


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """`role` is at a grid that is gone."""

    account: AccountView
    role: RoleView


def left_behind(centre: Centre, caller: Caller, codes: Collection[str]) -> list[LeftBehind]:
    """Whose role is at a grid whose code is none of these, by account name; of the accounts the caller may see.
    Disabled ones are left out."""
    gone = {one.code for one in centre.incidents.list_areas(caller) if one.level == "grid"}
    gone -= set(codes)
    accounts = (one for one in centre.accounts.list(caller) if one.enabled)
    return [LeftBehind(one, role) for one in accounts for role in one.roles if role.area in gone]
