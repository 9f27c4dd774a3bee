"""A dome's watching rounds: what it visits, and switching that off and on."""

import asyncio

from fastapi import APIRouter

from api.routes.dome import ONE_DOME, PTZ_REFUSALS, TURN, TheDome, TurnedDome
from api.schemas import Names
from api.schemas.ptz_rounds import RoundsAnswer, RoundsBody, ViewAnswer, WatchingAnswer
from config.hours import within_hours

router = APIRouter(prefix=ONE_DOME, tags=["domes"], responses=PTZ_REFUSALS)


@router.get("/rounds", dependencies=[TURN], summary="What it visits by itself", operation_id="get_dome_rounds")
async def get_rounds(dome: TheDome) -> RoundsAnswer:
    return _rounds(dome)


@router.put("/rounds", dependencies=[TURN], summary="Switch its rounds off and on", operation_id="set_dome_rounds")
async def set_rounds(body: RoundsBody, dome: TheDome) -> RoundsAnswer:
    """Switched on, they begin at once unless somebody holds it."""
    await asyncio.to_thread(dome.ptz.rounds.switch.set, dome.id, body.on, dome.who.id)
    dome.ptz.desk.log.add(dome.id, dome.who, "rounds_set", on=body.on)
    dome.ptz.rounds.changed(dome.id)
    return _rounds(dome)


def _rounds(dome: TurnedDome) -> RoundsAnswer:
    rounds, news = dome.ptz.rounds, dome.ptz.news
    now = rounds.clock.now()
    watching = news.watching(dome.id)
    return RoundsAnswer(
        on=rounds.switch.is_on(dome.id),
        views=[
            ViewAnswer(
                id=view.id,
                name=Names(zh=view.name, en=view.name_en or view.name),
                hours=view.hours,
                dwell_s=view.dwell_seconds,
                zones=len(view.zones),
                due=within_hours(view.hours, now, rounds.timezone),
            )
            for view in dome.ptz.domes.views(dome.id)
        ],
        now=news.rounds(dome.id),
        watching=WatchingAnswer.model_validate(watching) if watching else None,
    )
