"""How often each camera's rules are right, what is remembered, and what would make them better."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from api.camera_changes import CameraChanges
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.detection import (
    CauseKind,
    DetectionOverview,
    Forgetting,
    RejectedDetection,
    RejectedDetections,
    RememberedCause,
    RememberedCauses,
    Suggestion,
    SuggestionList,
    TakeSuggestion,
    ThresholdChange,
    ZoneSuggestions,
)
from estate.zone_edit import version_of, zones_of
from incidents.causes import CAUSES, FOR_EVER
from incidents.detection_quality import LONGEST_DAYS, Figures, RuleFigures, changed, views_and_zones
from incidents.detection_queries import MAX_JUDGED, Wanted
from incidents.errors import Conflict
from incidents.rights import Permission

router = APIRouter(prefix=PREFIX, tags=["detection"], responses=REFUSALS)
SEE = requires(Permission.CAMERA_SEE)
TRIAGE = requires(Permission.CASE_TRIAGE)
CHANGE = requires(Permission.ESTATE_MANAGE)
Code = Annotated[str | None, Query(max_length=64)]
Days = Annotated[int, Query(ge=0, le=LONGEST_DAYS, description="0: all that is kept")]


@router.get("/detection", dependencies=[SEE], summary="How often rules are right", operation_id="get_detection_quality")
def get_overview(
    caller: CurrentCaller, centre: TheCentre, days: Days = 30, area: Code = None, camera: Code = None
) -> DetectionOverview:
    found = centre.detection.overview(caller, days, area, camera)
    return DetectionOverview.model_validate(
        {
            "days": found.days,
            "from_at": found.from_at,
            "total": _figures(found.total),
            "items": [_rule(centre, one) for one in found.rules],
            "earning": found.earning.model_dump(),
            "causes": [
                CauseKind.model_validate(
                    {
                        "code": one.code,
                        "name": {"zh": one.name.zh, "en": one.name.en},
                        "kept_seconds": None if one.kept_seconds == FOR_EVER else one.kept_seconds,
                        "fixed": one.fixed,
                    }
                )
                for one in CAUSES.values()
            ],
        }
    )


@router.get(
    "/cameras/{camera_id}/detection/rejected",
    dependencies=[SEE],
    summary="What a camera's rule got wrong",
    operation_id="list_rejected_detections",
)
def list_rejected(
    camera_id: str,
    caller: CurrentCaller,
    centre: TheCentre,
    days: Days = 30,
    rule: Code = None,
    zone: Code = None,
    cause: Code = None,
    limit: Annotated[int, Query(ge=1, le=MAX_JUDGED)] = 60,
) -> RejectedDetections:
    centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    wanted = Wanted(camera=camera_id, rule=rule, zone=zone, cause=cause, limit=limit)
    found = centre.detection.rejected(caller, wanted, days)
    return RejectedDetections(items=[RejectedDetection.model_validate(one) for one in found])


@router.get(
    "/detection/causes", dependencies=[SEE], summary="What is not raised again", operation_id="list_remembered_causes"
)
def list_causes(caller: CurrentCaller, centre: TheCentre, area: Code = None, camera: Code = None) -> RememberedCauses:
    found = centre.detection.causes(caller, area, camera)
    return RememberedCauses(items=[RememberedCause.model_validate(one) for one in found])


@router.patch(
    "/detection/causes/{cause_id}",
    dependencies=[TRIAGE],
    summary="Forget a cause, or do not after all",
    operation_id="forget_cause",
)
def forget(cause_id: str, body: Forgetting, caller: CurrentCaller, centre: TheCentre) -> RememberedCause:
    return RememberedCause.model_validate(centre.detection.forget(caller, cause_id, body.forgotten))


@router.get(
    "/detection/causes/{cause_id}/picture.jpg",
    dependencies=[SEE],
    summary="The newest picture that was not raised",
    operation_id="get_cause_picture",
    response_class=Response,
    response_model=bytes,
)
def get_picture(cause_id: str, caller: CurrentCaller, centre: TheCentre) -> FileResponse:
    path = centre.detection.cause_picture(caller, cause_id)
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": "private, no-cache"})


@router.get(
    "/cameras/{camera_id}/detection/suggestions",
    dependencies=[SEE],
    summary="Thresholds suggested for a camera's zones",
    operation_id="list_threshold_suggestions",
)
def list_suggestions(camera_id: str, caller: CurrentCaller, centre: TheCentre) -> SuggestionList:
    camera = centre.cameras.get(caller.scope(Permission.CAMERA_SEE), camera_id)
    zones = [zone for _, zone in views_and_zones(camera)]
    found = [(zone, centre.detection.suggestions(caller, camera, zone)) for zone in zones]
    return SuggestionList(
        zones=[
            ZoneSuggestions(zone_id=zone.id, rule=zone.rule, items=[Suggestion.model_validate(one) for one in items])
            for zone, items in found
        ],
        changes=[ThresholdChange.model_validate(one) for one in centre.detection.changes(caller, camera_id)],
    )


@router.post(
    "/cameras/{camera_id}/detection/suggestions",
    dependencies=[CHANGE],
    summary="Take a suggested threshold",
    operation_id="take_threshold_suggestion",
)
async def take_suggestion(camera_id: str, body: TakeSuggestion, caller: CurrentCaller, centre: TheCentre) -> Done:
    camera = centre.cameras.get(caller.scope(Permission.ESTATE_MANAGE), camera_id)
    view, zone = next((one for one in views_and_zones(camera) if one[1].id == body.zone), (None, None))
    offered = await run_in_threadpool(centre.detection.suggestions, caller, camera, zone) if zone is not None else ()
    value = tuple(body.value) if isinstance(body.value, list) else body.value
    taken = next((one for one in offered if (one.key, one.value) == (body.key, value)), None)
    if zone is None or taken is None:
        raise Conflict("this is not suggested any more", "value", "建议已变化，请刷新后再试")
    zones = zones_of(camera, view)
    wanted = [changed(one, taken) if one.id == zone.id else one for one in zones]
    await CameraChanges(centre, caller).zones(camera.id, view, version_of(zones), wanted)
    await run_in_threadpool(centre.detection.note_change, caller, camera, zone, taken)
    return Done()


def _figures(one: Figures) -> dict[str, Any]:
    low, high = one.interval
    plain = {name: getattr(one, name) for name in ("right", "judged", "rejected", "duplicates", "waiting")}
    plain |= {"remembered": one.remembered, "suppressed": one.suppressed, "trend": one.trend}
    return {**plain, "precision": one.right / one.judged if one.judged else None, "low": low, "high": high}


def _rule(centre: TheCentre, one: RuleFigures) -> dict[str, Any]:
    camera = centre.incidents.town.cameras.get(one.camera_id)
    opens = {zone.id: zone.opens_case for _, zone in views_and_zones(camera)} if camera is not None else {}
    return {
        **_figures(one.total),
        "camera_id": one.camera_id,
        "rule": one.rule,
        "zones": [
            {**_figures(figures), "zone_id": zone_id, "opens_case": opens.get(zone_id)}
            for zone_id, figures in sorted(one.zones.items())
        ],
        "earned": one.record.has_earned(centre.incidents.earning),
        "earned_right": one.record.right,
        "earned_judged": one.record.judged,
    }
