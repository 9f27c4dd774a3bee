"""Grid workers, as the room sees them."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.phone import PatrolAnswer
from api.schemas.town import EquipRequest, WorkerAnswer, WorkerList
from incidents.errors import Invalid
from incidents.patrol import day_span
from incidents.rights import Permission
from incidents.workers import Kit

router = APIRouter(prefix=PREFIX, tags=["workers"], responses=REFUSALS)


@router.get(
    "/workers",
    dependencies=[requires(Permission.WORKER_SEE)],
    summary="Grid workers, where they are and what they have in hand",
    operation_id="list_workers",
)
def list_workers(caller: CurrentCaller, centre: TheCentre) -> WorkerList:
    return WorkerList(items=[WorkerAnswer.model_validate(worker) for worker in centre.workers.list(caller)])


@router.patch(
    "/workers/{worker_id}",
    dependencies=[requires(Permission.ACCOUNT_MANAGE)],
    summary="How somebody moves, what he has and where he is called",
    operation_id="equip_worker",
)
def equip(worker_id: str, body: EquipRequest, caller: CurrentCaller, centre: TheCentre) -> WorkerAnswer:
    known = {one.id for one in centre.incidents.town.case_classes.skills}
    if unknown := sorted(set(body.skills or ()) - known):
        raise Invalid(f"no skill {unknown[0]!r} in the catalogue", "skills", "事件分类目录中没有该资质")
    kit = Kit(body.transport, body.skills, body.phone)
    return WorkerAnswer.model_validate(centre.workers.equip(caller, worker_id, kit))


@router.get(
    "/workers/{worker_id}/patrol",
    dependencies=[requires(Permission.WORKER_SEE, Permission.WORKER_REPORT)],
    summary="How long and how far a worker patrolled on a day",
    operation_id="get_patrol",
)
def get_patrol(
    worker_id: str,
    day: Annotated[date, Query(description="in the town's time zone, as 2026-11-22")],
    caller: CurrentCaller,
    centre: TheCentre,
) -> PatrolAnswer:
    """One's own, or of a worker one may see; who looks at another's is put down in the audit. `places` is the way as
    far as it counts."""
    timezone = centre.incidents.town.timezone
    worker, found = centre.workers.patrol(caller, worker_id, day, timezone)
    if worker_id != caller.account_id:
        span = day_span(day, timezone)
        centre.audit.tracks_seen(caller, span.from_at, span.until_at, worker)
    told = {**asdict(found), "long_enough": found.long_enough, "far_enough": found.far_enough}
    return PatrolAnswer.model_validate({"worker_id": worker_id, "day": day.isoformat(), **told})
