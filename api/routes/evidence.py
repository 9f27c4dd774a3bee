"""Pictures and clips."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["evidence"], responses=REFUSALS)


@router.get(
    "/evidence/{evidence_id}",
    dependencies=[requires(Permission.CASE_SEE)],
    summary="A picture or clip, whole or in ranges",
    operation_id="get_evidence",
    response_class=FileResponse,
    response_model=bytes,
)
def get_evidence(evidence_id: str, caller: CurrentCaller, centre: TheCentre) -> FileResponse:
    """Ranges by RFC 9110 14, so a browser may seek in a clip. The content behind an id never changes."""
    view, path = centre.incidents.get_evidence(caller, evidence_id)
    headers = {"cache-control": "private, max-age=3600, immutable", "content-security-policy": "sandbox"}
    return FileResponse(path, media_type=view.media_type, headers=headers)
