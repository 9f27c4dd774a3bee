"""Grid workers, as the room sees them."""

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.town import WorkerAnswer, WorkerList
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["workers"], responses=REFUSALS)


@router.get(
    "/workers",
    dependencies=[requires(Permission.WORKER_SEE)],
    summary="Grid workers, where they are and what they have in hand",
    operation_id="list_workers",
)
def list_workers(caller: CurrentCaller, centre: TheCentre) -> WorkerList:
    return WorkerList(items=[WorkerAnswer.model_validate(worker) for worker in centre.workers.list(caller)])
