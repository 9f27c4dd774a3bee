"""What the map shows besides its layers: a past day's cases and tracks, and the sensors."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.map_replay import (
    PastCaseAnswer,
    PastCasesAnswer,
    SensorAnswer,
    SensorsAnswer,
    TrackAnswer,
    TracksAnswer,
)
from incidents.map_replay import MapReplay
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/map", tags=["map"], responses=REFUSALS)
From = Annotated[float, Query(ge=0, lt=1e11, alias="from", description="Unix seconds")]
Until = Annotated[float, Query(ge=0, lt=1e11, description="Unix seconds")]


@router.get(
    "/replay/cases",
    dependencies=[requires(Permission.CASE_SEE)],
    summary="Cases that were open in a past stretch of time, a day at most",
    operation_id="map_replay_cases",
)
def replay_cases(caller: CurrentCaller, centre: TheCentre, from_at: From, until: Until) -> PastCasesAnswer:
    found, more = MapReplay(centre.incidents.store).cases(caller, from_at, until)
    return PastCasesAnswer(items=[PastCaseAnswer.model_validate(one) for one in found], more=more)


@router.get(
    "/replay/tracks",
    dependencies=[requires(Permission.WORKER_SEE)],
    summary="Where grid workers went in a past stretch of time, two hours at most",
    operation_id="map_replay_tracks",
)
def replay_tracks(caller: CurrentCaller, centre: TheCentre, from_at: From, until: Until) -> TracksAnswer:
    """Who asks is put down in the audit."""
    found, step = MapReplay(centre.incidents.store).tracks(caller, from_at, until)
    centre.audit.tracks_seen(caller, from_at, until, len(found))
    return TracksAnswer(items=[TrackAnswer.model_validate(one) for one in found], step_s=step)


@router.get(
    "/sensors",
    dependencies=[requires(Permission.CAMERA_SEE)],
    summary="Sensors with where they are and how they stand",
    operation_id="map_sensors",
)
def map_sensors(caller: CurrentCaller, centre: TheCentre) -> SensorsAnswer:
    """Those in the caller's areas; `silent`: not heard for as long as is configured."""
    heard = centre.exchange.sensors.heard(caller.scope(Permission.CAMERA_SEE))
    return SensorsAnswer(
        items=[
            SensorAnswer(
                id=one.sensor.id,
                via=one.sensor.via,
                name=one.sensor.name,
                name_en=one.sensor.name_en or "",
                kind=one.sensor.kind,
                lon=one.sensor.place.lon,
                lat=one.sensor.place.lat,
                state="alarm" if one.alarm else "silent" if one.silent else "ok",
                heard_at=one.heard_at,
            )
            for one in heard
        ]
    )
