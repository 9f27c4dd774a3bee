"""The registers of vendors, firms and places, and the history of a case's place and people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from api.once import OnlyOnce
from api.policy import CurrentCaller, requires
from api.register_table import register_table
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Answer, Done
from api.schemas.registers import (
    CaseHistoryAnswer,
    MergeRequest,
    NumberRequest,
    PartRequest,
    PartyAnswer,
    PartyChangeRequest,
    PartyDetailAnswer,
    PartyInCaseAnswer,
    PartyList,
    PartyRequest,
    SpotList,
    SuggestionList,
)
from api.spreadsheet import XLSX
from config.escalation import PartyKind
from incidents.errors import Invalid
from incidents.register_parts import Part
from incidents.register_places import SpotFilter
from incidents.register_queries import MOST_LISTED, Order, PartyFilter
from incidents.register_terms import NewParty
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["registers"], responses=REFUSALS)
SEE, EDIT = requires(Permission.REGISTER_SEE), requires(Permission.REGISTER_EDIT)
SEE_CASES = requires(Permission.CASE_SEE)
Kind = Annotated[PartyKind | None, Query()]
Words = Annotated[str | None, Query(max_length=100, description="in name, trade or plate, or the end of the phone")]
Code = Annotated[str | None, Query(max_length=64)]


@router.get("/registers/parties", dependencies=[SEE], summary="Vendors and firms", operation_id="list_parties")
def list_parties(
    caller: CurrentCaller,
    centre: TheCentre,
    kind: Kind = None,
    text: Words = None,
    area: Annotated[str | None, Query(max_length=64, description="whose home is there or below")] = None,
    order: Order = "days_90",
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 500,
) -> PartyList:
    wanted = PartyFilter(kind=kind, text=text, area=area, order=order, limit=limit)
    return PartyList.model_validate(centre.register.entries.parties(caller, wanted))


@router.post(
    "/registers/parties",
    dependencies=[EDIT],
    summary="Enter a vendor or firm",
    operation_id="create_party",
    status_code=201,
    response_model=PartyAnswer,
)
def create_party(body: PartyRequest, caller: CurrentCaller, centre: TheCentre, once: OnlyOnce) -> Answer | Response:
    return once.do(
        ("create_party", body.model_dump_json()),
        lambda: centre.register.entries.make(caller, NewParty(**body.model_dump())),
        PartyAnswer.model_validate,
        201,
    )


@router.post("/registers/find-number", dependencies=[SEE], summary="By a document", operation_id="find_number")
def find_number(body: NumberRequest, caller: CurrentCaller, centre: TheCentre) -> PartyList:
    """In the body, since addresses are written down on the way."""
    return PartyList.model_validate(centre.register.entries.find_number(caller, body.kind, body.id_number))


@router.get(
    "/registers/export",
    dependencies=[SEE],
    summary="A register as a table",
    operation_id="export_register",
    response_class=StreamingResponse,
    response_model=bytes,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}}},
)
def export_register(
    caller: CurrentCaller,
    centre: TheCentre,
    kind: Annotated[PartyKind, Query()],
    text: Words = None,
    area: Code = None,
    order: Order = "days_90",
    form: Literal["csv", "xlsx"] = "csv",
) -> StreamingResponse:
    found = centre.register.entries.parties(caller, PartyFilter(kind=kind, text=text, area=area, order=order))
    told = {"register": kind, "form": form, "rows": len(found.items)}
    centre.audit.exported(caller, "register", caller.scope(Permission.REGISTER_SEE), told)
    pieces = register_table(form, found.items, centre.incidents.town.timezone)
    headers = {"content-disposition": f'attachment; filename="{kind}s.{form}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8" if form == "csv" else XLSX, headers=headers)


@router.get("/registers/places", dependencies=[SEE_CASES], summary="Places that come back", operation_id="list_spots")
def list_spots(
    caller: CurrentCaller,
    centre: TheCentre,
    days: Annotated[int, Query(ge=1, le=365)] = 90,
    least: Annotated[int, Query(ge=2, le=1000, description="so many cases at least")] = 3,
    case_class: Annotated[str | None, Query(alias="class", max_length=16)] = None,
    area: Code = None,
    until: Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False, description="else now")] = None,
) -> SpotList:
    """Cases of one class within `registers.near_m`, in the last so many days; the most first, at most 500."""
    found = centre.register.places(caller, SpotFilter(days, least, case_class, area, until))
    return SpotList.model_validate({"items": found})


@router.get("/registers/parties/{party_id}", dependencies=[SEE], summary="One party's card", operation_id="get_party")
def get_party(party_id: str, caller: CurrentCaller, centre: TheCentre) -> PartyDetailAnswer:
    return PartyDetailAnswer.model_validate(centre.register.entries.party(caller, party_id))


@router.put("/registers/parties/{party_id}", dependencies=[EDIT], summary="Change a party", operation_id="change_party")
def change_party(party_id: str, body: PartyChangeRequest, caller: CurrentCaller, centre: TheCentre) -> PartyAnswer:
    given = NewParty(**body.model_dump(exclude={"version"}))
    return PartyAnswer.model_validate(centre.register.entries.change(caller, party_id, given, body.version))


@router.post(
    "/registers/parties/{party_id}/merge",
    dependencies=[EDIT],
    summary="Merge two entries",
    operation_id="merge_parties",
)
def merge_parties(party_id: str, body: MergeRequest, caller: CurrentCaller, centre: TheCentre) -> PartyAnswer:
    """Not to be undone."""
    return PartyAnswer.model_validate(centre.register.entries.merge(caller, party_id, body.other))


@router.get(
    "/cases/{case_id}/history",
    dependencies=[SEE_CASES],
    summary="The history of a case's place and people",
    operation_id="get_case_history",
)
def get_case_history(case_id: str, caller: CurrentCaller, centre: TheCentre) -> CaseHistoryAnswer:
    return CaseHistoryAnswer.model_validate(centre.register.parts.history(caller, case_id))


@router.get(
    "/cases/{case_id}/party-suggestions",
    dependencies=[EDIT],
    summary="Whom it may be",
    operation_id="suggest_parties",
)
def suggest_parties(case_id: str, caller: CurrentCaller, centre: TheCentre, text: Words = None) -> SuggestionList:
    found = centre.register.parts.suggestions(caller, case_id, text or "")
    return SuggestionList.model_validate({"items": found})


@router.post(
    "/cases/{case_id}/parties",
    dependencies=[EDIT],
    summary="Put a party down at a case",
    operation_id="attach_party",
    response_model=PartyInCaseAnswer,
)
def attach_party(
    case_id: str, body: PartRequest, caller: CurrentCaller, centre: TheCentre, once: OnlyOnce
) -> Answer | Response:
    """Or change its part in it and the measure taken."""
    if (body.party_id is None) == (body.party is None):
        raise Invalid("give either party_id or party", "party_id")
    party = body.party_id if body.party is None else NewParty(**body.party.model_dump())
    part = Part(body.role, body.measure, body.note, body.use_picture)
    return once.do(
        ("attach_party", case_id, body.model_dump_json()),
        lambda: centre.register.parts.attach(caller, case_id, party or "", part),
        PartyInCaseAnswer.model_validate,
    )


@router.delete(
    "/cases/{case_id}/parties/{party_id}",
    dependencies=[EDIT],
    summary="Take a party off a case",
    operation_id="detach_party",
)
def detach_party(case_id: str, party_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.register.parts.detach(caller, case_id, party_id)
    return Done()
