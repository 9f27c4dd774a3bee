"""Talks: text or an announcement said at loudspeakers. Live speech: `talk_live`."""

import numpy as np
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from api.centre import Centre
from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.talk_down import TalkAnswer, TalkBody, talk_answer
from incidents.errors import Invalid
from incidents.rights import Caller, Permission
from incidents.text import clean_text
from talkdown.desk import Wanted
from talkdown.talk import Message

router = APIRouter(prefix=f"{PREFIX}/talks", tags=["loudspeakers"], responses=REFUSALS)
SPEAK = requires(Permission.LOUDSPEAKER_SPEAK)
TEXT_MAX = 500


@router.post(
    "", dependencies=[SPEAK], summary="Say a text or play an announcement", operation_id="begin_talk", status_code=201
)
async def begin(body: TalkBody, caller: CurrentCaller, centre: TheCentre) -> TalkAnswer:
    """Begins at once; how far it is, `GET` tells. It ends by itself. A loudspeaker that is busy, quiet or away is told
    at its place and keeps none of the others waiting."""
    message = await run_in_threadpool(_message, body, caller, centre)
    wanted = Wanted(body.loudspeakers, message, body.case, body.take_over, body.in_quiet_hours)
    talk = centre.talk_down.desk.begin(caller, wanted)
    return talk_answer(talk, list(talk.targets))


@router.get("/{talk_id}", dependencies=[SPEAK], summary="How far a talk is", operation_id="get_talk")
async def get(talk_id: str, caller: CurrentCaller, centre: TheCentre) -> TalkAnswer:
    """For some time after its end too."""
    talk = centre.talk_down.desk.get(caller, talk_id)
    return talk_answer(talk, centre.talk_down.targets_for(caller, talk))


@router.delete("/{talk_id}", dependencies=[SPEAK], summary="Stop a talk", operation_id="stop_talk")
async def stop(talk_id: str, caller: CurrentCaller, centre: TheCentre) -> TalkAnswer:
    """One's own everywhere, another's where one has the higher rank."""
    talk = centre.talk_down.desk.halt(caller, talk_id)
    return talk_answer(talk, centre.talk_down.targets_for(caller, talk))


def _message(body: TalkBody, caller: Caller, centre: Centre) -> Message:
    """Raises NotFound, Invalid."""
    if body.case is not None:
        centre.incidents.get_case(caller, body.case)
    if body.announcement is not None:
        kept, sound = centre.talk_down.announcements.get(caller, body.announcement)
        samples = np.frombuffer(sound, "<i2").astype(np.int16)
        return Message("announcement", kept.text, kept.name, samples, body.repeat)
    text = clean_text(body.text, "text", TEXT_MAX)
    if not text:
        raise Invalid("text must not be empty", "text", "请填写内容")
    return Message("text", text, repeat=body.repeat)
