"""Cases: opened by hand, everything done to them, their trace, and whom to send."""

import hashlib
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.centre import Centre
from api.exchange_desk import SEEING
from api.once import OnlyOnce, SendersClock
from api.photo import PhotoError, read_photo
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Answer
from api.schemas.cases import (
    ActionRequest,
    CandidateAnswer,
    CandidateList,
    CaseAnswer,
    CaseDetailAnswer,
    CaseRequest,
    EvidenceAnswer,
    SentAnswer,
    SentList,
    TraceCheckAnswer,
)
from api.voice import VoiceError, is_voice, read_voice
from incidents.errors import Invalid
from incidents.rights import Caller, Permission
from incidents.service import NewCase
from incidents.views import CaseView, EvidenceView

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"], responses=REFUSALS)
SEE = requires(Permission.CASE_SEE)
PassedOver = Annotated[bool, Query(description="only those who cannot go, the nearest first, with the reason")]


@router.post(
    "",
    dependencies=[requires(Permission.CASE_CREATE)],
    summary="Open a case by hand",
    operation_id="create_case",
    status_code=201,
    response_model=CaseAnswer,
)
def create_case(
    body: CaseRequest, caller: CurrentCaller, centre: TheCentre, once: OnlyOnce, clock: SendersClock
) -> Answer | Response:
    """With an `Idempotency-Key` it is made once, however often it is sent."""
    if body.camera_id is not None:
        centre.cameras.get(caller.scope(Permission.CAMERA_SEE), body.camera_id)
    recorded = clock.recorded(body.recorded_at) if body.recorded_at is not None else None
    placed = body.lon, body.lat, body.level, body.note, body.camera_id, body.error_m
    wanted = NewCase(body.case_class, *placed, people=body.people, recorded=recorded)
    return once.do(
        ("create_case", body.model_dump_json()),
        lambda: centre.incidents.create_case(caller, wanted),
        CaseAnswer.model_validate,
        201,
    )


@router.get("/{case_id}", dependencies=[SEE], summary="A case with trace and evidence", operation_id="get_case")
def get_case(case_id: str, caller: CurrentCaller, centre: TheCentre) -> CaseDetailAnswer:
    detail = centre.incidents.get_case(caller, case_id)
    case = CaseAnswer.model_validate(detail.case)
    return CaseDetailAnswer.model_validate(
        {
            **case.model_dump(exclude={"repeat"}),
            "trace": detail.trace,
            "evidence": detail.evidence,
            "actions": _segments(detail.actions),
            "terms": detail.terms,
            "routing": detail.routing,
            "parts": [replace(one, actions=_segments(one.actions)) for one in detail.parts],
            "repeat": detail.repeat,
            "same_place": detail.same_place,
            "near_cameras": _near_cameras(caller, centre, detail.case),
        }
    )


def _near_cameras(caller: Caller, centre: Centre, case: CaseView) -> list[dict[str, Any]]:
    """Of a case no camera told of: those that see its place, the nearest first."""
    if case.source == "camera" or case.lon is None or case.lat is None:
        return []
    found = centre.cameras.near(caller.scope(Permission.CAMERA_SEE), case.lon, case.lat, SEEING, {})
    return [one for one in found if one["sees"]]


def _segments(actions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(action.replace("_", "-") for action in actions)


@router.get(
    "/{case_id}/candidates",
    dependencies=[requires(Permission.CASE_DISPATCH)],
    summary="Whom to send, best first",
    operation_id="list_candidates",
)
def list_candidates(
    case_id: str, caller: CurrentCaller, centre: TheCentre, passed_over: PassedOver = False
) -> CandidateList:
    found = centre.dispatch.candidates(caller, case_id, passed_over=passed_over)
    return CandidateList(items=[CandidateAnswer.model_validate(one) for one in found])


@router.get(
    "/{case_id}/sent",
    dependencies=[SEE],
    summary="Who was sent, and how far each has got",
    operation_id="list_sent",
)
def list_sent(case_id: str, caller: CurrentCaller, centre: TheCentre) -> SentList:
    """Oldest first; of each the newest order alone."""
    newest = {one.worker_id: one for one in centre.dispatch.orders_of_case(caller, case_id)}
    return SentList(items=[SentAnswer.model_validate(one) for one in newest.values()])


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
    response_model=EvidenceAnswer,
)
async def add_evidence(
    case_id: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, or a voice note of a minute; at most 10 MB")],
    caller: CurrentCaller,
    centre: TheCentre,
    once: OnlyOnce,
    clock: SendersClock,
    caption: Annotated[str, Form(max_length=400)] = "",
    recorded_at: Annotated[float | None, Form(description="when taken, by the phone's own clock")] = None,
) -> Answer | Response:
    """Decoded and encoded anew: what the phone wrote into it (position, device) is not kept."""
    recorded = clock.recorded(recorded_at) if recorded_at is not None else None
    await run_in_threadpool(centre.incidents.get_case, caller, case_id)
    content = await file.read()
    asked = ("add_evidence", case_id, hashlib.sha256(content).hexdigest(), caption, str(recorded_at))

    def add() -> EvidenceView:
        return centre.incidents.add_evidence(caller, case_id, _read(content), caption, recorded)

    async with centre.photo_gate.passing():
        return await run_in_threadpool(once.do, asked, add, EvidenceAnswer.model_validate, 201)


def _read(content: bytes) -> bytes:
    """A photo or voice note as it may be kept. Raises Invalid."""
    try:
        return read_voice(content) if is_voice(content) else read_photo(content).jpeg
    except (PhotoError, VoiceError) as error:
        raise Invalid(str(error), "file") from error


@router.post(
    "/{case_id}/{action}",
    dependencies=[SEE],
    summary="Do something to a case",
    operation_id="act_on_case",
    response_model=CaseAnswer,
)
def act(
    case_id: str,
    action: str,
    caller: CurrentCaller,
    centre: TheCentre,
    once: OnlyOnce,
    clock: SendersClock,
    body: ActionRequest | None = None,
) -> Answer | Response:
    """confirm · reject · duplicate · take-back · assign · accept · decline · return · join · part-accept · part-done ·
    part-withdraw · send-along · along-accept · along-decline · along-arrive · along-withdraw ·
    arrive · handle · verify · close · reopen · strike-out · comment · remind · triage · ask-extension ·
    grant-extension · refuse-extension · supervise · evaluate.
    Who may do which, and in which state: docs/design/cases.md."""
    given = body or ActionRequest()
    detail = given.model_dump(exclude_none=True, exclude={"version", "recorded_at"})
    recorded = clock.recorded(given.recorded_at) if given.recorded_at is not None else None

    def answer(done: CaseView) -> CaseAnswer:
        return CaseAnswer.model_validate(centre.incidents.telling.case(caller.scope(Permission.CASE_SEE), done))

    return once.do(
        ("act", case_id, action, given.model_dump_json()),
        lambda: centre.incidents.act(caller, case_id, action, detail, given.version, recorded),
        answer,
    )
