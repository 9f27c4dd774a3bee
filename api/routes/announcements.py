"""The shelf of recorded announcements."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, File, Form, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas import Done
from api.schemas.talk_down import AnnouncementAnswer, AnnouncementList
from incidents.announcements import Draft
from incidents.errors import Invalid
from incidents.rights import Permission
from talkdown.sound import RATE, SoundProblem, read_wav, write_wav

router = APIRouter(prefix=f"{PREFIX}/announcements", tags=["loudspeakers"], responses=REFUSALS)
SPEAK = requires(Permission.LOUDSPEAKER_SPEAK)


@router.get("", dependencies=[SPEAK], summary="Announcements one may use", operation_id="list_announcements")
def list_announcements(caller: CurrentCaller, centre: TheCentre) -> AnnouncementList:
    """Those of one's areas, and of the areas above."""
    kept = centre.talk_down.announcements.list(caller)
    return AnnouncementList(items=[AnnouncementAnswer.model_validate(one) for one in kept])


@router.post(
    "", dependencies=[SPEAK], summary="Keep an announcement", operation_id="create_announcement", status_code=201
)
async def create(
    caller: CurrentCaller,
    centre: TheCentre,
    file: Annotated[UploadFile, File(description="WAV with PCM, 8 to 32 bits, one or two channels; 10 MB at most")],
    area: Annotated[str, Form(min_length=1, max_length=64)],
    name: Annotated[str, Form(min_length=1, max_length=60)],
    text: Annotated[str, Form(max_length=500, description="what is said, for devices that read themselves")] = "",
) -> AnnouncementAnswer:
    """It is brought to 8 kHz, as loudspeakers take it, and may last as long as one talk."""
    data, longest = await file.read(), centre.talk_down.speakers.rules.longest_seconds
    try:
        sound = await run_in_threadpool(read_wav, data, float(longest))
    except SoundProblem as problem:
        raise Invalid(str(problem), "file", problem.zh) from None
    draft = Draft(area, name, text, sound.astype("<i2").tobytes(), len(sound) / RATE)
    kept = await run_in_threadpool(centre.talk_down.announcements.create, caller, draft)
    return AnnouncementAnswer.model_validate(kept)


@router.get(
    "/{announcement_id}/sound.wav",
    dependencies=[SPEAK],
    summary="An announcement, to listen to",
    operation_id="get_announcement_sound",
    response_class=Response,
    response_model=bytes,
)
def sound(announcement_id: str, caller: CurrentCaller, centre: TheCentre) -> Response:
    """The content behind an id never changes."""
    _, kept = centre.talk_down.announcements.get(caller, announcement_id)
    headers = {"cache-control": "private, max-age=3600, immutable"}
    wav = write_wav(np.frombuffer(kept, "<i2").astype(np.int16))
    return Response(wav, media_type="audio/wav", headers=headers)


@router.delete(
    "/{announcement_id}", dependencies=[SPEAK], summary="Delete an announcement", operation_id="delete_announcement"
)
def remove(announcement_id: str, caller: CurrentCaller, centre: TheCentre) -> Done:
    centre.talk_down.announcements.remove(caller, announcement_id)
    return Done()
