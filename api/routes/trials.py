"""Zones tried out before they are saved."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.zones import TrialAnswer, TrialRequest
from api.trials import Asked, TrialRun
from api.zone_desk import drawn, subject
from incidents.errors import Invalid, NotFound
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/trials", tags=["estate"], responses=REFUSALS)
MANAGE = requires(Permission.ESTATE_MANAGE)


@router.post("", dependencies=[MANAGE], summary="Try zones out", operation_id="start_trial", status_code=201)
async def start_trial(body: TrialRequest, caller: CurrentCaller, centre: TheCentre) -> TrialAnswer:
    """On what the camera knows and its ring shows, answered at once; with `upload` on a clip that follows, with
    `evidence` on the clip of a case. Nobody is told, nothing is kept. 503 while the camera cannot be asked."""
    at = subject(centre, caller, body.camera, body.view)
    direction = (at.stands[0].pan_deg, at.stands[0].tilt_deg, at.stands[1]) if at.stands is not None else None
    asked = Asked(
        camera=at.camera,
        view=at.view,
        zones=tuple(drawn(body.zones)),
        timezone=centre.config.town.timezone,
        interval=body.interval_seconds,
        dwell=body.dwell_seconds,
        mount=at.mount,
        stands=direction,
    )
    if body.upload:
        return _answer(centre.trials.on_upload(caller.account_id, asked))
    if body.evidence is None:
        return _answer(await centre.trials.on_ring(caller.account_id, asked))
    view, path = await run_in_threadpool(centre.incidents.get_evidence, caller, body.evidence)
    if view.media_type != "video/mp4":
        raise Invalid("this evidence is no clip", "evidence", "该证据不是视频")
    return _answer(centre.trials.on_file(caller.account_id, asked, path))


@router.put("/{trial_id}/clip", dependencies=[MANAGE], summary="The clip to play", operation_id="send_trial_clip")
async def send_clip(trial_id: str, request: Request, caller: CurrentCaller, centre: TheCentre) -> TrialAnswer:
    """The file itself as the body: MP4, AVI, MKV, MPEG-PS or -TS, at most 256 MB. It is deleted when it has been
    played."""
    run = centre.trials.get(caller.account_id, trial_id)
    await centre.trials.receive(run, request.stream())
    return _answer(run)


@router.get("/{trial_id}", dependencies=[MANAGE], summary="How far a trial is", operation_id="get_trial")
async def get_trial(trial_id: str, caller: CurrentCaller, centre: TheCentre) -> TrialAnswer:
    return _answer(centre.trials.get(caller.account_id, trial_id))


@router.delete("/{trial_id}", dependencies=[MANAGE], summary="End a trial", operation_id="stop_trial")
async def stop_trial(trial_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    """What was found until then stays for a while."""
    await centre.trials.cancel(centre.trials.get(caller.account_id, trial_id))
    return Done()


@router.get(
    "/{trial_id}/pictures/{number}.jpg",
    dependencies=[MANAGE],
    summary="A picture of what was found",
    operation_id="get_trial_picture",
    response_class=Response,
    response_model=bytes,
)
async def get_picture(trial_id: str, number: int, caller: CurrentCaller, centre: TheCentre) -> Response:
    """Numbered as the findings say; the last one is the picture looked at last."""
    pictures = centre.trials.get(caller.account_id, trial_id).pictures
    if not 0 <= number < len(pictures):
        raise NotFound("there is no such picture", "number")
    return Response(pictures[number], media_type="image/jpeg", headers={"cache-control": "private, max-age=1800"})


def _answer(run: TrialRun) -> TrialAnswer:
    return TrialAnswer(
        id=run.id,
        camera=run.asked.camera.id,
        view=run.asked.view.id if run.asked.view is not None else None,
        state=run.state,
        problem=run.problem,
        clip=run.clip,
        at=run.at,
        found=run.found,
        result=run.trial,
        pictures=len(run.pictures),
    )
