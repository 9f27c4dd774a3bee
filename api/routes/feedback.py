"""The feedback form of an order from above."""

from fastapi import APIRouter

from api.policy import CurrentCaller, requires
from api.routes.dependencies import PREFIX, REFUSALS, TheCentre
from api.schemas.feedback import FeedbackAnswer, FeedbackRequest
from incidents.errors import NotFound
from incidents.feedback import FeedbackDesk
from incidents.feedback_form import Feedback
from incidents.rights import Permission

router = APIRouter(prefix=f"{PREFIX}/cases", tags=["cases"], responses=REFUSALS)


@router.get(
    "/{case_id}/feedback",
    dependencies=[requires(Permission.CASE_SEE)],
    summary="The feedback form of an order",
    operation_id="get_feedback",
)
def get_feedback(case_id: str, caller: CurrentCaller, centre: TheCentre) -> FeedbackAnswer:
    found = FeedbackDesk(centre.incidents).get(caller, case_id)
    if found is None:
        raise NotFound("nothing is to be fed back on this case", "feedback")
    return _answer(found)


@router.put(
    "/{case_id}/feedback",
    dependencies=[requires(Permission.CASE_COMMENT, Permission.CASE_HANDLE)],
    summary="Fill in the feedback form",
    operation_id="fill_feedback",
)
def fill_feedback(case_id: str, body: FeedbackRequest, caller: CurrentCaller, centre: TheCentre) -> FeedbackAnswer:
    """Replaces all answers; what is left out is empty again."""
    return _answer(FeedbackDesk(centre.incidents).fill(caller, case_id, body.answers))


def _answer(found: Feedback) -> FeedbackAnswer:
    return FeedbackAnswer.model_validate(
        {
            "fields": [one.model_dump() for one in found.fields],
            "answers": found.answers,
            "missing": found.missing,
            "filled_at": found.filled_at,
        }
    )
