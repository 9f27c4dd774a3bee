"""Cases: list, open by hand, everything done to them, their trace, and whom to send."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.concurrency import run_in_threadpool

from api.photo import PhotoError, read_photo
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import (
    ActionRequest,
    CandidateAnswer,
    CandidateList,
    CaseAnswer,
    CaseDetailAnswer,
    CaseList,
    CaseRequest,
    EvidenceAnswer,
    TraceCheckAnswer,
)
from incidents.errors import Invalid
from incidents.queries import CaseFilter
from incidents.rights import Permission
from incidents.service import NewCase

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)


@router.get("", dependencies=[SEE], summary="Cases, newest first", operation_id="list_cases")
def list_cases(
    caller: CurrentCaller,
    centre: TheCentre,
    state: Annotated[str | None, Query(max_length=16, description="a state, or `open`: not closed or invalid")] = None,
    camera: Annotated[str | None, Query(max_length=64)] = None,
    area: Annotated[str | None, Query(max_length=64, description="an area and all below it")] = None,
    text: Annotated[str | None, Query(max_length=100, description="part of number, title, class, place")] = None,
    repeat: Annotated[bool | None, Query(description="only those that repeat an earlier case, or only others")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[str | None, Query(max_length=64, description="id of the last case of the page before")] = None,
) -> CaseList:
    wanted = CaseFilter(state=state, camera=camera, area=area, text=text, repeat=repeat, limit=limit, before=before)
    return CaseList.model_validate(centre.incidents.list_cases(caller, wanted))


@router.post(
    "",
    dependencies=[requires(Permission.CASE_CREATE)],
    summary="Open a case by hand",
    operation_id="create_case",
    status_code=201,
)
def create_case(body: CaseRequest, caller: CurrentCaller, centre: TheCentre) -> CaseAnswer:
    if body.camera_id is not None:
        centre.cameras.get(caller.scope(Permission.CAMERA_SEE), body.camera_id)
    wanted = NewCase(body.case_class, body.lon, body.lat, body.level, body.note, body.camera_id, body.error_m)
    return CaseAnswer.model_validate(centre.incidents.create_case(caller, wanted))


@router.get("/{case_id}", dependencies=[SEE], summary="A case with trace and evidence", operation_id="get_case")
def get_case(case_id: str, caller: CurrentCaller, centre: TheCentre) -> CaseDetailAnswer:
    detail = centre.incidents.get_case(caller, case_id)
    case = CaseAnswer.model_validate(detail.case)
    return CaseDetailAnswer.model_validate(
        {
            **case.model_dump(exclude={"repeat"}),
            "trace": detail.trace,
            "evidence": detail.evidence,
            "actions": [action.replace("_", "-") for action in detail.actions],
            "repeat": detail.repeat,
            "same_place": detail.same_place,
        }
    )


@router.get(
    "/{case_id}/candidates",
    dependencies=[requires(Permission.CASE_DISPATCH)],
    summary="Whom to send, best first",
    operation_id="list_candidates",
)
def list_candidates(case_id: str, caller: CurrentCaller, centre: TheCentre) -> CandidateList:
    found = centre.dispatch.candidates(caller, case_id)
    return CandidateList(items=[CandidateAnswer.model_validate(one) for one in found])


@router.get(
    "/{case_id}/trace/check",
    dependencies=[requires(Permission.TRACE_CHECK)],
    summary="Is the trace unbroken",
    operation_id="check_trace",
)
def check_trace(case_id: str, caller: CurrentCaller, centre: TheCentre) -> TraceCheckAnswer:
    return TraceCheckAnswer.model_validate(centre.incidents.check_trace(caller, case_id))


@router.post(
    "/{case_id}/evidence",
    dependencies=[requires(Permission.CASE_COMMENT, Permission.CASE_HANDLE)],
    summary="Add a photo",
    operation_id="add_evidence",
    status_code=201,
)
async def add_evidence(
    case_id: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 10 MB")],
    caller: CurrentCaller,
    centre: TheCentre,
    caption: Annotated[str, Form(max_length=400)] = "",
) -> EvidenceAnswer:
    """The photo is decoded and encoded anew: what the phone wrote into it (position, device) is not kept."""
    await run_in_threadpool(centre.incidents.get_case, caller, case_id)
    content = await file.read()
    try:
        async with centre.photo_gate.passing():
            photo = await run_in_threadpool(read_photo, content)
    except PhotoError as error:
        raise Invalid(str(error), "file") from error
    stored = await run_in_threadpool(centre.incidents.add_evidence, caller, case_id, photo.jpeg, caption)
    return EvidenceAnswer.model_validate(stored)


@router.post(
    "/{case_id}/{action}",
    dependencies=[SEE],
    summary="Do something to a case",
    operation_id="act_on_case",
)
def act(
    case_id: str, action: str, caller: CurrentCaller, centre: TheCentre, body: ActionRequest | None = None
) -> CaseAnswer:
    """confirm · reject · duplicate · take-back · assign · accept · decline · arrive · handle · verify · close ·
    reopen · strike-out · comment. Who may do which, and in which state: docs/design/cases.md."""
    given = body or ActionRequest()
    detail = given.model_dump(exclude_none=True, exclude={"version"})
    return CaseAnswer.model_validate(centre.incidents.act(caller, case_id, action, detail, given.version))
