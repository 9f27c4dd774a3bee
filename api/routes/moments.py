"""The seconds a camera's ring still holds: as a file to play or keep, and held back for a case."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.cases import EvidenceAnswer
from api.schemas.moments import CaseClipRequest, MomentAnswer, MomentRequest
from api.security import client_address
from config.cameras import Camera
from incidents.errors import Invalid, NotAllowed
from incidents.looking import How, Who
from incidents.rights import Caller, Permission
from ingest.live import LiveError

router = APIRouter(prefix=PREFIX, tags=["cameras"], responses=REFUSALS)

LONGEST_SECONDS = 120.0
DEFAULT_SECONDS = 20.0
SEE = requires(Permission.CAMERA_SEE)


@dataclass(frozen=True, slots=True)
class Span:
    from_at: float
    to_at: float


def span_asked(now: float, from_at: float | None, to_at: float | None, last: float | None) -> Span:
    """Either both ends, or the last seconds by the server's clock. Raises Invalid."""
    if (from_at is None) != (to_at is None):
        raise Invalid("from and to go together", "from" if from_at is None else "to")
    if from_at is None or to_at is None:
        return Span(now - (last or DEFAULT_SECONDS), now)
    if last is not None:
        raise Invalid("give from and to, or last", "last")
    if to_at <= from_at:
        raise Invalid("to must be later than from", "to")
    if to_at - from_at > LONGEST_SECONDS:
        raise Invalid(f"a clip is at most {LONGEST_SECONDS:.0f} s long", "to")
    return Span(from_at, to_at)


async def cut(centre: Centre, camera: Camera, span: Span) -> tuple[bytes, Span]:
    """The clip and what it really spans. Raises LiveError, Throttled."""
    async with centre.clip_gate.passing():
        reply = await centre.live.request(camera.id, "clip", from_at=span.from_at, to_at=span.to_at)
    if not reply.blobs:
        raise LiveError("the camera's worker sent no clip")
    return reply.blobs[0], Span(float(reply.body["from_at"]), float(reply.body["to_at"]))


@router.get(
    "/cameras/{camera_id}/clip.mp4",
    dependencies=[SEE],
    summary="Seconds of the ring as they came, not transcoded",
    operation_id="get_clip",
    response_class=Response,
    response_model=bytes,
)
async def get_clip(
    camera_id: str,
    request: Request,
    caller: CurrentCaller,
    centre: TheCentre,
    from_at: Annotated[float | None, Query(alias="from", ge=0, le=1e11, description="Unix time")] = None,
    to_at: Annotated[float | None, Query(alias="to", ge=0, le=1e11, description="Unix time")] = None,
    last: Annotated[float | None, Query(ge=1, le=LONGEST_SECONDS, description="seconds back from now")] = None,
) -> Response:
    """Begins with the key frame at or before what was asked for, or with the oldest one held. What the ring no longer
    holds is 503. `X-Clip-From`, `X-Clip-To` and `X-Clip-Now` are Unix times by the server's clock."""
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    clip, span = await cut(centre, camera, span_asked(centre.clock.now(), from_at, to_at, last))
    how = How.REPLAY if from_at is None else How.CLIP
    centre.audit.looking.glanced(Who.of(caller, client_address(request)), camera.id, how)
    local = datetime.fromtimestamp(span.from_at, centre.incidents.town.timezone)
    headers = {
        "cache-control": "private, no-store",
        "etag": f'"{hashlib.sha256(clip).hexdigest()[:32]}"',
        "content-disposition": disposition(camera, local),
        "x-clip-from": f"{span.from_at:.6f}",
        "x-clip-to": f"{span.to_at:.6f}",
        "x-clip-now": f"{centre.clock.now():.6f}",
    }
    return Response(clip, media_type="video/mp4", headers=headers)


def disposition(camera: Camera, at: datetime) -> str:
    """RFC 6266: the camera's id for old clients, its name for all others."""
    stamp = at.strftime("%Y%m%d-%H%M%S")
    name = "".join("_" if character in '\\/:*?"<>|' or ord(character) < 32 else character for character in camera.name)
    return f"inline; filename=\"{camera.id}-{stamp}.mp4\"; filename*=UTF-8''{quote(f'{name}-{stamp}.mp4', safe='')}"


@router.post(
    "/cameras/{camera_id}/moments",
    dependencies=[requires(Permission.CASE_CREATE)],
    summary="Hold the last seconds back for a case",
    operation_id="hold_moment",
    status_code=201,
)
async def hold_moment(
    camera_id: str, caller: CurrentCaller, centre: TheCentre, body: MomentRequest | None = None
) -> MomentAnswer:
    """For a quarter of an hour and for this account alone: the ring goes on while the case is being written."""
    camera = _camera_for_cases(centre, caller, camera_id)
    now = centre.clock.now()
    seconds = body.seconds if body else DEFAULT_SECONDS
    clip, span = await cut(centre, camera, Span(now - seconds, now))
    hold = centre.moments.hold
    centre.audit.looking.glanced(Who.of(caller), camera.id, How.CLIP)
    held = await run_in_threadpool(hold, caller.account_id, camera.id, clip, span.from_at, span.to_at)
    return MomentAnswer.model_validate(held)


@router.post(
    "/cases/{case_id}/clip",
    dependencies=[requires(Permission.CASE_CREATE)],
    summary="Add held seconds to a case as evidence",
    operation_id="add_case_clip",
    status_code=201,
)
def add_case_clip(case_id: str, body: CaseClipRequest, caller: CurrentCaller, centre: TheCentre) -> EvidenceAnswer:
    """The clip goes from the worker to the evidence folder without passing through a browser."""
    centre.incidents.get_case(caller, case_id)
    moment, clip = centre.moments.get(caller.account_id, body.moment)
    _camera_for_cases(centre, caller, moment.camera_id)
    stored = centre.incidents.add_evidence(caller, case_id, clip, body.caption)
    centre.moments.release(moment)
    return EvidenceAnswer.model_validate(stored)


def _camera_for_cases(centre: Centre, caller: Caller, camera_id: str) -> Camera:
    """Raises NotFound for a camera the caller may not see, NotAllowed where he may not open cases."""
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    path = centre.cameras.path(camera.id)
    if path is None or not caller.scope(Permission.CASE_CREATE).covers(path):
        raise NotAllowed("you may not open cases at this camera")
    return camera
