"""Who stands in for whom, and who moves when."""

from fastapi import APIRouter

from api.known_post import known_post
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.audit import (
    MoveAnswer,
    MovedRole,
    MoveList,
    MoveRequest,
    StandInAnswer,
    StandInList,
    StandInRequest,
)
from incidents.accounts import RoleGiven
from incidents.rights import Permission
from incidents.staff import StandInGiven

router = APIRouter(prefix=PREFIX, tags=["accounts"], responses=REFUSALS)
SEE = requires(Permission.ACCOUNT_SEE)
MANAGE = requires(Permission.ACCOUNT_MANAGE)


@router.get("/stand-ins", dependencies=[SEE], summary="Who stands in for whom", operation_id="list_stand_ins")
def list_stand_ins(caller: CurrentCaller, centre: TheCentre) -> StandInList:
    """Now, and still to come."""
    return StandInList(items=[StandInAnswer.model_validate(one) for one in centre.staff.stand_ins(caller)])


@router.post(
    "/stand-ins",
    dependencies=[MANAGE],
    summary="Let somebody stand in for another",
    operation_id="make_stand_in",
    status_code=201,
)
def make_stand_in(body: StandInRequest, caller: CurrentCaller, centre: TheCentre) -> StandInAnswer:
    """With the rights the absent one has at each moment, but for managing accounts. Pages follow within seconds."""
    given = StandInGiven(body.account_id, body.absent_id, body.from_at, body.until_at)
    return StandInAnswer.model_validate(centre.staff.stand_in(caller, given))


@router.delete("/stand-ins/{stand_in_id}", dependencies=[MANAGE], summary="End it now", operation_id="end_stand_in")
def end_stand_in(stand_in_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.staff.end_stand_in(caller, stand_in_id)
    return Done()


@router.get("/moves", dependencies=[SEE], summary="Moves that are to come", operation_id="list_moves")
def list_moves(caller: CurrentCaller, centre: TheCentre) -> MoveList:
    return MoveList(
        items=[
            MoveAnswer(
                account_id=one.account_id,
                at=one.at,
                roles=[MovedRole(role=role, area=area) for role, area in one.roles],
                post=one.post,
                made_by=one.made_by,
            )
            for one in centre.staff.moves(caller)
        ]
    )


@router.put("/accounts/{account_id}/move", dependencies=[MANAGE], summary="Plan a move", operation_id="plan_move")
def plan_move(account_id: str, body: MoveRequest, caller: CurrentCaller, centre: TheCentre) -> Done:
    """Within five seconds of `at` the account has these roles and no others; its sessions go on with them."""
    known_post(centre, body.post)
    given = tuple(RoleGiven(one.role, one.area) for one in body.roles)
    centre.staff.move(caller, account_id, body.at, given, body.post)
    return Done()


@router.delete(
    "/accounts/{account_id}/move", dependencies=[MANAGE], summary="Forget a planned move", operation_id="forget_move"
)
def forget_move(account_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.staff.forget_move(caller, account_id)
    return Done()
