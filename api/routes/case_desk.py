"""The command room's desk: what lies beside a case, what is stuck with whom, how its time runs, and batches."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.case_batch import do_batch
from api.case_table import as_csv, as_xlsx
from api.once import OnlyOnce
from api.policy import CurrentCaller, requires
from api.routes.case_queue import XLSX
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.case_desk import (
    BatchAnswer,
    BatchRequest,
    ChosenRequest,
    DeadlineAnswer,
    SimilarCaseAnswer,
    SimilarCaseList,
    StuckAnswer,
    StuckGroupAnswer,
    TimeLeftAnswer,
)
from incidents.case_desk import CaseDesk
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)


def _desk(centre: TheCentre) -> CaseDesk:
    return CaseDesk(centre.incidents)


TheDesk = Annotated[CaseDesk, Depends(_desk)]


@router.get("/stuck", dependencies=[SEE], summary="What lies with whom since when", operation_id="list_stuck")
def list_stuck(
    caller: CurrentCaller, desk: TheDesk, area: Annotated[str | None, Query(max_length=64)] = None
) -> StuckAnswer:
    found = desk.stuck(caller, area)
    items = [StuckGroupAnswer.model_validate(one) for one in found.groups]
    return StuckAnswer(items=items, looked_at=found.looked_at, exact=found.exact)


@router.post(
    "/batch",
    dependencies=[
        requires(Permission.CASE_DISPATCH, Permission.CASE_TRIAGE, Permission.CASE_SUPERVISE, Permission.CASE_COMMENT)
    ],
    summary="Do one thing to many cases",
    operation_id="batch_cases",
)
def batch_cases(body: BatchRequest, once: OnlyOnce) -> BatchAnswer:
    return do_batch(once, body)


@router.post(
    "/export",
    dependencies=[SEE],
    summary="Chosen cases as a table",
    operation_id="export_chosen_cases",
    response_class=StreamingResponse,
    response_model=bytes,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}}},
)
def export_chosen(body: ChosenRequest, caller: CurrentCaller, centre: TheCentre, desk: TheDesk) -> StreamingResponse:
    zone = centre.incidents.town.timezone
    cases = desk.chosen(caller, tuple(dict.fromkeys(body.cases)))
    pieces = as_csv(cases, zone) if body.form == "csv" else as_xlsx(cases, zone)
    centre.audit.exported(caller, "cases", caller.scope(Permission.CASE_SEE))
    headers = {"content-disposition": f'attachment; filename="cases.{body.form}"', "cache-control": "no-store"}
    media = "text/csv; charset=utf-8" if body.form == "csv" else XLSX
    return StreamingResponse(pieces, media_type=media, headers=headers)


@router.get(
    "/{case_id}/similar", dependencies=[SEE], summary="Similar and nearby cases", operation_id="list_similar_cases"
)
def list_similar(case_id: str, caller: CurrentCaller, desk: TheDesk) -> SimilarCaseList:
    return SimilarCaseList(items=[SimilarCaseAnswer.model_validate(one) for one in desk.similar(caller, case_id)])


@router.get("/{case_id}/deadline", dependencies=[SEE], summary="How its time runs", operation_id="get_case_deadline")
def get_deadline(case_id: str, caller: CurrentCaller, desk: TheDesk) -> DeadlineAnswer:
    left = desk.time_left(caller, case_id)
    return DeadlineAnswer(left=None if left is None else TimeLeftAnswer.model_validate(left))
